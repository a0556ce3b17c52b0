"""Studies in which mixes are axis values: they run, and a kill loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from bogam.cli import main
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.train.rows import read_rows

SEGMENTATION = """\
name: mixes
task: segmentation
data: {root: images/site-a, channels: gray, patient: "{patient}_{rest}"}
split: {kind: kfold, folds: 2, validation: 0.25}
prepare: [{resize: {size: [32, 32]}}, normalize]
model: {unet: {width: 4, depth: 2}}
loss: bce-dice
train: {epochs: 3, batch: 8, optimizer: {adamw: {learning_rate: 0.01}}, seeds: [0]}
axes: {augment: [copy-paste, [flip-horizontal, ricap]]}
report: {resamples: 100}
"""
CLASSIFICATION = """\
name: mixes
task: classification
data: {root: images/site-a, channels: gray, patient: "{patient}_{rest}"}
split: {kind: kfold, folds: 2, validation: 0.25}
prepare: [{resize: {size: [32, 32]}}, normalize]
model: {residual: {width: 4, depth: 1}}
loss: cross-entropy
train: {epochs: 2, batch: 8, optimizer: {adamw: {learning_rate: 0.01}}, seeds: [0], class_weights: balanced}
axes: {augment: [none, mixup, ricap]}
report: {control: {augment: none}, resamples: 100}
"""


def call(*arguments: object) -> int:
    """Run a command line in this process; return its exit code."""
    before = sys.argv
    sys.argv = ["bogam", *map(str, arguments)]
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv = before
    raise AssertionError("main() always exits")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixes")
    phantom = phantoms.parse({"breast-ultrasound": {"images": 36, "size": (48, 48), "sites": 1}})
    write_phantom(phantom, folder / "images")
    (folder / "masks.yaml").write_text(SEGMENTATION, encoding="utf-8")
    (folder / "classes.yaml").write_text(CLASSIFICATION, encoding="utf-8")
    return folder


def runs_of(study: Path) -> dict[str, Path]:
    return {p.parent.relative_to(study).as_posix(): p.parent for p in sorted(study.glob("runs/*/*/run.json"))}


def without_times(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if not k.endswith("_s")} for row in rows]


def test_mixes_are_axis_values_of_a_classification(place: Path) -> None:
    study = place / "classes"
    assert call("study", place / "classes.yaml", "--out", study, "--cache", place / "cache") == 0
    runs = {name: json.loads((run / "run.json").read_text()) for name, run in runs_of(study).items()}
    assert {facts["status"] for facts in runs.values()} == {"done"}
    assert len(runs) == 6
    assert sum("mixed images" in " ".join(facts["notes"]) for facts in runs.values()) == 4
    losses = {tuple(row["train_loss"] for row in read_rows(run / "metrics.jsonl")) for run in runs_of(study).values()}
    assert len(losses) == 6
    verdicts = json.loads((study / "report" / "verdicts.json").read_text())
    assert [v["level"] for v in verdicts] == ["mixup", "ricap"]


@pytest.mark.slow
def test_a_killed_and_resumed_study_of_mixes_equals_an_uninterrupted_one(place: Path) -> None:
    assert call("study", place / "masks.yaml", "--out", place / "whole", "--cache", place / "cache") == 0
    command = [sys.executable, "-m", "bogam", "study", str(place / "masks.yaml"), "--out", str(place / "killed"),
               "--cache", str(place / "cache"), "--jobs", "2"]
    extra = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else \
        {"start_new_session": True}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **extra)  # type: ignore
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        begun = [read_rows(p) for p in (place / "killed").glob("runs/*/*/metrics.jsonl")]
        if any(0 < len(rows) < 3 for rows in begun):
            break
        assert process.poll() is None, "the study ended before it could be killed"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    time.sleep(2)  # orphaned workers notice and end
    assert call("study", place / "masks.yaml", "--out", place / "killed", "--cache", place / "cache") == 0
    whole, resumed = runs_of(place / "whole"), runs_of(place / "killed")
    assert len(whole) == 4
    assert whole.keys() == resumed.keys()
    for name, run in whole.items():
        other = resumed[name]
        assert without_times(read_rows(run / "metrics.jsonl")) == without_times(read_rows(other / "metrics.jsonl"))
        assert (run / "model" / "weights.safetensors").read_bytes() == \
            (other / "model" / "weights.safetensors").read_bytes()
        assert pl.read_parquet(run / "predictions" / "cases.parquet").equals(
            pl.read_parquet(other / "predictions" / "cases.parquet"))
