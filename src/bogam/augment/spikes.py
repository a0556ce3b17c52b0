"""Lay stripes over the image, as single wrong points in k-space do (MR spikes)."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between, draw_count
from bogam.core.fields import CountRange, Range
from bogam.core.types import Array, Case


@augmentations.register
class Spikes(Augment):
    """Add to k-space a few points of high energy: stripes over the whole image, crossed where there are several.

    Each spike lies at a drawn place of k-space with a drawn phase and adds a complex wave of one amplitude to the
    image; the image is the magnitude of the sum, clamped to the levels. Values count from the lowest level, which is
    no signal. A herringbone pattern, from electric discharges in the scanner room. In a volume the place has three
    coordinates (3-D acquisition).

    Masks, boxes and targets stay as they are.

    References:
        Pérez-García et al., "TorchIO", Comput. Methods Programs Biomed. 208, 2021 (spikes as an augmentation; theirs
        takes the real part).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["spikes"] = "spikes"
    spikes: CountRange = (1, 3)
    """How many, drawn uniformly from low to high."""
    amplitude: Annotated[Range, AfterValidator(check_not_negative)] = (0.02, 0.08)
    """Amplitude of each wave as a share of the grey range, drawn uniformly from (low, high)."""
    frequency: Annotated[Range, AfterValidator(check_not_negative)] = (0.02, 0.35)
    """Cycles per pixel along each axis, its size drawn uniformly from (low, high), its sign too; 0.5 is the most that
    pixels can show."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"spikes": [{"amplitude": ..., "phase": ..., "frequency": [one per axis in space]}, ...]}."""
        def spike() -> dict[str, Any]:
            signs = [1 - 2 * draw_count(rng, 0, 1) for _ in case.shape]
            return {"amplitude": draw_between(rng, *self.amplitude), "phase": draw_between(rng, 0.0, 2 * math.pi),
                    "frequency": [sign * draw_between(rng, *self.frequency) for sign in signs]}
        return {"spikes": [spike() for _ in range(draw_count(rng, *self.spikes))]}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the striped image, clamped to the levels and rounded once for integers."""
        assert levels is not None
        waves = np.zeros(image.shape[1:], np.complex64)
        for spike in drawn["spikes"]:
            waves += wave(image.shape[1:], **spike)
        share = read_levels(image, levels)
        share += waves.real
        share *= share
        share += np.square(waves.imag)
        return pixels(np.sqrt(share, out=share), levels, image.dtype)


def wave(shape: tuple[int, ...], amplitude: float, phase: float, frequency: list[float]) -> NDArray[np.complex64]:
    """Return amplitude * exp(i * (phase + 2 pi * frequency . place)) at every pixel, complex64.

    Example:
        >>> wave((1, 4), 2.0, 0.0, [0.0, 0.25]).round(6).real.tolist()
        [[2.0, 0.0, -2.0, -0.0]]
    """
    found = np.array(amplitude * np.exp(1j * phase), np.complex64)
    for side, cycles in zip(shape, frequency, strict=True):
        found = np.multiply.outer(found, np.exp(2j * math.pi * cycles * np.arange(side)).astype(np.complex64))
    return found
