"""Marks told from pixels alone: drawn ones are found where they were drawn, and not where they were not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.data.marks import SMALLEST, crosses, letters, marks_of, text_boxes
from bogam.data.phantoms.family import phantoms

LEVELS = (0.0, 255.0)


@pytest.fixture(scope="module")
def tissue() -> np.ndarray:
    """One phantom ultrasound image (256, 256), uint8."""
    return np.ascontiguousarray(phantoms.parse({"breast-ultrasound": {"images": 1, "size": (256, 256)}})
                                .draw(0, 0).image[0])


def test_borders_are_the_share_that_is_uniform() -> None:
    rng = np.random.default_rng(0)
    image = np.full((1, 50, 100), 7, np.uint8)
    image[0, 10:45, :80] = rng.integers(0, 255, (35, 80))
    found = marks_of(image, None)
    assert found["border_top"] == pytest.approx(0.2)
    assert found["border_bottom"] == pytest.approx(0.1)
    assert found["border_left"] == 0
    assert found["border_right"] == pytest.approx(0.2)


def test_a_blank_picture_is_all_border_and_has_no_marks() -> None:
    found = marks_of(np.zeros((3, 200, 200), np.uint16), (0, 4095))
    assert [found[f"border_{side}"] for side in ("top", "bottom", "left", "right")] == [1, 1, 1, 1]
    assert found["text"] == found["callipers"] == found["markers"] == found["overlay"] == 0
    assert marks_of(np.zeros((1, 4, 4), np.uint8), None)["border_left"] == 1


def test_a_word_is_found_where_it_was_written(tissue: np.ndarray) -> None:
    assert text_boxes(tissue) == []
    cv2.putText(tissue := tissue.copy(), "RT AXILLA", (60, 220), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1, cv2.LINE_AA)
    (x, y, w, h), *_ = text_boxes(tissue)
    assert x >= 55
    assert x + w <= 140
    assert y >= 205
    assert y + h <= 224
    assert marks_of(tissue[None], LEVELS)["text"] >= 1


def test_a_word_has_nothing_like_it_above_and_below() -> None:
    """Steep steps go on above and below in a stained slide or in speckle; around a word they end."""
    plain = np.full((256, 256), 20, np.uint8)
    cv2.putText(plain, "RT AXILLA", (60, 150), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1, cv2.LINE_AA)
    assert len(text_boxes(plain)) == 1
    striped = plain.copy()
    striped[90:140] = np.where(np.arange(256) % 8 < 4, 200, 20).astype(np.uint8)  # too tall for a word itself
    assert text_boxes(striped) == []


def test_crosses_are_found_where_they_were_drawn(tissue: np.ndarray) -> None:
    drawn = tissue.copy()
    for y, x in ((70, 90), (140, 180)):
        drawn[y, x - 4:x + 5] = drawn[y - 4:y + 5, x] = 240
    assert sorted(crosses(drawn)) == [(90, 70), (180, 140)]
    assert marks_of(drawn[None], LEVELS)["callipers"] == marks_of(tissue[None], LEVELS)["callipers"] + 2


def test_a_bright_line_is_no_cross() -> None:
    lines = np.zeros((100, 100), np.uint8)
    lines[50] = lines[:, 20] = 0
    lines[30] = 255
    assert crosses(lines) == []


def test_a_letter_at_the_edge_is_a_marker_and_one_in_the_middle_is_none() -> None:
    dark = np.full((240, 240), 30, np.uint8)
    for place, expected in (((8, 40), 1), ((210, 40), 1), ((110, 130), 0)):
        drawn = dark.copy()
        cv2.putText(drawn, "R", place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 250, 2, cv2.LINE_AA)
        assert len(letters(drawn)) == expected, place


def test_levels_say_what_is_bright(tissue: np.ndarray) -> None:
    drawn = tissue.copy()
    cv2.putText(drawn, "LEFT CC", (60, 220), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1, cv2.LINE_AA)
    deep = drawn.astype(np.uint16)[None] * 16
    assert marks_of(deep, (0, 4080))["text"] == marks_of(drawn[None], LEVELS)["text"] >= 1
    assert marks_of(deep, (0, 65535))["text"] == 0  # one sixteenth of that range is no steep step
    assert marks_of(deep.astype(np.float32), (0, 4080))["text"] >= 1


def test_color_on_grey_is_an_overlay_and_a_color_picture_has_none(tissue: np.ndarray) -> None:
    drawn = np.repeat(tissue[None], 3, axis=0)
    assert marks_of(drawn, LEVELS)["overlay"] == 0
    drawn[0, 20:40, 20:40], drawn[2, 20:40, 20:40] = 255, 0
    assert marks_of(drawn, LEVELS)["overlay"] == pytest.approx(400 / 256**2, rel=0.3)
    stained = np.zeros((3, 128, 128), np.uint8)
    stained[0], stained[2] = 200, 120
    stained[:, ::2] += 10
    stained[:, :20, :20] = 128  # a grey corner on a stained slide
    assert marks_of(stained, LEVELS)["overlay"] == 0


def test_small_pictures_are_not_searched() -> None:
    side = SMALLEST - 1
    drawn = np.full((1, side, side), 20, np.uint8)
    cv2.putText(drawn[0], "R L", (4, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1)
    found = marks_of(drawn, LEVELS)
    assert found["text"] == found["markers"] == found["callipers"] == 0


@pytest.mark.parametrize("shape", [(1, 1, 300), (1, 300, 1), (3, 2, 100), (1, 5, 2000)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_odd_shapes_and_types(shape: tuple[int, ...], dtype: type) -> None:
    image = np.random.default_rng(0).integers(0, 200, shape).astype(dtype)
    assert all(np.isfinite(value) for value in marks_of(image, None).values())
