"""Add the noise of counted photons."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment._noise import normal_field
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_above_zero, draw_factor, draw_seed
from bogam.core.fields import Range
from bogam.core.seeds import generator
from bogam.core.types import Array, Case, FloatArray

MANY = 30.0
"""Expected counts from which the approximation is used."""


@augmentations.register
class PoissonNoise(Augment):
    """Replace each grey level by a count of photons: noise that grows with the square root of the signal.

    With `level` the share of the grey range, the result is `Poisson(level * photons) / photons`, clamped to the
    levels. True where grey is proportional to photons: raw X-ray, nuclear medicine (bright is many), fluorescence and
    bright-field microscopy, fundus and endoscope cameras in the dark. In radiographs as shown, where bone is white,
    and in CT after reconstruction, noise does not follow this rule: use `noise`.

    Masks, boxes and targets stay as they are.

    Notes:
        Expected counts below 30 are drawn exactly; above, as the normal quantile with its correction for skewness
        (Cornish-Fisher), rounded: the distribution function is within 0.0005 of Poisson's, and it costs a tenth.

    References:
        Cornish, Fisher, "Moments and cumulants in the specification of distributions", Rev. Int. Statist. Inst. 5,
        1938.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["poisson-noise"] = "poisson-noise"
    photons: Annotated[Range, AfterValidator(check_above_zero)] = (200.0, 5000.0)
    """Photons in a pixel of the highest level, drawn log-uniformly from (low, high); fewer make more noise (200: 7 % of
    the brightest, 5000: 1.4 %)."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"photons": ..., "seed": ...}."""
        return {"photons": draw_factor(rng, *self.photons), "seed": draw_seed(rng)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the counted image, clamped to the levels and rounded for integers."""
        assert levels is not None
        expected = read_levels(image, levels)
        expected *= drawn["photons"]
        counted = counts(expected, drawn["seed"])
        counted *= 1.0 / drawn["photons"]
        return pixels(counted, levels, image.dtype)


def counts(expected: FloatArray, seed: int) -> NDArray[np.float32]:
    """Return Poisson counts with these expectations, float32."""
    normal = normal_field("poisson-noise", seed, expected.shape)
    found: NDArray[np.float32] = normal * normal
    found -= 1.0
    found *= 1 / 6
    normal *= np.sqrt(expected)
    found += normal
    found += expected
    np.rint(found, out=found)
    few = expected < MANY
    if few.any():
        found[few] = generator("poisson-noise", seed).poisson(expected[few])
    return found
