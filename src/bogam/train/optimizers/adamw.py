"""AdamW."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from bogam.core.fields import Positive
from bogam.train.optimizers.family import Optimizer, optimizers

if TYPE_CHECKING:
    import torch


@optimizers.register
class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101)."""

    kind: Literal["adamw"] = "adamw"
    learning_rate: Positive = 2e-3
    """Highest learning rate; the schedule scales it."""
    weight_decay: float = Field(1e-2, ge=0)
    """Share of a kernel's weights taken off per step, times the learning rate; biases and norms are spared."""

    def build(self, groups: Iterable[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return torch's AdamW."""
        import torch
        return torch.optim.AdamW(list(groups), lr=self.learning_rate)
