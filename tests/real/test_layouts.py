"""Real data sets are read as a person would read them."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from bogam.core.errors import UserError
from bogam.data.datasets.compare import compare
from bogam.data.datasets.family import dataset_of
from bogam.data.layout import recognize
from bogam.data.load import load_case
from bogam.data.scan import scan

ROOT = Path(os.environ.get("BOGAM_DATA", ""))
pytestmark = pytest.mark.skipif("BOGAM_DATA" not in os.environ, reason="BOGAM_DATA names no folder of real images")


def test_busi() -> None:
    manifest = recognize(ROOT / "busi")
    counts = dict(manifest.targets["class"].value_counts().rows())
    assert counts == {"benign": 437, "malignant": 210, "normal": 133}
    assert manifest.objects["locator"].n_unique() == 798
    assert (manifest.objects["id"].value_counts()["count"] > 1).sum() == 17
    assert manifest.mask_labels == ("lesion",)
    assert any("originals_fullsize/ (8 pictures)" in n for n in manifest.notes)
    scanned = scan(manifest)
    assert len(scanned) == 780
    assert scanned.images["pixels_sha256"].n_unique() == 779
    normal = load_case(scanned, "normal (1)", channels="gray")
    assert normal.masks is not None
    assert not normal.masks.any()
    lesion = load_case(scanned, "benign (195)", channels="gray")
    assert lesion.image.shape[0] == 1
    assert lesion.masks is not None
    assert 0 < lesion.masks.mean() < 0.5


def test_idc() -> None:
    manifest = recognize(ROOT / "idc")
    assert len(manifest) == 5190
    assert manifest.patient == "given"
    assert manifest.images["patient"].n_unique() == 20
    assert dict(manifest.targets["class"].value_counts().rows()) == {"0": 1556, "1": 3634}


def test_kermany_tells_that_test_patients_are_unknown() -> None:
    manifest = recognize(ROOT / "kermany_chest_xray")
    assert dict(manifest.images["part"].value_counts().rows()) == {"train": 701, "test": 240}
    assert manifest.images["patient"].null_count() == 0
    assert any(n.startswith("WARNING: 240 images") for n in manifest.notes)
    assert manifest.dataset == "kermany"


def test_malaria_cells_and_their_patients() -> None:
    manifest = recognize(ROOT / "malaria_cells")
    assert manifest.dataset == "malaria-cells"
    assert manifest.patient == "given"
    assert not any(n.startswith("WARNING") for n in manifest.notes)
    rows = manifest.images.join(manifest.targets, on="id")
    both = rows.group_by("patient").agg(pl.col("class").n_unique(), pl.col("part").n_unique())
    assert both["class"].max() == 2
    assert both["part"].max() == 2


def test_pneumoniamnist() -> None:
    manifest = recognize(ROOT / "pneumoniamnist")
    assert dict(manifest.images["part"].value_counts().rows()) == {"train": 4708, "validation": 524, "test": 624}
    assert load_case(manifest, "test-00623").image.shape == (1, 28, 28)


def test_bccd() -> None:
    manifest = recognize(ROOT / "bccd")
    assert dict(manifest.objects["label"].value_counts().rows()) == {"RBC": 4153, "WBC": 372, "Platelets": 361}
    assert manifest.set_aside.height == 2
    assert manifest.images["part"].null_count() == 0
    assert manifest.dataset == "bccd"
    here = {row.what: (row.published, row.here) for row in compare(manifest, dataset_of("bccd"), "bccd")}
    assert here == {"images": (364, 364), "boxes/RBC": (4155, 4153), "boxes/WBC": (372, 372),
                    "boxes/Platelets": (361, 361), "patients": (None, None)}


def test_covid_table_with_boxes() -> None:
    manifest = recognize(ROOT / "covid-chestxray-dataset")
    assert len(manifest) == 91
    assert manifest.images["patient"].n_unique() == 54
    assert manifest.objects.height == 182
    assert manifest.targets["finding"].to_list().count("COVID-19") == 85
    assert manifest.dataset == "covid-chestxray"


def test_hippocampus_is_refused_or_cut() -> None:
    with pytest.raises(UserError, match=r"data: \{slice: z\}"):
        recognize(ROOT / "msd_hippocampus")
    manifest = recognize(ROOT / "msd_hippocampus", slice_axis="y", slice_every=10)
    assert manifest.images["patient"].n_unique() == 51
    assert manifest.dataset == "task04-hippocampus"
    assert manifest.mask_labels == ("Anterior", "Posterior")
    assert sorted(manifest.set_aside["file"].to_list()) == ["TrainingSet/labels/hippocampus_010.nii.gz",
                                                            "TrainingSet/labels/hippocampus_281.nii.gz"]
    case = load_case(manifest, manifest.objects["id"][0])
    assert case.masks is not None
    assert case.masks.shape == (2, *case.image.shape[1:])


def test_dicom_zoo() -> None:
    manifest = scan(recognize(ROOT / "dicom_series", slice_axis="z"))
    assert len(manifest) == 49
    assert set(manifest.set_aside["file"].to_list()) == {"pydicom-data/liver.dcm"}


def test_nifti_zoo() -> None:
    manifest = scan(recognize(ROOT / "nifti_misc", slice_axis="z", slice_every=5))
    assert manifest.images["patient"].n_unique() == 5
    assert "4 dimensions" in manifest.set_aside["problem"][0]
