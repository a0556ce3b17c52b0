"""What an augmentation is: it draws numbers, and static appliers turn the drawn numbers into pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from bogam.core.fields import Share
from bogam.core.registry import Family, Part
from bogam.core.types import Array, Case, FloatArray

Group = Literal["warp", "tone", "filter", "erase", "mix", "branch"]
Drawn = Mapping[str, Any]
Matrix = tuple[tuple[float, ...], ...]
"""Square, on columns (y, x, 1) or (z, y, x, 1)."""
Places = tuple[FloatArray, ...]
"""Coordinates of many places in pixels, one array per axis, in array order; their shapes broadcast to one another."""
MinVisible = Annotated[Share, Field(description="A box of which less than this share of its moved area is still in the "
                                                "image goes, with its label; of fused warps the largest counts.")]


class Augment(Part):
    """A random step for training images only.

    A part says to which `group` it belongs and gives that group's static appliers; nothing else is called. They are
    static so that a recorded draw is enough to repeat them:

    - warp: `matrix`, or `source` where it `bends`;
    - tone: `line` where the curve is a straight one, else `tone`; and `measure` where it depends on the image;
    - filter: `filter`;
    - mix: `mix`, with as many `partners` as it takes;
    - branch: `branch`.
    """

    group: ClassVar[Group]
    needs_levels: ClassVar[bool] = False
    """Refuse a case whose grey range is unknown; tones always do."""
    volumes: ClassVar[bool] = False
    """Whether (C, Z, Y, X) is understood; tones always do."""
    closed: ClassVar[bool] = False
    """A `tone` that never leaves [0, 1], so that nobody needs to clamp what it returns."""
    partners: ClassVar[int] = 0
    """How many other training cases a mix takes."""
    needs_lesion: ClassVar[bool] = False
    """Take only partners with a mask that is not empty."""
    pictures: ClassVar[bool] = True
    """Whether (C, Y, X) is understood."""
    bends: ClassVar[bool] = False
    """A warp that no matrix describes: it gives `source` instead."""
    mirrors: ClassVar[bool] = False
    """A warp that can turn left into right hands."""

    probability: Share = 0.5
    """Share of the draws in which the step is done; otherwise it leaves no trace, not in the history either."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return what the appliers need, as numbers and words that JSON can hold.

        A tone that has to look at the image adds ``"measured": None``; what `measure` returns takes its place.

        Args:
            rng: valid during this call only.
            case: as prepared, before any augmentation; its pixels are not for reading here.
        """
        return {}

    def faults(self, task: str) -> list[str]:
        """Return what speaks against this step in a training of this task, one message each; mostly nothing."""
        return []

    @staticmethod
    def matrix(drawn: Drawn, shape: tuple[int, ...]) -> Matrix:
        """Return the map of a warp, from where a pixel is to where it goes, on columns (y, x, 1).

        Args:
            drawn: what `draw` returned.
            shape: (Y, X), or (Z, Y, X) of a volume; the center of pixel i lies at i, so the image's center at
                ((Y - 1) / 2, (X - 1) / 2). A 3 x 3 matrix for a volume moves every slice alike.
        """
        raise NotImplementedError

    @staticmethod
    def source(where: Places, drawn: Drawn, shape: tuple[int, ...]) -> Places:
        """Return where a warp that bends reads each place of its result from.

        The map must not fold, also some way outside the image, and should have a continuous second derivative: the
        engine checks how finely it has to look and works a map with creases out pixel by pixel, slowly. It inverts the
        map for boxes and points, and joins it with its neighbors.

        Args:
            where: (y, x) or (z, y, x), float32 or float64, of shapes that broadcast; not to be written to. The result
                has the same precision. Where an axis does not depend on another, keep it that way: it saves time.
            drawn: what `draw` returned.
            shape: (Y, X), or (Z, Y, X) of a volume.
        """
        raise NotImplementedError

    @staticmethod
    def line(drawn: Drawn) -> tuple[float, float] | None:
        """Return (factor, shift) of a tone that gives factor * level + shift; None where the curve is no such line.

        The engine joins neighboring lines, so that however many there are cost as much as one.

        Args:
            drawn: what `draw` returned, with what `measure` returned under "measured".
        """
        return None

    @staticmethod
    def tone(level: FloatArray, drawn: Drawn) -> FloatArray:
        """Return new grey levels, pixel by pixel, whatever the shape; the caller clamps them to [0, 1].

        Args:
            level: share of the case's grey range, float32 in [0, 1]; may be overwritten and returned.
            drawn: what `draw` returned, with what `measure` returned under "measured".
        """
        raise NotImplementedError

    @staticmethod
    def measure(level: FloatArray, drawn: Drawn) -> dict[str, Any]:
        """Return what the curve needs to know of the image as it is at the step's place, for ``"measured"``.

        Args:
            level: (C, Y, X) or (C, Z, Y, X), share of the case's grey range, float32 in [0, 1]; not to be written to.
            drawn: what `draw` returned.
        """
        return {}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return a new image of the same shape and dtype.

        Args:
            image: (C, Y, X), or (C, Z, Y, X) where `volumes`; not to be written to.
            levels: (low, high) of the grey scale in use; never None where `needs_levels`.
            drawn: what `draw` returned.
        """
        raise NotImplementedError


    @staticmethod
    def mix(cases: Sequence[Case], drawn: Drawn) -> tuple[Case, tuple[float, ...] | None]:
        """Return the first case with the others mixed in, and the share of each in the class target.

        Args:
            cases: the case itself as it is at the step's place, then its partners: of the same shape and dtype, on the
                same grey levels, with masks and boxes where the case has them; not to be written to.
            drawn: what `draw` returned.

        Returns:
            The case with new image, masks and boxes, and shares that sum to 1; None instead of shares where the mix
            leaves open what the class now is.
        """
        raise NotImplementedError


    @staticmethod
    def branch(case: Case, drawn: Drawn, apply: Callable[[Case, Sequence[Drawn]], Case]) -> tuple[Case, dict[str, Any]]:
        """Return one view of a case, and what the history says of it.

        Args:
            case: as it is at the step's place.
            drawn: what `draw` returned, with the number of the view under "view": 0 is the case itself.
            apply: carries out drawn steps on a case.
        """
        raise NotImplementedError


augmentations: Family[Augment] = Family(
    "augmentation", "bogam.augment", Augment,
    engine=("plan", "apply_cpu", "apply_torch", "maps", "sampling", "geometry", "volume", "sets", "partners", "sides",
            "describe"))


def draw_entry(step: Augment, rng: np.random.Generator, case: Case) -> dict[str, Any]:
    """Return what the history says of a step that happens: ``{"augment": kind, ...}``."""
    entry = {"augment": step.kind, **step.draw(rng, case)}
    if case.boxes is not None and hasattr(step, "min_visible"):
        entry["min_visible"] = step.min_visible
    return entry


def check_above_zero(value: tuple[float, float]) -> tuple[float, float]:
    """Return a range whose low end lies above 0; for factors and exponents, which are drawn on a log scale."""
    if value[0] <= 0:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected low above 0. 1 changes nothing.")
    return value


def check_not_negative(value: tuple[float, float]) -> tuple[float, float]:
    """Return a range whose low end is 0 or more; for standard deviations and strengths."""
    if value[0] < 0:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected low of 0 or more. 0 changes nothing.")
    return value


def check_share(value: tuple[float, float]) -> tuple[float, float]:
    """Return a range within [0, 1]."""
    if value[0] < 0 or value[1] > 1:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected shares from 0 to 1.")
    return value


def draw_between(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number drawn uniformly from [low, high); three times cheaper than `rng.uniform`."""
    return low + (high - low) * rng.random()


def draw_factor(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a factor drawn log-uniformly, so that 1/2 and 2 are equally likely in (1/2, 2)."""
    return math.exp(draw_between(rng, math.log(low), math.log(high)))


def draw_count(rng: np.random.Generator, low: int, high: int) -> int:
    """Return a whole number drawn uniformly from low to high, both included."""
    return int(rng.integers(low, high + 1))


def draw_seed(rng: np.random.Generator) -> int:
    """Return a seed for a field too large to keep; JSON holds it exactly."""
    return int(rng.integers(2**53))
