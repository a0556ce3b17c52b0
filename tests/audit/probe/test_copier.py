"""The copier finds what plain sorting finds."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.probe import copier
from bogam.audit.probe.copier import nearest, nearest_elsewhere, nearest_of_other_groups, nearest_training


@pytest.fixture
def made():
    rng = np.random.default_rng(0)
    pictures = rng.normal(size=(90, 12))
    pictures -= pictures.mean(axis=1, keepdims=True)
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)
    return pictures.astype(np.float32), rng.integers(0, 45, 90), rng.random(90) < 0.6


def by_hand(pictures, asked, allowed) -> int:
    alike = pictures[allowed] @ pictures[asked]
    return int(allowed[alike.argmax()])


def test_the_nearest_training_picture(made) -> None:
    pictures, _, training = made
    asked = np.flatnonzero(~training)
    assert nearest(pictures, asked, training).tolist() == [
        by_hand(pictures, i, np.flatnonzero(training)) for i in asked]


def test_the_nearest_of_another_group(made) -> None:
    pictures, groups, training = made
    asked = np.flatnonzero(~training)
    assert nearest_elsewhere(pictures, groups, asked, training).tolist() == [
        by_hand(pictures, i, np.flatnonzero(training & (groups != groups[i]))) for i in asked]
    alone = np.zeros(90, int)
    assert set(nearest_elsewhere(pictures, alone, asked, training)) == {-1}


@pytest.mark.parametrize("most", [2, 32])
def test_any_division_of_whole_groups_is_answered_from_one_pass(made, monkeypatch: pytest.MonkeyPatch,
                                                                most: int) -> None:
    monkeypatch.setattr(copier, "MOST_GROUPS", most)  # 2: often none of the kept groups trains
    pictures, groups, _ = made
    _, groups = np.unique(groups, return_inverse=True)
    asked = np.arange(0, 90, 2)
    others = nearest_of_other_groups(pictures, groups, asked)
    assert others.shape == (45, most)
    assert not (groups[others] == groups[asked][:, None]).any()
    rng = np.random.default_rng(5)
    for _ in range(5):
        trains = rng.random(groups.max() + 1) < 0.5
        training = trains[groups]
        chosen = np.flatnonzero(~training[asked])
        found = nearest_training(pictures, others, asked, chosen, training)
        assert found.tolist() == [by_hand(pictures, i, np.flatnonzero(training)) for i in asked[chosen]]
