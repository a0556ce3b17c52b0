"""Join two images along the boundary of Perlin noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_between
from bogam.augment.partners import paste_where
from bogam.core.fields import Count, Range
from bogam.core.seeds import generator
from bogam.core.types import Case


def _check_shares(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] < 0 or value[1] > 1:
        raise ValueError(f"got {value}, expected shares between 0 and 1. 0.5 joins equal parts.")
    return value


def _check_ordered(value: tuple[int, int]) -> tuple[int, int]:
    if value[0] > value[1]:
        raise ValueError(f"got {value}, expected (low, high) with low <= high. Swap the two.")
    return value


@augmentations.register
class Perlin(Augment):
    """Put another training case in the place of patches whose outline is that of Perlin noise, like tissue, not ruled.

    Class targets become shares of classes in proportion to the areas. Masks are joined along the same boundary: for
    dense labels (a class per pixel) this is the use that its authors measured. A box stays, shrunk to what is seen of
    it, where that is half its area or more.

    References:
        Bae et al. 2018, doi 10.1038/s41598-018-36047-2 (texture classes of interstitial lung disease on CT). They
        mix regions of one class each; on whole images, as here, the classes are those of the images.
    """

    group: ClassVar[Group] = "mix"
    partners: ClassVar[int] = 1
    kind: Literal["perlin"] = "perlin"
    share: Annotated[Range, AfterValidator(_check_shares)] = (0.25, 0.75)
    """The partner's share of the area, drawn uniformly from (low, high)."""
    cells: Annotated[tuple[Count, Count], AfterValidator(_check_ordered)] = (2, 6)
    """Cells of the noise along the longer side, a whole number drawn from (low, high), both included; few: large
    patches."""

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"area": wanted share of the partner, "cells": ..., "seed": of the noise}."""
        return {"area": draw_between(rng, *self.share), "cells": int(rng.integers(self.cells[0], self.cells[1] + 1)),
                "seed": int(rng.integers(2**53))}

    @staticmethod
    def mix(cases: Sequence[Case], drawn: Drawn) -> tuple[Case, tuple[float, ...]]:
        """Return the case with the partner where the noise is highest; the shares are the areas in whole pixels."""
        height, width = cases[0].shape
        noise = perlin_noise((height, width), drawn["cells"], generator("perlin", drawn["seed"]))
        some = noise[:: max(1, height // 64), :: max(1, width // 64)].ravel()
        rank = min(int((1 - drawn["area"]) * some.size), some.size - 1)
        plane = noise > np.partition(some, rank)[rank]
        area = np.count_nonzero(plane) / plane.size
        return paste_where(cases, plane), (1 - area, area)


def perlin_noise(shape: tuple[int, int], cells: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return gradient noise with quintic fading: smooth, mean about 0, 0 at the corners of the cells.

    Args:
        shape: (Y, X).
        cells: along the longer side; cells are square.
        rng: draws a direction for each corner.

    References:
        Perlin 2002, Improving noise, SIGGRAPH.
    """
    across = max(shape) / cells
    places = [((np.arange(size) + 0.5) / across).astype(np.float32) for size in shape]
    corners = [int(np.floor(place[-1])) + 2 for place in places]
    angle = (rng.random(corners) * (2 * np.pi)).astype(np.float32)
    weight, lean = zip(*(_toward_corners(place, count) for place, count in zip(places, corners, strict=True)),
                       strict=True)
    # not numpy's product: its threads wait for those of torch
    down = cv2.gemm(cv2.gemm(lean[0], np.sin(angle), 1, None, 0), weight[1], 1, None, 0, flags=cv2.GEMM_2_T)
    across_too = cv2.gemm(cv2.gemm(weight[0], np.cos(angle), 1, None, 0), lean[1], 1, down, 1, flags=cv2.GEMM_2_T)
    return np.asarray(across_too, np.float32)


def _toward_corners(place: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return, for each pixel and corner along an axis, the faded weight, and the weight times the signed distance."""
    away = place[:, None] - np.arange(count, dtype=np.float32)
    near = np.clip(1 - np.abs(away), 0.0, 1.0)
    weight = near**3 * (near * (near * 6 - 15) + 10)
    return weight, weight * away
