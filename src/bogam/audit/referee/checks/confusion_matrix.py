"""Is there a confusion matrix that gives all the rates that a row prints?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, by_assumptions, checks
from bogam.audit.referee.matrix import ON_ONE_SET, RATES, Range, conflict, possible, range_given, ranges_of, sizes
from bogam.audit.referee.names import title
from bogam.audit.referee.printed import decimal
from bogam.audit.referee.results import TWO_CLASSES, Row
from bogam.audit.referee.whole_numbers import BEYOND_RATES, exists, kappa, mcc

DERIVED = ("f1", "error_rate", "accuracy", "npv", "precision", "specificity", "sensitivity", "prevalence")
"""Which of several contradicting rates is told from the others, the first of these."""


@checks.register
class ConfusionMatrix(Check):
    """Rates that no confusion matrix has: as shares, as whole numbers of cases, or beside the printed matrix."""

    kind: Literal["confusion-matrix"] = "confusion-matrix"
    title = "Rates that no confusion matrix gives"
    why = ("Sensitivity, specificity, precision, accuracy and F1 are ratios of four whole numbers that add to the "
           "number of cases. All tables of four numbers that could print so were gone through, within rounding, and "
           "none does.")
    ask = ("Are all values of the same cases and threshold? Are they averages over folds, runs or classes? Please "
           "give the confusion matrix.")

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield counts that do not add, rates that differ from the printed matrix, and rates without any matrix."""
        for row in given.results.rows:
            if (row.classes or 2) > 2:
                continue
            adds = list(self._counts(row))
            if adds:
                yield from adds
                continue
            yield from self._printed_matrix(row)
            yield from self._rates(row)

    def _counts(self, row: Row) -> Iterable[Objection]:
        held = row.counts
        for parts, whole in ((("tp", "fn"), "positives"), (("tn", "fp"), "negatives"),
                             (("positives", "negatives"), "n"), (("tp", "fn", "fp", "tn"), "n")):
            if whole in held and all(part in held for part in parts):
                total = sum(held[part] for part in parts)
                if total != held[whole]:
                    words = " + ".join(f"{part} {held[part]:,}" for part in parts)
                    yield self.object_to("impossible", [row], f"{words} = {total:,}, not {whole} {held[whole]:,}.",
                                         whole, title="Counts of cases that do not add")
            elif whole in held and any(held.get(part, 0) > held[whole] for part in parts):
                part = max((p for p in parts if p in held), key=lambda p: held[p])
                yield self.object_to("impossible", [row], f"{part} {held[part]:,} of {held[whole]:,} {whole}.", whole,
                                     title="Counts of cases that do not add")

    def _printed_matrix(self, row: Row) -> Iterable[Objection]:
        if not {"tp", "fp", "fn", "tn"} <= row.counts.keys():
            return
        assumed = row.assumed()
        if assumed is None:
            return
        severity, words = by_assumptions(assumed)
        entries = [row.counts[name] for name in ("tp", "fn", "fp", "tn")]
        wrong = []
        for metric, value in rates_of(entries).items():
            shown = row.values.get(metric)
            if shown is not None and value is not None and not shown.low <= value <= shown.high:
                wrong.append(f"{title(metric)} {decimal(value, 4)}, printed {shown}")
        if wrong:
            tp, fn, fp, tn = entries
            said = f"The printed matrix (tp {tp:,}, fn {fn:,}, fp {fp:,}, tn {tn:,}) gives {'; '.join(wrong)}.{words}"
            yield self.object_to(severity, [row], said, "matrix", title="Rates that differ from the printed matrix")

    def _rates(self, row: Row) -> Iterable[Objection]:
        on_one_set = row.averaged == "seeds" and row.two_classes
        assumed = () if on_one_set else row.assumed()
        if assumed is None or {"tp", "fp", "fn", "tn"} <= row.counts.keys():
            return
        names = ON_ONE_SET if on_one_set else tuple(RATES)
        ranges = ranges_of(row, names)
        if any(low > high for low, high in ranges.values()):
            return  # a value outside its range: another check says so
        if len(ranges) > 1 and not possible(ranges):
            severity, words = by_assumptions(assumed)
            yield self.object_to(severity, [row], shares_words(row, ranges) + words, "rates")
            return
        yield from self._whole(row, ranges, names, assumed, on_one_set)

    def _whole(self, row: Row, ranges: dict[str, Range], names: Sequence[str], assumed: tuple[str, ...],
               on_one_set: bool) -> Iterable[Objection]:
        n, positives, _ = sizes(row)
        runs = row.runs if on_one_set else 1
        if n is None or runs is None or n < 1 or (positives is not None and not 0 <= positives <= n):
            return
        ranges = ranges | _beyond(row, () if on_one_set else BEYOND_RATES)
        printed = {name: span for name, span in ranges.items() if name in row.values}
        times = runs or 1

        def fits(some: Mapping[str, Range]) -> bool | None:
            return exists(some, n * times, None if positives is None else positives * times, times,
                          {} if on_one_set else {k: v for k, v in row.counts.items() if k in ("tp", "fn", "fp", "tn")})

        if not printed or fits(ranges) is not False:
            return
        left = smallest(printed, fits)
        if set(left) <= {"accuracy", "error_rate"}:  # a share of n, whatever the number of classes
            assumed = tuple(word for word in assumed if word != TWO_CLASSES)
        severity, words = by_assumptions(assumed)
        yield self.object_to(severity, [row], whole_words(row, left, n, positives, times) + words, "whole")


def rates_of(entries: Sequence[int]) -> dict[str, float | None]:
    """Return every rate of a confusion matrix (tp, fn, fp, tn); None where it is undefined.

    Example:
        >>> found = rates_of((20, 5, 10, 15))
        >>> found["sensitivity"], found["accuracy"], round(found["f1"], 4), round(found["kappa"], 4)
        (0.8, 0.7, 0.7273, 0.4)
    """
    import numpy as np
    found: dict[str, float | None] = {}
    for name, (above, below) in RATES.items():
        under = sum(b * entry for b, entry in zip(below, entries, strict=True))
        found[name] = sum(a * entry for a, entry in zip(above, entries, strict=True)) / under if under else None
    se, sp = found["sensitivity"], found["specificity"]
    found["balanced_accuracy"] = None if se is None or sp is None else (se + sp) / 2
    arrays = [np.array(float(entry)) for entry in entries]
    for name, of in (("kappa", kappa), ("mcc", mcc)):
        value = float(of(*arrays))
        found[name] = value if np.isfinite(value) else None
    return found


def _beyond(row: Row, names: Iterable[str]) -> dict[str, Range]:
    return {name: (float(row.values[name].low), float(row.values[name].high)) for name in names if name in row.values}


def smallest(ranges: Mapping[str, Range], fits: Callable[[Mapping[str, Range]], bool | None]) -> list[str]:
    """Return a smallest set of metrics for which no table of whole numbers fits: leave out any, and one does."""
    left = dict(ranges)
    if fits(left) is not False:
        return list(left)  # the sizes are part of the contradiction
    for name in reversed(list(left)):
        rest = {other: span for other, span in left.items() if other != name}
        if rest and fits(rest) is False:
            left = rest
    return list(left)


def shares_words(row: Row, ranges: Mapping[str, Range]) -> str:
    """Return which rates contradict each other, and what one of them would have to be."""
    names = conflict(ranges)
    target = next((name for name in DERIVED if name in names), names[0])
    others = [name for name in names if name != target]
    given = ", ".join(f"{title(name)} {row.values[name]}" if name in row.values else
                      f"{title(name)} {decimal(ranges[name][0], 3)} (by the counts)" for name in others)
    bounds = range_given(target, {name: ranges[name] for name in others})
    printed = row.values[target] if target in row.values else f"{decimal(ranges[target][0], 3)} by the counts"
    said = f"With {given} the {title(target)}"
    return f"{said} is {decimal(bounds[0])} to {decimal(bounds[1])}, printed {printed}." if bounds else \
        f"{said} cannot be {printed}."


def whole_words(row: Row, names: Sequence[str], n: int, positives: int | None, runs: int) -> str:
    """Return what no table of whole numbers gives, with the nearest values where one metric alone is at fault."""
    of = f"{n:,} cases" + (f", {positives:,} of them positive" if positives is not None else "")
    of += f", summed over {runs} runs" if runs > 1 else ""
    shown = ", ".join(f"{title(name)} {row.values[name]}" for name in names)
    words = f"No confusion matrix of {of} gives {shown}."
    below = {"accuracy": n, "error_rate": n, "prevalence": n, "sensitivity": positives,
             "specificity": None if positives is None else n - positives}
    only = names[0] if len(names) == 1 else None
    whole = below.get(only or "")
    if only and whole:
        whole *= runs
        middle = int(row.values[only].value * whole)
        return words + f" The nearest are {middle}/{whole:,} = {decimal(middle / whole)} and " \
                       f"{middle + 1}/{whole:,} = {decimal((middle + 1) / whole)}."
    return words
