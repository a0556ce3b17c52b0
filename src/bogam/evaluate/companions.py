"""What a choice did to the metric that must not be forgotten beside the primary one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bogam.evaluate.findings import Verdict
from bogam.metrics.catalog import metric_named

COMPANIONS = {"dice": "false_positive_rate", "iou": "false_positive_rate", "sensitivity": "specificity",
              "specificity": "sensitivity"}
"""A metric to the one that a choice may pay with: finding more is easy for a model that finds something everywhere."""


def with_companions(verdicts: Sequence[Verdict], beside: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts, each with a caution where the same choice clearly changed the companion metric.

    Args:
        verdicts: on the primary metric.
        beside: on its companion, for the same factors and levels; a change is clear where its interval leaves out 0.

    Returns:
        In the order of `verdicts`.
    """
    known = {(v.factor, v.level): v for v in beside}
    return [replace(v, cautions=(*v.cautions, *_clause(known.get((v.factor, v.level))))) for v in verdicts]


def _clause(found: Verdict | None) -> tuple[str, ...]:
    if found is None or found.effect is None or found.low is None or found.high is None:
        return ()
    if found.low <= 0 <= found.high:
        return ()
    metric = metric_named(found.metric)
    better = (found.effect > 0) == metric.higher
    return (f"At the same time the {metric.title.lower()} got {'better' if better else 'worse'}: "
            f"{found.effect:+.1f} {metric.unit} ({found.low:.1f} to {found.high:.1f}).",)
