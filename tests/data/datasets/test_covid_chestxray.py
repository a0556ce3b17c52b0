"""The COVID collection in its published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.datasets.family import dataset_of
from bogam.data.layout import recognize

Put = Callable[..., Path]


HEADER = "patientid,offset,sex,age,finding,view,modality,folder,filename,license"


def write(root: Path, put: Put, header: str = HEADER) -> None:
    rows = ["2,0,M,65,Pneumonia/Viral/COVID-19,PA,X-ray,images,a.jpg,CC BY",
            "2,3,M,65,No Finding,PA,X-ray,images,b.png,",
            "4,0,F,52,Pneumonia/Viral/COVID-19,AP,X-ray,images,c.png,CC BY", "9,0,F,52,todo,Axial,CT,volumes,d.nii.gz,"]
    (root / "metadata.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    for name in ("a.jpg", "b.png", "c.png"):
        put(root / "images" / name)


def test_the_table_gives_findings_and_patients(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put)
    manifest = recognize(tmp_path)
    assert manifest.dataset == "covid-chestxray"
    assert manifest.images["patient"].to_list() == ["2", "2", "4"]
    assert manifest.targets["finding"].to_list().count("Pneumonia/Viral/COVID-19") == 2
    assert any("1 rows of metadata.csv name images that are not in the folder" in n for n in manifest.notes)


def test_another_table_is_not_this_data_set(tmp_path: Path, put: Put) -> None:
    write(tmp_path, put, HEADER.replace("patientid", "case"))
    assert recognize(tmp_path).dataset is None
    assert not dataset_of("covid-chestxray").recognizes(tmp_path)
