"""The nouns that travel through bogam: a picture as read, a case, a batch, a prediction."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Array = NDArray[Any]
FloatArray = NDArray[np.floating[Any]]
LevelUnit = Literal["raw", "hu", "suv", "none"]
Task = Literal["classification", "segmentation", "detection"]
TargetKind = Literal["multiclass", "multilabel", "ordinal", "regression"]


@dataclass(frozen=True, eq=False)
class Picture:
    """What a reader returns: pixels as stored (after rescale), and what the file says about them.

    Args:
        image: (C, Y, X) or (C, Z, Y, X); uint8, uint16, int16 or float32. C is 1 or 3.
        levels: (low, high) of the grey scale in use, in `level_unit`; None where the file does not tell.
        level_unit: "raw", "hu", "suv" or "none".
        spacing_mm: distance of neighbors in array order (y, x) or (z, y, x); None where unknown.
        affine: (4, 4) voxel (z, y, x) to patient millimetres; None where unknown.
        bits: stored bits of one sample.
        format: the format found in the file's content, such as "png"; never the extension.
        facts: what the file says that identifies nobody: modality, scanner, view, laterality, window, and
            "patient", "study", "series" as pseudonyms.
        notes: what a reader did that a user should know ("MONOCHROME1 inverted").
    """

    image: Array
    levels: tuple[float, float] | None
    level_unit: LevelUnit = "raw"
    spacing_mm: tuple[float, ...] | None = None
    affine: FloatArray | None = None
    bits: int = 8
    format: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Case:
    """One image in memory with all that is known of it. Frozen: a step returns a new one through `but`.

    Args:
        id: unique in its manifest.
        patient: group of the person, or None where declared absent.
        image: (C, Y, X) or (C, Z, Y, X), its stored depth kept.
        levels: (low, high) of the grey scale in use; None where unknown: tones and noise refuse such a case.
        masks: (K, Y, X) or (K, Z, Y, X) uint8, 0 or 1, one plane per label of the manifest; None: nobody looked.
            Float32 shares after a mixup.
        boxes: (N, 4) float64 rows (y0, x0, y1, x1), half-open, in pixels, (N, 6) with z first in a volume; None:
            nobody looked.
        box_labels: one label per box.
        points: (M, 2) float64 rows (y, x) in pixels, (M, 3) in a volume; None: nobody looked.
        targets: name to value, or None: nobody looked. After a mix of unequal ones a mapping of value to share.
        history: what each step did, in order; a plain mapping that JSON can hold.
        points_inside: (M,) which points no augmentation has moved out of the image; None: none has moved any.
    """

    id: str
    image: Array
    levels: tuple[float, float] | None
    level_unit: LevelUnit = "raw"
    patient: str | None = None
    spacing_mm: tuple[float, ...] | None = None
    affine: FloatArray | None = None
    masks: NDArray[np.uint8] | None = None
    boxes: FloatArray | None = None
    box_labels: tuple[str, ...] = ()
    points: FloatArray | None = None
    targets: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[Mapping[str, Any], ...] = ()
    points_inside: NDArray[np.bool_] | None = None

    def but(self, **changes: Any) -> Case:
        """Return a copy with some fields changed; a third of the cost of `dataclasses.replace`, which runs often."""
        if not changes.keys() <= self.__dict__.keys():
            return dataclasses.replace(self, **changes)  # says what is wrong
        made = object.__new__(Case)
        made.__dict__.update(self.__dict__, **changes)
        return made

    @property
    def shape(self) -> tuple[int, ...]:
        """Size in space, (Y, X) or (Z, Y, X)."""
        return self.image.shape[1:]


@dataclass(frozen=True, eq=False)
class Batch:
    """Stacked tensors and the ids, made in `train/loader.py` only.

    Args:
        ids: one id per row.
        image: (views x B, C, Y, X) float32, normalized; all images of one view stand together, plain ones first.
        masks: (B, K, Y, X) float32, 0 or 1 (soft after a mix), for segmentation; else None.
        targets: (B,) int64 classes or (B, K) float32, for classification; else None.
        views: how many views of each case there are; masks and targets hold for all of them.
    """

    ids: list[str]
    image: torch.Tensor
    masks: torch.Tensor | None = None
    targets: torch.Tensor | None = None
    views: int = 1


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of one case.

    Args:
        id: the case's id.
        probs: (classes,) for classification; (K, Y, X) in the original geometry for segmentation; float32, 0 to 1.
        model_digest: digest of the model folder that said it.
        spacing_mm: of the original image, where known.
    """

    id: str
    probs: FloatArray
    model_digest: str
    spacing_mm: tuple[float, ...] | None = None
