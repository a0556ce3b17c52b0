"""What a rule on the discipline of runs is: it reads the records that runs leave, and returns findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from bogam.audit.family import MOST_FILES, Finding, Severity
from bogam.audit.run import ORDER
from bogam.core.registry import Family, Part
from bogam.data.manifest import FOLDS, table


@dataclass(frozen=True, eq=False)
class RunRecord:
    """What one run left behind.

    Args:
        cell: name of its cell.
        repeat, fold, seed: which split and seed.
        facts: of `run.json`.
        epochs: rows of `metrics.jsonl`.
        train: the recipe's section `train`, as plain values.
    """

    cell: str
    repeat: int
    fold: int
    seed: int
    facts: Mapping[str, Any]
    epochs: Sequence[Mapping[str, Any]] = ()
    train: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the run in words."""
        return run_name(self.cell, self.repeat, self.fold, self.seed)

    @property
    def done(self) -> bool:
        """Return whether it was finished."""
        return self.facts.get("status") == "done"


@dataclass(frozen=True, eq=False)
class RunEvidence:
    """What the rules look at.

    Args:
        runs: of the study, or a single one.
        folds: who is in which part, as in a manifest.
        openings: lines of `test_openings.jsonl`, oldest first.
        scores: cell to its metrics on the test parts, name to value.
        classes: number of classes of a classification; None for masks.
    """

    runs: tuple[RunRecord, ...]
    folds: pl.DataFrame = field(default_factory=lambda: table([], FOLDS))
    openings: tuple[Mapping[str, Any], ...] = ()
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    classes: int | None = None

    @property
    def finished(self) -> list[RunRecord]:
        """Return the runs that were finished."""
        return [run for run in self.runs if run.done]

    @property
    def tested(self) -> int:
        """Return how many images the test parts have, each counted once."""
        return self.folds.filter(pl.col("part") == "test")["id"].n_unique()

    def part(self, run: RunRecord, part: str) -> set[str]:
        """Return the ids of one part of a run's fold, without those that could not be prepared."""
        aside = {str(pair[0]) for pair in run.facts.get("set_aside") or ()}
        chosen = self.folds.filter((pl.col("repeat") == run.repeat) & (pl.col("fold") == run.fold)
                                   & (pl.col("part") == part))
        return set(chosen["id"].to_list()) - aside


class RunRule(Part):
    """A rule on how runs were done."""

    def check(self, evidence: RunEvidence) -> Iterable[Finding]:
        """Yield what the rule finds in the records."""
        raise NotImplementedError

    def finding(self, severity: Severity, title: str, detail: str = "", *, files: Iterable[str] = (), why: str = "",
                do: str = "", worth: str = "") -> Finding:
        """Return a finding that bears the rule's name; of `files` the first `MOST_FILES` are kept."""
        return Finding(self.kind, severity, title, detail, tuple(files)[:MOST_FILES], why, do, worth)


run_rules: Family[RunRule] = Family("run rule", "bogam.audit.run_rules", RunRule)


def check_runs(evidence: RunEvidence) -> tuple[Finding, ...]:
    """Run every rule on the discipline of runs; worst first."""
    found = [finding for kind in run_rules.names() for finding in run_rules.parse(kind).check(evidence)]
    return tuple(sorted(found, key=lambda f: (ORDER[f.severity], f.rule, f.title)))


def run_name(cell: str, repeat: int, fold: int, seed: int) -> str:
    """Return a run in words, as the log of openings and the findings call it.

    Example:
        >>> run_name("augment=none", 0, 1, 2)
        'augment=none, repeat 0, fold 1, seed 2'
    """
    return f"{cell}, repeat {repeat}, fold {fold}, seed {seed}"


def digest_of(ids: Iterable[str]) -> str:
    """Return 16 hex digits of a set of ids, whatever their order.

    Example:
        >>> digest_of(["b", "a"]) == digest_of(["a", "b"]) != digest_of(["a"])
        True
    """
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16]
