"""Cross entropy: exactly one class is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from bogam.losses.family import Loss, class_shares, losses

if TYPE_CHECKING:
    import torch


def cross_entropy(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                  smoothing: float = 0.0) -> torch.Tensor:
    """Return minus the mean log probability of the right class, by softmax.

    With t the (smoothed) target shares and w the weights: -sum(w t log p) / sum(w t), over cases and classes.

    Args:
        logits: (B, classes).
        targets: (B,) int64 class indices or (B, classes) shares that sum to 1 (mixed or soft labels).
        weights: (classes,) weight of each class; None: all 1.
        smoothing: share of each target that is spread evenly over all classes, 0 to 1.

    Returns:
        A scalar in float32, 0 or more.

    Example:
        >>> import torch
        >>> round(float(cross_entropy(torch.zeros(1, 4), torch.tensor([2]))), 4)   # ln 4
        1.3863

    Notes:
        torch divides by the weights of hard targets, but by the number of cases for soft ones; here one-hot shares
        give the same loss as the indices that they stand for.

    References:
        Smoothing: Szegedy et al. 2016, doi 10.1109/CVPR.2016.308.
    """
    share = class_shares("cross-entropy", logits, targets)
    if smoothing:
        share = share * (1 - smoothing) + smoothing / share.shape[1]
    if weights is not None:
        share = share * weights
    return -(share * logits.float().log_softmax(dim=1)).sum() / share.sum()


@losses.register
class CrossEntropy(Loss):
    """Minus the log probability of the right class, by softmax."""

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    kind: Literal["cross-entropy"] = "cross-entropy"
    smoothing: float = Field(0.0, ge=0, lt=1)
    """Share of each target that is spread evenly over all classes (label smoothing)."""

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                 ) -> torch.Tensor:
        """Return the loss of one batch; see `cross_entropy`."""
        return cross_entropy(logits, targets, weights, self.smoothing)
