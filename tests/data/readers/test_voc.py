from pathlib import Path

import pytest

from bogam.core.errors import FileProblem
from bogam.data.readers.boxes import Box
from bogam.data.readers.voc import read_voc


def written(folder: Path, *boxes: tuple[object, ...]) -> Path:
    objects = "".join(f"<object><name>{name}</name><bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax>"
                      f"<ymax>{y1}</ymax></bndbox></object>" for name, x0, y0, x1, y1 in boxes)
    path = folder / "a.xml"
    path.write_text(f"<annotation><filename>a.jpg</filename><size><width>100</width><height>50</height></size>{objects}"
                    "</annotation>", encoding="utf-8")
    return path


def test_counting_from_one_with_the_last_pixel_becomes_half_open(tmp_path: Path) -> None:
    found = read_voc(written(tmp_path, ("RBC", 1, 11, 10, 20)))
    assert found == [Box("RBC", y0=10, x0=0, y1=20, x1=10)]
    assert (found.picture, found.rows, found.columns, found.problems) == ("a.jpg", 50, 100, ())


def test_empty_boxes_are_set_aside_and_long_ones_cut(tmp_path: Path) -> None:
    found = read_voc(written(tmp_path, ("RBC", 5, 5, 5, 9), ("WBC", 0, 1, 120, 50), ("WBC", "x", 1, 2, 3)))
    assert list(found) == [Box("WBC", 0, 0, 50, 100)]
    assert found.problems == ("box 1 (RBC) set aside: its size is zero", "box 2 (WBC) reaches out of the picture: cut",
                              "box 3 (WBC) set aside: it has no label or not four numbers")


def test_broken_files(tmp_path: Path) -> None:
    path = written(tmp_path, ("RBC", 1, 1, 2, 2))
    path.write_text(path.read_text(encoding="utf-8")[:-30], encoding="utf-8")
    with pytest.raises(FileProblem, match="truncated"):
        read_voc(path)
    path.write_text("<html/>", encoding="utf-8")
    with pytest.raises(FileProblem, match="no VOC annotation"):
        read_voc(path)
    with pytest.raises(FileProblem, match="cannot be opened"):
        read_voc(tmp_path / "none.xml")
