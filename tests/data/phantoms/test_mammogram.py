"""Views, sides and findings of the mammogram phantom."""

from __future__ import annotations

import numpy as np

from bogam.data.phantoms.family import phantoms

PHANTOM = phantoms.parse({"mammogram": {"size": (96, 96), "sites": 1, "difficulty": 0.2}})


def test_views_take_turns_on_one_side() -> None:
    for patient in range(6):
        drawn = [PHANTOM.draw(patient, i) for i in range(3)]
        assert [d.view for d in drawn] == ["CC", "MLO", "CC"]
        assert len({d.laterality for d in drawn}) == 1


def test_the_chest_wall_is_left_for_a_left_breast_and_right_for_a_right_one() -> None:
    sides = set()
    for patient in range(12):
        drawn = PHANTOM.draw(patient, 0)
        left, right = drawn.image[0, :, :8].mean(), drawn.image[0, :, -8:].mean()
        assert (left > 3 * right) if drawn.laterality == "L" else (right > 3 * left)
        sides.add(drawn.laterality)
    assert sides == {"L", "R"}


def test_the_pectoral_muscle_is_in_the_upper_corner_of_mlo_only() -> None:
    for patient in range(8):
        cranial, oblique = (PHANTOM.draw(patient, i) for i in (0, 1))
        corner = np.s_[0, :4, :4] if oblique.laterality == "L" else np.s_[0, :4, -4:]
        assert oblique.image[corner].mean() > 80 > 30 > cranial.image[corner].mean()


def test_findings_are_brighter_than_their_surroundings_and_lie_in_the_breast() -> None:
    shares = []
    for patient in range(40):
        drawn = PHANTOM.draw(patient, 0)
        if drawn.masks.any():
            inside = drawn.image[0][drawn.masks[0] > 0]
            assert inside.min() > 12                      # never on the black background
            breast = drawn.image[0][(drawn.image[0] > 25) & (drawn.masks[0] == 0)]
            shares.append(inside.mean() > breast.mean())
    assert len(shares) > 10
    assert np.mean(shares) > 0.8
