"""The signs by which ultrasound tells benign from malignant are in the pictures."""

from __future__ import annotations

import cv2
import numpy as np

from bogam.data.phantoms.family import PhantomImage, phantoms


def draw(difficulty: float, label: str, count: int = 24) -> list[PhantomImage]:
    phantom = phantoms.parse({"breast-ultrasound": {"size": (96, 96), "difficulty": difficulty, "sites": 1}})
    patients = [p for p in range(200) if phantom.classes[phantom.class_index(p, 0)] == label]
    return [phantom.draw(p, 0) for p in patients[:count]]


def raggedness(drawn: PhantomImage) -> float:
    """Perimeter squared over area; 1 for a disc."""
    border = max(cv2.findContours(drawn.masks[0], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=len)
    return cv2.arcLength(border, True) ** 2 / max(cv2.contourArea(border), 1) / 4 / np.pi


def darkness_behind(drawn: PhantomImage) -> float:
    """Mean level in the lesion's columns below it, over that beside them in the same rows."""
    _, left, bottom, right = (int(n) for n in drawn.boxes[0])
    rows = slice(bottom + 2, min(bottom + 16, 90))
    beside = np.ones(96, bool)
    beside[max(left - 8, 0):right + 8] = False
    if rows.stop - rows.start < 4 or beside.sum() < 10:
        return float("nan")
    middle = slice(left + (right - left) // 4, right - (right - left) // 4)
    return float(drawn.image[0, rows, middle].mean() / drawn.image[0, rows][:, beside].mean())


def contrast(drawn: PhantomImage) -> float:
    near = cv2.dilate(drawn.masks[0], np.ones((9, 9), np.uint8)) - drawn.masks[0]
    return float(drawn.image[0][drawn.masks[0] > 0].mean() / drawn.image[0][near > 0].mean())


def test_malignant_lesions_are_ragged_and_cast_a_shadow() -> None:
    benign, malignant = draw(0.2, "benign"), draw(0.2, "malignant")
    assert np.median([raggedness(d) for d in malignant]) > 1.2 * np.median([raggedness(d) for d in benign])
    assert np.nanmedian([darkness_behind(d) for d in malignant]) < 0.8
    assert np.nanmedian([darkness_behind(d) for d in benign]) > 1.0


def test_difficulty_takes_contrast_away() -> None:
    easy, default, hard = (np.mean([contrast(d) for d in draw(k, "benign")]) for k in (0.0, 0.5, 1.0))
    assert easy < default - 0.08 < hard - 0.16


def test_difficulty_brings_the_outlines_of_the_classes_together() -> None:
    def overlap(difficulty: float) -> float:
        benign, malignant = ([raggedness(d) for d in draw(difficulty, c)] for c in ("benign", "malignant"))
        return float(np.mean([b < m for b in benign for m in malignant]))
    assert overlap(0.0) > 0.97
    assert 0.6 < overlap(1.0) < 0.97


def test_normal_images_have_no_box() -> None:
    assert all(d.boxes.shape == (0, 4) and not d.masks.any() for d in draw(0.5, "normal", 6))
