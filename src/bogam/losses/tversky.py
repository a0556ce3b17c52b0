"""Tversky: Dice with separate weights for false positives and false negatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from bogam.core.fields import Positive
from bogam.losses.dice import Over, overlap
from bogam.losses.family import Loss, check_shapes, losses, mean_over_labels

if TYPE_CHECKING:
    import torch


def tversky(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None, alpha: float = 0.3,
            beta: float = 0.7, over: Over = "image", smooth: float = 1.0) -> torch.Tensor:
    """Return 1 - (TP + smooth/2) / (TP + alpha FP + beta FN + smooth/2), averaged over labels (and images).

    TP, FP and FN are soft areas in pixels. With alpha = beta = 0.5 it is `dice` with the same smooth.

    Args:
        logits: (B, K, Y, X).
        targets: (B, K, Y, X), 0 to 1.
        weights: (K,) weight of each label; None: all alike.
        alpha: weight of false positives, as in Salehi et al.
        beta: weight of false negatives; above alpha it asks for sensitivity.
        over: "image" or "batch", as for `dice`.
        smooth: twice the pixels added above and below, more than 0.

    Returns:
        A scalar in float32, 0 to 1. For an empty mask it is 1 - smooth / (2 alpha sum(p) + smooth): 0 where nothing
        is predicted.

    Example:
        >>> import torch
        >>> half = torch.zeros(1, 1, 2, 2)
        >>> round(float(tversky(half, torch.ones(1, 1, 2, 2))), 4)   # TP 2, FP 0, FN 2: 1 - 2.5 / (2 + 1.4 + 0.5)
        0.359

    Notes:
        Salehi et al. found 0.3 and 0.7 best for lesions. Some later papers exchange the two letters: check which
        side alpha weighs before you compare numbers.

    References:
        Salehi, Erdogmus, Gholipour 2017, doi 10.1007/978-3-319-67389-9_44.
    """
    check_shapes("tversky", logits, targets)
    shared, predicted, true = overlap(logits, targets, over)
    wrong = alpha * (predicted - shared) + beta * (true - shared)
    each = 1 - (shared + smooth / 2) / (shared + wrong + smooth / 2)
    return mean_over_labels(each.mean(dim=0), weights)


@losses.register
class Tversky(Loss):
    """One minus the Tversky overlap: false positives weigh alpha, false negatives beta."""

    tasks: ClassVar[frozenset[str]] = frozenset({"segmentation"})
    kind: Literal["tversky"] = "tversky"
    alpha: float = Field(0.3, ge=0)
    """Weight of false positives (Salehi et al. 2017); 0.5 and 0.5 is Dice."""
    beta: float = Field(0.7, ge=0)
    """Weight of false negatives; above alpha it asks for sensitivity."""
    over: Over = "image"
    """image: one overlap per image, averaged; batch: the pixels of a batch together."""
    smooth: Positive = 1.0
    """Twice the pixels added above and below the fraction; as for Dice."""

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                 ) -> torch.Tensor:
        """Return the loss of one batch; see `tversky`."""
        return tversky(logits, targets, weights, self.alpha, self.beta, self.over, self.smooth)
