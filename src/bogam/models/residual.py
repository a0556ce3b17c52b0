"""A small residual classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from bogam.core.fields import Count
from bogam.models.family import Network, networks

if TYPE_CHECKING:
    import torch


@networks.register
class Residual(Network):
    """A small residual classifier (after He et al. 2016) that keeps the full resolution in its first stage.

    Stage s has s x width feature maps at 1/2^(s-1) of the resolution. The defaults make 0.48 million parameters and
    suit images of 28 to 64 pixels; larger images cost much in the first stage: choose a torchvision network there.
    """

    tasks: ClassVar[frozenset[str]] = frozenset({"classification"})
    min_size: ClassVar[int] = 16
    kind: Literal["residual"] = "residual"
    width: Count = 32
    """Feature maps of the first stage; stage s has s times as many."""
    depth: int = Field(2, ge=1, le=8)
    """Residual blocks per stage, two convolutions each."""
    stages: int = Field(3, ge=1, le=4)
    """Stages; the resolution is halved between them."""
    kernel_size: Literal[3, 5, 7] = 3
    """Rows and columns of each convolution kernel in a block."""
    activation: Literal["relu", "leaky-relu", "gelu", "silu"] = "relu"
    """Function after each normalization."""
    normalization: Literal["batch", "instance", "group"] = "batch"
    """Statistics over the batch, over each image's feature map, or over groups of up to 8 of its feature maps."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of the features before the last layer that are zeroed in training."""

    def make(self, channels: int, outputs: int) -> torch.nn.Module:
        """Return the module; see `build`."""
        from bogam.models._residual import ResidualModule
        return ResidualModule(channels, outputs, **self.model_dump(exclude={"kind"}))
