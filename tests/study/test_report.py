"""The study report on fabricated results: every chapter is there, honest, escaped, self-contained; CSV = display."""

from __future__ import annotations

import csv
import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
import pytest

from bogam.data.manifest import FOLDS, IMAGES, OBJECTS, PROBLEMS, Manifest, TargetSpec, table
from bogam.evaluate.copying import Copying
from bogam.evaluate.findings import Estimate, SimpleEffect, Verdict
from bogam.study.report.examples import ExampleCase, picks
from bogam.study.report.gallery import gallery
from bogam.study.report.write import write_report
from bogam.study.results import CellResult, RunResult, StudyResult

HOSTILE = "<script>alert('$x_$')</script>"
VOID = {"meta", "img", "source", "br", "hr", "link", "input", "wbr"}


class Reader(HTMLParser):
    """Checks that tags nest, and keeps text, ids and loads."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def read(path: Path) -> tuple[Reader, str]:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    assert not reader.faults
    assert not reader.open
    return reader, " ".join(" ".join(reader.text).split())


def manifest(task: str, labels: tuple[str, ...], count: int = 40, patient: str = "absent") -> Manifest:
    ids = [f"{labels[-1]}/{i:03d}.png" for i in range(count)]
    return Manifest(
        root=Path("data"), name="Fabricated", patient=patient,
        images=table([{"id": i, "image": i, "origin": "real", "rows": 64, "columns": 80, "bits": 8, "format": "png",
                       "patient": f"P{n // 2}" if patient == "given" else None} for n, i in enumerate(ids)], IMAGES),
        objects=table([{"id": i, "kind": "mask", "label": labels[0], "locator": "m" if n % 4 else None}
                       for n, i in enumerate(ids)] if task == "segmentation" else [], OBJECTS),
        targets=pl.DataFrame({"id": ids, "class": [labels[n % len(labels)] for n in range(count)]}),
        target_specs={"class": TargetSpec(kind="multiclass", labels=labels)} if task == "classification" else {},
        folds=table([{"id": i, "repeat": 0, "fold": f, "group": f"g{n // 2}",
                      "part": "test" if n % 3 == f else "validation" if n % 7 == 0 else "train"}
                     for f in range(3) for n, i in enumerate(ids)], FOLDS),
        set_aside=table([{"file": f"broken{HOSTILE}.png", "problem": "truncated"}], PROBLEMS),
        notes=("40 images taken from Fabricated/.", "originals/ was not taken: no mask beside the images."))


def run(fold: int, seed: int, slow: float, status: str = "done", converged: bool = True) -> RunResult:
    rng = np.random.default_rng(10 * fold + seed)
    epochs = [{"epoch": e, "train_loss": float(0.7 * np.exp(-e * slow) + 0.1 + 0.01 * rng.normal()),
               "validation_loss": float(0.7 * np.exp(-e * slow * 0.8) + 0.18 + 0.03 * rng.normal()),
               "validation_score": float(0.75 - 0.6 * np.exp(-e * slow) + 0.02 * rng.normal()),
               "learning_rate": 1e-3, "time_s": 2.0} for e in range(1, 31)]
    return RunResult(Path("runs"), 0, fold, seed, status, "loss became NaN in epoch 3" if status == "failed" else "",
                     epochs[:3] if status == "failed" else epochs,
                     {"best_epoch": 24, "epochs": 30, "converged": converged, "parameters": 480_000, "time_s": 61.5,
                      "memory_mb": 812.0, "thresholds": [0.35], "device": "cpu", "threads": 1, "notes": [],
                      "python": "3.11.9", "torch": "2.6.0+cpu", "platform": "Linux-6.1"})


def cases(task: str, labels: tuple[str, ...], quality: float) -> pl.DataFrame:
    rng = np.random.default_rng(int(quality * 1000))
    rows: list[dict[str, Any]] = []
    for fold in range(3):
        for seed in range(2):
            for n in range(60):
                row: dict[str, Any] = {"repeat": 0, "fold": fold, "seed": seed, "id": f"{labels[-1]}/{n:03d}.png",
                                       "group": f"g{n // 2}", "part": "test"}
                if task == "classification":
                    target = n % len(labels)
                    scores = rng.normal(size=len(labels)) + 2 * quality * (np.arange(len(labels)) == target)
                    probs = np.exp(scores) / np.exp(scores).sum()
                    row |= {"target": target, "predicted": int(probs.argmax()),
                            **{f"prob_{k}": float(p) for k, p in enumerate(probs)}}
                else:
                    row |= {"label": labels[0], "dice": float(np.clip(quality + 0.15 * rng.normal(), 0, 1)),
                            "has_lesion": n % 4 != 0}
                rows.append(row)
    return pl.DataFrame(rows)


def estimate(metric: str, value: float | None, width: float = 0.04) -> Estimate:
    span = (None, None) if value is None else (value - width, value + width)
    return Estimate(metric, value, *span, method="percentile bootstrap over groups, 2000 resamples", cases=60,
                    groups=30)


def fabricate(task: str = "segmentation", axes: dict[str, list[str]] | None = None, *,
              labels: tuple[str, ...] = ("lesion",), broken: bool = False, patient: str = "absent",
              findings: list[dict[str, Any]] | None = None) -> tuple[StudyResult, list[Verdict], dict[str, Any]]:
    """Return a study in which nothing is measured and everything is made up."""
    from itertools import product
    axes = {"augment": ["none", "geometric", "filter"], "loss": ["bce", "tversky"]} if axes is None else axes
    primary = "dice" if task == "segmentation" else "auc"
    extra = ("iou", "false_positive_rate") if task == "segmentation" else ("accuracy", "brier", "calibration_error")
    cells, estimates = [], {}
    for number, values in enumerate(product(*axes.values())):
        named = dict(zip(axes, values, strict=True))
        name = " ".join(f"{k}={v}" for k, v in named.items()) or "unet"
        quality = 0.66 + 0.02 * number
        runs = [run(f, s, 0.12 + 0.02 * number, "failed" if broken or (number, f, s) == (3, 1, 0) else "done",
                    number != 2 or s == 0) for f in range(3) for s in range(2)]
        cells.append(CellResult(name, named, False, runs, cases(task, labels, quality)))
        estimates[name] = [] if broken else [
            estimate(primary, quality), *(estimate(m, 0.3 + 0.05 * number) for m in extra)]
    for name, value in (("mean-mask", 0.5), ("nearest-mask", 0.41)):
        cells.append(CellResult(name, {}, True, [], cases(task, labels, value)))
        estimates[name] = [estimate(primary, value), *(estimate(m, None) for m in extra)]
    result = StudyResult(
        Path("study"), {"name": f"fabricated-{task}", "audit": {"accept": {"identical": "relabeled by two readers"}},
                          "report": {"primary": primary, "margin": 0.01, "control": {}}},
        f"name: fabricated-{task}\ntask: {task}\n# {HOSTILE}\naugment: none\n", manifest(task, labels, 40, patient),
        cells, axes, task, labels, findings or [], {"versions": {"bogam": "0.1.0", "torch": "2.9"}, "wall_s": 4000.0},
        "patient" if patient == "given" else "duplicate group (patients unknown)")
    return result, [] if broken else _verdicts(axes, primary), estimates


def _verdicts(axes: dict[str, list[str]], primary: str) -> list[Verdict]:
    made = [("geometric", 3.1, 1.2, 5.0, "helped"), ("filter", -2.4, -4.1, -0.7, "hurt"),
            ("tversky", 0.8, -1.6, 3.2, "not shown"), ("x", 0.1, -0.5, 0.7, "no difference")]
    found = []
    for axis, (control, *levels) in axes.items():
        for level in levels:
            effect, low, high, outcome = next((m[1:] for m in made if m[0] == level), made[2][1:])
            found.append(Verdict(
                primary, axis, level, control, effect, low, high, 0.004, 0.012, outcome, detectable=2.4,
                simple=(SimpleEffect({"loss": "bce"}, effect + 0.4, low, high),
                        SimpleEffect({"loss": "tversky"}, effect - 0.4, low, high)),
                interaction=0.8, interaction_p=0.4, cautions=("2 of 12 cells did not converge.",),
                words=f"{level} instead of {control}: {effect:+.1f} points ({low} to {high}), {outcome}.",
                method="bootstrap over groups and over folds × seeds, 2000 resamples"))
    return found


def lesion(name: str = "a.png", cell: str = "", role: str = "", color: bool = False) -> ExampleCase:
    rng = np.random.default_rng(len(name) + len(role))
    y, x = np.mgrid[:64, :80]
    truth = (y - 32) ** 2 + (x - 38) ** 2 < 200
    image = np.clip(90 + 40 * np.sin(x / 9) + 30 * rng.normal(size=(64, 80)) - 50 * truth, 0, 255).astype(np.uint8)
    return ExampleCase(name, cell, np.stack([image] * 3, -1) if color else image, truth, np.roll(truth, 5, 1), 0.83,
                       "", role)


STOP = {"rule": "identical", "severity": "stop", "title": "12 identical pictures with different labels",
        "detail": f"Such as {HOSTILE}.", "files": [f"a{HOSTILE}.png"], "why": "A model cannot learn both.",
        "do": "Remove one of each."}
WARNING = {"rule": "confounded", "severity": "warning", "title": "Class confounded with patient", "detail": "",
           "files": [], "why": "The model may learn the patient.", "do": "Collect both classes per patient."}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reader, str]:
    """A segmentation study with everything in it, hostile names included."""
    result, verdicts, estimates = fabricate(
        axes={"augment": ["none", "geometric", HOSTILE], "loss": ["bce", "tversky"]}, labels=("lesion",),
        findings=[WARNING, STOP])
    fill = lambda cell, found: [lesion(p.id, cell.name, p.role) for p in found]  # noqa: E731
    path = write_report(result, verdicts, estimates, tmp_path_factory.mktemp("report"), primary="dice",
                        examples=fill, thumbnails=[lesion("x.png")])
    return path, *read(path)


def test_every_chapter_is_there_in_order(whole: tuple[Path, Reader, str]) -> None:
    ids = [attrs["id"] for tag, attrs in whole[1].tags if tag == "section"]
    assert ids == ["verdicts", "matrix", "metrics", "data", "curves", "examples", "runs", "provenance", "methods"]


def test_stops_cautions_and_plain_statements(whole: tuple[Path, Reader, str]) -> None:
    text = whole[2]
    assert "The audit said stop and the recipe overrode it" in text
    assert "patients unknown, scores may be optimistic" in text.lower()
    assert "Reason given for going on: relabeled by two readers." in text
    assert "1 of 36 runs failed" in text
    assert "loss became NaN in epoch 3" in text
    assert "3 of 35 finished runs did not converge" in text
    assert text.count("medical device") == 1
    assert "originals/ was not taken" in text
    assert "Of 60 images that were in a test part, 45 have a lesion and 15 have an empty mask" in text
    assert "Class confounded with patient" in text


def test_the_red_box_stands_before_the_verdicts(whole: tuple[Path, Reader, str]) -> None:
    page = whole[0].read_text(encoding="utf-8")
    assert page.index('class="box stop"') < page.index('class="box warning"') < page.index('<section id="verdicts"')


def test_nothing_is_loaded_and_no_name_becomes_markup(whole: tuple[Path, Reader, str]) -> None:
    path, reader, text = whole
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert HOSTILE in text
    for _, attrs in reader.tags:
        for key in ("src", "srcset", "href"):
            value = attrs.get(key) or ""
            assert not value or value.startswith(("data:image/", "#", "tables/", "figures/"))
            assert key == "href" or not value or value.startswith("data:image/")
    assert not re.search(r"url\(|@import|https?://", re.sub(r'"data:[^"]*"', "", page))
    assert len(page) < 5_000_000


def test_pictures_have_words_and_tables_headers(whole: tuple[Path, Reader, str]) -> None:
    pictures = [attrs for tag, attrs in whole[1].tags if tag == "img"]
    assert pictures
    assert all(attrs.get("alt") for attrs in pictures)
    heads = [attrs for tag, attrs in whole[1].tags if tag == "th"]
    assert all(attrs.get("scope") in ("col", "colgroup", "row") for attrs in heads)
    forest = next(a["alt"] for a in pictures if str(a["alt"]).startswith("Forest plot"))
    assert "+3.1 points (1.2 to 5.0), helped" in str(forest)


def test_csv_files_hold_what_is_shown(whole: tuple[Path, Reader, str]) -> None:
    path, _, text = whole
    with (path.parent / "tables" / "matrix.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"augment": "none", "loss=bce": "0.660", "loss=bce_low": "0.620", "loss=bce_high": "0.700",
                       "loss=tversky": "0.680", "loss=tversky_low": "0.640", "loss=tversky_high": "0.720"}
    for row in rows:
        for loss in ("bce", "tversky"):
            value, low, high = (row[f"loss={loss}{end}"] for end in ("", "_low", "_high"))
            assert f"{value} ( {low} to {high} )".replace("( ", "(").replace(" )", ")") in text
    with (path.parent / "tables" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["effect"], first["effect_low"], first["effect_high"]) == ("3.1", "1.2", "5.0")
    assert "+3.1 (1.2 to 5.0)" in text


def test_figures_are_saved_for_paper_and_repeat_bit_for_bit(whole: tuple[Path, Reader, str], tmp_path: Path) -> None:
    figures = whole[0].parent / "figures"
    names = {p.name for p in figures.iterdir()}
    assert names == {f"{n}.{e}" for n in ("forest", "training_loss", "validation_score") for e in ("svg", "pdf")}
    svg = (figures / "forest.svg").read_text(encoding="utf-8")
    assert "<script" not in svg
    from bogam.study.report.verdicts import forest
    _, verdicts, _ = fabricate(axes={"augment": ["none", "geometric", HOSTILE], "loss": ["bce", "tversky"]})
    assert forest(verdicts, "dice", 1.0, "95 %").wide == svg


def test_every_run_has_its_threshold_and_the_page_its_versions(whole: tuple[Path, Reader, str]) -> None:
    with (whole[0].parent / "tables" / "runs.csv").open(encoding="utf-8", newline="") as file:
        assert {row["threshold"] for row in csv.DictReader(file)} == {"0.35"}
    for version in ("3.11.9", "2.6.0+cpu", "Linux-6.1"):
        assert version in whole[2]


def test_verdicts_name_the_level_of_their_intervals(tmp_path: Path) -> None:
    result, verdicts, estimates = fabricate()
    report = {**result.recipe.get("report", {}), "alpha": 0.1}
    result = dataclasses.replace(result, recipe={**result.recipe, "report": report})
    write_report(result, verdicts, estimates, tmp_path, primary="dice", thumbnails=[])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    chapter = page[page.index('<section id="verdicts"'):page.index('<section id="matrix"')]
    assert "90 % interval" in chapter
    assert "95 % interval" not in chapter


def test_the_control_is_marked_and_nothing_is_crowned(whole: tuple[Path, Reader, str]) -> None:
    page = whole[0].read_text(encoding="utf-8")
    table = page[page.index('<section id="matrix"'):page.index('<section id="metrics"')]
    assert table.count('<span class="tag">control</span>') == 1
    assert table.index("0.660") < table.index('<span class="tag">control</span>') < table.index("0.680")
    assert "No cell is marked as best" in table


def test_classification_has_curves_and_calibration(tmp_path: Path) -> None:
    result, verdicts, estimates = fabricate("classification", {"augment": ["none", "geometric"]},
                                            labels=("normal", "_pneumonia $"), patient="given")
    example = ExampleCase("a.png", result.cells[0].name, np.zeros((28, 28), np.uint8), score=0.91, role="best",
                          probabilities={"normal": 0.09, "_pneumonia $": 0.91}, truth_label="_pneumonia $")
    path = write_report(result, verdicts, estimates, tmp_path, primary="auc", examples=[example], thumbnails=[])
    reader, text = read(path)
    ids = [attrs["id"] for tag, attrs in reader.tags if tag == "section"]
    assert ids == ["verdicts", "matrix", "metrics", "data", "curves", "roc", "calibration", "examples", "runs",
                   "provenance", "methods"]
    assert "patients unknown" not in text.lower()
    assert "Predicted: _pneumonia $ 0.91, normal 0.09" in text
    assert {"roc.csv", "precision_recall.csv", "calibration.csv", "training.csv", "split.csv"} <= {
        p.name for p in (tmp_path / "tables").iterdir()}


def test_what_stands_over_all_numbers_stands_at_the_top(tmp_path: Path) -> None:
    result, verdicts, estimates = fabricate()
    leak = {**STOP, "rule": "copy-probe", "title": f"LEAK SUSPECTED: a copier scores 97.8 points {HOSTILE}.",
            "worth": "+65.7 points of Dice"}
    twice = {**WARNING, "rule": "opened-once", "title": "The test part was opened under 3 recipes."}
    weak, strong = result.cells[0], result.cells[1]
    result = dataclasses.replace(
        result, cells=[dataclasses.replace(weak, stamps=("no better than copying",)), *result.cells[1:]],
        probes=(leak, {**WARNING, "severity": "note", "rule": "shuffled-labels", "title": "Nothing to remember."}),
        discipline=(twice,),
        copying=(Copying(weak.name, "dice", 2.0, -1.0, 5.0), Copying(strong.name, "dice", 9.0, 4.0, 14.0)))
    path = write_report(result, verdicts, estimates, tmp_path, primary="dice", thumbnails=[])
    _, text = read(path)
    top = text[:text.index("Read with care")]
    assert "LEAK SUSPECTED. A predictor that learns nothing gains from this split" in top
    assert "+65.7 points of Dice." in top
    assert "How the runs were done The test part was opened under 3 recipes." in top
    assert ("NO BETTER THAN COPYING. Weakness, not leakage: these models are not shown to beat a copier. none · bce: "
            "+2.0 points of Dice over copying the most alike training picture (95 % interval -1.0 to 5.0).") in top
    assert "+9.0 points" not in top
    assert "Nothing to remember." not in top
    assert "Nothing to remember." in text
    page = path.read_text(encoding="utf-8")
    assert page.count('<span class="tag">no better than copying</span>') == 2  # by combination, and in all metrics
    with (tmp_path / "tables" / "copying.csv").open(encoding="utf-8", newline="") as file:
        assert [row["stamp"] for row in csv.DictReader(file)] == ["no better than copying", "beats it"]


def test_numbers_that_cannot_be_true_stand_at_the_top_in_a_box_of_their_own(tmp_path: Path) -> None:
    result, verdicts, estimates = fabricate()
    untrue = {**STOP, "rule": "impossible-numbers", "title": "The results contradict each other: IoU above Dice."}
    result = dataclasses.replace(result, discipline=(untrue,))
    _, text = read(write_report(result, verdicts, estimates, tmp_path, primary="dice", thumbnails=[]))
    top = text[:text.index("Read with care")]
    assert "The numbers below cannot all be true." in top
    assert "IoU above Dice." in top
    assert "How the runs were done" not in top


def test_a_study_without_a_copier_says_nothing_of_copying(tmp_path: Path) -> None:
    result, verdicts, estimates = fabricate()
    _, text = read(write_report(result, verdicts, estimates, tmp_path, primary="dice", thumbnails=[]))
    assert "copying" not in text.lower()
    assert "LEAK" not in text


def test_one_cell_gives_no_verdict(tmp_path: Path) -> None:
    result, _, estimates = fabricate(axes={})
    _, text = read(write_report(result, [], estimates, tmp_path, primary="dice", thumbnails=[]))
    assert "nothing was compared, so it gives no verdict" in text
    assert "unet reaches a Dice of 0.660 (95 % interval 0.620 to 0.700) on 60 test images of 30 groups" in text


def test_all_runs_failed_is_said_plainly(tmp_path: Path) -> None:
    result, verdicts, estimates = fabricate(axes={"augment": ["none", "geometric"]}, broken=True)
    reader, text = read(write_report(result, verdicts, estimates, tmp_path, primary="dice", thumbnails=[]))
    assert "All 12 runs failed, so this study answers nothing" in text
    assert "matrix" not in [attrs.get("id") for _, attrs in reader.tags]
    assert text.count("loss became NaN in epoch 3") == 12


def test_picks_take_each_image_once() -> None:
    result, _, _ = fabricate(axes={})
    found = picks(result.cells[0], "segmentation", each=2)
    assert [p.role for p in found] == ["best", "best", "median", "median", "worst", "worst"]
    assert len({p.id for p in found}) == 6
    assert found[0].score > found[2].score > found[-1].score


def test_pictures_of_the_data_set_come_from_the_files_and_a_broken_one_is_left_out(tmp_path: Path) -> None:
    result, _, _ = fabricate("classification", {}, labels=("benign", "malignant"))
    (tmp_path / "malignant").mkdir()
    for name in result.manifest.images["id"].to_list():
        cv2.imwrite(str(tmp_path / name), np.full((8, 9), 200, np.uint8))
    broken = result.manifest.images["id"][3]
    (tmp_path / broken).write_bytes(b"no picture")
    found = gallery(dataclasses.replace(result, manifest=result.manifest.but(root=tmp_path)), most=40)
    assert len(found) == 39
    assert broken not in [case.id for case in found]
    assert {case.caption for case in found} == {"benign", "malignant"}
    assert int(found[0].image[0, 0]) == 200
