"""What a dying process costs: its own run, and no other."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from bogam.study import run
from bogam.study.one_run import RunSpec

SPEC = RunSpec(Path(), Path(), "", {"train": {"epochs": 1}}, None, (), 0, 0, 0, "cpu", 1, 1, Path(), 1.0, {})


def test_a_run_is_not_failed_for_the_crashes_of_its_neighbor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = [dataclasses.replace(SPEC, cell=name, folder=tmp_path / name) for name in ("bad", "good", "late")]
    finished, failed = [], []

    def pool(todo: list[RunSpec], workers: int, watcher: Any, progress: Any, crashes: dict[Path, int]) -> list[RunSpec]:
        flying, waiting = todo[:workers], todo[workers:]
        if all(spec.cell != "bad" for spec in flying):
            finished.extend(spec.cell for spec in todo)
            return []
        for spec in flying:
            crashes[spec.folder] = crashes.get(spec.folder, 0) + 1
        failed.extend(spec.cell for spec in flying if crashes[spec.folder] >= run.CRASHES)
        return [spec for spec in flying if crashes[spec.folder] < run.CRASHES] + waiting

    monkeypatch.setattr(run, "_one_pool", pool)
    run.run_all(specs, 2, run.Silent())
    assert failed == ["bad"]
    assert sorted(finished) == ["good", "late"]
