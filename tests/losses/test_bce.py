"""Binary cross entropy by hand."""

from __future__ import annotations

import math

import pytest
import torch

from bogam.core.errors import UserError
from bogam.losses.bce import Bce, bce, two_class_bce
from bogam.losses.cross_entropy import cross_entropy

LN3 = math.log(3)  # a logit of probability 3/4


def test_one_pixel() -> None:
    torch.testing.assert_close(bce(torch.full((1, 1, 1, 1), LN3), torch.ones(1, 1, 1, 1)),
                               torch.tensor(-math.log(0.75)))


def test_empty_mask_is_an_ordinary_target() -> None:
    empty = torch.zeros(2, 1, 3, 3)
    torch.testing.assert_close(bce(torch.full_like(empty, LN3), empty), torch.tensor(-math.log(0.25)))


def test_pos_weight_counts_only_yes() -> None:
    logits, targets = torch.zeros(1, 1, 1, 2), torch.tensor([[[[1.0, 0.0]]]])
    torch.testing.assert_close(Bce(pos_weight=5.0)(logits, targets), torch.tensor((5 + 1) * math.log(2) / 2))


def test_labels_are_weighted() -> None:
    logits, targets = torch.tensor([[0.0, LN3]]), torch.tensor([[1.0, 1.0]])
    wanted = (math.log(2) * 1 - math.log(0.75) * 3) / 4
    torch.testing.assert_close(Bce(classes="independent")(logits, targets, torch.tensor([1.0, 3.0])),
                               torch.tensor(wanted))


@pytest.mark.parametrize("weights", [None, torch.tensor([0.5, 4.0])])
def test_two_exclusive_classes_are_cross_entropy(weights: torch.Tensor | None) -> None:
    logits = torch.randn(6, 2, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([0, 1, 1, 0, 1, 1])
    torch.testing.assert_close(Bce()(logits, targets, weights), cross_entropy(logits, targets, weights))
    torch.testing.assert_close(Bce()(logits, torch.nn.functional.one_hot(targets).float(), weights),
                               cross_entropy(logits, targets, weights))


def test_pos_weight_of_two_classes_is_on_the_second() -> None:
    logits = torch.zeros(2, 2)
    torch.testing.assert_close(two_class_bce(logits, torch.tensor([0, 1]), pos_weight=5.0),
                               torch.tensor(3 * math.log(2)))


def test_three_classes_are_refused_with_the_way_out() -> None:
    with pytest.raises(UserError, match="Use cross-entropy"):
        Bce()(torch.zeros(2, 3), torch.tensor([0, 2]))
    with pytest.raises(UserError, match="shape of the logits"):
        Bce(classes="independent")(torch.zeros(2, 3), torch.tensor([0, 2]))
