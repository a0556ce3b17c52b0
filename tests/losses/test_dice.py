"""Soft Dice by hand."""

from __future__ import annotations

import torch

from bogam.losses.dice import Dice, dice

SURE = 40.0  # a logit whose sigmoid is 1 in float32


def mask(*rows: list[int]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32)[None, None]


def logits_of(probs: torch.Tensor) -> torch.Tensor:
    return (probs - 0.5) * 2 * SURE


def test_half_overlap() -> None:
    loss = dice(logits_of(mask([1, 1, 0])), mask([1, 0, 1]), smooth=1.0)
    torch.testing.assert_close(loss, torch.tensor(1 - (2 * 1 + 1) / (2 + 2 + 1)))


def test_empty_mask_is_zero_where_nothing_is_predicted_and_a_half_at_smooth_pixels() -> None:
    empty = torch.zeros(1, 1, 4, 4)
    assert float(dice(logits_of(empty), empty)) == 0.0
    for wrong in (1, 3):
        probs = torch.zeros(16)
        probs[:wrong] = 1
        loss = dice(logits_of(probs.reshape(1, 1, 4, 4)), empty, smooth=1.0)
        torch.testing.assert_close(loss, torch.tensor(1 - 1 / (wrong + 1)))


def test_empty_mask_still_pulls_predictions_down() -> None:
    logits = torch.zeros(1, 1, 4, 4, requires_grad=True)
    dice(logits, torch.zeros(1, 1, 4, 4)).backward()
    # d/dp of 1 - s/(sum p + s) is s/(8 + 1)^2; dp/dlogit at 0 is 1/4
    assert logits.grad is not None
    torch.testing.assert_close(logits.grad, torch.full((1, 1, 4, 4), 1 / 81 / 4))


def test_over_image_averages_cases_and_over_batch_pools_pixels() -> None:
    logits = torch.cat([logits_of(mask([1, 1, 1, 1])), logits_of(mask([0, 0, 0, 0]))])
    targets = torch.cat([mask([1, 1, 1, 1]), mask([1, 0, 0, 0])])
    torch.testing.assert_close(dice(logits, targets, over="image", smooth=1.0), torch.tensor((0 + (1 - 1 / 2)) / 2))
    torch.testing.assert_close(dice(logits, targets, over="batch", smooth=1.0), torch.tensor(1 - 9 / (4 + 5 + 1)))


def test_labels_are_weighted() -> None:
    logits = torch.cat([logits_of(mask([1, 1])), logits_of(mask([0, 0]))], dim=1)
    targets = torch.cat([mask([1, 1]), mask([0, 1])], dim=1)  # losses 0 and 1/2
    torch.testing.assert_close(dice(logits, targets, torch.tensor([1.0, 3.0])), torch.tensor(0.375))


def test_part_passes_its_fields_on() -> None:
    logits, targets = logits_of(mask([1, 1, 0])), mask([1, 0, 1])
    torch.testing.assert_close(Dice(smooth=3.0)(logits, targets), torch.tensor(1 - (2 + 3) / (4 + 3)))
    both = torch.cat([logits, logits]), torch.cat([targets, mask([0, 0, 0])])
    assert not torch.isclose(Dice(over="batch")(*both), Dice()(*both))
