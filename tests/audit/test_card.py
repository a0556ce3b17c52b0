"""The card: verdict first, worst first, everything escaped, nothing loaded."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bogam.audit.card import Card, account, answer, counts_table, found_block, looked, page_of, write_card
from bogam.audit.family import Finding
from bogam.audit.run import Audit
from bogam.data.manifest import FOLDS, IMAGES, PROBLEMS, Manifest, TargetSpec, table

BAD = "<script>alert(1)</script>"


def card(*findings: Finding, accepted: dict[str, str] | None = None, folds: bool = False) -> Card:
    rows = [{"id": f"i{k}", "image": f"{BAD}{k}.png", "origin": "real", "patient": f"p{k // 2}", "rows": 10,
             "columns": 20, "part": None if folds else ("train", "test")[k % 2]} for k in range(8)]
    made = table([{"id": f"i{k}", "repeat": 0, "fold": f, "part": ("train", "test")[(k + f) % 2], "group": str(k)}
                  for f in range(2) for k in range(8)] if folds else [], FOLDS)
    manifest = Manifest(Path(), BAD, table(rows, IMAGES), patient="given", folds=made, notes=(BAD,), target_specs={
        "class": TargetSpec(kind="multiclass", labels=("a", "b"))}, targets=pl.DataFrame(
            {"id": [f"i{k}" for k in range(8)], "class": [*"aabbaab", None]}),
        set_aside=table([{"file": "x", "problem": "is empty"}], PROBLEMS))
    return Card(BAD, "folder", Audit(findings), manifest, "class", accepted or {}, {})


STOP = Finding("groups-across-split", "stop", f"1 patient {BAD}.", "d", ("f1", "f2"), "because", "do this", "30 points")
WARNING = Finding("copies", "warning", "2 copies.", files=tuple(f"f{k}" for k in range(9)))


def test_the_verdict_is_the_first_word() -> None:
    assert answer(card()).startswith("Verdict: clean.")
    assert answer(card(WARNING)).startswith("Verdict: 1 warning.")
    assert answer(card(STOP, WARNING)).startswith("Verdict: stop. 1 finding makes")
    assert "1 warning" in answer(card(STOP, WARNING))
    assert answer(card(Finding("copies", "note", "n"))).startswith("Verdict: clean.")


def test_sections_are_in_order_and_only_where_something_was_found() -> None:
    anchors = [section.anchor for section in page_of(card(STOP, WARNING)).sections]
    assert anchors == ["stop", "warning", "data", "read", "rules"]
    assert [section.anchor for section in page_of(card()).sections] == ["data", "read", "rules"]


def test_everything_is_escaped_and_nothing_is_loaded(tmp_path: Path) -> None:
    path = write_card(card(STOP, WARNING), tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "default-src 'none'" in text
    assert sorted(p.name for p in (tmp_path / "tables").iterdir()) == ["audit.csv", "parts.csv"]
    assert "30 points" in (tmp_path / "tables" / "audit.csv").read_text(encoding="utf-8")


def test_a_finding_answers_its_questions() -> None:
    block = found_block(STOP, "as published")
    assert (block.tone, block.badge, block.name) == ("stop", "stop", "groups-across-split")
    assert dict(block.answers) == {"Accepted": "as published", "Why": "because", "Worth": "30 points", "Do": "do this",
                                   "Files": "f1 and f2"}
    many = found_block(WARNING)
    assert "Files" not in dict(many.answers)
    assert many.inner[0].summary == "9 lines: the files concerned"


def test_an_accepted_stop_keeps_its_red_box_with_the_reason() -> None:
    box = page_of(card(STOP, accepted={"groups-across-split": "as published"})).top[0]
    assert box.tone == "stop"
    assert "overrode this stop" in box.title
    assert "Reason given for going on: as published" in box.items[0]
    assert "No study goes past this" in page_of(card(STOP)).top[0].title


@pytest.mark.parametrize("folds", [False, True])
def test_counts_per_part_and_class(folds: bool) -> None:
    counts = counts_table(card(folds=folds))
    assert counts is not None
    rows = [{key: row[key] for key in ("part", "images", "patients", "class a", "class b", "class no label")}
            for row in counts.rows]
    assert rows[0] == {"part": "train", "images": 4, "patients": 4, "class a": 2, "class b": 2, "class no label": 0}
    assert rows[1] == {"part": "test", "images": 4, "patients": 4, "class a": 2, "class b": 1, "class no label": 1}
    assert len(rows) == (4 if folds else 2)


def test_rules_that_found_nothing_are_named() -> None:
    words = page_of(card(STOP)).sections[-1].blocks[0].text
    assert "copies" in words
    assert "groups-across-split" not in words


def test_a_rule_that_did_not_look_is_not_said_to_have_found_nothing() -> None:
    here, later, probes = looked(card(WARNING))
    assert probes == ["copy-probe", "shuffled-labels"]
    assert later == []
    assert "groups-across-split" in here
    bare = card()
    bare = Card(bare.title, bare.what, bare.result, bare.manifest.but(
        images=bare.manifest.images.with_columns(part=pl.lit(None, pl.String))), bare.target, {}, {})
    assert looked(bare)[1] == ["groups-across-split", "parents-across-split", "same-picture-across-split"]
    words = page_of(bare).sections[-1].blocks[0].text
    assert "There is no split yet for groups-across-split" in words
    assert "Not run: copy-probe and shuffled-labels (bogam audit --probe)." in words
    assert looked(card(Finding("copy-probe", "note", "no leak suspected.")))[2] == ["shuffled-labels"]


def test_the_account_for_a_terminal_says_what_a_finding_is_worth() -> None:
    (severity, head, lines), other = account([STOP, WARNING], {"groups-across-split": "as published"})
    assert (severity, head) == ("stop", f"1 patient {BAD}.  [groups-across-split]")
    assert lines == ["Accepted by the recipe: as published", "d", "Files: f1; f2", "Why: because", "Worth: 30 points",
                     "Do: do this"]
    assert other[2] == ["Files: f0; f1; f2; f3; ..."]
