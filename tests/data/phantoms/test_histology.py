"""Stain, nuclei and patients of the histology phantom."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.data.phantoms.family import phantoms

PHANTOM = phantoms.parse({"histology": {"size": (96, 96), "sites": 1, "difficulty": 0.1}})


def test_nuclei_are_bluer_and_darker_than_what_is_around_them() -> None:
    for patient in range(6):
        drawn = PHANTOM.draw(patient, 0)
        inside = drawn.image[:, drawn.masks[0] > 0].mean(axis=1)
        outside = drawn.image[:, drawn.masks[0] == 0].mean(axis=1)
        assert (inside < outside).all()
        assert inside[2] - inside[0] > outside[2] - outside[0]
        assert outside[1] < outside[0]                    # eosin takes green away


def test_tumor_patches_are_crowded() -> None:
    area = {"normal": [], "tumor": []}
    for patient in range(10):
        for index in range(4):
            drawn = PHANTOM.draw(patient, index)
            area[drawn.label].append(drawn.masks.mean())
    assert np.mean(area["tumor"]) > 1.7 * np.mean(area["normal"])


def test_most_patients_have_both_kinds_of_patch_in_shares_of_their_own() -> None:
    shares = [np.mean([PHANTOM.class_index(p, i) for i in range(40)]) for p in range(60)]
    assert np.mean([0 < s < 1 for s in shares]) > 0.9
    assert np.std(shares) > 0.1
    assert np.mean(shares) == pytest.approx(0.4, abs=0.03)


def test_color_is_8_bit_only() -> None:
    with pytest.raises(ValueError, match="bits"):
        phantoms.parse({"histology": {"bits": 12}})
