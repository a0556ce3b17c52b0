"""Anatomy and opacities of the chest X-ray phantom."""

from __future__ import annotations

import numpy as np

from bogam.data.phantoms.family import Phantom, phantoms


def phantom(difficulty: float = 0.3) -> Phantom:
    return phantoms.parse({"chest-x-ray": {"size": (96, 96), "sites": 1, "difficulty": difficulty}})


def test_lungs_are_dark_the_midline_and_belly_bright_the_corners_empty() -> None:
    for patient in range(8):
        image = phantom().draw(patient, 0).image[0].astype(float)
        lungs = np.r_[image[40:60, 26:34].ravel(), image[40:60, 64:70].ravel()].mean()
        assert image[55:65, 45:51].mean() > lungs + 50
        assert image[90:, 40:56].mean() > lungs + 30
        assert image[:3, :10].mean() < 20


def test_an_opacity_lies_in_a_lung_and_is_brighter_than_clear_lung() -> None:
    def excess(difficulty: float) -> float:
        settings = phantom(difficulty)
        found = []
        for patient in range(30):
            drawn = settings.draw(patient, 0)
            assert drawn.masks.any() == (drawn.label == "pneumonia")
            if drawn.masks.any():
                assert not drawn.masks[0, :, 46:50].any()                # not over the spine
                mirror = drawn.masks[0, :, ::-1] * (1 - drawn.masks[0])
                if mirror.sum() > 20:
                    found.append(drawn.image[0][drawn.masks[0] > 0].mean() - drawn.image[0][mirror > 0].mean())
        assert len(found) > 6
        return float(np.median(found))
    assert excess(0.0) > excess(1.0) + 10 > 10
