"""Tversky by hand; alpha is false positives."""

from __future__ import annotations

import pytest
import torch

from bogam.losses.dice import Over, dice
from bogam.losses.tversky import Tversky, tversky

ONE_EXTRA = (torch.tensor([[[[40.0, 40.0, -40.0]]]]), torch.tensor([[[[1.0, 0.0, 0.0]]]]))  # TP 1, FP 1
ONE_MISSED = (torch.tensor([[[[40.0, -40.0, -40.0]]]]), torch.tensor([[[[1.0, 1.0, 0.0]]]]))  # TP 1, FN 1


@pytest.mark.parametrize("over", ["image", "batch"])
@pytest.mark.parametrize("smooth", [0.1, 1.0, 5.0])
def test_a_half_and_a_half_is_dice(over: Over, smooth: float) -> None:
    seeded = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 2, 6, 5, generator=seeded)
    targets = (torch.rand(3, 2, 6, 5, generator=seeded) > 0.7).float()
    targets[0] = 0
    torch.testing.assert_close(tversky(logits, targets, alpha=0.5, beta=0.5, over=over, smooth=smooth),
                               dice(logits, targets, over=over, smooth=smooth))


def test_alpha_weighs_false_positives_and_beta_false_negatives() -> None:
    torch.testing.assert_close(tversky(*ONE_EXTRA, alpha=0.3, beta=0.7), torch.tensor(1 - 1.5 / (1 + 0.3 + 0.5)))
    torch.testing.assert_close(tversky(*ONE_MISSED, alpha=0.3, beta=0.7), torch.tensor(1 - 1.5 / (1 + 0.7 + 0.5)))


def test_defaults_punish_a_miss_more() -> None:
    assert float(Tversky()(*ONE_MISSED)) > float(Tversky()(*ONE_EXTRA))


def test_empty_mask() -> None:
    empty = torch.zeros(1, 1, 2, 2)
    assert float(tversky(torch.full((1, 1, 2, 2), -40.0), empty)) == 0.0
    loss = tversky(torch.full((1, 1, 2, 2), 40.0), empty, alpha=0.3, beta=0.7, smooth=1.0)
    torch.testing.assert_close(loss, torch.tensor(1 - 1 / (2 * 0.3 * 4 + 1)))
