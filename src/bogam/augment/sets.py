"""The named sets of augmentations that a recipe can ask for in one word."""

from __future__ import annotations

from typing import Any

from bogam.augment.family import Augment, augmentations
from bogam.core.errors import near_miss

_GEOMETRIC: tuple[dict[str, Any], ...] = (
    {"flip-horizontal": {}}, {"flip-vertical": {}}, {"rotate": {}}, {"shift": {}}, {"zoom": {}})
_TONES: tuple[dict[str, Any], ...] = ({"brightness": {}}, {"contrast": {}}, {"gamma": {}})
_FILTER: tuple[dict[str, Any], ...] = (
    {"clahe": {"probability": 0.25}}, {"equalize": {"probability": 0.25}}, {"gaussian-blur": {"probability": 0.5}})
_NOISE: tuple[dict[str, Any], ...] = ({"noise": {"probability": 0.5}},)

SETS: dict[str, tuple[dict[str, Any], ...]] = {
    "none": (),
    "geometric": _GEOMETRIC,
    "filter": _FILTER,
    "all": (*_GEOMETRIC, *_TONES, *_FILTER, *_NOISE),
}
"""Name to steps, in the order in which they act.

- `none`: nothing.
- `geometric`: flip-horizontal, flip-vertical, rotate, shift, zoom; one interpolation in all.
- `filter`: what changes grey levels by neighborhood or histogram: clahe, equalize, gaussian-blur.
- `all`: `geometric`, then brightness, contrast, gamma (one look-up table), then `filter`, then noise.
"""


def named(name: str) -> tuple[Augment, ...]:
    """Return the steps of a named set.

    Raises:
        ValueError: no set has this name; the message names the nearest.

    Example:
        >>> [step.kind for step in named("geometric")]
        ['flip-horizontal', 'flip-vertical', 'rotate', 'shift', 'zoom']
    """
    if name not in SETS:
        raise ValueError(f"got augmentation set '{name}', which does not exist. {near_miss(name, SETS)}")
    return tuple(augmentations.parse(step) for step in SETS[name])
