"""A label that nobody gave is no negative."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.audit.rules.nulls_as_negatives import empty_masks
from bogam.data.manifest import TargetSpec
from bogam.data.scan import pixel_digest

RULE = "nulls-as-negatives"


@pytest.mark.parametrize("label", ["Unknown", "NA", "n/a", "nan", "None", "-1", "-1.0", "?", "-", "not labeled", "999",
                                   "no_label"])
def test_a_class_that_means_that_nobody_knows(label: str, evidence, findings) -> None:
    found, = findings(RULE, evidence([{}] * 4, classes=["benign", label, label, "malignant"]))
    assert found.severity == "warning"
    assert found.title == f"2 images are of a class that means that nobody knows: {label}."
    assert found.files == ("i1.png", "i2.png")
    assert "data.include: {class:" in found.do


@pytest.mark.parametrize("label", ["normal", "No Finding", "0", "1", "9", "negative", "other", "nana", "1-1"])
def test_other_names_mean_something(label: str, evidence, findings) -> None:
    assert findings(RULE, evidence([{}] * 3, classes=["benign", label, "malignant"])) == []


def several(evidence, values):
    spec = {"finding": TargetSpec(kind="multilabel", labels=("Effusion", "No Finding"))}
    return evidence([{}] * len(values), specs=spec, targets={"finding": values})


def test_a_finding_and_its_denial_contradict(evidence, findings) -> None:
    found, = findings(RULE, several(evidence, ["Effusion", "Effusion|No Finding", "No Finding", ""]))
    assert found.title == "1 image bears a finding and its denial at once, in finding."
    assert found.files == ("i1.png: Effusion|No Finding",)


def test_blanks_are_no_negatives(evidence, findings) -> None:
    found, = findings(RULE, several(evidence, ["Effusion", None, None]))
    assert found.title == "In finding, 2 images are blank and none is negative."
    assert findings(RULE, several(evidence, ["Effusion", None, ""])) == []
    assert findings(RULE, several(evidence, ["Effusion", ""])) == []


def masked(evidence, classes, empty):
    full, nothing = (pixel_digest(np.full((4, 5), v, np.int32)) for v in (1, 0))
    objects = [{"id": f"i{k}", "kind": "mask", "label": "m", "locator": f"{k}_mask.png",
                "pixels_sha256": nothing if k in empty else full} for k in range(len(classes))]
    return evidence([{"rows": 4, "columns": 5, "slices": 1}] * len(classes), classes=classes, objects=objects)


def test_an_empty_mask_in_a_class_with_lesions_is_named(evidence, findings) -> None:
    made = masked(evidence, list("mmmmmnnn"), {2, 5, 6, 7})
    assert empty_masks(made.manifest) == {"i2", "i5", "i6", "i7"}
    found, = findings(RULE, made)
    assert found.title == "1 image has an empty mask in a class where most have something (m: 1 of 5)."
    assert found.files == ("i2.png",)


def test_a_class_without_lesions_is_as_it_should_be(evidence, findings) -> None:
    assert findings(RULE, masked(evidence, list("mmmnnn"), {3, 4, 5})) == []
    assert findings(RULE, masked(evidence, [*"mmm", "normal", "normal", "normal"], {3})) == []


def test_of_several_masks_all_must_be_empty(evidence) -> None:
    full, nothing = (pixel_digest(np.full((4, 5), v, np.int32)) for v in (1, 0))
    objects = [{"id": "i0", "kind": "mask", "label": "m", "locator": "a", "pixels_sha256": nothing},
               {"id": "i0", "kind": "mask", "label": "m", "locator": "b", "pixels_sha256": full},
               {"id": "i1", "kind": "mask", "label": "m", "locator": None}]
    made = evidence([{"rows": 4, "columns": 5, "slices": 1}] * 3, objects=objects)
    assert empty_masks(made.manifest) == {"i1"}
