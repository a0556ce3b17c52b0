"""How large a batch the memory of a GPU holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from bogam.augment.plan import Plan

if TYPE_CHECKING:
    from bogam.train.loop import Job


def fitting_batch(job: Job, channels: int, shape: tuple[int, ...], device: str) -> int:
    """Try smaller and smaller batches of noise; return the first that fits with its gradients, or 0.

    Args:
        job: the training that ran out of memory.
        channels, shape: of one prepared image.
        device: where to try.
    """
    batch = job.section.batch // 2
    while batch >= 1:
        try:
            if device.startswith("cuda"):
                torch.cuda.empty_cache()
            module = job.network.build(channels, len(job.labels), 0).to(device)
            image = torch.zeros(batch * Plan(job.augment, 0).views, channels, *shape, device=device)
            logits = module(image)
            logits.float().square().mean().backward()
            return batch
        except torch.OutOfMemoryError:
            batch //= 2
    return 0
