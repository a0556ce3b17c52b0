"""Cross entropy by hand, and beside torch's own."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from bogam.losses.cross_entropy import CrossEntropy, cross_entropy

LOGITS = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
TARGETS = torch.tensor([0, 1, 2, 2, 1, 0, 2])


def test_three_to_one() -> None:
    torch.testing.assert_close(cross_entropy(torch.tensor([[0.0, math.log(3)]]), torch.tensor([0])),
                               torch.tensor(math.log(4)))


def test_smoothing_spreads_over_all_classes() -> None:
    logits = torch.tensor([[0.0, math.log(3)]])
    wanted = 0.9 * math.log(4) + 0.1 * math.log(4 / 3)
    torch.testing.assert_close(CrossEntropy(smoothing=0.2)(logits, torch.tensor([0])), torch.tensor(wanted))
    torch.testing.assert_close(cross_entropy(LOGITS, TARGETS, smoothing=0.2),
                               functional.cross_entropy(LOGITS, TARGETS, label_smoothing=0.2))


def test_class_weights_as_in_torch() -> None:
    weights = torch.tensor([0.2, 1.0, 3.0])
    wanted = functional.cross_entropy(LOGITS, TARGETS, weights)
    torch.testing.assert_close(cross_entropy(LOGITS, TARGETS, weights), wanted)


@pytest.mark.parametrize("weights", [None, torch.tensor([0.2, 1.0, 3.0])])
def test_one_hot_shares_are_the_indices_they_stand_for(weights: torch.Tensor | None) -> None:
    shares = functional.one_hot(TARGETS, 3).float()
    torch.testing.assert_close(cross_entropy(LOGITS, shares, weights), cross_entropy(LOGITS, TARGETS, weights))


def test_mixed_targets() -> None:
    logits = torch.tensor([[0.0, math.log(3)]])
    wanted = 0.3 * math.log(4) + 0.7 * math.log(4 / 3)
    torch.testing.assert_close(cross_entropy(logits, torch.tensor([[0.3, 0.7]])), torch.tensor(wanted))
