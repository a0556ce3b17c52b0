"""What a finding is."""

from bogam.audit.family import MOST_FILES, Finding, rules


def test_a_finding_names_its_rule_and_keeps_the_first_files() -> None:
    found = rules.parse("copies").finding("warning", "many", files=[f"{k}.png" for k in range(MOST_FILES + 5)])
    assert found.rule == "copies"
    assert len(found.files) == MOST_FILES
    assert found.files[0] == "0.png"
    assert found.to_dict()["files"][:2] == ["0.png", "1.png"]


def test_examples_say_where_there_are_more() -> None:
    assert Finding("copies", "note", "").examples() == ""
    assert Finding("copies", "note", "", files=("a", "b")).examples(2) == "a; b"
    assert Finding("copies", "note", "", files=("a", "b", "c")).examples(2) == "a; b; ..."


def test_an_image_without_a_class_has_none(evidence) -> None:
    assert evidence([{}, {}], classes=["a", None]).classes == {"i0": "a"}
    assert evidence([{}, {}]).classes == {}
