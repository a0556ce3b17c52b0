"""Dice and IoU of masks worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.metrics.dice import dice
from bogam.metrics.iou import iou, mean_iou


@pytest.mark.parametrize(("predicted", "truth", "expected"), [
    ([1, 1, 0, 0], [0, 1, 1, 0], (0.5, 1 / 3)), ([0, 0], [0, 0], (1.0, 1.0)), ([1, 0], [0, 0], (0.0, 0.0)),
    ([0, 0], [1, 0], (0.0, 0.0)), ([255, 0], [1, 0], (1.0, 1.0))])
def test_by_hand(predicted: list[int], truth: list[int], expected: tuple[float, float]) -> None:
    pair = np.array(predicted, np.uint8), np.array(truth, np.uint8)
    assert (dice(*pair), iou(*pair)) == pytest.approx(expected)


def test_masks_of_different_shape_are_refused_not_broadcast() -> None:
    for metric in (dice, iou):
        with pytest.raises(UserError, match="expected one shape"):
            metric(np.ones((4, 4)), np.ones((1, 4)))


def test_mean_iou_averages_the_background_in() -> None:
    counts = [np.array(c) for c in ([1, 0, 0], [1, 0, 0], [2, 0, 4], [6, 10, 0])]
    found = mean_iou(*counts)
    assert found.tolist() == pytest.approx([(1 / 4 + 6 / 9) / 2, 1.0, 0.0])
