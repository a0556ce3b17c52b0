"""Whom does the referee accuse, and what does it miss? python benchmarks/referee.py

Honest tables are made from drawn predictions, scored, averaged and printed (`referee_tables.py`); a table counts as
accused where anything in it is called impossible or suspicious. Plants are impossible numbers in honest tables
(`referee_plants.py`). Repeats are rows copied over a neighbor in honest tables; whether that can be told from chance
depends on the table, so no share is promised. The peer is mlscorecheck (Fazekas and Kovacs), where it is installed: it
asks the same question as our search for a confusion matrix of whole numbers, for known numbers of positive and negative
cases.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine
import numpy as np
import referee_plants
import referee_tables

OWN = Path(__file__).parents[1] / "docs" / "results"


def judged(table: referee_tables.Honest) -> list[Any]:
    """Return what the referee objects to in a table, remarks left out."""
    from bogam.audit.referee.family import Submission
    from bogam.audit.referee.read import read_results, rows_from
    from bogam.audit.referee.results import Reading
    from bogam.audit.referee.run import judge
    results = read_results(rows_from(table.rows), Reading(**table.reading))
    return [o for o in judge(Submission(results)).objections if o.severity != "remark"]


def honest(number: int, seed: int, cut: bool) -> dict[str, Any]:
    """Count accused honest tables by kind, and name what they were accused of."""
    tried: dict[str, int] = {}
    accused: dict[str, int] = {}
    reasons: list[str] = []
    for table in referee_tables.honest_tables(number, seed, cut):
        tried[table.kind] = tried.get(table.kind, 0) + 1
        found = judged(table)
        if found:
            accused[table.kind] = accused.get(table.kind, 0) + 1
            reasons += [f"{table.kind}: {o.severity}, {o.title}: {o.numbers}" for o in found[:2]]
    return {"tables": number, "seed": seed, "cut": cut, "tried": tried, "accused": accused, "reasons": reasons[:20],
            "accused_in_all": sum(accused.values())}


def own_tables() -> Iterator[tuple[str, int, int]]:
    """Yield (page, rows, accusations) for the tables of all metrics of our own finished studies."""
    from bogam.audit.referee.run import referee_table
    for path in sorted(OWN.glob("*.md")):
        rows = rows_of_page(path.read_text(encoding="utf-8"))
        if rows:
            found = referee_table(rows, averaged="folds")
            yield path.stem, len(rows), sum(o.severity != "remark" for o in found)


def rows_of_page(text: str) -> list[dict[str, str]]:
    """Return the rows of the table under "All metrics" of a results page."""
    held = re.search(r"## All metrics\n\n((?:\|.*\n)+)", text)
    if held is None:
        return []
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in held[1].splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def repeats(number: int, seed: int) -> list[dict[str, Any]]:
    """Copy a row's metrics over another row of honest tables of masks; by rows and digits, how many copies are told."""
    rows = []
    for digits in (2, 3, 4):
        for cells in (4, 12, 24):
            told, tried = {"suspicious": 0, "remark": 0}, 0
            rng = np.random.default_rng([seed, digits, cells])
            while tried < number:
                table = _comparison(rng, digits, cells)
                first, second = rng.choice(cells, 2, replace=False)
                metrics = ("dice", "iou")
                table[second] = table[second] | {m: table[first][m] for m in metrics}
                tried += 1
                found = referee_plants.caught(referee_plants.Plant(table, "repeated-cells", int(second) + 1))
                if found:
                    told[found] += 1
            rows.append({"digits": digits, "rows": cells, "copies": tried, **told})
    return rows


def _comparison(rng: np.random.Generator, digits: int, cells: int) -> list[dict[str, str]]:
    """Return an honest table of masks with so many rows and digits."""
    while True:
        table = referee_tables.segmentation(rng, False)
        if table.reading["scale"] != "fraction" or len(table.rows) < cells:
            continue
        if len(table.rows[0]["dice"].partition(".")[2]) == digits:
            keep = ("network", "loss", "augmentation", "dice", "iou")
            return [{k: row[k] for k in keep} for row in table.rows[:cells]]


def peer(number: int, seed: int) -> dict[str, Any] | None:
    """Compare our search with mlscorecheck's on honest and shifted rates; None where it is not installed."""
    if importlib.util.find_spec("mlscorecheck") is None:
        return None
    from mlscorecheck.check.binary import check_1_testset_no_kfold

    from bogam.audit.referee.whole_numbers import exists
    logging.disable(logging.INFO)
    names = {"accuracy": "acc", "sensitivity": "sens", "specificity": "spec", "precision": "ppv", "npv": "npv",
             "f1": "f1", "balanced_accuracy": "bacc", "kappa": "kappa", "mcc": "mcc"}
    rng = np.random.default_rng(seed)
    same = both = ours = theirs = right = 0
    ours_s = theirs_s = 0.0
    for k in range(number):
        held = referee_tables.binary(rng)
        of = referee_tables.rates(held.scores[0, 0], held.truth[0], held.threshold)
        digits = int(rng.integers(2, 5))
        chosen = [m for m in names if np.isfinite(of[m]) and rng.random() < 0.5] or ["accuracy"]
        shift = 10.0**-digits * int(rng.integers(1, 6)) * (k % 2)
        shown = {m: round(of[m] + (shift if m == chosen[0] else 0), digits) for m in chosen}
        half = 0.5 * 10.0**-digits
        p, n = int(held.truth[0].sum()), int((~held.truth[0]).sum())
        begun = time.perf_counter()
        mine = exists({m: (v - half - 1e-9, v + half + 1e-9) for m, v in shown.items()}, p + n, p) is False
        between = time.perf_counter()
        other = bool(check_1_testset_no_kfold(testset={"p": p, "n": n}, scores={names[m]: v for m, v in shown.items()},
                                              eps=half)["inconsistency"])
        theirs_s, ours_s = theirs_s + time.perf_counter() - between, ours_s + between - begun
        same, both = same + (mine == other), both + (mine and other)
        ours, theirs = ours + (mine and not other), theirs + (other and not mine)
        right += mine != other and mine is not fits_any(shown, half, p, n)
    return {"tables": number, "agree": same, "both_inconsistent": both, "only_ours": ours, "only_theirs": theirs,
            "ours_right": right,
            "ours_ms": 1000 * ours_s / number, "theirs_ms": 1000 * theirs_s / number}


def fits_any(shown: dict[str, float], half: float, positives: int, negatives: int) -> bool:
    """Return whether any of all tables prints so: every one is computed."""
    tp, fp = (axis.astype(float) for axis in np.mgrid[:positives + 1, :negatives + 1])
    fn, tn = positives - tp, negatives - fp
    n = positives + negatives
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = ((tp + fp) * positives + (fn + tn) * negatives) / n**2
        se, sp = tp / positives, tn / negatives
        of = {"accuracy": (tp + tn) / n, "sensitivity": se, "specificity": sp, "precision": tp / (tp + fp),
              "npv": tn / (tn + fn), "f1": 2 * tp / (2 * tp + fp + fn), "balanced_accuracy": (se + sp) / 2,
              "kappa": ((tp + tn) / n - chance) / (1 - chance),
              "mcc": (tp * tn - fp * fn) / np.sqrt((tp + fp) * positives * negatives * (tn + fn))}
        return bool(np.logical_and.reduce([np.abs(of[m] - v) <= half + 1e-9 for m, v in shown.items()]).any())


def upper_bound(wrong: int, number: int) -> float:
    """Return the one-sided 95 % upper bound of a rate (Clopper-Pearson)."""
    from scipy.stats import beta
    return 1.0 if wrong == number else float(beta.ppf(0.95, wrong + 1, number - wrong))


def words(held: dict[str, Any], facts: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = ["# The referee", "", str(__doc__).split("\n\n", 1)[1].strip(), "", machine.sentence(facts), "",
             "## Honest tables", "", "| digits | tables | accused | upper bound (95 %) |", "|---|---|---|---|"]
    for part in held["honest"]:
        bound = upper_bound(part["accused_in_all"], part["tables"])
        lines.append(f"| {'cut off' if part['cut'] else 'rounded'} | {part['tables']:,} | "
                     f"**{part['accused_in_all']}** | {100 * bound:.2f} % |")
    lines += ["", "| kind | rounded: accused of | cut off: accused of |", "|---|---|---|"]
    for kind in held["honest"][0]["tried"]:
        cells = [f"{part['accused'].get(kind, 0)} of {part['tried'].get(kind, 0)}" for part in held["honest"]]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    for part in held["honest"]:
        lines += ["", *(f"- {reason}" for reason in part["reasons"])] if part["reasons"] else []
    lines += ["", "Tables of our own studies (`docs/results/`), as printed there, averaged over folds:", "",
              "| study | rows | accusations |", "|---|---|---|",
              *(f"| {name} | {rows} | {found} |" for name, rows, found in held["own"]),
              "", "## Plants", "", "| kind | planted | caught | |", "|---|---|---|---|"]
    for kind, planted, found in held["plants"]:
        lines.append(f"| {kind} | {planted} | {found} | {100 * found / planted:.0f} % |")
    planted, found = (sum(row[k] for row in held["plants"]) for k in (1, 2))
    lines += [f"| **all** | **{planted}** | **{found}** | **{100 * found / planted:.1f} %** |", "",
              "## Copied rows", "",
              "Dice and IoU of one row copied over another, in tables of several rows:", "",
              "| digits | rows | copied | suspicious | remark |", "|---|---|---|---|---|",
              *(f"| {r['digits']} | {r['rows']} | {r['copies']} | {r['suspicious']} | {r['remark']} |"
                for r in held["repeats"])]
    if held["peer"]:
        r = held["peer"]
        lines += ["", "## Against mlscorecheck", "",
                  f"Of {r['tables']} sets of printed rates, every other one with a rate shifted by 1 to 5 units, both "
                  f"say the same of **{r['agree']}** ({r['both_inconsistent']} inconsistent); only we call "
                  f"{r['only_ours']} inconsistent, only they {r['only_theirs']}. Going through every table, ours is "
                  f"right in {r['ours_right']} of these {r['only_ours'] + r['only_theirs']}. "
                  f"{r['ours_ms']:.1f} ms against {r['theirs_ms']:.1f} ms each."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run everything and write `results/referee.*`."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("--tables", type=int, default=1000, help="honest tables, with rounded and with cut digits each")
    parser.add_argument("--plants", type=int, default=20, help="plants per kind and rung")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True)
    chosen = parser.parse_args()
    facts = machine.facts()
    held = {"honest": [honest(chosen.tables, chosen.seed, cut) for cut in (False, True)], "own": list(own_tables()),
            "plants": list(referee_plants.try_plants(chosen.plants, chosen.seed)),
            "repeats": repeats(2 * chosen.plants, chosen.seed), "peer": peer(chosen.tables // 2, chosen.seed)}
    text = words(held, facts)
    print(text)
    if chosen.write:
        machine.write("referee", {"machine": facts, **held}, text)


if __name__ == "__main__":
    main()
