"""Stain tissue a little more or less with hematoxylin and eosin."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment._color import check_color, mix_channels
from bogam.augment._grey import pixels
from bogam.augment.apply_cpu import read_levels
from bogam.augment.family import Augment, Drawn, Group, augmentations, check_not_negative, draw_between
from bogam.core.fields import Range
from bogam.core.types import Array, Case

HEMATOXYLIN = (0.65, 0.70, 0.29)
EOSIN = (0.07, 0.99, 0.11)
"""Optical density of each stain in red, green and blue, as measured by Ruifrok and Johnston."""
DARKEST = 1e-3
"""Share of the light below which optical density is not followed (density 3, beyond any slide scanner)."""


@augmentations.register
class StainJitter(Augment):
    """Change how much hematoxylin and how much eosin each pixel holds (color deconvolution of H&E).

    The share of the grey range is the share of light that passes; its negative decimal logarithm, the optical density,
    is split into hematoxylin, eosin and what is perpendicular to both. The amount of each stain is multiplied by one
    factor and shifted by one density; the third part stays. Then back to light, clamped to the levels. White glass
    stays white under factors; a shift tints it. Refuses images that have not three channels.

    Masks, boxes and targets stay as they are. For H&E only: other stains (PAS, trichrome, immunohistochemistry) have
    other vectors. Where the amount of stain is the target (scores of immunohistochemistry) it destroys what is
    measured.

    References:
        Ruifrok, Johnston, "Quantification of histochemical staining by color deconvolution", Anal. Quant. Cytol.
        Histol. 23, 2001 (the vectors). Tellez et al., "Quantifying the effects of data augmentation and stain color
        normalization in convolutional neural networks for computational pathology", Med. Image Anal. 58, 2019 (the
        jitter; theirs is stronger, in other units, and jitters a third stain).
    """

    group: ClassVar[Group] = "filter"
    needs_levels: ClassVar[bool] = True
    kind: Literal["stain-jitter"] = "stain-jitter"
    factor: Annotated[Range, AfterValidator(check_not_negative)] = (0.8, 1.2)
    """Factor of the amount of a stain, drawn uniformly from (low, high) for each of the two."""
    shift: Range = (-0.01, 0.01)
    """Optical density added to a stain, drawn uniformly from (low, high) for each of the two."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"factor": [two], "shift": [two]}. Raises UserError where the image has not three channels."""
        check_color(self.kind, case.image.shape[0], f"case {case.id}")
        return {"factor": [draw_between(rng, *self.factor) for _ in range(2)],
                "shift": [draw_between(rng, *self.shift) for _ in range(2)]}

    @staticmethod
    def filter(image: Array, levels: tuple[float, float] | None, drawn: Drawn) -> Array:
        """Return the image as stained, clamped to the levels and rounded once for integers."""
        assert levels is not None
        check_color("stain-jitter", image.shape[0])
        light = read_levels(image, levels).reshape(3, -1)
        matrix, offset = density_map(drawn["factor"], drawn["shift"])
        density = mix_channels(matrix, cv2.log(np.maximum(light, DARKEST, out=light)))
        density -= (offset * np.log(10.0)).astype(np.float32)[:, None]
        return pixels(cv2.exp(density).reshape(image.shape), levels, image.dtype)


def density_map(factor: list[float], shift: list[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return matrix and offset that act on columns of optical density (red, green, blue)."""
    stains = np.array((HEMATOXYLIN, EOSIN, np.cross(HEMATOXYLIN, EOSIN)))
    stains /= np.linalg.norm(stains, axis=1, keepdims=True)
    matrix = stains.T @ np.diag((*factor, 1.0)) @ np.linalg.inv(stains.T)
    return matrix, stains.T @ np.array((*shift, 0.0))
