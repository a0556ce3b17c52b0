"""The referee over metrics that bogam itself computed from drawn predictions: nobody is accused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bogam.audit.discipline import RunEvidence, RunRecord, run_rules
from bogam.data.manifest import FOLDS, table
from bogam.study.discipline import points_of
from bogam.study.results import CellResult

RULE = run_rules.parse("impossible-numbers")


def drawn(seed: int, classes: int | None, folds: int, seeds: int) -> RunEvidence:
    """Return the evidence of one cell of `classes` (None: masks), tested on drawn predictions."""
    rng = np.random.default_rng([seed, classes or 0, folds, seeds])
    images = int(rng.integers(12, 90))
    cut = rng.choice([0.3, 0.5, 0.7])  # one threshold for the whole test part
    rows, runs = [], []
    for fold in range(folds):
        target = rng.integers(0, classes or 2, images)
        target[: classes or 2] = np.arange(classes or 2)
        for k in range(seeds):
            runs.append(RunRecord("x", 0, fold, k, {"status": "done"}))
            for n in range(images):
                name = f"{fold}-{n}"
                row = {"repeat": 0, "fold": fold, "seed": k, "id": name, "group": name, "part": "test"}
                if classes:
                    scores = rng.normal(size=classes) + rng.uniform(0, 3) * (np.arange(classes) == target[n])
                    probs = np.exp(scores) / np.exp(scores).sum()
                    row |= {"target": int(target[n]), "predicted": int(probs[1] > cut) if classes == 2 else
                            int(probs.argmax()), **{f"prob_{c}": float(p) for c, p in enumerate(probs)}}
                else:
                    tp, fp, fn, tn = (int(v) for v in rng.integers(0, 400, 4))
                    tp, fn = (tp, fn) if n % 5 else (0, 0)  # some images without a lesion
                    has = tp + fn > 0
                    row |= {"label": "lesion", "dice": 2 * tp / max(1, 2 * tp + fp + fn), "has_lesion": has,
                            "iou": tp / max(1, tp + fp + fn), "tp": tp, "fp": fp, "fn": fn, "tn": tn,
                            "false_positive": not has and fp > 0, "predicted_share": (tp + fp) / 1600}
                rows.append(row)
    cell = CellResult("x", {}, False, [], pl.DataFrame(rows))
    parts = table([{"id": f"{f}-{n}", "repeat": 0, "fold": f, "part": "test", "group": str(n)}
                   for f in range(folds) for n in range(images)], FOLDS)
    scores = points_of(cell, "classification" if classes else "segmentation", classes or 1)
    return RunEvidence(tuple(runs), parts, (), {"x": scores}, classes)


@pytest.mark.parametrize(("folds", "seeds"), [(1, 1), (1, 3), (4, 1)])
@pytest.mark.parametrize("classes", [2, 3, None])
def test_honest_metrics_are_never_accused(classes: int | None, folds: int, seeds: int) -> None:
    for seed in range(6):
        evidence = drawn(seed, classes, folds, seeds)
        assert len(evidence.scores["x"]) >= 4
        assert [f.title + f.detail for f in RULE.check(evidence)] == [], (seed, evidence.scores)


def test_what_was_changed_by_hand_is_accused() -> None:
    evidence = drawn(0, 2, 1, 1)
    changed = {**evidence.scores["x"], "accuracy": min(0.999, evidence.scores["x"]["accuracy"] + 0.2)}
    assert list(RULE.check(RunEvidence(evidence.runs, evidence.folds, (), {"x": changed}, 2)))
