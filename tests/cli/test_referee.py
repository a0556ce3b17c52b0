"""`bogam referee` as a user runs it: what is printed, what is written, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bogam.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "breast-comparison"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def go(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["bogam", *map(str, words)])
        with pytest.raises(SystemExit) as done:
            main()
        said = capsys.readouterr()
        return int(done.value.code or 0), said.out, said.err
    return go


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example(run, tmp_path: Path) -> None:
    code, out, err = run("referee", EXAMPLE / "results.csv", "--counts", EXAMPLE / "counts.csv",
                         "--claims", EXAMPLE / "claims.csv", "--out", tmp_path / "card")
    assert code == 3
    assert "IMPOSSIBLE  IoU above Dice, 58 times  [iou-and-dice]" in out
    assert "... and 55 more." in out
    assert "report.html" in err
    assert (tmp_path / "card" / "report.html").is_file()
    assert (tmp_path / "card" / "tables" / "objections.csv").is_file()
    code, out, _ = run("referee", EXAMPLE / "results.csv", "--full")
    assert "more." not in out


def test_json_and_nothing_else(run) -> None:
    code, out, _ = run("referee", EXAMPLE / "results.csv", "--json")
    told = json.loads(out)
    assert (code, told["verdict"], told["rows"]) == (3, "impossible", 86)
    assert {"severity", "check", "title", "where", "numbers", "why", "ask", "lines"} <= told["objections"][0].keys()


def test_nothing_impossible_is_0(run, tmp_path: Path) -> None:
    code, out, _ = run("referee", put(tmp_path / "r.csv", "network,dice,iou\na,0.700,0.560\n"))
    assert code == 0
    assert out.rstrip().endswith("Verdict: nothing found. Nothing found, in 1 row.")


def test_options_say_what_the_table_does_not(run, tmp_path: Path) -> None:
    path = put(tmp_path / "r.csv", "model,Overlap,accuracy,sensitivity,specificity\na,71,87,95,91\n")
    code, _, err = run("referee", path)
    assert code == 2
    assert "column 'Overlap': got numbers under a name that is not known" in err
    code, out, _ = run("referee", path, "--column", "Overlap=dice")
    assert code == 0
    assert "REMARK  Rates that no confusion matrix gives" in out
    code, out, _ = run("referee", path, "--column", "Overlap=dice", "--averaged", "no", "--classes", "2")
    assert code == 3
    assert run("referee", path, "--column", "Overlap=dice", "--scale", "fraction")[0] == 3  # 71 is no fraction
    assert run("referee", path, "--column", "Overlap")[0] == 2


@pytest.mark.parametrize("option", ["--counts", "--claims"])
def test_bad_input_is_2_without_a_traceback(run, tmp_path: Path, option: str) -> None:
    results = put(tmp_path / "r.csv", "network,dice\na,0.7\n")
    code, _, err = run("referee", results, option, tmp_path / "none.csv")
    assert code == 2
    assert "no file of that name" in err
    assert "Traceback" not in err
    code, _, err = run("referee", results, option, put(tmp_path / "x.csv", "nonsense\n1\n"))
    assert code == 2
