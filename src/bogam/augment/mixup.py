"""Blend two images and their targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import cv2
import numpy as np

from bogam.augment.family import Augment, Drawn, Group, augmentations
from bogam.core.errors import say
from bogam.core.fields import Positive, Share
from bogam.core.types import Array, Case


@augmentations.register
class Mixup(Augment):
    """Blend the image with that of another training case, pixel by pixel, and the targets in the same proportion.

    Class targets become shares of classes. Masks, where `on_masks` allows it, become shares from 0 to 1; the boxes of
    both cases stay. Two anatomies shine through each other, which no scanner makes: it regularizes a classifier, and it
    was not among what helped a segmentation (Noguchi et al. 2020), so a segmentation refuses it unless it is asked for.

    References:
        Zhang et al. 2018, arXiv 1710.09412; Noguchi et al. 2020, doi 10.1016/j.compbiomed.2020.103767.
    """

    group: ClassVar[Group] = "mix"
    partners: ClassVar[int] = 1
    volumes: ClassVar[bool] = True
    kind: Literal["mixup"] = "mixup"
    probability: Share = 1.0
    """Share of the draws in which the step is done."""
    alpha: Positive = 0.2
    """The share of the case itself is drawn from Beta(alpha, alpha): small values leave most images nearly pure."""
    on_masks: Literal["refuse", "blend"] = "refuse"
    """For a segmentation. refuse: stop before training; blend: blend the masks too, at your own risk."""

    def faults(self, task: str) -> list[str]:
        """Return the message for a segmentation that did not ask for it."""
        if task != "segmentation" or self.on_masks == "blend":
            return []
        return [say("augment", "mixup for a segmentation", "ricap, cutmix or copy-paste",
                    "In bone segmentation ricap helped and mixup was not among what did (Noguchi et al. 2020). "
                    "To measure it on your images all the same: `mixup: {on_masks: blend}`.")]

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"share": ...} of the case itself."""
        return {"share": float(rng.beta(self.alpha, self.alpha))}

    @staticmethod
    def mix(cases: Sequence[Case], drawn: Drawn) -> tuple[Case, tuple[float, ...]]:
        """Return share x case + (1 - share) x partner, rounded once for integers.

        Example:
            >>> a, b = (Case(n, np.full((1, 1, 1), v, np.uint8), (0, 255)) for n, v in (("a", 100), ("b", 200)))
            >>> mixed, shares = Mixup.mix([a, b], {"share": 0.75})
            >>> mixed.image.tolist(), shares
            ([[[125]]], (0.75, 0.25))
        """
        case, other = cases
        share = drawn["share"]
        flat = (case.image.reshape(-1, case.image.shape[-1]), other.image.reshape(-1, case.image.shape[-1]))
        image = cv2.addWeighted(flat[0], share, flat[1], 1 - share, 0.0).reshape(case.image.shape)
        boxes, labels = case.boxes, case.box_labels
        masks: Array | None = case.masks
        if case.masks is not None and other.masks is not None:
            masks = (np.float32(share) * case.masks + np.float32(1 - share) * other.masks).astype(np.float32)
        if boxes is not None and other.boxes is not None:
            if labels or other.box_labels:
                labels = (*(labels or ("",) * len(boxes)), *(other.box_labels or ("",) * len(other.boxes)))
            boxes = np.concatenate([boxes, other.boxes])
        return case.but(image=image, masks=masks, boxes=boxes, box_labels=labels), (share, 1 - share)
