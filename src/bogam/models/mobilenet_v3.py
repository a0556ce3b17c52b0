"""MobileNetV3 (Howard et al. 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bogam.models.family import Network, Weights, networks

if TYPE_CHECKING:
    import torch


@networks.register
class MobileNetV3(Network):
    """MobileNetV3 (Howard et al. 2019): 1.5 (small) or 4.2 (large) million parameters, from torchvision.

    Published weights were trained on images of mean 0 and standard deviation 1: set `normalize: {to: z-score}`.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    min_size: ClassVar[int] = 32
    kind: Literal["mobilenet-v3"] = "mobilenet-v3"
    size: Literal["small", "large"] = "small"
    """Which of the two published networks."""
    weights: Weights = "none"

    def make(self, channels: int, outputs: int) -> torch.nn.Module:
        """Return the module; see `build`."""
        from bogam.models._torchvision import build_torchvision
        return build_torchvision(f"mobilenet_v3_{self.size}", channels, outputs, self.weights)
