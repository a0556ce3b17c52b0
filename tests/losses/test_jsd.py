"""The Jensen-Shannon divergence of views."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon

from bogam.losses.jsd import jsd


def test_equal_views_have_none_and_gradients_draw_unequal_ones_together() -> None:
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    assert float(jsd(torch.cat([logits, logits, logits]), 3)) == pytest.approx(0.0, abs=1e-6)
    moved = torch.cat([logits, logits + torch.tensor([1.0, 0.0, -1.0])]).requires_grad_()
    first = jsd(moved, 2)
    (slope,) = torch.autograd.grad(first, moved)
    assert float(jsd(moved.detach() - 0.1 * slope / slope.norm(), 2)) < float(first.detach())


def test_two_views_against_scipy() -> None:
    one, two = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(1))
    expected = np.mean([jensenshannon(a, b) ** 2 for a, b in zip(one.softmax(1).numpy(), two.softmax(1).numpy(),
                                                                strict=True)])
    assert float(jsd(torch.cat([one, two]), 2)) == pytest.approx(float(expected), rel=1e-4)


def test_masks_are_a_yes_or_no_per_pixel() -> None:
    one, two = torch.randn(2, 2, 1, 3, 3, generator=torch.Generator().manual_seed(2))
    found = [jensenshannon([p, 1 - p], [q, 1 - q]) ** 2 for p, q in
             zip(one.sigmoid().flatten().tolist(), two.sigmoid().flatten().tolist(), strict=True)]
    assert float(jsd(torch.cat([one, two]), 2)) == pytest.approx(float(np.mean(found)), rel=1e-4)


def test_certain_and_opposite_views_reach_the_bound_and_stay_finite_in_half_precision() -> None:
    logits = torch.tensor([[6e4, -6e4], [-6e4, 6e4]]).half().requires_grad_()
    value = jsd(logits, 2)
    value.backward()
    assert value.dtype == torch.float32
    assert float(value.detach()) == pytest.approx(math.log(2))
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
