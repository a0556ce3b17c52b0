"""VGG-16 (Simonyan and Zisserman 2015)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bogam.models.family import Network, Weights, networks

if TYPE_CHECKING:
    import torch


@networks.register
class Vgg16(Network):
    """VGG-16 (Simonyan and Zisserman 2015): 134 million parameters, from torchvision; slow and large.

    Published weights were trained on images of mean 0 and standard deviation 1: set `normalize: {to: z-score}`.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    min_size: ClassVar[int] = 32
    kind: Literal["vgg16"] = "vgg16"
    weights: Weights = "none"

    def make(self, channels: int, outputs: int) -> torch.nn.Module:
        """Return the module; see `build`."""
        from bogam.models._torchvision import build_torchvision
        return build_torchvision("vgg16", channels, outputs, self.weights)
