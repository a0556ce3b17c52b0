"""What a probe of a split says; light, so that rules and reports can read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Pairs = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class ProbeRow:
    """One predictor on the split, beside what it reaches where no group is divided.

    Args:
        test: "copy-probe" or "shuffled-labels".
        task: "classification" or "segmentation".
        predictor: "copier" or "linear probe".
        metric: "Dice" or "balanced accuracy".
        against: what the reference is, in words.
        split: score on the split, 0 to 1.
        reference: score of the same predictor where no group is divided, 0 to 1.
        low, high: 95 % interval of `split` minus `reference`; None where there are too few groups for one.
        margin: a leak is suspected where `low` lies above it.
        images, groups: tested.
        how: what was repeated, in words.
    """

    test: str
    task: str
    predictor: str
    metric: str
    against: str
    split: float
    reference: float
    low: float | None
    high: float | None
    margin: float
    images: int
    groups: int
    how: str

    @property
    def difference(self) -> float:
        """Return the score on the split minus that where no group is divided."""
        return self.split - self.reference

    @property
    def suspected(self) -> bool:
        """Return whether the interval lies above the margin."""
        return self.low is not None and self.low > self.margin

    @property
    def points(self) -> str:
        """Return the difference with its interval, in points.

        Example:
            >>> ProbeRow("", "", "", "Dice", "", split=.49, reference=.325, low=.13, high=.2, margin=.05, images=647,
            ...          groups=511, how="").points
            '+16.5 points (95 % interval 13.0 to 20.0)'
        """
        between = "no interval" if self.low is None or self.high is None else (
            f"95 % interval {100 * self.low:.1f} to {100 * self.high:.1f}")
        return f"{100 * self.difference:+.1f} points ({between})"


@dataclass(frozen=True)
class ProbeResult:
    """All that was probed on one split.

    Args:
        rows: one per test, task and predictor.
        given: whether the split is the user's; else there is none, and pictures were divided at random, one by one.
        unit: what a group is: "patient" or "group of similar pictures".
        own_group: share of the tested pictures whose most alike training picture is of their own group.
        pairs: (tested id, id in training, caption) of those that look most alike.
        notes: what was left out or could not be done, one sentence each.
    """

    rows: tuple[ProbeRow, ...]
    given: bool
    unit: str
    own_group: float
    pairs: Pairs = ()
    notes: tuple[str, ...] = ()

    @property
    def units(self) -> str:
        """Return what groups are, of several.

        Example:
            >>> ProbeResult((), True, "group of similar pictures", 0.0).units
            'groups of similar pictures'
        """
        first, *rest = self.unit.split(" ")
        return " ".join([f"{first}s", *rest])

    def to_dict(self) -> dict[str, Any]:
        """Return a plain mapping that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ProbeResult:
        """Return what `to_dict` wrote, also after a way through JSON."""
        return cls(tuple(ProbeRow(**row) for row in values["rows"]), values["given"], values["unit"],
                   values["own_group"], tuple((a, b, words) for a, b, words in values["pairs"]),
                   tuple(values["notes"]))
