"""Small masks: half-covered pixels count, labels are averaged, and files are decoded once."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest

from bogam.audit.probe import masks
from bogam.audit.probe.masks import dice_of_copies, pack, shrink, small_masks, unpack
from bogam.data.layout import recognize


def square(*places: tuple[int, int, int, int]) -> np.ndarray:
    found = np.zeros((1, len(places), 64, 64), bool)
    for k, (top, left, bottom, right) in enumerate(places):
        found[0, k, top:bottom, left:right] = True
    return found


def test_packing_loses_nothing() -> None:
    made = np.random.default_rng(0).random((3, 2, 64, 64)) < 0.3
    assert (unpack(pack(made)).reshape(made.shape) == made).all()


def test_dice_of_copies_is_that_of_the_pixels() -> None:
    one, other = square((0, 0, 10, 10)), square((0, 0, 10, 30))
    assert dice_of_copies(pack(one), pack(other)).tolist() == [2 * 100 / 400]
    assert dice_of_copies(pack(one), pack(one)).tolist() == [1.0]
    assert dice_of_copies(pack(one), pack(np.zeros_like(one))).tolist() == [0.0]


def test_a_label_that_the_truth_lacks_does_not_count() -> None:
    truth = square((0, 0, 10, 10), (0, 0, 0, 0))
    said = square((0, 0, 10, 10), (5, 5, 20, 20))
    assert dice_of_copies(pack(truth), pack(said)).tolist() == [1.0]
    assert np.isnan(dice_of_copies(pack(np.zeros_like(truth)), pack(said)))


def test_a_pixel_counts_where_half_of_it_is_covered() -> None:
    mask = np.zeros((128, 128), np.uint8)
    mask[0, :] = 1  # half of the first row of small pixels
    assert shrink(mask)[0].all()
    assert shrink(mask).sum() == 64


def test_masks_of_one_image_are_merged_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    for k in range(3):
        folder = tmp_path / "data" / "sick"
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"a ({k}).png"), rng.integers(0, 255, (64, 96), np.uint8))
        for part, rows in (("", slice(0, 32)), ("_1", slice(32, 48))):
            mask = np.zeros((64, 96), np.uint8)
            mask[rows] = 255
            cv2.imwrite(str(folder / f"a ({k})_mask{part}.png"), mask)
    manifest = recognize(tmp_path / "data")
    ids = manifest.images["id"].to_list()
    assert manifest.objects.filter(pl.col("kind") == "mask").height == 6
    seen: list[tuple[int, int]] = []
    found = small_masks(manifest, ids, tmp_path / "cache", lambda done, total: seen.append((done, total)))
    assert seen[-1] == (3, 3)
    assert unpack(found).sum(axis=(1, 2)).tolist() == [48 * 64] * 3

    def broken(*_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(masks, "_small", broken)
    assert (small_masks(manifest, ids, tmp_path / "cache") == found).all()
