"""The U-Net's torch module."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bogam.models._blocks import Activation, Normalization, conv_unit, initialize, padding_to_multiple


class UNetModule(nn.Module):
    """An encoder and a decoder with skip connections; level i has width x 2^i feature maps.

    Args:
        channels: of the image.
        outputs: logits per pixel.
        width: feature maps at full resolution.
        depth: how often the resolution is halved.
        kernel_size: odd.
        activation, normalization: names, see `_blocks`.
        dropout: share of the deepest feature maps that are zeroed in training.
    """

    def __init__(self, channels: int, outputs: int, width: int = 16, depth: int = 4, kernel_size: int = 3,
                 activation: Activation = "relu", normalization: Normalization = "batch",
                 dropout: float = 0.0) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(depth + 1)]

        def double(before: int, after: int) -> nn.Sequential:
            return nn.Sequential(conv_unit(before, after, kernel_size, activation, normalization),
                                 conv_unit(after, after, kernel_size, activation, normalization))

        self.encoder = nn.ModuleList(double(before, after)
                                     for before, after in zip([channels, *widths[:-1]], widths, strict=True))
        self.dropout = nn.Dropout2d(dropout)
        self.up = nn.ModuleList(nn.ConvTranspose2d(widths[level + 1], widths[level], 2, stride=2)
                                for level in reversed(range(depth)))
        self.decoder = nn.ModuleList(double(2 * widths[level], widths[level]) for level in reversed(range(depth)))
        self.head = nn.Conv2d(width, outputs, 1)
        self.multiple = 2**depth
        initialize(self)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return logits (B, outputs, Y, X) for an image (B, C, Y, X) of any size.

        Sides that are no multiple of 2^depth, or below 2^(depth + 1), are padded with the border's value and the
        logits are cropped again.
        """
        rows, columns = image.shape[-2:]
        left, right, top, bottom = padding_to_multiple(rows, columns, self.multiple, 2 * self.multiple)
        if left or right or top or bottom:
            image = functional.pad(image, (left, right, top, bottom), mode="replicate")
        skips: list[torch.Tensor] = []
        features = image
        for level, block in enumerate(self.encoder):
            if level:
                skips.append(features)
                features = functional.max_pool2d(features, 2)
            features = block(features)
        features = self.dropout(features)
        for up, block in zip(self.up, self.decoder, strict=True):
            features = block(torch.cat([skips.pop(), up(features)], dim=1))
        logits: torch.Tensor = self.head(features)
        return logits[..., top:top + rows, left:left + columns]
