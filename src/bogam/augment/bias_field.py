"""Shade the image as an uneven coil does (MR bias field)."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_factor, draw_seed
from bogam.core.fields import Count, Range
from bogam.core.seeds import generator
from bogam.core.types import Array, Case


def _check_ratio(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] < 1:
        raise ValueError(f"got ({value[0]}, {value[1]}), expected low of 1 or more. 1 changes nothing.")
    return value


@augmentations.register
class BiasField(Augment):
    """Multiply by a smooth field: the intensity inhomogeneity of MR images, from coils and from the RF field.

    The logarithm of the field is a polynomial in the image's coordinates (Legendre products up to a total order, with
    normal coefficients, none for the constant), scaled so that the brightest and the darkest place differ by a drawn
    ratio. Its mean is 0: the field has a geometric mean of 1 over the image. Values count from the lowest level, which
    is no signal; the result is clamped to the levels, so where tissue is near the highest level some of it saturates.
    The same for all channels. In a volume the polynomial has three coordinates.

    Masks, boxes and targets stay as they are. Pointless after a bias correction (N4) that deployment repeats too.

    References:
        Van Leemput et al., "Automated model-based bias field correction of MR images of the brain", IEEE Trans. Med.
        Imaging 18(10), 1999 (the polynomial model).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["bias-field"] = "bias-field"
    ratio: Annotated[Range, AfterValidator(_check_ratio)] = (1.3, 3.0)
    """Largest gain over smallest, drawn log-uniformly from (low, high)."""
    order: Count = 3
    """Highest total order of the polynomial."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"ratio": ..., "order": ..., "seed": ...}."""
        return {"ratio": draw_factor(rng, *self.ratio), "order": self.order, "seed": draw_seed(rng)}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the shaded image, clamped to the levels and rounded once for integers."""
        assert levels is not None
        field = log_field(image.shape[1:], drawn["order"], drawn["seed"])
        span = float(field.max() - field.min())
        if span > 0:
            field *= math.log(drawn["ratio"]) / span
        share = read_levels(image, levels)
        share *= np.exp(field, out=field)
        return pixels(share, levels, image.dtype)


def log_field(shape: tuple[int, ...], order: int, seed: int) -> NDArray[np.float32]:
    """Return the logarithm of a field before scaling, float32, of mean 0 but for rounding."""
    weights = generator("bias-field", seed).standard_normal((order + 1,) * len(shape))
    total = np.indices(weights.shape).sum(axis=0)
    weights[(total == 0) | (total > order)] = 0.0
    field = weights.astype(np.float32)
    for side in shape:  # each turn sums over the first axis and appends the one in space; written out for equal bits
        axis = np.linspace(-1, 1, side) if side > 1 else np.zeros(1)
        curves = np.polynomial.legendre.legvander(axis, order)
        curves[:, 1:] -= curves[:, 1:].mean(axis=0)
        summed = np.multiply.outer(field[0], curves[:, 0].astype(np.float32))
        for coefficients, curve in zip(field[1:], curves.T[1:], strict=True):
            summed += np.multiply.outer(coefficients, curve.astype(np.float32))
        field = summed
    return field
