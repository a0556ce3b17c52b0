"""A whole tiny study on phantom images: every stage, its report, and that a kill loses nothing."""

from __future__ import annotations

import json
import os
import shutil
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

RECIPE = """\
name: tiny
task: segmentation
data: {{root: {root}, channels: gray, patient: "{{patient}}_{{rest}}"}}
split: {{kind: kfold, folds: 2, validation: 0.25}}
prepare: [{{resize: {{size: [32, 32]}}}}, normalize]
augment: geometric
model: {{unet: {{width: 4, depth: 2}}}}
loss: bce-dice
train: {{epochs: {epochs}, batch: 8, optimizer: {{adamw: {{learning_rate: 0.01}}}}, seeds: [0, 1]}}
axes: {{augment: [none, geometric]}}
report: {{control: {{augment: none}}, resamples: 100}}
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
    folder = tmp_path_factory.mktemp("study")
    phantom = phantoms.parse({"breast-ultrasound": {"images": 36, "size": (48, 48), "sites": 1}})
    write_phantom(phantom, folder / "images")
    (folder / "tiny.yaml").write_text(RECIPE.format(root="images/site-a", epochs=4), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def finished(place: Path) -> Path:
    assert call("study", place / "tiny.yaml", "--out", place / "whole", "--cache", place / "cache") == 0
    return place / "whole"


def runs_of(study: Path) -> dict[str, Path]:
    return {p.parent.relative_to(study).as_posix(): p.parent for p in sorted(study.glob("runs/*/*/run.json"))}


def without_times(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if not k.endswith("_s")} for row in rows]


def test_every_piece_is_there(finished: Path) -> None:
    runs = runs_of(finished)
    assert len(runs) == 2 * 2 * 2
    for run in runs.values():
        assert json.loads((run / "run.json").read_text())["status"] == "done"
        for name in ("recipe.yaml", "metrics.jsonl", "checkpoints/best.safetensors", "model/model.json",
                     "predictions/cases.parquet"):
            assert (run / name).is_file(), name
    html = (finished / "report" / "report.html").read_text(encoding="utf-8")
    assert "Verdicts" in html
    assert "nearest-mask" in html
    assert "medical device" in html
    assert (finished / "report" / "tables" / "metrics.csv").is_file()
    verdicts = json.loads((finished / "report" / "verdicts.json").read_text())
    assert [v["level"] for v in verdicts] == ["geometric"]


def test_each_image_is_tested_once_per_seed_and_never_by_a_model_that_saw_its_patient(finished: Path) -> None:
    folds = pl.read_parquet(finished / "manifest" / "folds.parquet")
    for run in runs_of(finished).values():
        facts = json.loads((run / "run.json").read_text())
        cases = pl.read_parquet(run / "predictions" / "cases.parquet")
        here = folds.filter(pl.col("fold") == facts["fold"])
        assert set(cases["id"]) == set(here.filter(pl.col("part") == "test")["id"])
        seen = set(here.filter(pl.col("part") != "test")["group"])
        assert not seen & set(cases["group"])


def test_finished_runs_are_not_done_again(finished: Path, place: Path) -> None:
    stamps = {name: (run / "run.json").stat().st_mtime_ns for name, run in runs_of(finished).items()}
    spent = json.loads((finished / "study.json").read_text())["wall_s"]
    assert call("study", place / "tiny.yaml", "--out", finished, "--cache", place / "cache") == 0
    assert stamps == {name: (run / "run.json").stat().st_mtime_ns for name, run in runs_of(finished).items()}
    assert json.loads((finished / "study.json").read_text())["wall_s"] >= spent > 0


def test_a_killed_and_resumed_study_equals_an_uninterrupted_one_bit_for_bit(finished: Path, place: Path) -> None:
    command = [sys.executable, "-m", "bogam", "study", str(place / "tiny.yaml"), "--out", str(place / "killed"),
               "--cache", str(place / "cache"), "--jobs", "2"]
    extra = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else \
        {"start_new_session": True}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **extra)  # type: ignore
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        begun = [read_rows(p) for p in (place / "killed").glob("runs/*/*/metrics.jsonl")]
        if any(0 < len(rows) < 4 for rows in begun):
            break
        assert process.poll() is None, "the study ended before it could be killed"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    statuses = [json.loads(p.read_text())["status"] for p in (place / "killed").glob("runs/*/*/run.json")]
    assert "running" in statuses
    time.sleep(2)  # orphaned workers notice and end
    assert call("study", place / "tiny.yaml", "--out", place / "killed", "--cache", place / "cache") == 0

    whole, resumed = runs_of(finished), runs_of(place / "killed")
    assert whole.keys() == resumed.keys()
    for name, run in whole.items():
        other = resumed[name]
        assert without_times(read_rows(run / "metrics.jsonl")) == without_times(read_rows(other / "metrics.jsonl"))
        assert (run / "model" / "weights.safetensors").read_bytes() == \
            (other / "model" / "weights.safetensors").read_bytes()
        assert pl.read_parquet(run / "predictions" / "cases.parquet").equals(
            pl.read_parquet(other / "predictions" / "cases.parquet"))
    for table in ("metrics.csv", "verdicts.csv"):
        assert (finished / "report" / "tables" / table).read_bytes() == \
            (place / "killed" / "report" / "tables" / table).read_bytes()


def test_a_failing_cell_is_recorded_and_the_study_goes_on(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = RECIPE.format(root="images/site-a", epochs=2).replace(
        "axes: {augment: [none, geometric]}",
        "axes: {train.optimizer: [adamw, {label: wild, value: {sgd: {learning_rate: 1.0e+30}}}]}").replace(
        "control: {augment: none}, ", "").replace("seeds: [0, 1]", "seeds: [0], clip: null")
    (place / "failing.yaml").write_text(text, encoding="utf-8")
    assert call("study", place / "failing.yaml", "--out", place / "failing", "--cache", place / "cache") == 0
    said = capsys.readouterr().out
    assert "Warning: 2 of 4 runs failed" in said
    failed = [f for p in (place / "failing").glob("runs/*/*/run.json") if (f := json.loads(p.read_text()))["status"]
              == "failed"]
    assert len(failed) == 2
    assert "Try a tenth of the learning rate" in failed[0]["error"]


def test_all_cells_failed_is_exit_code_one(place: Path) -> None:
    text = RECIPE.format(root="images/site-a", epochs=2).replace(
        "optimizer: {adamw: {learning_rate: 0.01}}", "clip: null, optimizer: {sgd: {learning_rate: 1.0e+30}}")
    (place / "allfail.yaml").write_text(text.replace("seeds: [0, 1]", "seeds: [0]"), encoding="utf-8")
    assert call("study", place / "allfail.yaml", "--out", place / "allfail", "--cache", place / "cache") == 1


def test_every_opening_of_a_test_part_is_logged_once_and_the_runs_are_in_order(finished: Path) -> None:
    from bogam.study.collect import collect
    from bogam.study.discipline import discipline_of, evidence_of
    lines = read_rows(finished / "test_openings.jsonl")
    assert len(lines) == len({line["run"] for line in lines}) == 8
    assert len({line["recipe"] for line in lines}) == 1
    assert len({line["test"] for line in lines}) == 2  # folds
    result = collect(finished)
    assert discipline_of(result) == ()
    evidence = evidence_of(result)
    for run in evidence.runs:
        assert run.facts["chosen_on"]["images"] == len(evidence.part(run, "validation"))
        assert run.epochs[-1]["steps"] * run.epochs[-1]["batch"] >= run.epochs[-1]["images"]
    assert set(evidence.scores) == {"augment=none", "augment=geometric"}


def test_the_report_says_who_does_not_beat_the_copier_and_what_the_probe_saw(finished: Path) -> None:
    from bogam.study.collect import collect
    html = (finished / "report" / "report.html").read_text(encoding="utf-8")
    assert (finished / "probe.json").is_file()
    assert {row["rule"] for row in collect(finished).probes} == {"copy-probe", "shuffled-labels"}
    assert "Copy probe: " in html
    assert "LEAK SUSPECTED" not in html  # whole patients on one side
    rows = pl.read_csv(finished / "report" / "tables" / "copying.csv")
    assert rows.height == 2
    for row in rows.iter_rows(named=True):
        weak = row["gain_low"] <= 0
        assert row["stamp"] == ("no better than copying" if weak else "beats it")
        assert ("NO BETTER THAN COPYING" in html) == any(low <= 0 for low in rows["gain_low"])


def test_a_second_recipe_on_the_same_test_part_is_counted(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bogam.study.collect import collect
    from bogam.study.discipline import discipline_of
    for epochs, seed in ((1, 0), (2, 0), (2, 1)):
        assert call("train", place / "tiny.yaml", "--out", place / "twice", "--cache", place / "cache", "--set",
                    "axes={}", "--set", "report={}", "--set", f"train.epochs={epochs}", "--seed", seed) == 0
    found = discipline_of(collect(place / "twice"))
    assert [(f.rule, f.severity, f.title) for f in found] == [
        ("opened-once", "warning", "The test part was opened under 2 recipes.")]
    assert call("report", place / "twice") == 0
    assert "The test part was opened under 2 recipes." in capsys.readouterr().out
    assert "How the runs were done" in (place / "twice" / "report" / "report.html").read_text(encoding="utf-8")
    assert call("audit", place / "twice", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [f["title"] for f in told["findings"] if f["rule"] == "opened-once"] == [found[0].title]


def test_a_report_on_predictions_that_were_changed_says_that_they_cannot_be_true(
        finished: Path, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot all be true" not in (finished / "report" / "report.html").read_text(encoding="utf-8")
    changed = place / "changed"
    shutil.copytree(finished, changed)
    for cases in changed.glob("runs/augment-geometric-*/*/predictions/cases.parquet"):
        rows = pl.read_parquet(cases)
        rows.with_columns(iou=(pl.col("dice") + 1) / 2).write_parquet(cases)  # as if background were averaged in
    assert call("report", changed) == 0
    assert "The results contradict each other in 1 place: IoU above Dice." in capsys.readouterr().out
    html = (changed / "report" / "report.html").read_text(encoding="utf-8")
    assert "The numbers below cannot all be true." in html
    assert "augment=geometric: IoU" in html
    assert call("audit", changed, "--json") == 3
    told = json.loads(capsys.readouterr().out)
    assert [f["severity"] for f in told["findings"] if f["rule"] == "impossible-numbers"] == ["stop"]


def test_predict_gives_masks_in_the_original_geometry(finished: Path, place: Path, tmp_path: Path) -> None:
    import cv2
    run = next(iter(runs_of(finished).values()))
    images = sorted((place / "images" / "site-a" / "benign").glob("*.png"))
    pictures = [p for p in images if "_mask" not in p.name][:2]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    assert call("predict", run, *pictures, broken, "--out", tmp_path / "out") == 0
    scores = pl.read_csv(tmp_path / "out" / "scores.csv")
    assert scores.height == 2
    for row, picture in zip(scores.iter_rows(named=True), pictures, strict=True):
        mask = cv2.imread(str(tmp_path / "out" / row["lesion mask"]), cv2.IMREAD_UNCHANGED)
        assert mask.shape == cv2.imread(str(picture), cv2.IMREAD_UNCHANGED).shape[:2]
        assert set(mask.ravel().tolist()) <= {0, 255}


def test_train_alone_says_what_comes_next(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("train", place / "tiny.yaml", "--out", place / "single", "--cache", place / "cache", "--set", "axes={}",
                "--set", "report={}", "--set", "train.epochs=2") == 0
    said = capsys.readouterr().out
    assert "Test: Dice" in said
    assert "bogam predict" in said


@pytest.mark.parametrize(("arguments", "message"), [
    (["study", "none.yaml"], "none.yaml: got no such file"),
    (["train", "tiny.yaml"], "a recipe with axes"),
    (["predict", ".", "x.png"], "without model/model.json"),
    (["evaluate", "none", "images"], "none: got nothing of that name"),
    (["report", "."], "no study.json"),
    (["study", "tiny.yaml", "--set", "train.epochz=3"], "Did you mean 'train.epochs'"),
    (["study", "tiny.yaml", "--jobs", "0"], "expected 1 or more"),
    (["study", "tiny.yaml", "--set", "report.primary=dise"], "Did you mean 'dice'"),
    (["stady"], "Did you mean 'study'"),
    (["init", "nowhere"], "nowhere"),
])
def test_wrong_input_is_one_clear_message_and_exit_code_two(
        place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str],
        message: str) -> None:
    monkeypatch.chdir(place)
    assert call(*arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
