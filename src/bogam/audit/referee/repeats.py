"""How many identical rows of metrics would chance give? Two models of each printed table; the higher number counts.

**Effects.** A cell is the sum of the effects of its factors plus Gaussian noise (least squares). The noise of the
metrics together is a covariance matrix, so metrics that go along with each other (Dice and IoU) count as little more
than one. The chance that two rows print alike is the density of their difference at nought times the printed steps.

**Curve.** Rows that nearly agree in the first metric are counted, which gives how many agree exactly; the others follow
from the first by a curve plus noise. A row copied over another lies on the curve and does not count as noise.

Steps are units of the last digit, or one case where a share of few cases moves in larger steps. On one test set every
rate follows from two numbers, the true and the false positives, so of all rates two count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bogam.audit.referee.matrix import sizes
from bogam.audit.referee.names import SHARES
from bogam.audit.referee.results import Row
from bogam.core.types import FloatArray

FINE = 0.001
"""Metrics printed in larger units than this say too little."""
WINDOWS = (2, 10)
"""Steps within which rows nearly agree; exact ties are a share 1 / (2 w + 1) of the pairs within w steps."""
PLAIN = (0.0, 0.5, 1.0)
"""Values that a model without any skill, or without any fault, has."""
OF_COUNTS = ("sensitivity", "specificity", "accuracy", "precision", "npv", "f1", "balanced_accuracy", "kappa", "mcc",
             "error_rate", "false_positive_rate")
"""Metrics that follow from true and false positives on one test set; the first two of them that are printed count."""
CONTINUOUS = {"dice", "iou", "dice_all", "mean_iou", "dice_pooled", "iou_pooled", "brier", "calibration_error",
              "average_precision"}
"""Metrics that do not move in steps of whole cases."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """One row under the model of its printed table.

    Args:
        row: the row.
        values: (m,) as printed.
        expected: (m,) what its factors predict.
        covariance: (m, m) of the noise.
        steps: (m,) size of one printed step.
    """

    row: Row
    values: FloatArray
    expected: FloatArray
    covariance: FloatArray
    steps: FloatArray


def fine_metrics(row: Row) -> tuple[str, ...]:
    """Return the metrics of a row that are printed finely enough, are no plain value, and do not follow from others.

    Example:
        >>> from bogam.audit.referee.printed import parse_number
        >>> names = ("auc", "accuracy", "f1", "sensitivity", "prevalence")
        >>> fine_metrics(Row(2, "", {}, {name: parse_number("0.812") for name in names}))
        ('auc', 'sensitivity', 'accuracy')
    """
    fine = [m for m, shown in row.values.items() if float(shown.unit) <= FINE and float(shown.value) not in PLAIN
            and m != "prevalence"]
    return (*sorted(m for m in fine if m not in OF_COUNTS), *[m for m in OF_COUNTS if m in fine][:2])


def fit(rows: Sequence[Row], metrics: Sequence[str]) -> list[Fitted]:
    """Return some rows of one printed table under the model; [] where they are too few for one."""
    values = np.array([[float(row.values[m].value) for m in metrics] for row in rows])
    residual, expected, free = _additive(rows, values)
    if free < 2:
        return []
    covariance = residual.T @ residual / free
    sets = [row.test_set for row in rows]
    steps = np.array([[_step(row, m, values[[other == row.test_set for other in sets], k])
                       for k, m in enumerate(metrics)] for row in rows])
    return [Fitted(row, values[k], expected[k], covariance, steps[k]) for k, row in enumerate(rows)]


def _additive(rows: Sequence[Row], values: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """Return (residuals, expected values, degrees of freedom) of factors' effects; of the mean alone for few rows."""
    columns = [np.ones(len(rows))]
    names = sorted({name for row in rows for name in row.factors})
    for name in names:
        held = [row.factors.get(name, "").lower() for row in rows]
        columns += [np.array([float(one == level) for one in held]) for level in sorted(set(held))[1:]]
    design = np.stack(columns, axis=1)
    rank = int(np.linalg.matrix_rank(design))
    if len(rows) - rank < max(4, values.shape[1] + 1):
        design, rank = design[:, :1], 1
    effects, *_ = np.linalg.lstsq(design, values, rcond=None)
    expected = design @ effects
    return values - expected, expected, len(rows) - rank


def _step(row: Row, metric: str, column: FloatArray) -> float:
    """Return the size of one step of a metric; where the number of cases is not told, the least gap on the test set."""
    unit = float(row.values[metric].unit)
    if metric in CONTINUOUS:
        return unit
    n, positives, negatives = sizes(row)
    whole = {"sensitivity": positives, "specificity": negatives}.get(metric, n)
    if whole:
        return max(unit, 1 / (whole if metric in SHARES else whole * max(1, min(positives or 1, negatives or 1))))
    gaps = np.diff(np.unique(column))
    return max(unit, float(gaps[gaps > unit / 2].min())) if (gaps > unit / 2).any() else 1.0


def chance_alike(first: Fitted, second: Fitted) -> float:
    """Return the probability that two rows print alike in all metrics."""
    steps = np.maximum(first.steps, second.steps)
    difference = first.expected - second.expected
    covariance = first.covariance + second.covariance + np.diag(steps**2 / 6)  # two roundings, each step^2 / 12
    sign, logarithm = np.linalg.slogdet(covariance)
    if sign <= 0:
        return 1.0
    distance = float(difference @ np.linalg.solve(covariance, difference))
    m = len(steps)
    return float(min(1.0, np.exp(np.log(steps).sum() - 0.5 * (distance + logarithm + m * np.log(2 * np.pi)))))


def expected_within(fitted: Sequence[Fitted]) -> float:
    """Return how many pairs of rows of one printed table chance lets print alike: the higher of the two models."""
    effects = sum(chance_alike(a, b) for k, a in enumerate(fitted) for b in fitted[:k])
    return max(effects, _on_curve(fitted)) if len(fitted) > 1 else 0.0


def _on_curve(fitted: Sequence[Fitted]) -> float:
    values = np.array([one.values for one in fitted])
    steps = np.array([one.steps for one in fitted]).max(axis=0)
    lead, others = values[:, 0], values[:, 1:]
    apart = np.abs(lead[:, None] - lead)[np.tril_indices(len(lead), -1)] / steps[0]
    alike = max(float((apart < width + 0.5).sum()) / (2 * width + 1) for width in WINDOWS)
    degree = 2 if len(lead) >= 8 else 1 if len(lead) >= 5 else 0
    scale = max(float(np.ptp(lead)), float(steps[0]))
    design = np.vander((lead - lead.mean()) / scale, degree + 1)
    effects, _, rank, _ = np.linalg.lstsq(design, others, rcond=None)
    residual = others - design @ effects
    noise = 2 * residual.T @ residual / max(1, len(lead) - int(rank)) + np.diag(steps[1:] ** 2 / 6)
    density = np.prod(steps[1:]) / np.sqrt(np.linalg.det(2 * np.pi * noise))
    return alike * min(1.0, float(density))


def at_least(found: int, expected: float) -> float:
    """Return the probability of `found` or more where `expected` are expected (Poisson).

    Example:
        >>> round(at_least(2, 0.1), 5)
        0.00468
    """
    if expected <= 0:
        return float(found <= 0)
    below = sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(found))
    return max(0.0, 1.0 - below)
