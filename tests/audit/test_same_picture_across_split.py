"""One picture, transformed, on two sides."""

from __future__ import annotations

from bogam.data.copied import Copied
from bogam.data.duplicates import Similar

PAIRS = (Copied("i0", "i1", "transformed", "mirrored left to right", 0.98),)


def near(*copies: Copied) -> Similar:
    return Similar((), 0.95, "none", copies)


def test_a_copy_in_the_test_part_is_a_stop_that_shows_both(evidence, findings) -> None:
    found = findings("same-picture-across-split", evidence([{"part": "train"}, {"part": "test"}], near=near(*PAIRS)))
    assert [(f.severity, f.pairs) for f in found] == [("stop", (("i0", "i1", "mirrored left to right (0.980)"),))]
    assert found[0].files == ("i0.png = i1.png: mirrored left to right (0.980)",)


def test_a_copy_in_validation_is_a_warning(evidence, findings) -> None:
    found = findings("same-picture-across-split",
                     evidence([{"part": "train"}, {"part": "validation"}], near=near(*PAIRS)))
    assert [f.severity for f in found] == ["warning"]


def test_on_one_side_or_without_parts_nothing_is_said(evidence, findings) -> None:
    for rows in ([{"part": "test"}, {"part": "test"}], [{}, {}]):
        assert findings("same-picture-across-split", evidence(rows, near=near(*PAIRS))) == []


def test_similar_is_not_the_same(evidence, findings) -> None:
    only = Similar((("i0", "i1", 0.99),), 0.95, "1 pair")
    assert findings("same-picture-across-split", evidence([{"part": "train"}, {"part": "test"}], near=only)) == []
