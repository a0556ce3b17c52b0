"""Thumbnails and outlines."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.page.picture import PREDICTED_RGB, TRUTH_RGB, outlined, thumbnail, to_uint8


def decode(uri: str) -> np.ndarray:
    head, _, code = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(base64.b64decode(code), np.uint8), cv2.IMREAD_COLOR),
                        cv2.COLOR_BGR2RGB)


def test_a_thumbnail_keeps_the_shape_and_the_colors() -> None:
    image = np.zeros((20, 40, 3), np.uint8)
    image[..., 0] = 200
    small = decode(thumbnail(image, 100))
    assert small.shape == (50, 100, 3)
    assert np.abs(small.mean((0, 1)) - (200, 0, 0)).max() < 4


def test_outlines_lie_on_the_edges_of_their_masks() -> None:
    image = np.zeros((100, 100), np.uint8)
    truth, predicted = np.zeros((2, 100, 100), bool)
    truth[20:40, 20:40] = True
    predicted[60:90, 60:90] = True
    drawn = decode(outlined(image, truth, predicted, 200)).astype(int)
    solid = np.abs(drawn[50:70, 40] - TRUTH_RGB).max(axis=1) < 60
    dashed = np.abs(drawn[130:170, 120] - PREDICTED_RGB).max(axis=1) < 60
    assert solid.all()
    assert 0.3 < dashed.mean() < 0.9
    assert drawn[60, 60].max() < 20
    assert drawn[150, 150].max() < 20


def test_an_empty_mask_draws_nothing() -> None:
    image = np.full((50, 50), 90, np.uint8)
    assert outlined(image, np.zeros((50, 50)), None, 100) == thumbnail(image, 100)


def test_ranges_and_sizes_are_not_guessed() -> None:
    with pytest.raises(UserError, match="uint8"):
        thumbnail(np.zeros((4, 4), np.float32))  # type: ignore[arg-type]
    with pytest.raises(UserError, match="shape"):
        outlined(np.zeros((4, 4), np.uint8), np.zeros((5, 5)), None)
    assert to_uint8(np.array([3.0, 3.0]), None).tolist() == [0, 0]
    assert to_uint8(np.array([-1000, 0, 1000], np.int16), (-1000, 1000)).tolist() == [0, 128, 255]
