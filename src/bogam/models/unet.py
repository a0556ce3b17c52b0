"""U-Net."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from bogam.core.fields import Count
from bogam.models.family import Network, networks

if TYPE_CHECKING:
    import torch


@networks.register
class UNet(Network):
    """U-Net (Ronneberger et al. 2015): an encoder and a decoder with skip connections; takes any image size.

    Two convolutions per level, each followed by normalization and activation; max pooling down, a transposed
    convolution up. Level i has width x 2^i feature maps: width 16 and depth 4 make 1.9 million parameters.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"segmentation"})
    kind: Literal["unet"] = "unet"
    width: Count = 16
    """Feature maps at full resolution; doubled at each level."""
    depth: int = Field(4, ge=1, le=6)
    """How often the resolution is halved."""
    kernel_size: Literal[3, 5, 7] = 3
    """Rows and columns of each convolution kernel."""
    activation: Literal["relu", "leaky-relu", "gelu", "silu"] = "relu"
    """Function after each normalization."""
    normalization: Literal["batch", "instance", "group"] = "batch"
    """Statistics over the batch, over each image's feature map, or over groups of up to 8 of its feature maps."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of the deepest level's feature maps that are zeroed in training."""

    def make(self, channels: int, outputs: int) -> torch.nn.Module:
        """Return the module; see `build`."""
        from bogam.models._unet import UNetModule
        return UNetModule(channels, outputs, **self.model_dump(exclude={"kind"}))
