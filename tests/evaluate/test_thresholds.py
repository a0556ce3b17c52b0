"""Thresholds come from validation, and are worked by hand here."""

import numpy as np

from bogam.core.types import Case, Prediction
from bogam.evaluate.thresholds import GRID, best_cut, choose_thresholds, dice_at
from bogam.metrics.dice import dice
from bogam.predict.decide import decide


def pair(name: str, probs: np.ndarray, mask: np.ndarray | None = None) -> tuple[Case, Prediction]:
    image = np.zeros((1, *probs.shape[-2:]) if mask is not None else (1, 2, 2), np.uint8)
    return Case(name, image, (0, 255), masks=mask), Prediction(name, probs.astype(np.float32), "")


def test_mask_threshold_has_the_highest_mean_dice_over_images_with_a_lesion() -> None:
    probs = np.array([[[0.9, 0.6], [0.4, 0.1]]])
    mask = np.array([[[1, 1], [0, 0]]], np.uint8)
    empty = np.zeros((1, 2, 2), np.uint8)  # an image without lesion has no say
    chosen = choose_thresholds([pair("a", probs, mask), pair("b", probs * 0 + 0.99, empty)], "segmentation", 1, {})
    assert 0.4 < chosen[0] <= 0.6
    assert chosen == (0.5,)


def test_a_timid_model_gets_a_low_threshold() -> None:
    probs = np.array([[[0.22, 0.21], [0.02, 0.01]]])
    mask = np.array([[[1, 1], [0, 0]]], np.uint8)
    assert choose_thresholds([pair("a", probs, mask)], "segmentation", 1, {}) == (0.2,)


def test_no_lesion_in_validation_leaves_one_half() -> None:
    empty = np.zeros((1, 2, 2), np.uint8)
    assert choose_thresholds([pair("a", np.ones((1, 2, 2)), empty)], "segmentation", 1, {}) == (0.5,)


def test_two_classes_youden() -> None:
    scores = [0.05, 0.3, 0.55, 0.6, 0.7, 0.95]
    truth = {f"c{k}": int(k >= 3) for k in range(6)}
    chosen = choose_thresholds([pair(f"c{k}", np.array([1 - s, s])) for k, s in enumerate(scores)],
                               "classification", 2, truth)
    assert np.isclose(chosen[1], 0.575)
    assert np.isclose(chosen[0], 0.425)


def test_of_equal_cuts_the_middle_of_the_widest_run() -> None:
    scores = np.array([0.1, 0.2, 0.9])
    assert np.isclose(best_cut(scores, np.array([False, False, True])), 0.55)
    assert best_cut(scores, np.array([True, True, True])) == 0.5
    assert best_cut(np.full(4, 0.3), np.array([True, False, True, False])) == 0.5


def test_more_classes_use_the_largest_probability() -> None:
    assert choose_thresholds([pair("a", np.array([0.2, 0.3, 0.5]))], "classification", 3, {"a": 2}) == (0.5,) * 3


def test_of_two_equal_runs_of_cuts_the_wider_one() -> None:
    found = best_cut(np.array([0.1, 0.2, 0.3, 0.9]), np.array([False, True, False, True]))
    assert np.isclose(found, 0.6)


def test_a_probability_at_the_threshold_is_inside_as_when_it_is_decided() -> None:
    probs, mask = np.array([[[0.2, 0.1]]], np.float32), np.array([[[1, 0]]], np.uint8)
    for threshold, found in zip(GRID, dice_at(probs[0], mask[0]), strict=True):
        assert found == dice(decide(probs, "segmentation", (threshold,))[0], mask[0])
