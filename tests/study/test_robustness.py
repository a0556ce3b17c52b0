"""The bench on a finished run, on another folder, and in the report."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bogam.cli import main
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom

RECIPE = """\
name: bench
task: {task}
data: {{root: images/site-a, channels: gray, patient: "{{patient}}_{{rest}}"}}
split: {{kind: holdout, test: 0.4, validation: 0.25}}
prepare: [{{resize: {{size: [32, 32]}}}}, normalize]
augment: none
model: {model}
loss: {loss}
train: {{epochs: 3, batch: 8, optimizer: {{adamw: {{learning_rate: 0.01}}}}, seeds: [0]}}
axes: {{augment: [none, [gamma, noise]]}}
report: {{resamples: 100}}
"""


HERE = ("--device", "cpu", "--threads", "1")


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
    folder = tmp_path_factory.mktemp("bench")
    for seed, name in ((0, "images"), (1, "elsewhere")):
        write_phantom(phantoms.parse({"breast-ultrasound": {"images": 36, "size": [48, 48], "sites": 1, "seed": seed}}),
                      folder / name)
    (folder / "masks.yaml").write_text(RECIPE.format(
        task="segmentation", model="{unet: {width: 4, depth: 2}}", loss="bce-dice"), encoding="utf-8")
    (folder / "classes.yaml").write_text(RECIPE.format(
        task="classification", model="{residual: {width: 4, depth: 1}}", loss="cross-entropy"), encoding="utf-8")
    assert call("study", folder / "masks.yaml", "--out", folder / "masks", "--cache", folder / "cache") == 0
    return folder


def runs(study: Path) -> list[Path]:
    return sorted(p.parent for p in study.glob("runs/*/*/run.json"))


def test_a_run_is_tested_on_its_own_test_part(place: Path, capsys: Any) -> None:
    run = runs(place / "masks")[0]
    assert "robustness" not in (place / "masks" / "report" / "report.html").read_text(encoding="utf-8").lower()
    assert call("robustness", run, *HERE, "--modality", "ultrasound") == 0
    said = capsys.readouterr().out
    out = run / "robustness" / "test"
    for name in ("robustness.csv", "cases.parquet", "facts.json", "robustness.svg", "robustness.png",
                 "corruptions.png", "corruptions.svg"):
        assert (out / name).is_file(), name
    scored = pl.read_parquet(out / "cases.parquet")
    facts = json.loads((out / "facts.json").read_text())
    assert facts["modality"] == "ultrasound"
    assert len(facts["severities"]) == 8
    clean = scored.filter(pl.col("corruption") == "clean").drop("corruption", "severity").sort("id")
    own = pl.read_parquet(run / "predictions" / "cases.parquet").sort("id")
    assert clean["id"].to_list() == own["id"].to_list()
    assert np.allclose(clean["dice"], own["dice"])  # clean is the run's own test
    assert scored.height == own.height * (1 + 8 * 5)
    found = pl.read_csv(out / "robustness.csv")
    worst = found.filter(pl.col("severity") == 5)["change"].min()
    assert isinstance(worst, float)
    assert worst < 0
    assert "Dice on clean images" in said
    assert "Worst: " in said
    first = (out / "robustness.csv").read_bytes()
    assert call("robustness", run, *HERE, "--modality", "US") == 0
    assert (out / "robustness.csv").read_bytes() == first  # the same again


def test_a_study_has_a_chapter_and_marks_what_it_trained_with(place: Path, capsys: Any) -> None:
    study = place / "masks"
    assert call("robustness", study, *HERE, "--modality", "general") == 0
    assert capsys.readouterr().out.count("Worst: ") == 2
    assert call("report", study) == 0
    html = (study / "report" / "report.html").read_text(encoding="utf-8")
    assert 'id="robustness"' in html
    assert "trained with gamma" in html
    assert "trained with noise" in html
    rows = pl.read_csv(study / "report" / "tables" / "robustness.csv")
    assert rows.height == 2
    assert rows["runs"].to_list() == [1, 1]
    assert (study / "report" / "figures" / "robustness.svg").is_file()


def test_a_bench_of_another_model_is_not_shown(place: Path) -> None:
    run = runs(place / "masks")[0]
    path = run / "robustness" / "test" / "facts.json"
    held = path.read_text(encoding="utf-8")
    for one in runs(place / "masks"):
        facts = one / "robustness" / "test" / "facts.json"
        if facts.is_file():
            facts.write_text(json.dumps({**json.loads(facts.read_text()), "model_digest": "other"}), encoding="utf-8")
    assert call("report", place / "masks") == 0
    assert 'id="robustness"' not in (place / "masks" / "report" / "report.html").read_text(encoding="utf-8")
    path.write_text(held, encoding="utf-8")


def test_a_classification_on_another_folder(place: Path, capsys: Any) -> None:
    assert call("train", place / "classes.yaml", "--set", "axes={}", "--out", place / "single", "--cache",
                place / "cache") == 0
    run = runs(place / "single")[0]
    capsys.readouterr()
    assert call("robustness", run, place / "elsewhere" / "site-a", "--patient", "{patient}_{rest}", *HERE) == 0
    out = run / "robustness" / "site-a"
    scored = pl.read_parquet(out / "cases.parquet")
    assert scored["id"].n_unique() == 36
    assert "AUC on clean images" in capsys.readouterr().out
    assert call("robustness", run, place / "images" / "site-a", *HERE) == 3  # images that it has seen


def test_faults(place: Path, tmp_path: Path, capsys: Any) -> None:
    run = runs(place / "masks")[0]
    for arguments, message in ((("--modality", "xray"), "Did you mean 'x-ray'"),
                               ((tmp_path / "nothing",), "nothing")):
        assert call("robustness", run, *arguments, *HERE) == 2
        said = capsys.readouterr().err
        assert message in said
        assert "Traceback" not in said
    assert call("robustness", tmp_path) == 2
    assert call("robustness", run / "model", *HERE) == 2
    assert "Or name a FOLDER" in capsys.readouterr().err
