"""`study` and `train` audit first: a stop is refused, or stands in red at the top; what was looked at is kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bogam.cli import main
from bogam.core.errors import FileProblem
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom
from bogam.study.data import make_ready
from bogam.study.look import audit_of
from bogam.study.place import looked_cache
from bogam.study.recipe import load_recipe

RECIPE = """\
name: leaky
task: classification
data: {root: data, channels: gray, patient: "{patient}_{rest}"}
split: {kind: official}
prepare: [{resize: {size: [32, 32]}}, normalize]
model: {residual: {width: 4}}
loss: cross-entropy
train: {epochs: 1, batch: 8, seeds: [0]}
report: {resamples: 100}
"""
REASON = "The publisher's split, kept to compare with earlier work."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with train/ and test/, one test image of which lies in train too."""
    folder = tmp_path_factory.mktemp("first")
    made = phantoms.parse({"breast-ultrasound": {"images": 48, "size": (40, 40), "sites": 1,
                                                 "images_per_patient": (2, 2)}})
    write_phantom(made, folder / "raw", layout="folders")
    for path in sorted((folder / "raw").rglob("*.png")):
        if not path.stem.endswith("_mask"):
            into = folder / "data" / ("test" if int(path.stem[1:5]) % 3 == 0 else "train") / path.parent.name
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, into / path.name)
    one = next((folder / "data/test").rglob("*.png"))
    shutil.copy(one, folder / "data/train" / one.parent.name / one.name)
    (folder / "r.yaml").write_text(RECIPE, encoding="utf-8")
    return folder


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(place)

    def go(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["bogam", *map(str, words)])
        with pytest.raises(SystemExit) as done:
            main()
        said = capsys.readouterr()
        return int(done.value.code or 0), said.out, said.err
    return go


@pytest.mark.parametrize("command", ["study", "train"])
def test_a_stop_is_refused_by_its_name(command: str, place: Path, run) -> None:
    code, out, err = run(command, "r.yaml", "--out", f"refused-{command}")
    assert code == 3
    assert "The audit says stop." in err
    assert "groups-across-split" in err
    assert "audit: {accept: {groups-across-split: 'your reason'" in err
    assert "Traceback" not in out + err
    assert not (place / f"refused-{command}" / "study.json").exists()


def test_a_reason_lets_train_pass_and_stands_in_red_at_the_top(place: Path, run) -> None:
    code, out, _ = run("train", "r.yaml", "--out", "trained", "--set", f"audit.accept.groups-across-split={REASON}",
                       "--set", f"audit.accept.same-picture-across-split={REASON}")
    assert code == 0
    assert "The audit said stop, and the recipe goes past it. groups-across-split:" in out
    assert f"Reason given: {REASON}" in out
    held = json.loads((place / "trained" / "audit.json").read_text(encoding="utf-8"))
    assert [one["reason"] for one in held["accepted"]] == [REASON] * len(held["accepted"])
    assert run("report", "trained")[0] == 0
    page = (place / "trained/report/report.html").read_text(encoding="utf-8")
    top = page[page.index("<header>"):page.index("<section")]
    assert 'class="box stop"' in top
    assert "Reason given for going on: The publisher" in top
    found = page[page.index('id="data"'):]
    assert found.count('<ul class="pairs">') >= 1  # the pictures of what was found


def test_what_the_audit_looked_at_the_study_does_not_decode_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = place / "shared"
    first = audit_of(place / "r.yaml", cache=cache)

    def refuse(*_: object, **__: object) -> None:
        raise FileProblem("any", "was opened again")
    monkeypatch.setattr("bogam.data.readers.read.read_picture", refuse)
    monkeypatch.setattr("bogam.data.readers.read.read_mask", refuse)
    monkeypatch.setattr("bogam.audit.rules.class_counts.ClassCounts.check", refuse)  # no rule runs a second time
    ready = make_ready(load_recipe(place / "r.yaml"), cache, check=False)
    assert ready.audit == first.audit
    assert len(ready.audit.findings) > 3
    assert audit_of(place / "r.yaml", cache=cache).audit == first.audit


def test_a_study_is_audited_with_the_split_that_it_has(place: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (place / "trained" / "study.json").exists():
        pytest.skip("the test that trains did not run")
    looked = audit_of(place / "trained", cache=place / "shared")
    assert looked.what == "study with its split"
    assert looked.audit.verdict == "stop"
    assert not looked.stops  # the recipe accepts it
    held = json.loads((place / "trained" / "audit.json").read_text(encoding="utf-8"))
    assert [f.title for f in looked.audit.findings if f.severity == "stop"] == [
        f["title"] for f in held["findings"] if f["severity"] == "stop"]
    code, out, _ = run("audit", "trained")
    assert code == 0
    assert "Verdict: stop, accepted by the recipe." in out


def test_all_in_one_bogam_out_share_a_cache(tmp_path: Path) -> None:
    assert looked_cache(tmp_path / "bogam-out" / "a") == looked_cache(tmp_path / "bogam-out" / "audit-b")
    assert looked_cache(tmp_path / "a") != looked_cache(tmp_path / "b")
