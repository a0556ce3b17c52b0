"""One way to run a network, in training and after it."""

import numpy as np
import pytest
import torch

from bogam.core.types import Case
from bogam.predict.door import Door
from bogam.predict.forward import forward_cases, to_probs
from bogam.prepare.normalize import Normalize


class Sums(torch.nn.Module):
    """Logits: the sum of an image, and its negative; remembers its batches."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.modes: list[bool] = []

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        self.batches.append(len(image))
        self.modes.append(self.training)
        total = image.sum(dim=(1, 2, 3))
        return torch.stack([total, -total], dim=1)


def cases(number: int):
    for k in range(number):
        yield Case(f"i{k}", np.full((1, 1, 1), 51 * k, np.uint8), (0.0, 255.0))


def test_probabilities() -> None:
    logits = torch.tensor([[0.0, float(np.log(3))]])
    assert to_probs(logits, "classification")[0].tolist() == pytest.approx([0.25, 0.75])
    assert to_probs(logits, "segmentation")[0].tolist() == pytest.approx([0.5, 0.75])


def test_every_case_once_in_order_in_batches_of_the_asked_size() -> None:
    module = Sums().train()
    done = list(forward_cases(module, cases(5), Door(Normalize()), task="segmentation", batch=2))
    assert [c.id for c, _ in done] == [f"i{k}" for k in range(5)]
    assert module.batches == [2, 2, 1]
    assert module.modes == [False] * 3
    assert module.training  # as it was before
    expected = [1 / (1 + np.exp(-0.2 * k)) for k in range(5)]
    assert [float(p[0]) for _, p in done] == pytest.approx(expected, abs=1e-6)


def test_the_mode_comes_back_after_a_failure_and_an_early_end() -> None:
    module = Sums().train()
    with pytest.raises(ZeroDivisionError):
        for _ in forward_cases(module, (1 // 0 for _ in range(1)), Door(Normalize()), task="segmentation"):
            pass
    assert module.training
    steps = forward_cases(module, cases(5), Door(Normalize()), task="segmentation", batch=1)
    next(iter(steps))
    steps.close()
    assert module.training
    assert list(forward_cases(module, (), Door(Normalize()), task="segmentation")) == []
