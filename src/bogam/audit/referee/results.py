"""A results table: rows of factors, printed metrics and counts, read from a sheet in long or wide form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bogam.audit.referee.names import REPEATS, TEST_SET
from bogam.audit.referee.printed import Digits, Printed

Averaged = Literal["unstated", "no", "seeds", "folds", "yes"]
"""What a row's values are averages over: nothing (one run), seeds on one test set, folds, or something not told."""
Scale = Literal["auto", "fraction", "percent"]
ONE_RUN, TWO_CLASSES = "one run", "two classes"
"""What has to be assumed of a row that does not say it, to read it as one confusion matrix."""


@dataclass(frozen=True)
class Reading:
    """How a table is to be read, where it does not say so itself.

    Args:
        columns: header to a name of ours, "factor", "table" or "ignore".
        scale: "fraction" or "percent" for every metric; "auto": as each header, cell or range of values shows.
        averaged: what values are averages over.
        classes: number of classes; None: not told.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    scale: Scale = "auto"
    averaged: Averaged = "unstated"
    classes: int | None = None


@dataclass(frozen=True)
class Row:
    """One row of a results table.

    Args:
        line: in the file.
        table: label of the printed table it stands in, or "".
        factors: name to level, such as {"network": "unet", "loss": "dice"}.
        values, sds, lows, highs: metric to what is printed.
        counts: n, positives, negatives, tp, fp, tn, fn as far as printed.
        averaged: what the values are averages over.
        runs: over how many runs, where told.
        classes: number of classes, where told.
    """

    line: int
    table: str
    factors: Mapping[str, str]
    values: Mapping[str, Printed]
    sds: Mapping[str, Printed] = field(default_factory=dict)
    lows: Mapping[str, Printed] = field(default_factory=dict)
    highs: Mapping[str, Printed] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    averaged: Averaged = "unstated"
    runs: int | None = None
    classes: int | None = None

    @property
    def name(self) -> str:
        """Return the row's name: its table and its levels.

        Example:
            >>> Row(3, "Table 5", {"network": "unet", "loss": "dice"}, {}).name
            'Table 5: unet, dice'
        """
        return f"{self.table}: {self.levels}" if self.table else self.levels

    @property
    def levels(self) -> str:
        """Return the row's levels, or its line where it has none."""
        return ", ".join(level for level in self.factors.values() if level) or f"line {self.line}"

    @property
    def configuration(self) -> tuple[tuple[str, str], ...]:
        """Return what was trained and tested: every factor that is given, except those that number runs."""
        return tuple(sorted((k, v.lower()) for k, v in self.factors.items() if v and k not in REPEATS))

    @property
    def run(self) -> tuple[tuple[str, str], ...]:
        """Return which run of its configuration it is: fold, seed, repeat."""
        return tuple(sorted((k, v.lower()) for k, v in self.factors.items() if v and k in REPEATS))

    @property
    def test_set(self) -> tuple[tuple[str, str], ...]:
        """Return the factors that say on what was tested."""
        return tuple(sorted((k, v.lower()) for k, v in self.factors.items() if v and k in TEST_SET))

    @property
    def two_classes(self) -> bool:
        """Whether the row says that there are two classes, in words or by counts of positive and negative cases."""
        return self.classes == 2 or bool({"positives", "negatives", "tp", "fp", "tn", "fn"} & set(self.counts)) \
            or "prevalence" in self.values

    def assumed(self, binary: bool = True) -> tuple[str, ...] | None:
        """Return what one has to assume to read the row as one confusion matrix; None where it says it is none.

        Args:
            binary: whether two classes are needed.

        Example:
            >>> Row(2, "", {}, {}).assumed()
            ('one run', 'two classes')
            >>> Row(2, "", {}, {}, averaged="folds").assumed() is None
            True
        """
        if self.averaged in ("seeds", "folds", "yes") or (binary and (self.classes or 2) > 2):
            return None
        words = [] if self.averaged == "no" else [ONE_RUN]
        return tuple(words + ([] if not binary or self.two_classes else [TWO_CLASSES]))

    def reread(self, digits: Digits) -> Row:
        """Return the row under another assumption on the digits that are not printed."""
        def again(held: Mapping[str, Printed]) -> dict[str, Printed]:
            return {metric: shown.reread(digits) for metric, shown in held.items()}
        return replace(self, values=again(self.values), sds=again(self.sds), lows=again(self.lows),
                       highs=again(self.highs))


@dataclass(frozen=True)
class Results:
    """A whole results table.

    Args:
        rows: in the order of the file.
        notes: what was taken for what, for the reader.
    """

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def reread(self, digits: Digits) -> Results:
        """Return the table under another assumption on the digits that are not printed."""
        return replace(self, rows=tuple(row.reread(digits) for row in self.rows))

    def printed_together(self) -> list[list[Row]]:
        """Return the rows that may be compared: of one printed table and one test set, in the order of the file."""
        groups: dict[tuple[object, ...], list[Row]] = {}
        for row in self.rows:
            tested = tuple((k, v) for k, v in row.test_set if k not in REPEATS)
            groups.setdefault((row.table, tested), []).append(row)
        return list(groups.values())

    def factors(self) -> dict[str, list[str]]:
        """Return every factor with its levels, in the order of the file."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for name, level in row.factors.items():
                if level and level not in found.setdefault(name, []):
                    found[name].append(level)
        return found


def names_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the rows' names."""
    return tuple(row.name for row in rows)
