"""Augmentations on real pictures: what must not move stays, what must move moves together."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bogam.augment.plan import Plan, replay
from bogam.augment.sets import named
from bogam.core.types import Case


@pytest.fixture(scope="module")
def lesions(real_data):
    folder = real_data / "busi" / "Dataset_BUSI_with_GT" / "malignant"
    cases = []
    for number in range(1, 21):
        image = cv2.imread(str(folder / f"malignant ({number}).png"), cv2.IMREAD_GRAYSCALE)
        mask = cv2.imread(str(folder / f"malignant ({number})_mask.png"), cv2.IMREAD_GRAYSCALE)
        cases.append(Case(f"m{number}", image[None], (0, 255), masks=(mask > 127).astype(np.uint8)[None]))
    return cases


def test_the_lesion_moves_with_its_mask(lesions):
    """A lesion painted white stays inside its moved mask, whatever was drawn."""
    plan = Plan(named("geometric"), seed=0)
    for case in lesions:
        painted = case.but(image=np.where(case.masks > 0, np.uint8(255), np.uint8(0)))
        for epoch in range(5):
            made = plan.apply(painted, plan.draw(painted, epoch))
            differ = (made.image[0] > 127) != (made.masks[0] > 0)
            outline = cv2.morphologyEx(made.masks[0], cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
            assert not (differ & ~outline).any()  # only half a pixel at the outline may differ


def test_all_replays_on_real_pictures(lesions):
    plan = Plan(named("all"), seed=0)
    for epoch, case in enumerate(lesions):
        made = plan.apply(case, plan.draw(case, epoch))
        assert np.array_equal(replay(case, made.history).image, made.image)
        assert made.masks.sum() > 0.4 * case.masks.sum()
