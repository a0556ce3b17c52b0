"""Turn grey levels into the network's numbers; declared with the prepare steps, run at the network's door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Array, Case
from bogam.prepare.family import Step, prepare_steps

if TYPE_CHECKING:
    import torch


@prepare_steps.register
class Normalize(Step):
    """Turn grey levels into the network's numbers, at its door, after augmentation."""

    kind: Literal["normalize"] = "normalize"
    to: Literal["zero-one", "minus-one-one", "z-score"] = "zero-one"
    """zero-one, minus-one-one: the case's grey range; z-score: mean 0 and deviation 1 per channel over the training
    images."""

    def apply(self, case: Case) -> Case:
        """Never called: the cache holds grey levels, and statistics belong to a fold.

        Raises:
            UserError: always.
        """
        raise UserError(say(f"case {case.id}, step normalize", "a call among the prepare steps",
                            "one at the network's door", "Let normalize be the last step of `prepare`."))

    def fit(self, images: Iterable[tuple[Array, tuple[float, float] | None]]) -> dict[str, Any]:
        """Return the statistics of the training images; nothing is read where `to` needs none.

        Each pixel is first divided into its case's range, share = (level - low) / (high - low), so that 8-bit and
        12-bit pictures can be mixed; each pixel then counts once.

        Args:
            images: (C, ...) arrays with their levels, one after another; one image is in memory at a time.

        Returns:
            {} or {"mean": [per channel], "std": [per channel], "pixels": n}, in shares of the range.

        Raises:
            UserError: no images, one without a grey range, differing channels, or a channel that never varies.

        Example:
            >>> Normalize(to="z-score").fit([(np.array([[[0, 255]]], np.uint8), (0, 255))])
            {'mean': [0.5], 'std': [0.5], 'pixels': 2}
            >>> Normalize(to="zero-one").fit([])
            {}
        """
        if self.to != "z-score":
            return {}
        count, mean, spread = 0, np.zeros(0), np.zeros(0)
        for image, levels in images:
            if levels is None or not levels[1] > levels[0]:
                raise UserError(say("normalize: z-score", f"a training image with the grey range {levels}",
                                    "(low, high) with low < high", "Add a window step before it."))
            flat = image.reshape(image.shape[0], -1).astype(np.float64)
            flat = (flat - levels[0]) / (levels[1] - levels[0])
            if not count:
                mean, spread = np.zeros(len(flat)), np.zeros(len(flat))
            if len(flat) != len(mean):
                raise UserError(say("normalize: z-score", f"images of {len(mean)} and of {len(flat)} channels",
                                    "one number", "Set `data.channels` to gray or rgb."))
            here, size = flat.mean(axis=1), flat.shape[1]
            total = count + size
            spread += ((flat - here[:, None]) ** 2).sum(axis=1) + (here - mean) ** 2 * (count * size / total)
            mean, count = mean + (here - mean) * (size / total), total
        if not count:
            raise UserError(say("normalize: z-score", "no training images", "one or more"))
        deviation = np.sqrt(spread / count)
        if not (deviation > 1e-9).all():
            raise UserError(say("normalize: z-score", "training images with a channel that never varies",
                                "pictures", "Are they blank?"))
        return {"mean": mean.tolist(), "std": deviation.tolist(), "pixels": count}

    def door(self, image: torch.Tensor, low: torch.Tensor, high: torch.Tensor,
             stats: Mapping[str, Any]) -> torch.Tensor:
        """Return the normalized batch; values outside a case's range are not clipped.

        Args:
            image: (B, C, Y, X) or (B, C, Z, Y, X) float32 or uint8 grey levels; not changed.
            low, high: (B,) the grey range of each case.
            stats: what `fit` returned; lists, as JSON holds them.

        Raises:
            UserError: a range is empty, or the statistics are missing or of another number of channels.
        """
        import torch
        if not bool((high > low).all()):
            raise UserError(say("normalize", "an empty grey range", "low < high", "Is a picture blank?"))
        low, width = (one.to(image.device, torch.float32)[:, None] for one in (low, high - low))
        if self.to == "zero-one":
            return _from(image, low, width)
        if self.to == "minus-one-one":
            return _from(image, low + width / 2, width / 2)
        mean, deviation = (torch.as_tensor(stats.get(k, ()), dtype=torch.float32, device=image.device)
                           for k in ("mean", "std"))
        if len(mean) != image.shape[1]:
            raise UserError(say("normalize: z-score", f"statistics of {len(mean)} channels",
                                f"{image.shape[1]}, as the images have", "Set `data.channels` as in training."))
        return _from(image, low + mean * width, width * deviation)


def _from(image: torch.Tensor, center: torch.Tensor, spread: torch.Tensor) -> torch.Tensor:
    """Return (image - center) / spread, both (B, C) or (B, 1), in float32; two passes over the pixels."""
    shape = (*center.shape, *(1,) * (image.ndim - 2))
    return (image - center.view(shape)).div_(spread.view(shape))
