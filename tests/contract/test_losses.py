"""What every loss keeps to, whatever it is."""

from __future__ import annotations

import pickle

import pytest
import torch

from bogam.core.errors import UserError
from bogam.losses.family import losses

PAIRS = [(kind, task) for kind in losses.names() for task in sorted(losses.get(kind).tasks)]


def batch(task: str, cases: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    seeded = torch.Generator().manual_seed(3)
    if task == "classification":
        return torch.randn(cases, 2, generator=seeded), torch.arange(cases) % 2
    logits = torch.randn(cases, 2, 5, 7, generator=seeded)
    return logits, (torch.rand(logits.shape, generator=seeded) > 0.6).float()


def perfect(task: str, targets: torch.Tensor) -> torch.Tensor:
    """Logits that are certain and right."""
    return (torch.nn.functional.one_hot(targets, 2) if task == "classification" else targets).float() * 40 - 20


@pytest.mark.parametrize(("kind", "task"), PAIRS)
def test_is_a_finite_scalar_in_float32_with_a_gradient(kind: str, task: str) -> None:
    logits, targets = batch(task)
    logits.requires_grad_()
    loss = losses.parse(kind)(logits, targets)
    assert loss.shape == ()
    assert loss.dtype == torch.float32
    assert float(loss.detach()) > 0
    loss.backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert logits.grad.any(dim=1).all()


@pytest.mark.parametrize(("kind", "task"), PAIRS)
def test_is_near_zero_where_all_is_right_and_large_where_all_is_wrong(kind: str, task: str) -> None:
    _, targets = batch(task)
    loss = losses.parse(kind)
    right = perfect(task, targets)
    assert abs(float(loss(right, targets))) < 1e-5
    assert float(loss(-right, targets)) > 0.5


@pytest.mark.parametrize(("kind", "task"), PAIRS)
@pytest.mark.parametrize("size", [0.0, 30.0, 60000.0])
def test_half_precision_and_extreme_logits_stay_finite(kind: str, task: str, size: float) -> None:
    logits, targets = batch(task)
    extreme = (logits.sign() * size).half().requires_grad_()
    loss = losses.parse(kind)(extreme, targets)
    loss.backward()
    assert loss.dtype == torch.float32
    assert loss.isfinite()
    assert extreme.grad is not None
    assert extreme.grad.isfinite().all()


@pytest.mark.parametrize("kind", [kind for kind, task in PAIRS if task == "segmentation"])
def test_half_precision_sums_do_not_overflow(kind: str) -> None:
    logits = torch.zeros(1, 1, 400, 400)
    targets = torch.ones(1, 1, 400, 400)
    torch.testing.assert_close(losses.parse(kind)(logits.half(), targets.half()), losses.parse(kind)(logits, targets))


@pytest.mark.parametrize(("kind", "task"), PAIRS)
def test_equal_weights_change_nothing_and_unequal_ones_do(kind: str, task: str) -> None:
    logits, targets = batch(task)
    loss = losses.parse(kind)
    plain = loss(logits, targets)
    torch.testing.assert_close(loss(logits, targets, torch.tensor([2.0, 2.0])), plain)
    assert not torch.isclose(loss(logits, targets, torch.tensor([1.0, 9.0])), plain)


@pytest.mark.parametrize(("kind", "task"), PAIRS)
def test_a_step_against_the_gradient_makes_it_smaller(kind: str, task: str) -> None:
    logits, targets = batch(task)
    logits.requires_grad_()
    loss = losses.parse(kind)
    first = loss(logits, targets)
    (slope,) = torch.autograd.grad(first, logits)
    assert float(loss(logits.detach() - 0.1 * slope / slope.norm(), targets)) < float(first.detach())


@pytest.mark.parametrize("kind", [kind for kind, task in PAIRS if task == "classification"])
@pytest.mark.parametrize("weights", [None, torch.tensor([1.0, 3.0])])
def test_one_hot_shares_give_the_loss_of_the_classes_and_shares_lie_between(kind: str, weights: torch.Tensor | None,
                                                                           ) -> None:
    logits, targets = batch("classification")
    loss = losses.parse(kind)
    shares = torch.nn.functional.one_hot(targets, 2).float()
    torch.testing.assert_close(loss(logits, shares, weights), loss(logits, targets, weights))
    one, two = logits[:1], torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    ends = sorted(float(loss(one, end[None])) for end in two)
    assert ends[0] < float(loss(one, torch.tensor([[0.6, 0.4]]))) < ends[1]


@pytest.mark.parametrize("kind", [kind for kind, task in PAIRS if task == "segmentation"])
def test_soft_masks_lie_between_hard_ones(kind: str) -> None:
    logits, masks = batch("segmentation")
    loss = losses.parse(kind)
    hard, soft = float(loss(logits, masks)), float(loss(logits, 0.5 * masks + 0.5 * (1 - masks)))
    ends = sorted((hard, float(loss(logits, 1 - masks))))
    assert ends[0] - 0.05 <= soft <= ends[1] + 0.05


@pytest.mark.parametrize(("kind", "task"), PAIRS)
def test_refuses_targets_of_another_shape(kind: str, task: str) -> None:
    logits, _ = batch(task)
    with pytest.raises(UserError, match=r"expected .*shape of the logits"):
        losses.parse(kind)(logits, torch.zeros(4, 3))


@pytest.mark.parametrize("kind", losses.names())
def test_survives_yaml_and_pickling(kind: str) -> None:
    loss = losses.parse(kind)
    assert losses.parse(loss.to_yaml()) == loss
    assert pickle.loads(pickle.dumps(loss)) == loss
    assert loss.tasks
    assert loss.tasks <= {"classification", "segmentation"}
