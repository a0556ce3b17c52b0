"""Change the gain with depth (time-gain compensation of ultrasound)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_between
from bogam.core.fields import Count, Range
from bogam.core.types import Array, Case

TOE = np.float32(0.1)
"""Share of the grey range below which a gain fades to nothing: the black around the scan stays black."""


@augmentations.register
class GainRamp(Augment):
    """Brighten or darken by depth, as the row of sliders for time-gain compensation does.

    Sliders are spread evenly from top to bottom, their settings drawn one by one and joined linearly. B-mode shows
    decibels, so a gain adds: the setting, as a share of the grey range, to every level above a tenth of the range, and
    less to those below, none at the lowest (no echo, or outside the scan). The result is clamped to the levels. Turn
    images so that the probe is at the top first.

    Masks, boxes and targets stay as they are. Enhancement behind a cyst and shadow behind a mass are local, gain is
    not, so that they survive moderate settings.

    References:
        Singla et al., "Speckle and shadows: ultrasound-specific physics-based data augmentation for kidney
        segmentation", MIDL 2022 (time-gain compensation as an augmentation).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    kind: Literal["gain-ramp"] = "gain-ramp"
    gain: Range = (-0.15, 0.15)
    """Setting of a slider as a share of the grey range, drawn uniformly from (low, high) for each."""
    sliders: Count = 6
    """How many; 2 make one straight ramp from top to bottom, 1 a gain for the whole image."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"gain": [one per slider]}."""
        return {"gain": [draw_between(rng, *self.gain) for _ in range(self.sliders)]}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image under the gain, clamped to the levels and rounded once for integers.

        Example:
            >>> image = np.array([[[0, 10, 100]] * 3], np.uint8)
            >>> GainRamp.filter(image, (0, 200), {"gain": [-0.1, 0.1]})[0].tolist()
            [[0, 0, 80], [0, 10, 100], [0, 20, 120]]
        """
        assert levels is not None
        height = image.shape[-2]
        sliders = np.linspace(0, max(height - 1, 1), len(drawn["gain"]))
        gain = np.interp(np.arange(height), sliders, drawn["gain"]).astype(np.float32)
        share = read_levels(image, levels)
        change = np.minimum(share, TOE)
        change *= (gain / TOE)[:, None]
        share += change
        return pixels(share, levels, image.dtype)
