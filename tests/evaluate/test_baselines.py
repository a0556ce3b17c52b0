"""Baselines on images small enough to see the answer."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.evaluate.baselines import baselines, predict_baseline, thumbnail


class Part:
    def __init__(self, **cases):
        self._cases = cases
        self.ids = list(cases)

    def case(self, name):
        return self._cases[name]


def picture(values, masks=None, dtype=np.uint8, levels=(0, 255)):
    image = np.array([values], dtype)
    return Case("?", image, levels, masks=None if masks is None else np.array([masks], np.uint8))


def said(name, train, test, labels=2, classes=None):
    return {i: p.tolist() for i, p in predict_baseline(name, train, test, labels, 0, classes=classes).items()}


DARK, BRIGHT, STRIPES = [[0, 10], [10, 0]], [[250, 240], [240, 250]], [[0, 200], [0, 200]]


def test_the_names():
    assert baselines("classification") == ["majority-class", "nearest-neighbor", "linear-probe"]
    assert baselines("segmentation") == ["empty-mask", "mean-mask", "nearest-mask"]
    assert baselines("detection") == []


def test_majority_class_gives_the_shares_of_the_training_part():
    train = Part(a=picture(DARK), b=picture(DARK), c=picture(BRIGHT), d=picture(BRIGHT), e=picture(BRIGHT))
    probs = said("majority-class", train, Part(t=picture(DARK)), 3, {"a": 0, "b": 2, "c": 2, "d": 2})
    assert probs == {"t": [0.25, 0.0, 0.75]}  # e is not labeled


def test_nearest_neighbor_gives_the_class_of_the_nearest():
    train = Part(a=picture(DARK), b=picture(BRIGHT), c=picture(STRIPES))
    test = Part(p=picture([[20, 0], [0, 20]]), q=picture([[200, 200], [200, 200]]), r=picture([[50, 180], [60, 220]]))
    probs = said("nearest-neighbor", train, test, 3, {"a": 0, "b": 1, "c": 2})
    assert probs == {"p": [1, 0, 0], "q": [0, 1, 0], "r": [0, 0, 1]}


def test_distance_is_over_levels_so_a_deep_and_a_shallow_image_can_be_near():
    train = Part(a=picture(DARK), b=picture(BRIGHT))
    test = Part(t=picture([[3900, 3900], [3900, 3900]], dtype=np.uint16, levels=(0, 4095)))
    assert said("nearest-neighbor", train, test, 2, {"a": 0, "b": 1}) == {"t": [0, 1]}


def test_color_counts():
    def colored(red, green, blue):
        return Case("?", np.broadcast_to(np.array([red, green, blue], np.uint8)[:, None, None], (3, 4, 4)), (0, 255))
    train = Part(a=colored(200, 0, 0), b=colored(0, 0, 200))
    test = Part(t=colored(150, 10, 20), u=colored(10, 20, 150), gray=picture(BRIGHT))
    with pytest.raises(UserError, match="prepared images of different size"):
        predict_baseline("nearest-neighbor", train, test, 2, 0, classes={"a": 0, "b": 1})
    test = Part(t=colored(150, 10, 20), u=colored(10, 20, 150))
    assert said("nearest-neighbor", train, test, 2, {"a": 0, "b": 1}) == {"t": [1, 0], "u": [0, 1]}


def noisy(level, count, name, shape=(12, 12)):
    rng = np.random.default_rng(level)
    return {f"{name}{k}": picture(rng.normal(level, 15, shape).clip(0, 255)) for k in range(count)}


def test_linear_probe_learns_what_is_linear_and_knows_absent_classes():
    train = Part(**noisy(100, 20, "a"), **noisy(120, 20, "b"))
    classes = {i: 0 if i[0] == "a" else 2 for i in train.ids}
    test = Part(**{i: c for level, name in ((100, "p"), (120, "q")) for i, c in noisy(level, 30, name).items()})
    probs = predict_baseline("linear-probe", train, test, 3, 0, classes=classes)
    again = predict_baseline("linear-probe", train, test, 3, 0, classes=classes)
    assert all(np.array_equal(probs[i], again[i]) for i in test.ids)
    assert all(p[1] == 0 and p.sum() == pytest.approx(1, abs=1e-6) for p in probs.values())
    assert np.mean([(p[2] > p[0]) == (i[0] == "q") for i, p in probs.items()]) > 0.9


def test_linear_probe_learns_nothing_from_labels_without_meaning():
    train = Part(**noisy(100, 60, "a"))
    classes = {i: k % 2 for k, i in enumerate(train.ids)}
    rng = np.random.default_rng(1)
    test = Part(**{f"t{k}": picture(rng.normal(100, 15, (12, 12)).clip(0, 255)) for k in range(200)})
    probs = predict_baseline("linear-probe", train, test, 2, 0, classes=classes)
    assert 0.35 < np.mean([(p[1] > 0.5) == k % 2 for k, p in enumerate(probs.values())]) < 0.65


def test_linear_probe_with_one_class_in_training_says_that_class():
    assert said("linear-probe", Part(a=picture(DARK)), Part(t=picture(BRIGHT)), 2, {"a": 1}) == {"t": [0, 1]}


def test_empty_mask_is_empty_in_every_size():
    test = Part(t=picture(DARK), u=picture([[1, 2, 3]]))
    probs = predict_baseline("empty-mask", Part(), test, 2, 0)
    assert {i: p.shape for i, p in probs.items()} == {"t": (2, 2, 2), "u": (2, 1, 3)}
    assert not any(p.any() for p in probs.values())


def test_mean_mask_is_the_share_of_training_masks():
    train = Part(a=picture(DARK, [[1, 0], [0, 0]]), b=picture(DARK, [[1, 1], [0, 0]]), c=picture(DARK))
    probs = said("mean-mask", train, Part(t=picture(BRIGHT), u=picture(DARK)), 1)
    assert probs == {"t": [[[1.0, 0.5], [0, 0]]], "u": [[[1.0, 0.5], [0, 0]]]}  # nobody looked at c


def test_nearest_mask_copies_the_mask_of_the_best_correlated_image():
    train = Part(flat=picture([[90, 90], [90, 90]], [[1, 1], [1, 1]]),
                 rows=picture([[0, 0], [50, 50]], [[1, 1], [0, 0]]),
                 columns=picture([[0, 50], [0, 50]], [[1, 0], [1, 0]]))
    test = Part(t=picture([[150, 150], [250, 240]]), u=picture([[0, 3], [1, 3]]), v=picture([[0, 20], [30, 30]]))
    probs = said("nearest-mask", train, test, 1)
    assert probs["t"] == [[[1, 1], [0, 0]]]
    assert probs["u"] == [[[1, 0], [1, 0]]]
    # v: (-20, 0, 10, 10) correlates .82 with rows, .41 with columns, and is far from flat
    assert probs["v"] == [[[1, 1], [0, 0]]]


def test_a_weak_correlation_still_beats_a_flat_image():
    train = Part(flat=picture([[90, 90], [90, 90]], [[1, 1], [1, 1]]),
                 rows=picture([[0, 0], [50, 50]], [[1, 1], [0, 0]]))
    test = Part(t=picture([[0, 100], [90, 30]]))  # correlates .12 with rows
    assert said("nearest-mask", train, test, 1) == {"t": [[[1, 1], [0, 0]]]}


def test_thumbnails_shrink_by_area():
    image = np.zeros((1, 64, 64), np.uint8)
    image[0, :, 0] = 200
    rows = thumbnail(Case("a", image, (0, 200)), 1).reshape(32, 32)
    assert rows[:, 0].tolist() == [0.5] * 32
    assert rows[:, 1:].max() == 0


@pytest.mark.parametrize(("name", "train", "classes", "message"), [
    ("mean-maks", Part(), None, r"baseline: got 'mean-maks', expected .* Did you mean 'mean-mask'"),
    ("nearest-neighbor", Part(a=picture(DARK)), {}, "no training image with a class"),
    ("mean-mask", Part(a=picture(DARK)), None, "no training image with a mask"),
    ("mean-mask", Part(a=picture([[1, 2, 3]], [[1, 1, 1]])), None, r"got shape \(2, 2\), expected \(1, 3\)"),
    ("nearest-neighbor", Part(a=picture([[1, 2, 3]])), {"a": 0}, "prepared images of different size"),
])
def test_what_cannot_be_done_is_said(name, train, classes, message):
    with pytest.raises(UserError, match=message):
        predict_baseline(name, train, Part(t=picture(DARK)), 2, 0, classes=classes)
