"""Focal loss by hand."""

from __future__ import annotations

import math

import pytest
import torch

from bogam.core.errors import UserError
from bogam.losses.bce import bce
from bogam.losses.cross_entropy import cross_entropy
from bogam.losses.focal import Focal, focal

LN3 = math.log(3)


def seeded_batch() -> tuple[torch.Tensor, torch.Tensor]:
    seeded = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 2, 4, 4, generator=seeded)
    return logits, torch.rand(2, 2, 4, 4, generator=seeded)


def test_one_pixel() -> None:
    pixel = torch.full((1, 1, 1, 1), LN3)  # p = 3/4
    torch.testing.assert_close(focal(pixel, torch.ones_like(pixel)), torch.tensor(0.25**2 * -math.log(0.75)))
    torch.testing.assert_close(focal(pixel, torch.zeros_like(pixel)), torch.tensor(0.75**2 * -math.log(0.25)))


def test_alpha_weighs_yes() -> None:
    pixel = torch.zeros(1, 1, 1, 1)
    torch.testing.assert_close(Focal(alpha=0.25)(pixel, torch.ones_like(pixel)),
                               torch.tensor(0.25 * 0.25 * math.log(2)))
    torch.testing.assert_close(Focal(alpha=0.25)(pixel, torch.zeros_like(pixel)),
                               torch.tensor(0.75 * 0.25 * math.log(2)))


def test_gamma_zero_is_bce_and_cross_entropy() -> None:
    logits, targets = seeded_batch()
    torch.testing.assert_close(focal(logits, targets, gamma=0.0), bce(logits, targets))
    scores, classes = torch.randn(5, 3, generator=torch.Generator().manual_seed(1)), torch.tensor([0, 1, 2, 1, 1])
    weights = torch.tensor([1.0, 2.0, 5.0])
    torch.testing.assert_close(focal(scores, classes, weights, gamma=0.0), cross_entropy(scores, classes, weights))


def test_softmax_by_hand() -> None:
    scores = torch.tensor([[0.0, LN3]])  # p = 1/4, 3/4
    torch.testing.assert_close(focal(scores, torch.tensor([0])), torch.tensor(0.75**2 * math.log(4)))
    torch.testing.assert_close(focal(scores, torch.tensor([1]), alpha=0.25),
                               torch.tensor(0.25 * 0.25**2 * -math.log(0.75)))


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_certain_answers_have_a_finite_slope(gamma: float) -> None:
    for shape in ((1, 1, 1, 2), (1, 2)):
        logits = torch.tensor([200.0, -200.0]).reshape(shape).requires_grad_()
        focal(logits, torch.tensor([1.0, 0.0]).reshape(shape), gamma=gamma).backward()
        assert logits.grad is not None
        assert logits.grad.isfinite().all()


def test_alpha_with_three_classes_is_refused() -> None:
    with pytest.raises(UserError, match="class_weights: balanced"):
        Focal(alpha=0.25)(torch.zeros(1, 3), torch.tensor([0]))
