"""What the statistics return and the report shows: estimates with intervals, verdicts on choices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Estimate:
    """One metric of one model with its interval.

    Args:
        metric: name, such as "dice"; see `metrics.catalog`.
        value: the estimate in the metric's own scale; None where it is undefined.
        low, high: 95 % interval; None where no interval can be given.
        method: how the interval was made, for the report's small print.
        cases, groups: how many images, and patients or duplicate groups, it rests on.
        note: a word the reader needs ("fewer than 30 groups: ..."), or "".
    """

    metric: str
    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    cases: int = 0
    groups: int = 0
    note: str = ""


@dataclass(frozen=True)
class SimpleEffect:
    """The same contrast at one combination of the other axes."""

    at: dict[str, str]
    effect: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Verdict:
    """What a level of one factor did against the control level, averaged over the other axes.

    Args:
        factor, level, control: such as "augment", "geometric", "none".
        effect, low, high: difference (level minus control) in points of the metric (hundredths of its scale;
            the metric's own unit where it has one).
        p, p_holm: two-sided, before and after Holm's correction over the contrasts of the study.
        outcome: "helped", "hurt", "no difference" (interval inside the margin), "not shown" (interval crosses 0)
            or "no verdict" (training noise not measured, failed runs ...).
        detectable: smallest difference that would have been seen, in points.
        simple: the contrast at each combination of the other axes.
        interaction: largest difference between two simple effects, in points; None with fewer than two.
        interaction_p: p value of the interaction, where it could be tested.
        cautions: sentences that qualify the verdict ("3 of 12 cells did not converge").
        words: the verdict as one plain sentence with its numbers.
    """

    metric: str
    factor: str
    level: str
    control: str
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    outcome: Literal["helped", "hurt", "no difference", "not shown", "no verdict"]
    detectable: float | None = None
    simple: tuple[SimpleEffect, ...] = ()
    interaction: float | None = None
    interaction_p: float | None = None
    cautions: tuple[str, ...] = ()
    words: str = ""
    method: str = field(default="")
