"""The sum of two losses."""

from __future__ import annotations

import torch

from bogam.losses.bce import bce
from bogam.losses.bce_dice import BceDice
from bogam.losses.dice import dice


def test_is_the_weighted_sum() -> None:
    seeded = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 2, 4, 4, generator=seeded)
    targets = (torch.rand(3, 2, 4, 4, generator=seeded) > 0.5).float()
    weights = torch.tensor([1.0, 2.0])
    loss = BceDice(bce_weight=0.3, dice_weight=2.0, pos_weight=4.0, over="batch", smooth=3.0)
    wanted = 0.3 * bce(logits, targets, weights, 4.0) + 2 * dice(logits, targets, weights, "batch", 3.0)
    torch.testing.assert_close(loss(logits, targets, weights), wanted)


def test_empty_mask_with_a_wide_false_area_is_taught_by_the_bce_part() -> None:
    logits = torch.full((1, 1, 64, 64), 2.0, requires_grad=True)
    empty = torch.zeros(1, 1, 64, 64)
    (of_dice,) = torch.autograd.grad(dice(logits, empty), logits)
    (of_both,) = torch.autograd.grad(BceDice()(logits, empty), logits)
    assert float(of_dice.sum()) < 1e-3
    assert float(of_both.sum()) > 0.5
