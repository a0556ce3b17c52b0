"""Bring every picture to one size."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bogam.core.fields import Size
from bogam.core.types import Case, FloatArray
from bogam.prepare.family import Step, prepare_steps
from bogam.prepare.geometry import Placement
from bogam.prepare.levels import levels_of


def place(shape: tuple[int, int], size: tuple[int, int], keep: str = "long-side") -> Placement:
    """Return how a picture of one size comes into a frame of another.

    Args:
        shape: (rows, columns) of the picture.
        size: (rows, columns) of the frame.
        keep: "long-side": all of the picture is seen, centered, the rest is padding; "short-side": the frame is
            filled and what lies outside it is cut off evenly; "stretch": the aspect ratio is given up.

    Example:
        >>> place((100, 200), (64, 64))
        Placement(before=(100, 200), scaled=(32, 64), offset=(16, 0), after=(64, 64))
        >>> place((100, 200), (64, 64), "short-side")
        Placement(before=(100, 200), scaled=(64, 128), offset=(0, -32), after=(64, 64))
    """
    if keep == "stretch":
        return Placement(shape, size, (0, 0), size)
    ratios = (size[0] / shape[0], size[1] / shape[1])
    if keep == "long-side":
        scaled = tuple(min(limit, max(1, round(side * min(ratios)))) for side, limit in zip(shape, size, strict=True))
    else:
        scaled = tuple(max(limit, round(side * max(ratios))) for side, limit in zip(shape, size, strict=True))
    offset = tuple((limit - side) // 2 if limit >= side else -((side - limit) // 2)
                   for side, limit in zip(scaled, size, strict=True))
    return Placement(shape, (scaled[0], scaled[1]), (offset[0], offset[1]), size)


@prepare_steps.register
class Resize(Step):
    """Bring every picture, with its masks, boxes and points, to one size."""

    kind: Literal["resize"] = "resize"
    size: Size = (128, 128)
    """(rows, columns) in pixels."""
    keep: Literal["long-side", "short-side", "stretch"] = "long-side"
    """long-side: all of the picture, padded with its lowest grey level; short-side: the frame filled, the rest cut
    off evenly; stretch: the aspect ratio is given up."""

    def apply(self, case: Case) -> Case:
        """Return the case in its frame.

        The picture is averaged over areas where it shrinks and interpolated linearly where it grows. A mask is
        resampled the same way and is 1 where at least half of a pixel is covered. Padding is `levels[0]`. Boxes are
        clipped to the frame, half-open; one that lies wholly outside is dropped and named in the history. Points
        outside the frame stay, with their coordinates, because their order has a meaning. Spacing and affine follow.
        A volume is resized slice by slice; its number of slices stays.

        Raises:
            UserError: padding is needed and the case has no grey range.
        """
        placement = place((case.shape[-2], case.shape[-1]), self.size, self.keep)
        pad = levels_of(case, self.kind)[0] if placement.pads else 0.0
        if case.image.dtype.kind != "f":
            info = np.iinfo(case.image.dtype)
            pad = float(np.clip(round(pad), info.min, info.max))
        boxes, labels = case.boxes, case.box_labels
        found: dict[str, list[int]] = {}
        if case.boxes is not None:
            boxes, labels, found = self._boxes(case, placement)
        points = None if case.points is None else placement.points(case.points)
        if points is not None:
            outside = ((points < -0.5) | (points >= np.array(self.size) - 0.5)).any(axis=1)
            found["points_outside"] = [int(i) for i in np.flatnonzero(outside)]
        return case.but(
            image=placement.image(case.image, pad),
            masks=None if case.masks is None else placement.masks(case.masks),
            boxes=boxes, box_labels=labels, points=points,
            spacing_mm=None if case.spacing_mm is None else placement.spacing(case.spacing_mm),
            affine=None if case.affine is None else placement.affine(case.affine),
            history=(*case.history, self.entry(geometry=placement.to_dict(), pad=pad, **found)))

    def _boxes(self, case: Case, placement: Placement) -> tuple[FloatArray, tuple[str, ...], dict[str, list[int]]]:
        assert case.boxes is not None
        moved = placement.boxes(case.boxes)
        free = np.asarray(case.boxes, np.float64) * np.tile(placement.scale, 2) + np.tile(placement.offset, 2)
        alive = (moved[:, 2] > moved[:, 0]) & (moved[:, 3] > moved[:, 1])
        clipped = alive & (np.abs(moved - free) > 1e-9).any(axis=1)
        labels = tuple(label for label, kept in zip(case.box_labels, alive, strict=True) if kept)
        return moved[alive], labels, {"boxes_clipped": [int(i) for i in np.flatnonzero(clipped)],
                                      "boxes_dropped": [int(i) for i in np.flatnonzero(~alive)]}
