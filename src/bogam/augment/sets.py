"""The named sets of augmentations that a recipe can ask for in one word."""

from __future__ import annotations

from typing import Any

from bogam.augment._modality_sets import MODALITIES, STRENGTHS, steps_of
from bogam.augment.family import Augment, augmentations
from bogam.core.errors import near_miss

_GEOMETRIC: tuple[dict[str, Any], ...] = (
    {"rotate": {"probability": 0.5, "angle_degrees": [-15.0, 15.0], "tilt_degrees": [0.0, 0.0]}},
    {"flip-vertical": {"probability": 0.5}},
    {"flip-horizontal": {"probability": 0.5}},
    {"grid-distortion": {"probability": 0.5, "cells": [5, 5], "limit": 0.3}})
_FILTER: tuple[dict[str, Any], ...] = (
    {"clahe": {"probability": 0.25, "clip": [1.0, 3.0], "tiles": [8, 8]}},
    {"gaussian-blur": {"probability": 0.25, "sigma_px": [0.3, 1.2]}},
    {"equalize": {"probability": 0.25}},
    {"fancy-pca": {"probability": 0.25, "gain_sigma": 0.1, "bias_sigma": 0.04}})

SETS: dict[str, tuple[dict[str, Any], ...]] = {
    "none": (),
    "geometric": _GEOMETRIC,
    "filter": _FILTER,
    "all": (*_GEOMETRIC, *_FILTER),
    **{f"{modality}-{strength}": steps_of(modality, strength) for modality in MODALITIES for strength in STRENGTHS},
}
"""Name to steps, in the order in which they act.

- `none`: nothing.
- `geometric`: rotation, vertical and horizontal flip, grid distortion; one interpolation in all.
- `filter`: CLAHE, Gaussian blur, histogram equalization, fancy PCA.
- `all`: `geometric`, then `filter`.
- `ultrasound-light`, `ultrasound-medium`, `ultrasound-strong`, and so for mammography, x-ray, ct, mr, histology, fundus
  and endoscopy; what each step is for stands in `MODALITIES`.

The first three are the lists that reviews and comparisons of augmentation use; their strengths are ours and are written
here, so that a changed default of a step changes no set. `geometric` has a left-right flip: it is for comparison, not
for images whose anatomy has a side.
"""


def named(name: str) -> tuple[Augment, ...]:
    """Return the steps of a named set.

    Raises:
        ValueError: no set has this name; the message names the nearest.

    Example:
        >>> [step.kind for step in named("geometric")]
        ['rotate', 'flip-vertical', 'flip-horizontal', 'grid-distortion']
    """
    if name not in SETS:
        raise ValueError(f"got augmentation set '{name}', which does not exist. "
                         f"{near_miss(name, [*SETS, *augmentations.names()])}")
    return tuple(augmentations.parse(step) for step in SETS[name])
