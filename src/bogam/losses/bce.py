"""Binary cross entropy: a yes or no per label, per pixel or per case."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bogam.core.errors import UserError, say
from bogam.core.fields import Positive
from bogam.losses.family import Loss, check_shapes, class_shares, losses, mean_over_labels

if TYPE_CHECKING:
    import torch


def bce(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
        pos_weight: float = 1.0) -> torch.Tensor:
    """Return the mean of -(pos_weight t log p + (1 - t) log(1 - p)), with p the sigmoid of the logit.

    Args:
        logits: (B, K) or (B, K, Y, X).
        targets: of the same shape, 0 to 1.
        weights: (K,) weight of each label; None: all alike.
        pos_weight: factor on the yes side, above 0.

    Returns:
        A scalar in float32, 0 or more. An empty mask is an ordinary target: all its pixels are "no".

    Example:
        >>> import torch
        >>> round(float(bce(torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))), 4)   # ln 2
        0.6931

    References:
        None: follows from the definition.
    """
    from torch.nn.functional import binary_cross_entropy_with_logits
    check_shapes("bce", logits, targets)
    logits = logits.float()
    factor = None if pos_weight == 1.0 else logits.new_tensor(pos_weight)
    each = binary_cross_entropy_with_logits(logits, targets.float(), pos_weight=factor, reduction="none")
    return mean_over_labels(each.transpose(0, 1).flatten(1).mean(dim=1), weights)


def two_class_bce(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                  pos_weight: float = 1.0) -> torch.Tensor:
    """Return the binary cross entropy of the second of two classes, with p their softmax.

    The logit is the difference of the two outputs; at pos_weight 1 this is cross entropy.

    Args:
        logits: (B, 2).
        targets: (B,) int64 0 or 1, or (B, 2) shares.
        weights: (2,) weight of each class; the mean is weighted.
        pos_weight: factor on the second class; other than `weights` it does not enter the mean's denominator.

    Returns:
        A scalar in float32, 0 or more.

    Raises:
        UserError: other than two classes.
    """
    from torch.nn.functional import softplus
    if logits.ndim != 2 or logits.shape[1] != 2:
        raise UserError(say("loss bce", f"logits of shape {tuple(logits.shape)}", "two exclusive classes, (B, 2)",
                            "Use cross-entropy for more classes, or `classes: independent` for several labels."))
    share = class_shares("bce", logits, targets)
    if weights is not None:
        share = share * weights
    logits = logits.float()
    margin = logits[:, 1] - logits[:, 0]
    each = pos_weight * share[:, 1] * softplus(-margin) + share[:, 0] * softplus(margin)
    return each.sum() / share.sum()


@losses.register
class Bce(Loss):
    """Binary cross entropy, per pixel or per case."""

    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "segmentation"})
    kind: Literal["bce"] = "bce"
    pos_weight: Positive = 1.0
    """Factor on "yes": above 1 finds more, with more false alarms."""
    classes: Literal["exclusive", "independent"] = "exclusive"
    """Classification only. exclusive: two classes, one of which is right; independent: a yes or no for each label."""

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                 ) -> torch.Tensor:
        """Return the loss of one batch; see `bce` and `two_class_bce`."""
        if logits.ndim == 2 and self.classes == "exclusive":
            return two_class_bce(logits, targets, weights, self.pos_weight)
        return bce(logits, targets, weights, self.pos_weight)
