"""Change gain and shift grey levels along the principal axes of the image's colors (fancy PCA)."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from bogam.augment.apply_cpu import read_levels, tone
from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.core.types import Array, Case, FloatArray


@augmentations.register
class FancyPca(Augment):
    """Multiply all grey levels by a gain, and shift colors along the principal axes of the image's own colors.

    With `level` the share of the grey range, from 0 at the lowest level to 1 at the highest, every pixel becomes
    `gain * level + sum over k of bias_k * (lambda_k / lambda_1) * sqrt(C) * p_k`, where `p_k` and `lambda_k` are the
    axes and variances of the image's C channels, largest first. AlexNet's rule is the sum alone (`gain_sigma` 0):
    shifts proportional to the variances. There the axes are those of the whole training set; here those of the image,
    because a step sees one image, and the strength is stated instead of taken from the variance, so that it does not
    depend on the unit of the pixels. On one channel the only axis is the grey axis and the rule is
    `gain * level + bias`; a grey image stored as RGB gives the same.

    Masks, boxes and targets stay as they are. Do not use it where the grey value itself is the finding (Hounsfield
    units, SUV, stain intensity scores).

    Notes:
        The breast-imaging variant for grey images, gain 1 + 0.1 N(0, 1) and shift of 10 N(0, 1) at 8 bit, is
        `gain_sigma: 0.1`, `bias_sigma: 0.0392157` (10 / 255). Other libraries stretch each axis about the mean by
        its variance times a factor and call that fancy PCA.

    References:
        Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks", NeurIPS
        2012, section 4.1.
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    volumes: ClassVar[bool] = True
    kind: Literal["fancy-pca"] = "fancy-pca"
    gain_sigma: Annotated[float, Field(ge=0.0)] = 0.1
    """Standard deviation of the gain about 1, drawn from a normal distribution; a gain below 0 becomes 0."""
    bias_sigma: Annotated[float, Field(ge=0.0)] = 0.04
    """Standard deviation of the shift as a share of the grey range, drawn from a normal distribution for each axis."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"gain": ..., "bias": [one per channel]}."""
        gain, *bias = rng.standard_normal(1 + case.image.shape[0]).tolist()
        return {"gain": max(0.0, 1.0 + self.gain_sigma * gain), "bias": [self.bias_sigma * value for value in bias]}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the changed image, clamped to the levels, rounded once for integers.

        Example:
            >>> FancyPca.filter(np.array([[[0, 100, 250]]], np.uint8), (0, 255), {"gain": 1.1, "bias": [-0.1]}).tolist()
            [[[0, 84, 250]]]
        """
        assert levels is not None
        gain = drawn["gain"]
        if image.shape[0] == 1:
            return tone(image, levels, [(_Line, {"gain": gain, "shift": drawn["bias"][0]})])
        shifts = _shift(read_levels(image, levels), drawn["bias"])
        return np.concatenate([tone(plane, levels, [(_Line, {"gain": gain, "shift": float(shift)})])
                               for plane, shift in zip(np.split(image, len(image)), shifts, strict=True)])


def _shift(level: FloatArray, bias: list[float]) -> FloatArray:
    """Return the shift of each channel, as shares of the grey range."""
    channels = len(level)
    flat = [plane.ravel() for plane in level]
    means = [plane.mean(dtype=np.float64) for plane in flat]
    centered = [plane - np.float32(mean) for plane, mean in zip(flat, means, strict=True)]
    covariance = np.array([[np.multiply(one, two).mean(dtype=np.float64) for two in centered] for one in centered])
    variances, axes = np.linalg.eigh(covariance)
    variances, axes = np.maximum(variances[::-1], 0.0), axes[:, ::-1]
    if variances[0] == 0:
        return np.full(channels, bias[0])
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(channels)])
    found: FloatArray = math.sqrt(channels) * axes @ (np.array(bias) * variances / variances[0])
    return found


class _Line(Augment):
    """The curve gain * level + shift."""

    group: ClassVar[Group] = "tone"
    kind: Literal["line"] = "line"

    @staticmethod
    def line(drawn: Drawn) -> tuple[float, float]:
        return drawn["gain"], drawn["shift"]
