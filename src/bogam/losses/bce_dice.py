"""Binary cross entropy plus Dice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bogam.core.fields import Positive
from bogam.losses.bce import bce
from bogam.losses.dice import Over, dice
from bogam.losses.family import Loss, losses

if TYPE_CHECKING:
    import torch


def bce_dice(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
             bce_weight: float = 1.0, dice_weight: float = 1.0, pos_weight: float = 1.0, over: Over = "image",
             smooth: float = 1.0) -> torch.Tensor:
    """Return bce_weight x bce + dice_weight x dice.

    Args:
        logits, targets, weights, pos_weight: as for `bce`.
        bce_weight, dice_weight: factors of the two, above 0.
        over, smooth: as for `dice`.

    Returns:
        A scalar in float32, 0 or more. An empty mask is taught by the bce part, where Dice alone is nearly flat.

    Example:
        >>> import torch
        >>> round(float(bce_dice(torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))), 4)   # ln 2 + 2/7
        0.9789

    References:
        None: follows from the definition.
    """
    return (bce_weight * bce(logits, targets, weights, pos_weight)
            + dice_weight * dice(logits, targets, weights, over, smooth))


@losses.register
class BceDice(Loss):
    """Binary cross entropy per pixel plus one minus the soft Dice overlap."""

    tasks: ClassVar[frozenset[str]] = frozenset({"segmentation"})
    kind: Literal["bce-dice"] = "bce-dice"
    bce_weight: Positive = 1.0
    """Factor of the binary cross entropy."""
    dice_weight: Positive = 1.0
    """Factor of the Dice loss."""
    pos_weight: Positive = 1.0
    """Factor on lesion pixels in the binary cross entropy."""
    over: Over = "image"
    """image: one Dice per image, averaged; batch: the pixels of a batch together."""
    smooth: Positive = 1.0
    """Pixels added above and below the Dice fraction; decides how an empty mask counts."""

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None,
                 ) -> torch.Tensor:
        """Return the loss of one batch; see `bce_dice`."""
        return bce_dice(logits, targets, weights, self.bce_weight, self.dice_weight, self.pos_weight, self.over,
                        self.smooth)
