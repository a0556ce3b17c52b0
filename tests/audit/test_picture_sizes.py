"""Sizes and mixtures."""

RULE = "picture-sizes"


def sized(*sizes, **more):
    return [{"rows": r, "columns": c, **more} for r, c in sizes]


def titles(found, severity):
    return [f.title for f in found if f.severity == severity]


def test_sizes_in_words(evidence, findings) -> None:
    assert titles(findings(RULE, evidence(sized((4, 5), (4, 5)))), "note") == ["Size: 4 rows x 5 columns, all of them."]
    found = findings(RULE, evidence(sized((50, 50), (50, 50), (50, 50), (40, 60))))
    assert titles(found, "note") == ["Sizes: 40 to 50 rows, 50 to 60 columns. 3 of 4 have 50 x 50."]
    found = findings(RULE, evidence(sized((50, 50), (40, 60))))
    assert titles(found, "note") == ["Sizes: 40 to 50 rows, 50 to 60 columns."]


def test_odd_sizes_are_named(evidence, findings) -> None:
    found = findings(RULE, evidence(sized(*[(100, 100)] * 18, (49, 49), (200, 40))))
    warned, = (f for f in found if f.severity == "warning")
    assert warned.title == "2 pictures are much smaller or narrower than the rest."
    assert warned.files == ("i18.png (49 x 49)", "i19.png (200 x 40)")
    assert titles(findings(RULE, evidence(sized(*[(100, 100)] * 18, (51, 51)))), "warning") == []


def test_odd_is_not_a_quarter_of_the_set(evidence, findings) -> None:
    assert titles(findings(RULE, evidence(sized(*[(100, 100)] * 6, *[(20, 20)] * 2))), "warning") == []


def test_mixtures_are_shown_per_class(evidence, findings) -> None:
    rows = [{"rows": 4, "columns": 4, "bits": b, "channels": c, "format": f} for b, c, f in
            ((8, 1, "png"), (8, 3, "png"), (16, 3, "jpeg"))]
    found = [f for f in findings(RULE, evidence(rows, classes=["a", "a", "b"])) if f.severity == "warning"]
    assert [f.title for f in found] == ["Different depths (bits): 8: 2, 16: 1.", "Different numbers of channels: 3: 2, "
                                        "1: 1.", "Different file formats: png: 2, jpeg: 1."]
    assert found[0].detail == "a (8: 2); b (16: 1)"
    assert found[0].do != found[1].do
    bare = [f for f in findings(RULE, evidence(rows)) if f.severity == "warning"]
    assert bare[0].detail == ""
    assert "class" not in bare[0].why


def test_nothing_read_nothing_said(evidence, findings) -> None:
    assert findings(RULE, evidence([{}, {}])) == []
