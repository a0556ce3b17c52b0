"""Impossible numbers planted in honest tables, and whether the referee finds them.

Each kind of plant takes an honest table (`referee_tables.py`), works out from the printed digits what values are
possible, and prints one that lies beyond them by 1, 2, 5 or 20 units of the last digit, beyond what rounding or cutting
off digits can explain. The bounds are worked out here from the definitions, at the corners of the rounding intervals,
and not taken from the product. A plant counts as caught where the check that is named for it objects to the planted
row, as gravely as it should.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import referee_tables as tables

Row = dict[str, str]
RUNGS = (1, 2, 5, 20)
"""Units of the last digit beyond everything that the printed digits allow."""
MOST_ROWS = 6


@dataclass(frozen=True)
class Plant:
    """One table with one plant.

    Args:
        rows: of the results table.
        check: the check that should object.
        line: of the planted row, from 1; 0: of no row.
        severity: what the objection should be at least.
        reading: what the user says besides.
        counts, claims: CSV texts, or "".
    """

    rows: list[Row]
    check: str
    line: int
    severity: str = "impossible"
    reading: dict[str, Any] = field(default_factory=lambda: {"scale": "fraction"})
    counts: str = ""
    claims: str = ""


Make = Callable[[np.random.Generator, int], Plant | None]


def span(text: str) -> tuple[float, float]:
    """Return the (low, high) of values that print so, rounded or cut off."""
    unit = 10.0 ** -len(text.partition(".")[2])
    value = float(text)
    return (value - unit / 2, value + unit) if value >= 0 else (value - unit, value + unit / 2)


def beyond(low: float, high: float, digits: int, rung: int, above: bool) -> str | None:
    """Return the text of a value that lies `rung` units above or below a span of true values; None where none does."""
    unit = 10.0**-digits
    units = np.floor(high / unit + 0.5 + 1e-6) + rung if above else np.ceil(low / unit - 1 - 1e-6) - rung
    value = units * unit
    return f"{value:.{digits}f}" if 0 <= value <= 1 else None


def corners(of: Callable[..., float], *spans: tuple[float, float]) -> tuple[float, float]:
    """Return the least and the largest value of a function that is monotone in each argument."""
    found = [of(*(min(1.0, max(0.0, end)) for end in ends)) for ends in product(*spans)]
    return min(found), max(found)


def _set(rows: list[Row], place: int, **values: str) -> list[Row]:
    return [row if k != place else row | values for k, row in enumerate(rows)]


def _masks(rng: np.random.Generator, *names: str) -> tuple[list[Row], int, int] | None:
    """Return an honest table of masks with some columns, a place in it, and its digits."""
    for _ in range(50):
        made = tables.segmentation(rng, False)
        if made.reading["scale"] == "fraction" and all(name in made.rows[0] for name in names):
            rows = made.rows[:MOST_ROWS]
            return rows, int(rng.integers(len(rows))), len(rows[0]["dice"].partition(".")[2])
    return None


def _rates(rng: np.random.Generator, names: Sequence[str], counts: Sequence[str] = (), most: int = 10**9,
           runs: int = 1) -> tuple[list[Row], int, int]:
    """Return an honest table with just these rates and counts of one run (or means over folds), a place, its digits."""
    while True:
        held = tables.binary(rng, runs, folds=runs > 1)
        digits, n = int(rng.integers(2, 5)), held.truth.shape[1]
        if n > most:
            continue
        rows = []
        for cell, scores in zip(held.cells[:MOST_ROWS], held.scores, strict=False):
            of = [tables.rates(scores[r], held.truth[r], held.threshold) for r in range(runs)]
            mean = {name: float(np.mean([one[name] for one in of])) for name in of[0]}
            if not all(np.isfinite(mean[name]) for name in names):
                break
            have = {"n": n, "positives": mean["tp"] + mean["fn"], **{c: mean[c] for c in tables.COUNTS}}
            rows.append({**cell, **{name: f"{mean[name]:.{digits}f}" for name in names},
                         **{c: f"{have[c]:.0f}" for c in counts}, "classes": "2",
                         **({"runs": "1"} if runs == 1 else {"folds": str(runs)})})
        if len(rows) == min(MOST_ROWS, len(held.cells)):
            return rows, int(rng.integers(len(rows))), digits


def _planted(rows: list[Row], place: int, metric: str, text: str | None, check: str, **more: Any) -> Plant | None:
    return None if text is None else Plant(_set(rows, place, **{metric: text}), check, place + 1, **more)


def out_of_range(rng: np.random.Generator, rung: int) -> Plant | None:
    """A Dice above 1."""
    made = _masks(rng)
    if made is None:
        return None
    rows, place, digits = made
    return _planted(rows, place, "dice", f"{1 + (rung + 1) * 10.0**-digits:.{digits}f}", "values-in-range")


def iou_above_dice(rng: np.random.Generator, rung: int) -> Plant | None:
    """An IoU above the Dice of the same row."""
    made = _masks(rng)
    if made is None:
        return None
    rows, place, digits = made
    return _planted(rows, place, "iou", beyond(0, span(rows[place]["dice"])[1], digits, rung, True), "iou-and-dice")


def iou_below_bound(rng: np.random.Generator, rung: int) -> Plant | None:
    """An IoU below Dice / (2 - Dice)."""
    made = _masks(rng)
    if made is None:
        return None
    rows, place, digits = made
    low, high = corners(lambda d: d / (2 - d), span(rows[place]["dice"]))
    return _planted(rows, place, "iou", beyond(low, high, digits, rung, False), "iou-and-dice")


def pooled_identity(rng: np.random.Generator, rung: int) -> Plant | None:
    """A pooled IoU that is not pooled Dice / (2 - Dice)."""
    made = _masks(rng, "dice_pooled")
    if made is None:
        return None
    rows, place, digits = made
    low, high = corners(lambda d: d / (2 - d), span(rows[place]["dice_pooled"]))
    text = beyond(low, high, digits, rung, bool(rng.random() < 0.5))
    return _planted(rows, place, "iou_pooled", text, "iou-and-dice")


def mean_iou_too_high(rng: np.random.Generator, rung: int) -> Plant | None:
    """A mean IoU that no background gives beside the Dice over all images."""
    made = _masks(rng, "dice_all")
    if made is None:
        return None
    rows, place, digits = made
    low, high = corners(lambda d: (1 + d) / 2, span(rows[place]["dice_all"]))
    return _planted(rows, place, "mean_iou", beyond(low, high, digits, rung, True), "iou-and-dice")


def auc_out_of_bounds(rng: np.random.Generator, rung: int) -> Plant | None:
    """An AUC that no curve through the operating point has."""
    rows, place, digits = _rates(rng, ("auc", "sensitivity", "specificity"))
    se, sp = (span(rows[place][name]) for name in ("sensitivity", "specificity"))
    above = bool(rng.random() < 0.5)
    bounds = corners(lambda a, b: 1 - (1 - a) * (1 - b) if above else a * b, se, sp)
    return _planted(rows, place, "auc", beyond(*bounds, digits, rung, above), "auc-and-operating-point")


def mean_auc_out_of_bounds(rng: np.random.Generator, rung: int) -> Plant | None:
    """A mean AUC over folds below sensitivity + specificity - 1."""
    rows, place, digits = _rates(rng, ("auc", "sensitivity", "specificity"), most=600, runs=3)
    bounds = corners(lambda a, b: a + b - 1, *(span(rows[place][name]) for name in ("sensitivity", "specificity")))
    return _planted(rows, place, "auc", beyond(*bounds, digits, rung, False), "auc-and-operating-point")


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def f1_of_one_run(rng: np.random.Generator, rung: int) -> Plant | None:
    """An F1 of one run that is not the harmonic mean of precision and sensitivity."""
    rows, place, digits = _rates(rng, ("precision", "sensitivity", "f1"))
    bounds = corners(_harmonic, *(span(rows[place][name]) for name in ("precision", "sensitivity")))
    return _planted(rows, place, "f1", beyond(*bounds, digits, rung, bool(rng.random() < 0.5)), "confusion-matrix")


def f1_of_averages(rng: np.random.Generator, rung: int) -> Plant | None:
    """A mean F1 above what the mean precision and sensitivity allow."""
    rows, place, digits = _rates(rng, ("precision", "sensitivity", "f1"), most=600, runs=5)
    bounds = corners(_harmonic, *(span(rows[place][name]) for name in ("precision", "sensitivity")))
    return _planted(rows, place, "f1", beyond(*bounds, digits, rung, True), "averaged-rates")


def accuracy_outside(rng: np.random.Generator, rung: int) -> Plant | None:
    """An accuracy that lies not between sensitivity and specificity."""
    rows, place, digits = _rates(rng, ("accuracy", "sensitivity", "specificity"))
    spans = [span(rows[place][name]) for name in ("sensitivity", "specificity")]
    low, high = min(s[0] for s in spans), max(s[1] for s in spans)
    text = beyond(low, high, digits, rung, bool(rng.random() < 0.5))
    return _planted(rows, place, "accuracy", text, "confusion-matrix")


def accuracy_with_prevalence(rng: np.random.Generator, rung: int) -> Plant | None:
    """An accuracy that sensitivity, specificity and the share of positive cases do not give."""
    rows, place, digits = _rates(rng, ("accuracy", "sensitivity", "specificity", "prevalence"))
    bounds = corners(lambda p, a, b: p * a + (1 - p) * b,
                     *(span(rows[place][name]) for name in ("prevalence", "sensitivity", "specificity")))
    text = beyond(*bounds, digits, rung, bool(rng.random() < 0.5))
    return _planted(rows, place, "accuracy", text, "confusion-matrix")


def precision_with_prevalence(rng: np.random.Generator, rung: int) -> Plant | None:
    """A precision that sensitivity, specificity and the share of positive cases do not give."""
    rows, place, digits = _rates(rng, ("precision", "sensitivity", "specificity", "prevalence"))
    bounds = corners(lambda p, a, b: p * a / max(1e-12, p * a + (1 - p) * (1 - b)),
                     *(span(rows[place][name]) for name in ("prevalence", "sensitivity", "specificity")))
    text = beyond(*bounds, digits, rung, bool(rng.random() < 0.5))
    return _planted(rows, place, "precision", text, "confusion-matrix")


def balanced_accuracy(rng: np.random.Generator, rung: int) -> Plant | None:
    """A balanced accuracy that is not the mean of sensitivity and specificity; of averages."""
    rows, place, digits = _rates(rng, ("balanced_accuracy", "sensitivity", "specificity"), most=600, runs=4)
    bounds = corners(lambda a, b: (a + b) / 2, *(span(rows[place][name]) for name in ("sensitivity", "specificity")))
    text = beyond(*bounds, digits, rung, bool(rng.random() < 0.5))
    return _planted(rows, place, "balanced_accuracy", text, "averaged-rates")


def _between(rng: np.random.Generator, whole: int, digits: int, near: float, rung: int) -> str | None:
    """Return a value that no count of `whole` prints as, `rung` units or more off what one does, or None."""
    unit = 10.0**-digits
    k = int(np.clip(near * whole + rng.integers(-2, 3), 0, whole - 1))
    low, high = k / whole + (rung + 0.5) * unit, (k + 1) / whole - (rung + 1) * unit
    first, last = np.ceil(low / unit + 1e-6), np.floor(high / unit - 1e-6)
    return f"{rng.integers(int(first), int(last) + 1) * unit:.{digits}f}" if first <= last else None


def accuracy_of_no_count(rng: np.random.Generator, rung: int) -> Plant | None:
    """An accuracy that is no whole number of the stated cases."""
    rows, place, digits = _rates(rng, ("accuracy",), ("n",), most=400)
    text = _between(rng, int(rows[place]["n"]), digits, float(rows[place]["accuracy"]), rung)
    return _planted(rows, place, "accuracy", text, "confusion-matrix")


def sensitivity_of_no_count(rng: np.random.Generator, rung: int) -> Plant | None:
    """A sensitivity that is no whole number of the stated positive cases, beside other rates."""
    rows, place, digits = _rates(rng, ("sensitivity", "specificity", "auc"), ("n", "positives"), most=800)
    text = _between(rng, int(rows[place]["positives"]), digits, float(rows[place]["sensitivity"]), rung)
    made = _planted(rows, place, "sensitivity", text, "confusion-matrix")
    return made and Plant([{k: v for k, v in row.items() if k != "auc"} for row in made.rows], made.check, made.line)


def _entries(row: Row) -> tuple[float, float, float, float]:
    tp, fp, fn, tn = (float(row[name]) for name in tables.COUNTS)
    return tp, fp, fn, tn


def _exact(row: Row, metric: str) -> float:
    tp, fp, fn, tn = _entries(row)
    scores = np.repeat([1.0, 1.0, 0.0, 0.0], [int(e) for e in (tp, fp, fn, tn)])
    truth = np.repeat([True, False, True, False], [int(e) for e in (tp, fp, fn, tn)])
    return tables.rates(scores, truth, 0.5)[metric]


def rate_beside_matrix(rng: np.random.Generator, rung: int) -> Plant | None:
    """A rate that the printed confusion matrix does not give."""
    metric = str(rng.choice(["accuracy", "sensitivity", "precision", "f1", "kappa", "mcc", "npv", "balanced_accuracy"]))
    rows, place, digits = _rates(rng, (metric,), tables.COUNTS)
    value = _exact(rows[place], metric)
    text = beyond(value, value, digits, rung, bool(rng.random() < 0.5))
    return _planted(rows, place, metric, text, "confusion-matrix")


def agreement_with_counts(rng: np.random.Generator, rung: int) -> Plant | None:
    """A kappa or a correlation that the counts behind sensitivity and specificity do not give."""
    metric = str(rng.choice(["kappa", "mcc"]))
    names = (metric, "sensitivity", "specificity")
    rows, place, digits = _rates(rng, names, ("n", "positives", *tables.COUNTS), most=150)
    if digits < 3:
        return None  # sensitivity and specificity then fit several tables
    value = _exact(rows[place], metric)
    text = beyond(value, value, digits, rung, bool(rng.random() < 0.5))
    bare = [{k: v for k, v in row.items() if k not in tables.COUNTS} for row in rows]
    return _planted(bare, place, metric, text, "confusion-matrix")


def matrix_that_does_not_add(rng: np.random.Generator, rung: int) -> Plant | None:
    """Entries of a matrix that do not add to the stated cases."""
    rows, place, _ = _rates(rng, ("accuracy",), (*tables.COUNTS, "n"))
    return _planted(rows, place, "n", str(int(rows[place]["n"]) + rung), "confusion-matrix")


def sd_too_large(rng: np.random.Generator, rung: int) -> Plant | None:
    """A standard deviation beyond the largest that values in 0 to 1 with that mean can have."""
    made = _masks(rng, "dice_sd")
    if made is None:
        return None
    rows, place, digits = made
    high = max(np.sqrt(2 * m * (1 - m)) for m in np.clip(np.linspace(*span(rows[place]["dice"]), 101), 0, 1))
    unit = 10.0**-digits
    return _planted(rows, place, "dice_sd", f"{(np.floor(high / unit + 0.5) + rung) * unit:.{digits}f}", "mean-and-sd")


def crossed_interval(rng: np.random.Generator, rung: int) -> Plant | None:
    """An interval whose lower end lies above its upper end."""
    made = _masks(rng)
    if made is None:
        return None
    rows, place, digits = made
    value, unit = float(rows[place]["dice"]), 10.0**-digits
    rows = _set(rows, place, dice_low=f"{value + (rung + 1) * unit:.{digits}f}", dice_high=f"{value - unit:.{digits}f}")
    return Plant(rows, "interval-and-value", place + 1)


def value_outside_interval(rng: np.random.Generator, rung: int) -> Plant | None:
    """A value above the upper end of its interval."""
    made = _masks(rng)
    if made is None:
        return None
    rows, place, digits = made
    value, unit = float(rows[place]["dice"]), 10.0**-digits
    rows = _set(rows, place, dice_low=f"{value - 0.2:.{digits}f}", dice_high=f"{value - (rung + 1) * unit:.{digits}f}")
    return Plant(rows, "interval-and-value", place + 1, "suspicious")


def another_test_set(rng: np.random.Generator, rung: int) -> Plant | None:
    """A row whose rates need another share of positive cases than its neighbors'."""
    while True:
        first, second = ([rows[0]] for rows, _, _ in (_rates(rng, ("accuracy", "sensitivity", "specificity")),
                                                      _rates(rng, ("accuracy", "sensitivity", "specificity"))))
        shares = []
        for row in (first[0], second[0]):
            a, se, sp = (span(row[name]) for name in ("accuracy", "sensitivity", "specificity"))
            if min(abs(x - y) for x in se for y in sp) < 0.03 or (se[0] - sp[0]) * (se[1] - sp[1]) <= 0:
                break
            shares.append(corners(lambda x, y, z: (x - z) / (y - z), a, se, sp))
        shares.sort()
        if len(shares) == 2 and shares[0][1] + 0.001 * rung < shares[1][0]:
            rows = [first[0] | {"network": "first"}, second[0] | {"network": "second"}]
            return Plant(rows, "one-test-set", 1, "suspicious")


def two_values(rng: np.random.Generator, rung: int) -> Plant | None:
    """The same configuration in a second table, with a value that is not the first one rounded."""
    made = _masks(rng)
    if made is None:
        return None
    rows, place, digits = made
    again = {k: v for k, v in rows[place].items() if k in ("network", "loss", "augmentation")}
    text = beyond(0, span(rows[place]["dice"])[1], digits, rung, True)
    if text is None:
        return None
    twice = [{"table": "1", **row} for row in rows] + [{"table": "2", **again, "dice": text}]
    return Plant(twice, "printed-twice", place + 1, "suspicious")


HEAD = "name,count,unit,equals,expected,at_most\n"


def _counts(text: str, severity: str = "impossible") -> Plant:
    return Plant([{"network": "a", "dice": "0.7"}], "counts-add", 0, severity, counts=HEAD + text)


def total_that_does_not_add(rng: np.random.Generator, rung: int) -> Plant | None:
    """Classes that do not add to their total."""
    a, b, c = (int(x) for x in rng.integers(10, 5000, 3))
    total = a + b + c + rung * int(rng.choice([-1, 1]))
    return _counts(f"a,{a},,,,\nb,{b},,,,\nc,{c},,,,\nall,{total},,a + b + c,,\n")


def copies_of_no_number(rng: np.random.Generator, rung: int) -> Plant | None:
    """An expansion by copies that is no whole number."""
    base = int(rng.integers(100, 5000))
    return _counts(f"base,{base},,,,\nmore,{base * int(rng.integers(2, 9)) - rung},,,base * ?,\n", "suspicious")


def more_than_there_are(rng: np.random.Generator, rung: int) -> Plant | None:
    """More than the data set has."""
    there = int(rng.integers(10, 5000))
    return _counts(f"there,{there},,,,\nused,{there + rung},,,,there\n")


def masks_as_images(rng: np.random.Generator, rung: int) -> Plant | None:
    """Images and masks added, and called images."""
    a, b = (int(x) for x in rng.integers(10, 5000, 2))
    return _counts(f"pictures,{a},images,,,\nmasks,{b},masks,,,\nall,{a + b},images,,pictures + masks,\n", "suspicious")


def _claim(rng: np.random.Generator, line: str, severity: str, check: str = "claimed-gains") -> Plant:
    rows = [{"network": n, "loss": loss, "dice": f"{0.5 + 0.1 * k + 0.01 * rng.integers(0, 9):.3f}"}
            for k, (n, loss) in enumerate(product(("a", "b"), ("x", "y")))]
    old, new = float(rows[0]["dice"]), float(rows[1]["dice"])
    text = line.format(points=100 * (new - old), relative=100 * (new / old - 1))
    return Plant(rows, check, 0, severity, claims="claim,kind,metric,from,to,gain\n" + text)


def gain_of_no_cells(rng: np.random.Generator, rung: int) -> Plant | None:
    """A claimed gain that the two cells do not give, by 1 point or more."""
    made = _claim(rng, "it,points,dice,network=a; loss=x,network=a; loss=y,{points:.1f}\n", "impossible")
    head, _, number = made.claims.rstrip("\n").rpartition(",")
    claimed = float(number) + rung
    relative = 100 * (float(made.rows[1]["dice"]) / float(made.rows[0]["dice"]) - 1)
    if abs(claimed - relative) < 0.5:
        return None  # by chance it is the gain in percent of the old value
    return Plant(made.rows, made.check, 0, "impossible", claims=f"{head},{claimed:.1f}\n")


def gain_across_cells(rng: np.random.Generator, rung: int) -> Plant | None:
    """A gain between cells that differ in two factors."""
    return _claim(rng, "it,relative,dice,network=a; loss=x,network=b; loss=y,\n", "suspicious")


def best_that_is_beaten(rng: np.random.Generator, rung: int) -> Plant | None:
    """A cell called best that another beats."""
    return _claim(rng, "it,best,dice,,network=a; loss=y,\n", "impossible", "claimed-best")


KINDS: dict[str, Make] = {
    "a Dice above 1": out_of_range, "IoU above Dice": iou_above_dice, "IoU below Dice / (2 - Dice)": iou_below_bound,
    "pooled IoU and Dice": pooled_identity, "mean IoU beyond any background": mean_iou_too_high,
    "AUC and operating point": auc_out_of_bounds, "mean AUC and mean operating point": mean_auc_out_of_bounds,
    "F1, precision, sensitivity": f1_of_one_run, "their means": f1_of_averages,
    "accuracy outside sensitivity and specificity": accuracy_outside,
    "accuracy with the share of positives": accuracy_with_prevalence,
    "precision with the share of positives": precision_with_prevalence, "balanced accuracy": balanced_accuracy,
    "accuracy of no whole number": accuracy_of_no_count, "sensitivity of no whole number": sensitivity_of_no_count,
    "a rate beside its matrix": rate_beside_matrix, "kappa or correlation with counts": agreement_with_counts,
    "a matrix that does not add": matrix_that_does_not_add, "standard deviation too large": sd_too_large,
    "crossed interval": crossed_interval, "value outside its interval": value_outside_interval,
    "another test set": another_test_set, "one configuration, two values": two_values,
    "classes that do not add": total_that_does_not_add, "copies of no whole number": copies_of_no_number,
    "more than there are": more_than_there_are, "masks counted as images": masks_as_images,
    "a gain that no cells give": gain_of_no_cells, "a gain across cells": gain_across_cells,
    "a best that is beaten": best_that_is_beaten,
}


def plants(kind: str, rung: int, number: int, seed: int = 0) -> Iterator[Plant]:
    """Yield plants of one kind and strength; draws that leave no room for the plant are drawn again."""
    made, k = 0, 0
    while made < number and k < 200 * number:
        found = KINDS[kind](np.random.default_rng([seed, list(KINDS).index(kind), rung, k]), rung)
        k += 1
        if found is not None:
            made += 1
            yield found


def caught(plant: Plant) -> str:
    """Return the gravest severity with which the named check objects to the planted row; "" where it does not."""
    from bogam.audit.referee.claims import read_claims
    from bogam.audit.referee.counts import read_counts
    from bogam.audit.referee.family import SEVERITIES, Submission
    from bogam.audit.referee.read import read_results, rows_from
    from bogam.audit.referee.results import Reading
    from bogam.audit.referee.run import judge
    from bogam.audit.referee.sheet import parse_sheet
    results = read_results(rows_from(plant.rows), Reading(**plant.reading))
    counts = read_counts(parse_sheet(plant.counts, "counts.csv")) if plant.counts else None
    claims = read_claims(parse_sheet(plant.claims, "claims.csv"), results) if plant.claims else ()
    found = [o.severity for o in judge(Submission(results, counts, claims)).objections
             if o.check == plant.check and (not plant.line or plant.line in o.lines)]
    return min(found, key=SEVERITIES.index) if found else ""


def is_caught(plant: Plant) -> bool:
    """Return whether the referee objects as gravely as it should."""
    order = ("impossible", "suspicious", "remark", "")
    return order.index(caught(plant)) <= order.index(plant.severity)


def try_plants(number: int = 20, seed: int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, planted, caught) for every kind, over all rungs; `number` plants per kind and rung."""
    for kind in KINDS:
        made = [plant for rung in RUNGS for plant in plants(kind, rung, number, seed)]
        yield kind, len(made), sum(is_caught(plant) for plant in made)
