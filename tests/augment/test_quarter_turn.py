"""Right angles."""

from __future__ import annotations

import numpy as np

from bogam.augment.plan import Plan, replay
from bogam.augment.quarter_turn import QuarterTurn
from bogam.core.types import Case


def test_everything_turns_exactly():
    image = np.arange(9, dtype=np.uint16).reshape(1, 3, 3)
    case = Case("a", image, None, masks=(image > 5).astype(np.uint8), boxes=np.array([[0.0, 1.0, 1.0, 3.0]]),
                points=np.array([[0.0, 2.0]]))
    made = replay(case, [{"augment": "quarter-turn", "turns": 1}])
    assert made.image[0].tolist() == [[2, 5, 8], [1, 4, 7], [0, 3, 6]]
    assert made.masks[0].tolist() == [[0, 0, 1]] * 3
    assert made.boxes.tolist() == [[0, 0, 2, 1]]
    assert made.points.tolist() == [[0, 0]]
    back = replay(made, [{"augment": "quarter-turn", "turns": 3}])
    assert np.array_equal(back.image, image)
    assert back.boxes.tolist() == case.boxes.tolist()


def test_turns_and_mirrors_join_without_interpolation(monkeypatch):
    import cv2
    monkeypatch.setattr(cv2, "warpAffine", None)
    monkeypatch.setattr(cv2, "remap", None)
    image = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    made = replay(Case("a", image, None), [{"augment": "quarter-turn", "turns": 1}, {"augment": "flip-horizontal"},
                                           {"augment": "quarter-turn", "turns": 2}])
    assert np.array_equal(made.image[0], np.rot90(np.rot90(image[0])[:, ::-1], 2))


def test_only_a_square_takes_quarters():
    plan = Plan([QuarterTurn(probability=1.0)], seed=0)
    drawn = {side: {plan.draw(Case("a", np.zeros((1, 4, side), np.uint8), None), epoch)[0]["turns"]
                    for epoch in range(60)} for side in (4, 5)}
    assert drawn == {4: {1, 2, 3}, 5: {2}}


def test_a_volume_turns_within_its_slices():
    volume = np.arange(18, dtype=np.uint8).reshape(1, 2, 3, 3)
    made = replay(Case("v", volume, None, spacing_mm=(5.0, 1.0, 2.0)), [{"augment": "quarter-turn", "turns": 3}])
    assert np.array_equal(made.image, np.rot90(volume, 3, axes=(2, 3)))
    assert made.spacing_mm == (5.0, 2.0, 1.0)
