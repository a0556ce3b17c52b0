"""Paste a lesion of another image, with its mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.augment.partners import join, with_boxes
from bogam.core.errors import say
from bogam.core.types import Array, Case


@augmentations.register
class CopyPaste(Augment):
    """Cut one lesion out of another training case along its mask and paste it, with its mask, into the image.

    A lesion is one connected region of the partner's masks, all labels together. Masks under it are replaced by the
    partner's. The partner's boxes of which the lesion shows half or more come along. What class the image now has is
    unknown: a target on which the two cases differ becomes null, and a classification refuses the step. Nothing says
    that a lesion can lie where it is pasted, nor does its surrounding (a shadow, an edema) come with it: look at the
    sheet before you believe it.

    References:
        Ghiasi et al. 2021, arXiv 2012.07177.
    """

    group: ClassVar[Group] = "mix"
    partners: ClassVar[int] = 1
    needs_lesion: ClassVar[bool] = True
    kind: Literal["copy-paste"] = "copy-paste"
    place: Literal["same", "anywhere"] = "same"
    """same: where it lies in the partner, as fits anatomy that looks alike in all images; anywhere: moved by whole
    pixels so that all of it lies in the image."""
    feather_px: float = Field(1.5, ge=0)
    """Width over which the lesion's grey values fade into the image, as the standard deviation of a blur; the mask
    stays sharp. 0: a hard edge."""

    def faults(self, task: str) -> list[str]:
        """Return the message for a classification."""
        if task != "classification":
            return []
        return [say("augment", "copy-paste for a classification", "a segmentation",
                    "An image with a pasted lesion has no known class; use cutmix, ricap or perlin.")]

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"which": lesion, as a share of their number, "feather_px": ...} and "y", "x" where it is moved."""
        drawn: dict[str, Any] = {"which": float(rng.random()), "feather_px": self.feather_px}
        return drawn if self.place == "same" else {**drawn, "y": float(rng.random()), "x": float(rng.random())}

    @staticmethod
    def mix(cases: Sequence[Case], drawn: Drawn) -> tuple[Case, tuple[float, ...] | None]:
        """Return the case with the lesion; as it was where the partner's steps have moved its lesions out of sight."""
        case, other = cases
        assert case.masks is not None
        assert other.masks is not None
        lesion = _one_of(np.any(other.masks > 0, axis=0), drawn["which"])
        if lesion is None:
            return case, (1.0, 0.0)
        down, right = _move(lesion, drawn["y"], drawn["x"]) if "y" in drawn else (0, 0)
        there = _shift(lesion, down, right)
        image, masks = _shift(other.image, down, right), _shift(other.masks, down, right)
        alpha = there.astype(np.float32)
        if drawn["feather_px"] > 0:
            alpha *= cv2.GaussianBlur(alpha, (0, 0), drawn["feather_px"], borderType=cv2.BORDER_REPLICATE)
        mixed = case.image + alpha * (image.astype(np.float32) - case.image)
        if case.image.dtype.kind != "f":
            mixed = np.rint(mixed)
        made = case.but(image=mixed.astype(case.image.dtype), masks=join(case.masks, masks, there))
        if case.boxes is None:
            return made, None
        return with_boxes(made, [(case, ~there, (0, 0)), (other, lesion, (down, right))]), None


def _one_of(plane: NDArray[np.bool_], which: float) -> NDArray[np.bool_] | None:
    """Return one connected region of a plane (Y, X), or None where it is empty."""
    count, regions = cv2.connectedComponents(plane.astype(np.uint8), connectivity=8)
    return None if count < 2 else regions == 1 + min(int(which * (count - 1)), count - 2)


def _move(lesion: Array, y: float, x: float) -> tuple[int, int]:
    """Return by how many rows and columns to move, so that the lesion's box lies at these shares of its free way."""
    move = []
    for axis, share in ((1, y), (0, x)):
        found = np.flatnonzero(lesion.any(axis=axis))
        free = lesion.shape[1 - axis] - (found[-1] + 1 - found[0])
        move.append(int(min(int(share * (free + 1)), free) - found[0]))
    return move[0], move[1]


def _shift(planes: Array, down: int, right: int) -> Array:
    """Return planes moved by whole pixels; what comes in is 0 and lies outside the lesion."""
    height, width = planes.shape[-2:]
    if not down and not right:
        return planes
    moved = np.zeros_like(planes)
    moved[..., max(down, 0):height + min(down, 0), max(right, 0):width + min(right, 0)] = \
        planes[..., max(-down, 0):height - max(down, 0), max(-right, 0):width - max(right, 0)]
    return moved
