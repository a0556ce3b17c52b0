import json
from pathlib import Path
from typing import Any

import pytest

from bogam.core.errors import FileProblem
from bogam.data.readers.boxes import Box
from bogam.data.readers.coco import CocoImage, read_coco


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "a.json"
    images = [{"id": 1, "file_name": "a.png", "height": 50, "width": 100}, {"id": 2, "file_name": "b.png"}]
    path.write_text(json.dumps({"images": images, "annotations": list(entries),
                                "categories": [{"id": 7, "name": "lung"}]}), encoding="utf-8")
    return path


def test_width_and_height_become_half_open_ends(tmp_path: Path) -> None:
    found = read_coco(written(tmp_path, {"image_id": 1, "category_id": 7, "bbox": [10.5, 20, 30, 5]}))
    assert found.images[0] == CocoImage("1", "a.png", 50, 100)
    assert found.labels == ("lung",)
    assert found.boxes == {"1": (Box("lung", 20, 10.5, 25, 40.5),), "2": ()}


def test_bad_boxes_are_set_aside_with_a_reason(tmp_path: Path) -> None:
    found = read_coco(written(
        tmp_path, {"image_id": 1, "category_id": 7, "bbox": [1, 1, 0, 5]}, {"image_id": 9, "category_id": 7},
        {"image_id": 1, "category_id": 7, "bbox": [90, 1, 20, 5], "segmentation": [[1, 2, 3]]},
        {"image_id": 1, "category_id": 7, "bbox": [1, 2]}))
    assert found.boxes["1"] == (Box("lung", 1, 90, 6, 100),)
    assert [p.split(": ")[1] for p in found.problems] == ["its size is zero", "its picture or category is unknown",
                                                          "cut", "its box is not four numbers"]
    assert found.notes == ("1 segmentations are not read, only boxes",)


def test_broken_files(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content, clause in (("{", "no JSON"), ("[]", "no COCO file"), ('{"images": []}', "no COCO file")):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(FileProblem, match=clause):
            read_coco(path)
