"""The network's door: cases become one float tensor, normalized as the model folder says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Case
from bogam.prepare.normalize import Normalize

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Door:
    """Normalization and its statistics, fitted on the training part of one fold.

    Args:
        normalize: how grey levels become the network's numbers.
        statistics: what `normalize.fit` returned.
    """

    normalize: Normalize
    statistics: Mapping[str, Any] = field(default_factory=dict)

    def tensor(self, cases: Sequence[Case]) -> torch.Tensor:
        """Stack cases to (B, C, Y, X) float32, normalized.

        Raises:
            UserError: the cases differ in shape, or have no grey range.
        """
        import torch
        shape = cases[0].image.shape
        for case in cases:
            if case.image.shape != shape:
                raise UserError(say(f"case {case.id}", f"an image of shape {case.image.shape}",
                                    f"{shape}, the shape of case {cases[0].id}",
                                    "Add a resize step to `prepare`, or set `data.channels` to gray or rgb."))
            if case.levels is None:
                raise UserError(say(f"case {case.id}", "no grey range", "one",
                                    "Add `- window: {source: percentile}` to `prepare`."))
        stack = np.stack([case.image for case in cases])
        image = torch.from_numpy(stack if stack.dtype == np.uint8 else stack.astype(np.float32, copy=False))
        levels = torch.tensor([case.levels for case in cases], dtype=torch.float32)
        return self.through(image, levels)

    def through(self, image: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
        """Return a stack of images, normalized.

        Args:
            image: (B, C, Y, X) float32 or uint8, grey levels.
            levels: (B, 2) float32, low and high of each, on the same device.
        """
        return self.normalize.door(image, levels[:, 0], levels[:, 1], dict(self.statistics))
