"""DenseNet-121 (Huang et al. 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bogam.models.family import Network, Weights, networks

if TYPE_CHECKING:
    import torch


@networks.register
class DenseNet121(Network):
    """DenseNet-121 (Huang et al. 2017): 7 million parameters, from torchvision.

    Published weights were trained on images of mean 0 and standard deviation 1: set `normalize: {to: z-score}`.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    min_size: ClassVar[int] = 32
    kind: Literal["densenet121"] = "densenet121"
    weights: Weights = "none"

    def make(self, channels: int, outputs: int) -> torch.nn.Module:
        """Return the module; see `build`."""
        from bogam.models._torchvision import build_torchvision
        return build_torchvision("densenet121", channels, outputs, self.weights)
