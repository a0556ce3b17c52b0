"""Focal loss: cross entropy in which well-classified pixels or cases count little."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from bogam.core.errors import UserError, say
from bogam.core.fields import Share
from bogam.losses.family import Loss, check_shapes, class_shares, losses, mean_over_labels

if TYPE_CHECKING:
    import torch


def focal(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None, gamma: float = 2.0,
          alpha: float | None = None) -> torch.Tensor:
    """Return the mean of -(1 - p)^gamma log p of what is right: by sigmoid per pixel, by softmax per case.

    Args:
        logits: (B, K, Y, X) for segmentation, (B, classes) for classification.
        targets: (B, K, Y, X) from 0 to 1; (B,) int64 or (B, classes) shares.
        weights: (K,) or (classes,) weight of each; None: all alike.
        gamma: how fast what is already right loses weight; 0: none does (then it is bce or cross entropy).
        alpha: weight of "yes" (the second of two classes), 1 - alpha that of "no"; None: both weigh 1.

    Returns:
        A scalar in float32, 0 or more. An empty mask is an ordinary target: all its pixels are "no".

    Raises:
        UserError: alpha with other than two classes.

    Example:
        >>> import torch
        >>> round(float(focal(torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1, 1))), 4)   # 0.25 ln 2
        0.1733

    Notes:
        Lin et al. divide by the number of positives; here it is the mean over all pixels or cases, so values do not
        depend on lesion size but are small: a higher learning rate can be in place.

    References:
        Lin et al. 2017, doi 10.1109/ICCV.2017.324.
    """
    from torch.nn.functional import logsigmoid
    if logits.ndim == 2:
        return _focal_softmax(logits, targets, weights, gamma, alpha)
    check_shapes("focal", logits, targets)
    logits, targets = logits.float(), targets.float()
    log_yes, log_no = logsigmoid(logits), logsigmoid(-logits)
    yes = -targets * (gamma * log_no).exp() * log_yes
    no = -(1 - targets) * (gamma * log_yes).exp() * log_no
    each = yes + no if alpha is None else alpha * yes + (1 - alpha) * no
    return mean_over_labels(each.transpose(0, 1).flatten(1).mean(dim=1), weights)


def _focal_softmax(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None, gamma: float,
                   alpha: float | None) -> torch.Tensor:
    share = class_shares("focal", logits, targets)
    if weights is not None:
        share = share * weights
    log_probs = logits.float().log_softmax(dim=1)
    each = share * (1 - log_probs.exp()).clamp_min(1e-7) ** gamma * -log_probs
    if alpha is not None:
        if logits.shape[1] != 2:
            raise UserError(say("loss focal", f"alpha with {logits.shape[1]} classes", "two classes",
                                "Leave alpha out and set `train.class_weights: balanced`."))
        each = each * each.new_tensor([1 - alpha, alpha])
    return each.sum() / share.sum()


@losses.register
class Focal(Loss):
    """Cross entropy in which well-classified pixels or cases count little."""

    tasks: ClassVar[frozenset[str]] = frozenset({"classification", "segmentation"})
    kind: Literal["focal"] = "focal"
    gamma: float = Field(2.0, ge=0)
    """How fast what is already right loses weight; 0 is plain cross entropy."""
    alpha: Share | None = None
    """Weight of "yes" (the second of two classes), 1 - alpha that of "no"; null: no such weight."""

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                 ) -> torch.Tensor:
        """Return the loss of one batch; see `focal`."""
        return focal(logits, targets, weights, self.gamma, self.alpha)
