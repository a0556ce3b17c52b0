"""Made-up records of runs."""

from __future__ import annotations

from typing import Any

import pytest

from bogam.audit.discipline import RunEvidence, RunRecord, digest_of, run_rules
from bogam.data.manifest import FOLDS, table

PARTS = {"train": ["a", "b", "c"], "validation": ["d", "e"], "test": ["f", "g"]}


def record(cell: str = "x", seed: int = 0, epochs: Any = None, train: Any = None, **facts: Any) -> RunRecord:
    """Return a finished run that did all as it should; `facts` change it, None takes one away."""
    whole = {"status": "done", "best_epoch": 2, "test_opened": "2026-01-01T10:00:05+00:00", "set_aside": [],
             "chosen_on": {"ids": digest_of(PARTS["validation"]), "images": 2, "time": "2026-01-01T10:00:00+00:00"},
             "fitted": ["normalize"], "fitted_on": {"ids": digest_of(PARTS["train"]), "images": 3}, **facts}
    rows = [{"epoch": e, "validation_score": s, "validation_loss": 1 - s, "steps": 2, "batch": 2, "images": 3,
             "validation_images": 2} for e, s in enumerate((0.5, 0.7, 0.6), 1)] if epochs is None else epochs
    return RunRecord(cell, 0, 0, seed, {k: v for k, v in whole.items() if v is not None}, rows,
                     {"select": "score", "min_gain": 0.001} if train is None else train)


def evidence(*runs: RunRecord, openings: Any = None, scores: Any = None, parts: Any = None) -> RunEvidence:
    """Return the runs with one fold, and a line in the log for each."""
    folds = table([{"id": i, "repeat": 0, "fold": 0, "part": part, "group": i}
                   for part, ids in (parts or PARTS).items() for i in ids], FOLDS)
    log = [{"time": f"2026-01-01T10:00:0{k}+00:00", "recipe": "r1", "test": "t", "run": run.name}
           for k, run in enumerate(runs)] if openings is None else openings
    return RunEvidence(runs, folds, tuple(log), scores or {})


class Made:
    """What the tests of the rules need."""

    record = staticmethod(record)
    evidence = staticmethod(evidence)
    parts = PARTS

    @staticmethod
    def check(kind: str, *runs: RunRecord, **more: Any) -> list[tuple[str, str]]:
        """Return (severity, title) of what one rule finds."""
        return [(f.severity, f.title) for f in run_rules.parse(kind).check(evidence(*runs, **more))]


@pytest.fixture
def made() -> type[Made]:
    """Return the makers."""
    return Made
