"""Honest results tables: predictions are drawn, scored with the definitions of the metrics, averaged, and printed.

Nothing here is taken from the product, so that the referee does not meet its own hand. All cells of a table are tested
on the same cases, whose difficulty they share; factors have small effects, as they have in life. Most tables say what
their values are averages over, and how many classes there are; some say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Row = dict[str, str]


@dataclass(frozen=True)
class Honest:
    """One honest table.

    Args:
        kind: of the simulation.
        rows: header to printed text.
        reading: what the user says besides: averaged, classes, scale.
    """

    kind: str
    rows: list[Row]
    reading: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Style:
    """How a table is printed: digits behind the point of a fraction, percent or not, rounded or cut off."""

    digits: int
    percent: bool
    cut: bool = False

    def __call__(self, value: float) -> str:
        """Return a value as printed; nothing where it is undefined."""
        if not np.isfinite(value):
            return ""
        shown, digits = (100 * value, max(0, self.digits - 2)) if self.percent else (value, self.digits)
        if self.cut:
            shown = np.trunc(shown * 10**digits + np.sign(shown) * 1e-9) / 10**digits
        return f"{shown:.{digits}f}"


def grid(rng: np.random.Generator) -> list[Row]:
    """Return the cells of a comparison: some networks, losses and augmentations."""
    networks = ["UNet", "ResUNet", "DeepLab", "SegNet"][:rng.integers(1, 5)]
    losses = ["BCE", "Dice", "Tversky"][:rng.integers(1, 4)]
    augments = ["none", "geometric", "filter", "all", "mixup"][:rng.integers(1, 6)]
    cells = [{"network": n, "loss": loss, "augmentation": a} for a in augments for n in networks for loss in losses]
    return cells if len(cells) > 1 else [{**cells[0], "network": n} for n in ("UNet", "ResUNet")]


def effects(cells: list[Row], size: float, rng: np.random.Generator) -> np.ndarray:
    """Return one latent quality per cell: a sum of effects of its factors and a little of its own."""
    of = {(k, v): rng.normal(0, size) for cell in cells for k, v in cell.items()}
    return np.array([sum(of[k, v] for k, v in cell.items()) + rng.normal(0, size / 3) for cell in cells])


def style(rng: np.random.Generator, cut: bool) -> Style:
    """Return a way to print: 2 to 4 digits, one table in three in percent."""
    return Style(int(rng.integers(2, 5)), bool(rng.random() < 1 / 3), cut)


def segmentation(rng: np.random.Generator, cut: bool) -> Honest:
    """Masks of one class: Dice, IoU, often with a spread, the mean IoU, and Dice over images without lesion too."""
    cells, shown = grid(rng), style(rng, cut)
    n, normals = int(rng.integers(15, 600)), int(rng.integers(0, 120))
    pixels = 128 * 128
    area = np.clip(rng.lognormal(6.5, 0.9, n), 20, pixels * 0.7)
    hard = rng.normal(0, 1, n)
    level = rng.normal(1.2, 0.8)
    spread, background, pooled, single = rng.random(4) < (0.4, 0.3, 0.2, 0.5)
    rows = []
    for cell, quality in zip(cells, effects(cells, 0.15, rng), strict=True):
        good = level + quality - hard + rng.normal(0, 0.6, n)
        recall, precision = 1 / (1 + np.exp(-good)), 1 / (1 + np.exp(-(good + rng.normal(0, 0.7, n))))
        tp = np.rint(area * recall * (rng.random(n) > 0.03))
        fn = np.rint(area) - tp
        fp = np.minimum(np.rint(np.where(tp > 0, tp * (1 / precision - 1), rng.integers(0, 200, n))), pixels - tp - fn)
        tn = pixels - tp - fn - fp
        dice, iou = 2 * tp / (2 * tp + fp + fn), tp / (tp + fp + fn)
        row = {**cell, "dice": shown(dice.mean()), "iou": shown(iou.mean())}
        if spread:
            row |= {"dice_sd": shown(dice.std(ddof=1)), "iou_sd": shown(iou.std(ddof=1))}
        if background:
            empty = rng.random(normals) < 0.7
            both = np.concatenate([(iou + tn / (tn + fp + fn)) / 2, np.where(empty, 1.0, 0.45)])
            row["mean_iou"] = shown(both.mean())
            row["dice_all"] = shown(np.concatenate([dice, empty.astype(float)]).mean())
        if pooled:
            row["dice_pooled"] = shown(2 * tp.sum() / (2 * tp + fp + fn).sum())
            row["iou_pooled"] = shown(tp.sum() / (tp + fp + fn).sum())
        rows.append(row | ({"runs": "1", "n": str(n)} if single else {}))
    return Honest("segmentation, one run", rows, _scale(shown))


def _scale(shown: Style, **more: Any) -> dict[str, Any]:
    return {"scale": "percent" if shown.percent else "fraction", **more}


@dataclass(frozen=True)
class Binary:
    """Scores of the cells of a comparison on the same cases of two classes: (cells, runs, n) and truth (runs, n)."""

    cells: list[Row]
    scores: np.ndarray
    truth: np.ndarray
    threshold: float


def binary(rng: np.random.Generator, runs: int = 1, folds: bool = False) -> Binary:
    """Draw scores. With folds each run has cases of its own, else all runs have the same."""
    cells = grid(rng)
    n = int(np.exp(rng.uniform(np.log(30), np.log(2500 if runs == 1 else 600))))
    truth = rng.random((runs if folds else 1, n)) < rng.uniform(0.1, 0.6)
    truth[:, 0], truth[:, 1] = True, False
    truth = np.broadcast_to(truth, (runs, n))
    separation, hard = rng.uniform(0.5, 3.5), rng.normal(0, 0.8, truth.shape)
    found = [[truth[r] * (separation + q + rng.normal(0, 0.1)) + hard[r if folds else 0] + rng.normal(0, 0.7, n)
              for r in range(runs)] for q in effects(cells, 0.15, rng)]
    return Binary(cells, np.array(found), truth, separation / 2 + rng.normal(0, 0.4))


def rates(scores: np.ndarray, truth: np.ndarray, threshold: float) -> dict[str, float]:
    """Return every rate of one run, from its definition; undefined ones are nan."""
    called = scores > threshold
    tp, fp = float((called & truth).sum()), float((called & ~truth).sum())
    fn, tn = float((~called & truth).sum()), float((~called & ~truth).sum())
    n = tp + fp + fn + tn

    def ratio(above: float, below: float) -> float:
        return above / below if below else float("nan")

    chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / n**2
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positives = truth.sum()
    auc = (ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * (~truth).sum())
    se, sp = ratio(tp, tp + fn), ratio(tn, tn + fp)
    return {"accuracy": (tp + tn) / n, "sensitivity": se, "specificity": sp, "precision": ratio(tp, tp + fp),
            "npv": ratio(tn, tn + fn), "f1": ratio(2 * tp, 2 * tp + fp + fn), "balanced_accuracy": (se + sp) / 2,
            "auc": float(auc), "kappa": ratio((tp + tn) / n - chance, 1 - chance),
            "mcc": ratio(tp * tn - fp * fn, np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))),
            "prevalence": (tp + fn) / n, "tp": tp, "fp": fp, "fn": fn, "tn": tn}


COUNTS = ("tp", "fp", "fn", "tn")
RATES = ("accuracy", "sensitivity", "specificity", "precision", "npv", "f1", "balanced_accuracy", "auc", "kappa", "mcc",
         "prevalence")


def _chosen(rng: np.random.Generator) -> list[str]:
    chosen = [name for name in RATES if rng.random() < 0.55]
    return chosen if len(chosen) > 1 else ["accuracy", "auc"]


def classification(rng: np.random.Generator, cut: bool) -> Honest:
    """One run, two classes, both said; the number of cases or the whole matrix in most tables."""
    held, shown, names = binary(rng), style(rng, cut), _chosen(rng)
    told = rng.integers(0, 4)
    rows = []
    for cell, scores in zip(held.cells, held.scores, strict=True):
        of = rates(scores[0], held.truth[0], held.threshold)
        positives, n = int(of["tp"] + of["fn"]), held.truth.shape[1]
        counts = [{}, {"n": str(n)}, {"n": str(n), "positives": str(positives)},
                  {name: f"{of[name]:.0f}" for name in COUNTS}][told]
        rows.append({**cell, **{name: shown(of[name]) for name in names}, **counts, "runs": "1", "classes": "2"})
    return Honest("classification, one run", rows, _scale(shown))


def averaged(rng: np.random.Generator, cut: bool, folds: bool = True, told: bool = True) -> Honest:
    """Means over folds (other cases each) or over seeds (the same cases), said so, or not said."""
    runs = int(rng.integers(3, 11)) if folds else int(rng.integers(2, 6))
    held, shown, names = binary(rng, runs, folds), style(rng, cut), _chosen(rng)
    spread, positives = rng.random() < 0.5 and told, int(held.truth[0].sum())
    rows = []
    for cell, scores in zip(held.cells, held.scores, strict=True):
        of = [rates(scores[r], held.truth[r], held.threshold) for r in range(runs)]
        row = dict(cell)
        for name in names:
            values = np.array([one[name] for one in of])
            row[name] = shown(values.mean())
            if spread and name not in ("kappa", "mcc", "prevalence"):
                row[f"{name}_sd"] = shown(values.std(ddof=1))
        if told:
            row |= {"folds": str(runs), "n": str(runs * held.truth.shape[1])} if folds else {
                "seeds": str(runs), "n": str(held.truth.shape[1]), "positives": str(positives), "classes": "2"}
        rows.append(row)
    kind = ("means over folds" if folds else "means over seeds") + ("" if told else ", not told")
    return Honest(kind, rows, _scale(shown))


def per_run(rng: np.random.Generator, cut: bool) -> Honest:
    """Every fold of every cell in a row of its own, in a long table: columns metric and value."""
    runs = int(rng.integers(3, 6))
    held, shown, names = binary(rng, runs, folds=True), style(rng, cut), _chosen(rng)
    rows = []
    for cell, scores in zip(held.cells[:6], held.scores[:6], strict=True):
        for fold in range(runs):
            of = rates(scores[fold], held.truth[fold], held.threshold)
            rows += [{**cell, "fold": str(fold), "metric": name, "value": shown(of[name])} for name in names]
    return Honest("every fold, long table", rows, _scale(shown, classes=2))


def multiclass(rng: np.random.Generator, cut: bool) -> Honest:
    """Three to seven classes, macro averages, said so in one table of two."""
    cells, shown, classes = grid(rng), style(rng, cut), int(rng.integers(3, 8))
    n, told = int(rng.integers(60, 1500)), bool(rng.random() < 0.5)
    truth = rng.choice(classes, n, p=rng.dirichlet(np.full(classes, 4.0)))
    truth[:classes] = np.arange(classes)
    hard, skill, eye = rng.normal(0, 0.6, (n, classes)), rng.uniform(0.5, 2.5), np.eye(classes)
    rows = []
    for cell, quality in zip(cells, effects(cells, 0.12, rng), strict=True):
        called = (eye[truth] * (skill + quality) + hard + rng.normal(0, 0.7, (n, classes))).argmax(axis=1)
        table = np.zeros((classes, classes))
        np.add.at(table, (truth, called), 1)
        right, have, said = np.diag(table), table.sum(axis=1), table.sum(axis=0)
        precision = np.divide(right, said, out=np.zeros(classes), where=said > 0)
        specificity = (n - have - said + right) / (n - have)
        row = {**cell, "accuracy": shown(right.sum() / n), "precision": shown(precision.mean()),
               "sensitivity": shown((right / have).mean()), "specificity": shown(specificity.mean()),
               "f1": shown((2 * right / (have + said)).mean()), "n": str(n)}
        rows.append(row | ({"runs": "1", "classes": str(classes)} if told else {}))
    return Honest("several classes" + ("" if told else ", not told"), rows, _scale(shown))


KINDS: tuple[Callable[[np.random.Generator, bool], Honest], ...] = (
    segmentation, classification, averaged, lambda rng, cut: averaged(rng, cut, folds=False),
    lambda rng, cut: averaged(rng, cut, told=False), per_run, multiclass)


def honest_tables(number: int, seed: int = 0, cut: bool = False) -> Iterator[Honest]:
    """Yield honest tables, the kinds in turn."""
    for k in range(number):
        yield KINDS[k % len(KINDS)](np.random.default_rng([seed, k]), cut)
