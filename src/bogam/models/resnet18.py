"""ResNet-18 (He et al. 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bogam.models.family import Network, Weights, networks

if TYPE_CHECKING:
    import torch


@networks.register
class ResNet18(Network):
    """ResNet-18 (He et al. 2016): 11.2 million parameters, from torchvision.

    Published weights were trained on images of mean 0 and standard deviation 1: set `normalize: {to: z-score}`.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    min_size: ClassVar[int] = 32
    kind: Literal["resnet18"] = "resnet18"
    weights: Weights = "none"

    def make(self, channels: int, outputs: int) -> torch.nn.Module:
        """Return the module; see `build`."""
        from bogam.models._torchvision import build_torchvision
        return build_torchvision("resnet18", channels, outputs, self.weights)
