"""What an optimizer is: settings that build a torch optimizer for a network's weights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bogam.core.fields import Positive
from bogam.core.registry import Family, Part

if TYPE_CHECKING:
    import torch


class Optimizer(Part):
    """Settings of an optimizer."""

    learning_rate: Positive
    """Highest learning rate; the schedule scales it."""

    def build(self, groups: Iterable[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return the torch optimizer over parameter groups (each names its own weight decay)."""
        raise NotImplementedError


optimizers: Family[Optimizer] = Family("optimizer", "bogam.train.optimizers", Optimizer)


def parameter_groups(module: torch.nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Split weights into decayed (kernels) and not decayed (biases, normalization)."""
    weights = [p for p in module.parameters() if p.requires_grad]
    return [{"params": [p for p in weights if p.ndim > 1], "weight_decay": weight_decay},
            {"params": [p for p in weights if p.ndim <= 1], "weight_decay": 0.0}]
