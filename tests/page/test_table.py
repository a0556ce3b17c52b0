"""Tables: what is shown, what is saved, and how headers span."""

from __future__ import annotations

import csv
import io

from bogam.page.table import Column, Marked, Table

COLUMNS = [Column("name", "Name"), Column("dice", "Dice", "estimate", 2), Column("gain", "Gain", "contrast", 1),
           Column("n", "Images", "count"), Column("p", "p", "p")]
ROWS = [{"name": "a, \"b\"", "dice": Marked((0.706, 0.6, 0.8), ("control",)), "gain": (-1.26, -2.0, -0.5), "n": 1200,
         "p": 0.0004}, {"name": "c", "dice": (0.5, None, None), "gain": (None, None, None)}]


def test_shown_and_saved_numbers_are_the_same() -> None:
    table = Table("t", "T", COLUMNS, ROWS)
    shown = table.body()
    assert [(c.text, c.small) for c in shown[0]] == [
        ('a, "b"', ""), ("0.71", "0.60 to 0.80"), ("−1.3", "−2.0 to −0.5"), ("1,200", ""), ("< 0.001", "")]
    assert [(c.text, c.small) for c in shown[1]] == [("c", ""), ("0.50", "no interval"), *[("–", "")] * 3]
    saved = list(csv.DictReader(io.StringIO(table.csv())))
    assert saved[0] == {"name": 'a, "b"', "dice": "0.71", "dice_low": "0.60", "dice_high": "0.80", "gain": "-1.3",
                        "gain_low": "-2.0", "gain_high": "-0.5", "n": "1200", "p": "0.0004"}
    assert saved[1]["dice_low"] == saved[1]["gain"] == saved[1]["n"] == ""


def test_the_page_may_show_fewer_rows_than_the_file_holds() -> None:
    table = Table("t", "T", COLUMNS, ROWS * 5, show=3)
    assert len(table.body()) == 3
    assert table.left_out == 7
    assert table.csv().count("\n") == 11


def test_headers_span_neighbors_of_one_group_only() -> None:
    columns = [Column("a", "A"), Column("b", "B", group=("g", "x")), Column("c", "C", group=("g", "y")),
               Column("d", "D", group=("h", "y"))]
    lines = Table("t", "T", columns, []).headers()
    assert [[(h.text, h.span, h.rows) for h in line] for line in lines] == [
        [("A", 1, 3), ("g", 2, 1), ("h", 1, 1)], [("x", 1, 1), ("y", 1, 1), ("y", 1, 1)],
        [("B", 1, 1), ("C", 1, 1), ("D", 1, 1)]]
