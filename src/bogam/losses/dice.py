"""Soft Dice: the overlap of a mask of probabilities with the true mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bogam.core.fields import Positive
from bogam.losses.family import Loss, check_shapes, losses, mean_over_labels

if TYPE_CHECKING:
    import torch

Over = Literal["image", "batch"]


def overlap(logits: torch.Tensor, targets: torch.Tensor, over: Over,
            ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the soft areas (shared, predicted, true) in pixels, each (B, K), or (1, K) over the whole batch.

    Args:
        logits: (B, K, Y, X); the sigmoid makes them probabilities.
        targets: (B, K, Y, X), 0 to 1.
        over: "image": sums over each image; "batch": sums over all images.
    """
    probs, targets = logits.float().sigmoid(), targets.float()
    axes = (2, 3) if over == "image" else (0, 2, 3)
    areas = [area.sum(dim=axes) for area in (probs * targets, probs, targets)]
    shared, predicted, true = (area if over == "image" else area[None] for area in areas)
    return shared, predicted, true


def dice(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None, over: Over = "image",
         smooth: float = 1.0) -> torch.Tensor:
    """Return 1 - (2 sum(p t) + smooth) / (sum(p) + sum(t) + smooth), averaged over labels (and images).

    Args:
        logits: (B, K, Y, X).
        targets: (B, K, Y, X), 0 to 1.
        weights: (K,) weight of each label; None: all alike.
        over: "image": one Dice per image and label, so that a small lesion counts as much as a large one; "batch":
            the pixels of all images together, one Dice per label.
        smooth: pixels added above and below, more than 0.

    Returns:
        A scalar in float32, 0 to 1. For an empty mask it is 1 - smooth / (sum(p) + smooth): 0 where nothing is
        predicted, 1/2 where `smooth` pixels are, near 1 and almost flat (slope smooth / (sum(p) + smooth)^2 per
        pixel) for large false areas. With many empty masks, `over: batch` or bce-dice teaches them better.

    Example:
        >>> import torch
        >>> round(float(dice(torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))), 4)   # 1 - (2*2 + 1) / (2 + 4 + 1)
        0.2857

    Notes:
        Milletari et al. square the probabilities in the denominator; here, as in most later work, they are not.

    References:
        Milletari et al. 2016, V-Net, doi 10.1109/3DV.2016.79.
    """
    check_shapes("dice", logits, targets)
    shared, predicted, true = overlap(logits, targets, over)
    each = 1 - (2 * shared + smooth) / (predicted + true + smooth)
    return mean_over_labels(each.mean(dim=0), weights)


@losses.register
class Dice(Loss):
    """One minus the soft Dice overlap."""

    tasks: ClassVar[frozenset[str]] = frozenset({"segmentation"})
    kind: Literal["dice"] = "dice"
    over: Over = "image"
    """image: one Dice per image, averaged; batch: the pixels of a batch together."""
    smooth: Positive = 1.0
    """Pixels added above and below the fraction; decides how an empty mask counts."""

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                 ) -> torch.Tensor:
        """Return the loss of one batch; see `dice`."""
        return dice(logits, targets, weights, self.over, self.smooth)
