"""Score predictions case by case, in the original geometry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from bogam.core.types import Array, Case, Prediction
from bogam.metrics.dice import dice
from bogam.metrics.iou import iou
from bogam.predict.decide import decide

SEGMENTATION: dict[str, Any] = {
    "id": pl.String, "group": pl.String, "part": pl.String, "label": pl.String, "dice": pl.Float64, "iou": pl.Float64,
    "has_lesion": pl.Boolean, "tp": pl.Int64, "fp": pl.Int64, "fn": pl.Int64, "tn": pl.Int64,
    "false_positive": pl.Boolean, "predicted_share": pl.Float64}
"""Columns of a scored segmentation; `dice` and `iou` of an image without the label are 1 where nothing is predicted,
else 0, and the headline leaves such images out. `false_positive` is null on images that have the label."""


def classification_schema(classes: int) -> dict[str, Any]:
    """Return the columns of a scored classification."""
    return {"id": pl.String, "group": pl.String, "part": pl.String, "target": pl.Int32,
            **{f"prob_{k}": pl.Float64 for k in range(classes)}, "predicted": pl.Int32}


def score_mask(predicted: Array, truth: Array) -> dict[str, Any]:
    """Compare two masks (Y, X) of one label.

    Args:
        predicted, truth: 0 or 1, of one shape.
    """
    tp = int(np.count_nonzero(predicted & truth))
    fp = int(np.count_nonzero(predicted)) - tp
    fn = int(np.count_nonzero(truth)) - tp
    has = bool(tp + fn)
    return {"dice": dice(predicted > 0, truth > 0), "iou": iou(predicted > 0, truth > 0), "has_lesion": has,
            "tp": tp, "fp": fp, "fn": fn, "tn": int(truth.size) - tp - fp - fn,
            "false_positive": None if has else tp + fp > 0, "predicted_share": (tp + fp) / truth.size}


def score(predictions: Iterable[tuple[Case, Prediction]], *, task: str, labels: Sequence[str],
          thresholds: Sequence[float], classes: Mapping[str, int], groups: Mapping[str, str],
          part: str = "test") -> tuple[pl.DataFrame, dict[str, Array]]:
    """Score predictions against the truth.

    Args:
        predictions: of `Model.predict`, each with the case as read and its truth.
        task, labels, thresholds: of the model.
        classes: id to class index; empty for segmentation.
        groups: id to the unit that is never split.
        part: of the split, for the table.

    Returns:
        One row per case (and label), as in `SEGMENTATION` or `classification_schema`; and the predicted masks
        (K, Y, X) by id, empty for classification.
    """
    rows: list[dict[str, Any]] = []
    masks: dict[str, Array] = {}
    for case, prediction in predictions:
        head = {"id": case.id, "group": groups.get(case.id, case.id), "part": part}
        decided = decide(prediction.probs, task, thresholds)
        if task == "segmentation":
            assert case.masks is not None
            masks[case.id] = decided
            rows += [{**head, "label": label, **score_mask(decided[k], case.masks[k])}
                     for k, label in enumerate(labels)]
        else:
            rows.append({**head, "target": classes[case.id], "predicted": int(decided),
                         **{f"prob_{k}": float(p) for k, p in enumerate(prediction.probs)}})
    schema = SEGMENTATION if task == "segmentation" else classification_schema(len(labels))
    return pl.DataFrame(rows, schema=schema), masks
