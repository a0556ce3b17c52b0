"""From probabilities to a decision."""

import numpy as np
import pytest

from bogam.predict.decide import decide


@pytest.mark.parametrize(("probs", "threshold", "index"), [
    ((0.7, 0.3), 0.25, 1), ((0.7, 0.3), 0.3, 1), ((0.7, 0.3), 0.31, 0), ((0.2, 0.8), 0.9, 0)])
def test_of_two_classes_the_second_counts_from_its_threshold_on(probs, threshold, index) -> None:
    assert int(decide(np.array(probs), "classification", (0.5, threshold))) == index


def test_of_three_classes_the_largest_wins_whatever_the_thresholds() -> None:
    assert int(decide(np.array([0.2, 0.5, 0.3]), "classification", (0.1, 0.9, 0.1))) == 1


def test_each_label_of_a_mask_has_its_own_threshold() -> None:
    probs = np.array([[[0.1, 0.5, 0.6]], [[0.1, 0.5, 0.6]]], np.float32)
    mask = decide(probs, "segmentation", (0.5, 0.55))
    assert mask.dtype == np.uint8
    assert mask.tolist() == [[[0, 1, 1]], [[0, 0, 1]]]
