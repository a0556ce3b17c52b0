"""Files set aside."""


def test_files_and_problems_are_named(evidence, findings) -> None:
    made = evidence([{}], problems=[{"file": "a.png", "problem": "is empty (0 bytes)"}, {"file": "b", "problem": "x"}])
    found, = findings("unreadable-files", made)
    assert found.severity == "warning"
    assert found.title == "2 files, or parts of them, set aside."
    assert found.files == ("a.png: is empty (0 bytes)", "b: x")
    assert findings("unreadable-files", evidence([{}])) == []
