"""CSV as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bogam.audit.referee.sheet import parse_sheet, read_sheet
from bogam.core.errors import UserError


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_three_delimiters(mark: str) -> None:
    sheet = parse_sheet(mark.join(["network", "dice"]) + "\n" + mark.join(["unet", "0.710"]) + "\n", "r.csv")
    assert sheet.lines[0].cells == {"network": "unet", "dice": "0.710"}
    assert sheet.decimal_comma is (mark == ";")


def test_lines_keep_their_numbers_past_empty_ones_and_breaks_in_quotes() -> None:
    sheet = parse_sheet('a,b\n\n"two\nlines",1\n,\nx,2\n', "r.csv")
    assert [(line.number, line.cells["b"]) for line in sheet.lines] == [(3, "1"), (6, "2")]


@pytest.mark.parametrize(("text", "message"), [
    ("", r"r.csv: got 0 lines"), ("a,b\n", r"got 1 lines"), ("a,,b\n1,2,3\n", r"no name for column 2"),
    ("a,a\n1,2\n", r"got 'a' twice"), ("a,b\n1,2,3\n", r"line 2: got 3 cells, expected 2")])
def test_faults(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_sheet(text, "r.csv")


def test_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no file of that name"):
        read_sheet(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("é,dice\n1,2\n".encode("latin-1"))
    with pytest.raises(UserError, match="not UTF-8"):
        read_sheet(tmp_path / "latin.csv")
    (tmp_path / "mark.csv").write_bytes("a,b\n1,2\n".encode("utf-8-sig"))
    assert read_sheet(tmp_path / "mark.csv").headers == ("a", "b")
