"""How many identical rows of metrics would chance give? A Gaussian model of each printed table.

Within a printed table a cell is taken as the sum of the effects of its factors plus noise (least squares). The noise of
the metrics together is a covariance matrix, so metrics that go along with each other (Dice and IoU) count as little
more than one. The chance that two rows print alike is the density of their difference at nought times the size of one
printed step in each metric. Steps are units of the last digit, or one case where a share of few cases moves in larger
steps. On one test set every rate follows from two numbers, the true and the false positives, so of all rates two count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bogam.audit.referee.matrix import sizes
from bogam.audit.referee.names import SHARES
from bogam.audit.referee.results import Row
from bogam.core.types import FloatArray

FINE = 0.001
"""Metrics printed in larger units than this say too little."""
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
        expected: (m,) what its factors predict.
        covariance: (m, m) of the noise.
        steps: (m,) size of one printed step.
    """

    row: Row
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
    return [Fitted(row, expected[k], covariance, steps[k]) for k, row in enumerate(rows)]


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


def at_least(found: int, expected: float) -> float:
    """Return the probability of `found` or more where `expected` are expected (Poisson).

    Example:
        >>> round(at_least(2, 0.1), 5)
        0.00468
    """
    below = sum(np.exp(-expected) * expected**k / float(np.prod(np.arange(1, k + 1))) for k in range(found))
    return float(max(0.0, 1.0 - below))
