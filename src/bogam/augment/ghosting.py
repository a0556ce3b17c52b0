"""Repeat the image along the phase-encoding direction (MR ghosts)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_share, draw_between, draw_count
from bogam.core.fields import CountRange, Range
from bogam.core.types import Array, Case

CENTER = 0.02
"""Share of the k-space lines about the center that stay as they are."""


@augmentations.register
class Ghosting(Augment):
    """Weaken every n-th line of k-space: faint copies of the image, n evenly spaced over its field of view.

    What breathing, pulsation or an unsteady amplifier does when it repeats during the acquisition. The lines keep
    `1 - intensity` of their signal, except the 2 % about the center, which hold contrast and brightness; the image is
    the magnitude, clamped to the levels. Values count from the lowest level, which is no signal. In a volume each
    slice alike (2-D multi-slice).

    Masks, boxes and targets stay as they are; ghosts of an object are not labeled.

    References:
        Wood, Henkelman, "Suppression of respiratory motion artifacts in magnetic resonance imaging", Med. Phys. 13,
        1986, doi:10.1118/1.595851. Pérez-García et al., "TorchIO", Comput. Methods Programs Biomed. 208, 2021 (the
        rule by lines).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["ghosting"] = "ghosting"
    ghosts: CountRange = (2, 6)
    """Copies over the field of view, drawn uniformly from low to high; every ghosts-th line is weakened."""
    intensity: Annotated[Range, AfterValidator(check_share)] = (0.2, 0.7)
    """Share of the signal that those lines lose, drawn uniformly from (low, high)."""
    direction: Literal["rows", "columns", "either"] = "either"
    """Phase encoding along rows (ghosts side by side) or along columns (one above the other); either: drawn."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"ghosts": ..., "intensity": ..., "direction": ...}."""
        drawn = {"ghosts": draw_count(rng, *self.ghosts), "intensity": draw_between(rng, *self.intensity)}
        side = ("rows", "columns")[draw_count(rng, 0, 1)]
        return {**drawn, "direction": side if self.direction == "either" else self.direction}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image with its ghosts, clamped to the levels and rounded once for integers."""
        assert levels is not None
        axis = -1 if drawn["direction"] == "rows" else -2
        side = image.shape[axis]
        spectrum = np.fft.rfft(read_levels(image, levels), axis=axis)
        kept = line_weights(side, drawn["ghosts"], drawn["intensity"])
        spectrum *= kept if axis == -1 else kept[:, None]
        made = np.fft.irfft(spectrum, n=side, axis=axis).astype(np.float32, copy=False)
        return pixels(np.abs(made, out=made), levels, image.dtype)


def line_weights(side: int, ghosts: int, intensity: float) -> NDArray[np.float32]:
    """Return what is left of each line of k-space from 0 to side // 2; the other half mirrors it.

    Example:
        >>> line_weights(10, 2, 0.5).tolist()
        [1.0, 1.0, 0.5, 1.0, 0.5, 1.0]
    """
    line = np.arange(side // 2 + 1)
    weak = (line % ghosts == 0) & (line > CENTER * side / 2)
    return np.where(weak, np.float32(1 - intensity), np.float32(1))
