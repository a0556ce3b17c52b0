"""What validation says during training, and the weights of unequal classes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import torch

from bogam.core.types import Case, FloatArray
from bogam.metrics.auc import auc, macro_auc
from bogam.metrics.dice import dice

if TYPE_CHECKING:
    from bogam.train.loop import Job


def weights_of_classes(job: Job, device: str) -> torch.Tensor | None:
    """Return one weight per class (mean 1 over the training images), or None where all weigh the same."""
    if job.section.class_weights == "none" or not job.classes:
        return None
    from bogam.losses.weights import class_weights
    counts = np.bincount([job.classes[i] for i in job.train], minlength=len(job.labels))
    return torch.as_tensor(class_weights(counts), dtype=torch.float32, device=device)


def validation_score(job: Job, predictions: Iterable[tuple[Case, FloatArray]],
                     weights: torch.Tensor | None) -> tuple[float | None, float]:
    """Return the score that chooses the epoch, and the training's own loss on the validation part.

    The score is the mean Dice at threshold 0.5 of the labels on images that have them, in the prepared geometry, or
    the (macro) AUC. It is None where validation has one class, or no lesion.
    """
    cases, stack = [], []
    for case, probs in predictions:
        cases.append(case)
        stack.append(probs)
    probs = np.stack(stack).astype(np.float32)
    wanted: torch.Tensor
    if job.task == "segmentation":
        masks = np.stack([case.masks for case in cases if case.masks is not None])
        dices = [dice(plane > 0.5, mask > 0) for image, truth in zip(probs, masks, strict=True)
                 for plane, mask in zip(image, truth, strict=True) if mask.any()]
        score = float(np.mean(dices)) if dices else None
        wanted = torch.from_numpy(masks).float()
    else:
        target = np.array([job.classes[case.id] for case in cases])
        score = auc(probs[:, 1], target == 1) if probs.shape[1] == 2 else macro_auc(probs, target)
        wanted = torch.from_numpy(target).long()
    return score, _loss(job, torch.from_numpy(probs), wanted, None if weights is None else weights.cpu())


def _loss(job: Job, probs: torch.Tensor, wanted: torch.Tensor, weights: torch.Tensor | None) -> float:
    clipped = probs.clamp(1e-6, 1 - 1e-6)
    logits = clipped.log() if job.task == "classification" else torch.logit(clipped)
    total = 0.0
    for part, truth in zip(torch.split(logits, job.section.batch), torch.split(wanted, job.section.batch), strict=True):
        total += float(job.loss(part, truth, weights)) * len(part)
    return total / len(logits)
