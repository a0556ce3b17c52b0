"""Pieces that several networks share."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

from bogam.models.family import fitted_size

Activation = Literal["relu", "leaky-relu", "gelu", "silu"]
Normalization = Literal["batch", "instance", "group"]


def activation_of(name: Activation) -> nn.Module:
    """Return an activation; leaky-relu has slope 0.01 below 0."""
    kinds: dict[str, nn.Module] = {"relu": nn.ReLU(inplace=True), "leaky-relu": nn.LeakyReLU(0.01, inplace=True),
                                   "gelu": nn.GELU(), "silu": nn.SiLU(inplace=True)}
    return kinds[name]


def normalization_of(name: Normalization, channels: int) -> nn.Module:
    """Return a normalization with scale and shift; group takes the largest divisor of the channels up to 8."""
    if name == "batch":
        return nn.BatchNorm2d(channels)
    if name == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    return nn.GroupNorm(max(groups for groups in range(1, 9) if channels % groups == 0), channels)


def conv_unit(channels: int, width: int, kernel: int, activation: Activation, normalization: Normalization,
              stride: int = 1) -> nn.Sequential:
    """Return convolution, normalization, activation, from `channels` to `width` feature maps."""
    return nn.Sequential(nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False),
                         normalization_of(normalization, width), activation_of(activation))


def initialize(module: nn.Module) -> None:
    """Draw convolution kernels anew: normal, variance 2 / fan-out (He et al. 2015, doi 10.1109/ICCV.2015.123).

    Layers with a bias (the heads, and upsampling) keep torch's own start.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d) and layer.bias is None:
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")


class FitInput(nn.Module):
    """Enlarge images below a network's minimum, bilinear and in proportion, then run it.

    Args:
        network: image (B, C, Y, X) to logits (B, outputs).
        smallest: fewest rows and columns.
    """

    def __init__(self, network: nn.Module, smallest: int) -> None:
        super().__init__()
        self.network = network
        self.smallest = smallest

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the network's logits."""
        size = fitted_size((image.shape[-2], image.shape[-1]), self.smallest)
        if size != tuple(image.shape[-2:]):
            image = functional.interpolate(image, size=size, mode="bilinear", align_corners=False)
        logits: torch.Tensor = self.network(image)
        return logits


def padding_to_multiple(rows: int, columns: int, multiple: int, smallest: int) -> tuple[int, int, int, int]:
    """Return (left, right, top, bottom) pixels to add so that both sides are a multiple, at least `smallest`.

    Example:
        >>> padding_to_multiple(5, 8, 4, 8)
        (0, 0, 1, 2)
    """
    extra_y = max(smallest, math.ceil(rows / multiple) * multiple) - rows
    extra_x = max(smallest, math.ceil(columns / multiple) * multiple) - columns
    return extra_x // 2, extra_x - extra_x // 2, extra_y // 2, extra_y - extra_y // 2
