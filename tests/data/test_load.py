"""Cases: channels, merged masks, sizes, boxes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.data.layout import recognize
from bogam.data.load import load_case
from bogam.data.manifest import OBJECTS, table


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    write(tmp_path / "a/one.png", np.repeat(gray[..., None], 3, axis=2))
    color = np.zeros((3, 4, 3), np.uint8)
    color[..., 2], color[..., 1] = 100, 50  # blue, green, red in OpenCV
    write(tmp_path / "a/two.png", color)
    write(tmp_path / "b/three.png", gray)
    first, second = np.zeros((3, 4), np.uint8), np.zeros((3, 4), np.uint8)
    first[0, 0], second[2, 3] = 255, 255
    write(tmp_path / "a/one_mask.png", first)
    write(tmp_path / "a/one_mask_1.png", second)
    write(tmp_path / "b/three_mask.png", np.kron(first, np.ones((2, 2), np.uint8)))
    return tmp_path


def test_masks_of_one_image_are_merged(folder: Path) -> None:
    case = load_case(recognize(folder), "one")
    assert case.masks is not None
    assert case.masks.dtype == np.uint8
    assert np.argwhere(case.masks[0]).tolist() == [[0, 0], [2, 3]]
    assert case.targets == {"class": "a"}
    assert case.history[0]["step"] == "read"


def test_no_mask_row_means_nobody_looked(folder: Path) -> None:
    assert load_case(recognize(folder), "two").masks is None


def test_channels(folder: Path) -> None:
    manifest = recognize(folder)
    assert load_case(manifest, "one").image.shape == (3, 3, 4)
    gray = load_case(manifest, "one", channels="gray")
    assert np.array_equal(gray.image[0], np.arange(12).reshape(3, 4))
    assert len(gray.history) == 1
    luma = load_case(manifest, "two", channels="gray")
    assert luma.image.shape == (1, 3, 4)
    assert int(luma.image[0, 0, 0]) == 59  # .299 x 100 + .587 x 50 = 59.25
    assert luma.history[-1]["step"] == "luma"
    assert load_case(manifest, "three", channels="rgb", resize_masks=True).image.shape == (3, 3, 4)


def test_a_mask_of_another_size(folder: Path) -> None:
    manifest = recognize(folder)
    with pytest.raises(UserError, match=r"case three: got a mask of shape \(6, 8\).*resize_masks: true"):
        load_case(manifest, "three")
    case = load_case(manifest, "three", resize_masks=True)
    assert case.masks is not None
    assert np.argwhere(case.masks[0]).tolist() == [[0, 0]]
    assert case.history[-1]["step"] == "resize-masks"


def test_null_locator_is_an_empty_mask_and_boxes_may_be_none(folder: Path) -> None:
    manifest = recognize(folder)
    rows = [{"id": "two", "kind": "mask", "label": "foreground", "locator": None, "values": "nonzero"},
            {"id": "two", "kind": "box", "label": "x", "y0": 0.0, "x0": 1.0, "y1": 2.0, "x1": 3.0},
            {"id": "three", "kind": "box"}]
    changed = manifest.but(objects=table(rows, OBJECTS))
    case = load_case(changed, "two")
    assert case.masks is not None
    assert case.masks.shape == (1, 3, 4)
    assert not case.masks.any()
    assert case.boxes is not None
    assert case.boxes.tolist() == [[0, 1, 2, 3]]
    assert case.box_labels == ("x",)
    looked = load_case(changed, "three").boxes
    assert looked is not None
    assert looked.shape == (0, 4)
    assert load_case(changed, "one").boxes is None


def test_unknown_id(folder: Path) -> None:
    with pytest.raises(UserError, match="Did you mean 'one'"):
        load_case(recognize(folder), "onee")
