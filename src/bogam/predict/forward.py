"""Run a network over prepared cases; validation inside training and evaluation after it are this code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from bogam.core.types import Case, FloatArray
from bogam.predict.door import Door

if TYPE_CHECKING:
    import torch


def to_probs(logits: torch.Tensor, task: str) -> torch.Tensor:
    """Softmax over classes for classification; a sigmoid per label for segmentation."""
    return logits.float().softmax(dim=1) if task == "classification" else logits.float().sigmoid()


def forward_cases(module: torch.nn.Module, cases: Iterable[Case], door: Door, *, task: str, device: str = "cpu",
                  batch: int = 32) -> Iterator[tuple[Case, FloatArray]]:
    """Yield each case with its probabilities, (classes,) or (K, Y, X) in the prepared geometry.

    Args:
        module: in any mode; it is put into evaluation mode, and back.
        cases: prepared, all of one shape.
        door: the normalization that the network was trained with.
        task: "classification" or "segmentation".
        device: where the module lies.
        batch: cases per forward pass; changes speed, not results beyond rounding.
    """
    import torch
    was_training = module.training
    module.eval()
    remaining = iter(cases)
    try:
        while chunk := list(islice(remaining, batch)):
            with torch.inference_mode():
                image = door.tensor(chunk).to(device).contiguous(memory_format=torch.channels_last)
                probs = to_probs(module(image), task).cpu().numpy()
            yield from zip(chunk, probs, strict=True)
    finally:
        module.train(was_training)
