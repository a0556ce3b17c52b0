"""Children and parents on two sides: a hard stop."""

import pytest

from bogam.audit.family import rules
from bogam.audit.run import Audit, is_accepted, refuse
from bogam.core.errors import AuditStop
from bogam.data.same.evidence import Child, Same

RULE = "parents-across-split"


def said(found):
    return [(f.severity, f.title) for f in found]


def test_a_declared_child_in_training_whose_parent_is_tested_is_a_stop(evidence, findings) -> None:
    rows = [{"part": "test"}, {"part": "train", "origin": "derived", "parents": ["i0"]}]
    assert said(findings(RULE, evidence(rows))) == [
        ("stop", "1 image lies on another side than the image that it was made from.")]


def test_all_images_that_a_generator_learned_from_must_lie_in_training(evidence, findings) -> None:
    rows = [{"part": "train"}, {"part": "validation"},
            {"part": "train", "origin": "synthetic", "parents": ["i0", "i1"]}]
    found, = findings(RULE, evidence(rows))
    assert found.severity == "stop"
    assert found.files == ("i2.png from i1.png",)
    rows[1]["part"] = "train"
    assert findings(RULE, evidence(rows)) == []


def test_made_images_lie_in_training_only(evidence, findings) -> None:
    rows = [{"part": "test"}, {"part": "test", "origin": "derived", "parents": ["i0"]}, {"part": "train"}]
    assert said(findings(RULE, evidence(rows))) == [
        ("stop", "1 made image lies outside training: derived or synthetic.")]
    assert findings(RULE, evidence([{"part": "test", "origin": "synthetic"}] * 2)) == []  # a phantom is all synthetic


def test_children_by_name_and_siblings_of_an_absent_parent(evidence, findings) -> None:
    rows = [{"part": "train"}, {"part": "test"}, {"part": "train"}, {"part": "test"}]
    same = Same(children=(Child("i1", "i0", "i0", "name and picture"), Child("i2", "", "x", "name"),
                          Child("i3", "", "x", "name")))
    found, = findings(RULE, evidence(rows, same=same))
    assert found.title == "2 images lie on another side than the image that it was made from."
    assert found.files == ("i1.png from i0.png", "i3.png and i2.png, both from x")


def test_a_synthetic_image_that_names_nothing_is_a_warning(evidence, findings) -> None:
    found, = findings(RULE, evidence([{"part": "train"}, {"part": "train", "origin": "synthetic"}]))
    assert (found.severity, found.title) == (
        "warning", "1 synthetic image does not name the images that the generator learned from.")


def test_it_is_accepted_only_by_a_reason_that_states_the_number(evidence, findings) -> None:
    rows = [{"part": "test"}, {"part": "train", "origin": "derived", "parents": ["i0"]}]
    result = Audit(tuple(findings(RULE, evidence(rows))))
    assert rules.parse(RULE).hard
    with pytest.raises(AuditStop, match="must state the number"):
        refuse(result, {RULE: "kept for comparison with earlier work"})
    accepted, = refuse(result, {RULE: "1 augmented copy is kept for comparison with earlier work"})
    assert accepted["title"].endswith("SCORES ON THIS SPLIT ARE NOT SCORES ON UNSEEN IMAGES.")
    assert not is_accepted(result.findings[0], {RULE: "11 augmented copies are kept"})
