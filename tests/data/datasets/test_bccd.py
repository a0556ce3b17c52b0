"""BCCD in its published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.datasets.bccd import Bccd
from bogam.data.datasets.compare import compare
from bogam.data.layout import recognize

Put = Callable[..., Path]


def box(name: str, x0: int, y0: int, x1: int, y1: int) -> str:
    return (f"<object><name>{name}</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax>"
            "</bndbox></object>")


def test_images_boxes_and_parts(tmp_path: Path, put: Put) -> None:
    (tmp_path / "BCCD/Annotations").mkdir(parents=True)
    (tmp_path / "BCCD/ImageSets/Main").mkdir(parents=True)
    parts = ("train", "train", "val", "test")
    for number in range(4):
        name = f"BloodImage_{number:05d}"
        put(tmp_path / f"BCCD/JPEGImages/{name}.jpg")
        (tmp_path / f"BCCD/Annotations/{name}.xml").write_text(
            f"<annotation><filename>{name}.jpg</filename><size><width>6</width><height>5</height><depth>3</depth></size>"
            f"{box('RBC', 1, 1, 3, 3)}{box('WBC', 2, 2, 4, 5)}</annotation>", encoding="utf-8")
        with (tmp_path / f"BCCD/ImageSets/Main/{parts[number]}.txt").open("a", encoding="utf-8") as stream:
            stream.write(f"{name}\n")
    manifest = recognize(tmp_path)
    assert manifest.dataset == "bccd"
    assert dict(manifest.images["part"].value_counts().rows()) == {"train": 2, "validation": 1, "test": 1}
    assert set(manifest.images["modality"]) == {"SM"}
    rows = {row.what: row.here for row in compare(manifest, Bccd, "bccd")}
    assert rows == {"images": 4, "boxes/RBC": 4, "boxes/WBC": 4, "boxes/Platelets": 0, "patients": None}
