"""The residual classifier's torch module."""

from __future__ import annotations

import torch
from torch import nn

from bogam.models._blocks import Activation, Normalization, activation_of, conv_unit, initialize, normalization_of


class ResidualBlock(nn.Module):
    """Two convolutions and a shortcut; with stride 2 the shortcut averages 2x2 pixels before its 1x1 convolution."""

    def __init__(self, channels: int, width: int, stride: int, kernel_size: int, activation: Activation,
                 normalization: Normalization) -> None:
        super().__init__()
        self.first = conv_unit(channels, width, kernel_size, activation, normalization, stride)
        self.second = nn.Conv2d(width, width, kernel_size, padding=kernel_size // 2, bias=False)
        self.norm = normalization_of(normalization, width)
        self.activation = activation_of(activation)
        steps: list[nn.Module] = []
        if stride > 1:
            steps.append(nn.AvgPool2d(stride, ceil_mode=True, count_include_pad=False))
        if stride > 1 or channels != width:
            steps += [nn.Conv2d(channels, width, 1, bias=False), normalization_of(normalization, width)]
        self.shortcut = nn.Sequential(*steps)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return (B, width, ceil(Y / stride), ceil(X / stride)) feature maps."""
        changed = self.norm(self.second(self.first(features)))
        result: torch.Tensor = self.activation(changed + self.shortcut(features))
        return result


class ResidualModule(nn.Module):
    """A 3x3 stem at full resolution, stages of residual blocks, the mean over pixels, one linear layer.

    Args:
        channels: of the image.
        outputs: logits.
        width: feature maps of the first stage; stage s has s x width.
        depth: blocks per stage.
        stages: the resolution is halved between them.
        kernel_size: odd.
        activation, normalization: names, see `_blocks`.
        dropout: share of the pooled features that are zeroed in training.
    """

    def __init__(self, channels: int, outputs: int, width: int = 32, depth: int = 2, stages: int = 3,
                 kernel_size: int = 3, activation: Activation = "relu", normalization: Normalization = "batch",
                 dropout: float = 0.0) -> None:
        super().__init__()
        self.stem = conv_unit(channels, width, 3, activation, normalization)
        blocks: list[nn.Module] = []
        before = width
        for stage in range(1, stages + 1):
            for position in range(depth):
                stride = 2 if stage > 1 and position == 0 else 1
                blocks.append(ResidualBlock(before, stage * width, stride, kernel_size, activation, normalization))
                before = stage * width
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(before, outputs)
        initialize(self)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return logits (B, outputs)."""
        pooled = self.blocks(self.stem(image)).mean(dim=(2, 3))
        logits: torch.Tensor = self.head(self.dropout(pooled))
        return logits
