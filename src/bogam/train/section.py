"""The settings of a training."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bogam.core.fields import Count
from bogam.train.optimizers.family import Optimizer, optimizers
from bogam.train.schedules.family import Schedule, schedules


class TrainSection(BaseModel):
    """How a network is trained. Epoch and threshold are chosen on validation images only."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)

    epochs: Count = 40
    """Passes through the training part."""
    batch: Count = 16
    """Images per optimizer step; the batches of an epoch differ in size by one at most, nothing is dropped."""
    optimizer: Annotated[Optimizer, optimizers.field()] = Field(default="adamw")  # type: ignore[assignment]
    """adamw or sgd, with its learning rate."""
    schedule: Annotated[Schedule, schedules.field()] = Field(default="one-cycle")  # type: ignore[assignment]
    """one-cycle, cosine or constant."""
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """Arithmetic of the forward pass; fp16 needs a GPU."""
    seeds: list[int] = Field([0], min_length=1)
    """One training per seed; with one seed the noise of training is not measured and no verdict is given."""
    class_weights: Literal["none", "balanced"] = "none"
    """balanced: each class weighs the inverse of its share of the training part (classification)."""
    select: Literal["score", "loss"] = "score"
    """What chooses the epoch on validation: the primary score (lesion Dice, AUC) or the loss."""
    min_gain: float = Field(0.001, ge=0)
    """An epoch replaces the best one only where it is better by more than this."""
    patience: Count | None = None
    """Stop after so many epochs without a better one; null: train all epochs."""
    clip: float | None = Field(1.0, gt=0)
    """Largest norm of the gradient of one step; null: not clipped."""
