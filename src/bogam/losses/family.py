"""What a loss is: settings of a function of logits and targets that training makes small."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bogam.core.errors import UserError, say
from bogam.core.registry import Family, Part

if TYPE_CHECKING:
    import torch


class Loss(Part):
    """Settings of a loss; call it with logits and targets."""

    tasks: ClassVar[frozenset[str]]
    """Tasks that it can train: "classification", "segmentation"."""

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                 ) -> torch.Tensor:
        """Return the loss of one batch.

        Args:
            logits: (B, classes) for classification, (B, K, Y, X) for segmentation; any float type.
            targets: classification: (B,) int64 class indices or (B, classes) shares from 0 to 1; segmentation:
                (B, K, Y, X) from 0 to 1, one plane per label.
            weights: (classes,) or (K,), weight of each class or label; None: all alike.

        Returns:
            A scalar, computed in float32 whatever the type of the logits.

        Raises:
            UserError: shapes that do not belong together.
        """
        raise NotImplementedError


losses: Family[Loss] = Family("loss", "bogam.losses", Loss, engine=("weights", "jsd"))


def check_shapes(loss: str, logits: torch.Tensor, targets: torch.Tensor) -> None:
    """Raise UserError unless targets have exactly the shape of the logits."""
    if logits.shape != targets.shape:
        raise UserError(say(f"loss {loss}", f"targets of shape {tuple(targets.shape)}",
                            f"{tuple(logits.shape)}, the shape of the logits",
                            "Choose a loss that fits the task."))


def class_shares(loss: str, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return targets as (B, classes) float32 shares, from class indices or from shares.

    Args:
        loss: name for the message.
        logits: (B, classes).
        targets: (B,) int64 or (B, classes) float.

    Raises:
        UserError: neither of the two.
    """
    import torch
    if targets.ndim == 1 and not targets.is_floating_point() and logits.ndim == 2:
        return torch.nn.functional.one_hot(targets, logits.shape[1]).float()
    check_shapes(loss, logits, targets)
    return targets.float()


def mean_over_labels(per_label: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
    """Return the mean of (K,) values, each with its weight.

    Example:
        >>> import torch
        >>> float(mean_over_labels(torch.tensor([1.0, 3.0]), torch.tensor([3.0, 1.0])))
        1.5
    """
    if weights is None:
        return per_label.mean()
    return (per_label * weights).sum() / weights.sum()
