"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from bogam.core.fields import Positive, Share
from bogam.train.optimizers.family import Optimizer, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class SGD(Optimizer):
    """Stochastic gradient descent with Nesterov momentum."""

    kind: Literal["sgd"] = "sgd"
    learning_rate: Positive = 0.05
    """Highest learning rate; the schedule scales it."""
    momentum: Share = 0.9
    """Share of the last step that is kept; above 0 it is Nesterov's."""
    weight_decay: float = Field(1e-4, ge=0)
    """L2 penalty on kernels; biases and norms are spared."""

    def build(self, groups: Iterable[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return torch's SGD."""
        import torch
        return torch.optim.SGD(list(groups), lr=self.learning_rate, momentum=self.momentum,
                               nesterov=self.momentum > 0)
