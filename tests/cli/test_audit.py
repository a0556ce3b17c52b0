"""`bogam audit` and `bogam init` as a user runs them: what is printed, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.cli import main


def put(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.random.default_rng(seed).integers(0, 256, (16, 16), np.uint8)
    path.write_bytes(cv2.imencode(".png", image)[1].tobytes())


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """Class folders below train and test; one test image was copied into train."""
    seed = 0
    for part, number in (("train", 8), ("test", 4)):
        for label in ("well", "sick"):
            for k in range(number):
                seed += 1
                put(tmp_path / "data" / part / label / f"{part} {label} ({k}).png", seed)
    copied = tmp_path / "data/test/sick/test sick (0).png"
    (tmp_path / "data/train/sick/train sick (0).png").write_bytes(copied.read_bytes())
    return tmp_path / "data"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")

    def go(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["bogam", *map(str, words)])
        with pytest.raises(SystemExit) as done:
            main()
        said = capsys.readouterr()
        return int(done.value.code or 0), said.out, said.err
    return go


def test_a_leak_is_a_stop_with_exit_code_3(leaky: Path, run) -> None:
    code, out, err = run("audit", leaky)
    assert code == 3
    assert "STOP  1 identical picture lies on two sides: the test part and another.  [same-picture-across-split]" in out
    assert "test/sick/test sick (0).png" in out
    assert "train/sick/train sick (0).png" in out
    assert "Verdict: stop." in out
    assert out.rstrip().endswith(f"Card: {Path('bogam-out/audit-data/report.html')}")
    assert "Traceback" not in err


def test_json_is_json_and_nothing_else(leaky: Path, run) -> None:
    code, out, _ = run("audit", leaky, "--json")
    told = json.loads(out)
    assert code == 3
    assert told["verdict"] == "stop"
    assert told["findings"][0]["rule"] == "same-picture-across-split"
    assert any("test / train" in note for note in told["notes"])


def test_json_writes_a_card_only_where_it_is_told_to(leaky: Path, tmp_path: Path, run) -> None:
    _, out, _ = run("audit", leaky, "--json")
    assert json.loads(out)["card"] is None
    assert not list(tmp_path.rglob("report.html"))
    _, out, _ = run("audit", leaky, "--json", "--out", tmp_path / "card")
    told = json.loads(out)
    assert Path(told["card"]) == tmp_path / "card" / "report.html"
    assert json.loads((tmp_path / "card" / "audit.json").read_text(encoding="utf-8")) == told
    assert {"rule", "severity", "title", "detail", "files", "why", "do", "worth", "pairs"} == set(told["findings"][0])
    assert told["verdict"] == "stop"
    assert told["images"] == 24


def test_the_card_shows_each_finding_with_its_pictures(leaky: Path, tmp_path: Path, run) -> None:
    run("audit", leaky, "--out", tmp_path / "card")
    page = (tmp_path / "card" / "report.html").read_text(encoding="utf-8")
    assert "Verdict: stop." in page
    assert page.index('id="stop"') < page.index('id="warning"') < page.index('id="note"')
    assert '<span class="name">same-picture-across-split</span>' in page
    assert page.count("data:image/jpeg;base64,") >= 2
    assert "default-src 'none'" in page
    for word in ("Why", "Do", "What was looked for", "Images in each part of each class"):
        assert word in page


def test_a_split_in_two_folders_of_any_name(leaky: Path, tmp_path: Path, run) -> None:
    (leaky / "train").rename(tmp_path / "first half")
    (leaky / "test").rename(tmp_path / "other")
    code, out, _ = run("audit", tmp_path / "first half", tmp_path / "other", "--json")
    told = json.loads(out)
    assert code == 3
    assert told["findings"][0]["rule"] == "same-picture-across-split"
    assert told["findings"][0]["files"] == ["first half/sick/train sick (0).png = other/sick/test sick (0).png"]
    assert told["name"] == "first-half-and-other"
    assert run("audit", tmp_path / "other", tmp_path / "other")[0] == 2
    code, _, err = run("audit", tmp_path, tmp_path / "other")
    assert code == 2
    assert "of which one holds the other" in err
    code, _, err = run("audit", *[tmp_path / "other"] * 4)
    assert code == 2
    assert "got 4 folders, expected one, or two or three parts of a split" in err


def test_a_second_call_decodes_nothing(leaky: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("audit", leaky)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("opened again")
    monkeypatch.setattr("bogam.data.readers.read.read_picture", refuse)
    monkeypatch.setattr("bogam.data.readers.read.read_mask", refuse)
    again = run("audit", leaky)
    assert again[:2] == first[:2]
    put(leaky / "train/well/train well (1).png", 999)  # another picture is another answer
    with pytest.raises(AssertionError, match="opened again"):
        run("audit", leaky)


def test_a_recipe_is_audited_with_its_split_and_reasons(leaky: Path, tmp_path: Path, run) -> None:
    recipe = tmp_path / "r.yaml"
    code, out, _ = run("init", leaky, "--out", recipe)
    assert code == 0
    assert f"Wrote {recipe}" in out
    assert "kind: official" in recipe.read_text(encoding="utf-8")
    assert run("audit", recipe)[0] == 3
    code, out, _ = run("audit", recipe, "--set", "audit.accept.same-picture-across-split=as published, to compare")
    assert code == 0
    assert "Accepted by the recipe: as published, to compare" in out
    assert "Verdict: stop, accepted by the recipe." in out
    assert run("audit", recipe, "--set", "split.kind=kfold", "--set", "split.folds=2")[0] == 0
    code, _, err = run("audit", recipe, "--set", "audit.accept.same-picture-across-split=ok")
    assert code == 2
    assert "expected a sentence that a reader of the report can judge" in err


def test_init_does_not_overwrite(leaky: Path, tmp_path: Path, run) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("mine", encoding="utf-8")
    code, _, err = run("init", leaky, "--out", recipe)
    assert code == 2
    assert "a file of this name is there" in err
    assert recipe.read_text(encoding="utf-8") == "mine"
    assert run("init", leaky, "--out", recipe, "--force")[0] == 0


def broken(root: Path) -> Path:
    for k in range(3):
        for label in "ab":
            put(root / label / f"{label} ({k}).png", k)
            path = root / label / f"{label} ({k}).png"
            path.write_bytes(path.read_bytes()[:60])
    return root


def empty(root: Path) -> Path:
    root.mkdir()
    return root


def text(root: Path) -> Path:
    root.with_suffix(".txt").write_text("hello", encoding="utf-8")
    return root.with_suffix(".txt")


def no_table(root: Path) -> Path:
    put(root / "a.png", 1)
    (root / "t.csv").write_text("name,age\nx,1\n", encoding="utf-8")
    return root / "t.csv"


WRONG = {
    "missing folder": (lambda root: root, "got nothing of that name, expected a folder of images"),
    "empty folder": (empty, "got 0 files and no image among them"),
    "text file": (text, "got a file, expected a folder of images, a table or an .npz file"),
    "broken files": (broken, "can be"),
    "table without images": (no_table, "got no column that names image files")}


@pytest.mark.parametrize("command", ["audit", "init"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_folder_ends_in_one_clear_message(command: str, wrong: str, tmp_path: Path, run) -> None:
    build, message = WRONG[wrong]
    extra = ["--out", tmp_path / "r.yaml"] if command == "init" else []
    code, out, err = run(command, build(tmp_path / "data"), *extra)
    assert code == 2
    assert message in err
    assert len([line for line in err.splitlines() if ", expected " in line]) == 1
    assert "Traceback" not in out + err
    assert not (tmp_path / "r.yaml").exists()


@pytest.mark.parametrize(("content", "message"), [
    ("", "an empty file"), ("a: [1", "text that is no YAML (line 1, column 6)"), ("- 1", "a list"),
    (None, "no such file")])
def test_what_is_no_recipe(content: str | None, message: str, tmp_path: Path, run) -> None:
    if content is not None:
        (tmp_path / "r.yaml").write_text(content, encoding="utf-8")
    code, _, err = run("audit", tmp_path / "r.yaml")
    assert code == 2
    assert message in err


def test_all_typos_of_a_recipe_at_once(tmp_path: Path, run) -> None:
    (tmp_path / "r.yaml").write_text(
        "task: segmentaton\ndata: {root: data, pattient: absent}\nprepare: [normalise]\nmodel: unnet\nloss: dyce\n"
        "trian: {epochs: 3}\n", encoding="utf-8")
    code, _, err = run("audit", tmp_path / "r.yaml")
    assert code == 2
    assert len([line for line in err.splitlines() if line.startswith("r.yaml: ")]) == 6
    for word in ("data.patient", "normalize", "unet", "dice", "train"):
        assert f"Did you mean '{word}'?" in err


def test_what_cannot_be_written_is_said(leaky: Path, tmp_path: Path, run) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    code, _, err = run("audit", leaky, "--out", tmp_path / "file")
    assert code == 2
    assert "expected a folder" in err
    assert "Traceback" not in err
    code, _, err = run("audit", leaky, "--cache", tmp_path / "file")
    assert code == 2
    assert "Traceback" not in err
