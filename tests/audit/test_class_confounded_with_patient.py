"""Does the patient tell the class?"""

RULE = "class-confounded-with-patient"


def rows(patients):
    return [{"patient": f"p{p}"} for p in patients]


def test_most_patients_of_one_class_are_a_warning(evidence, findings) -> None:
    # p0 only a, p1 only b, p2 both; p3 has one image and does not count
    found, = findings(RULE, evidence(rows([0, 0, 1, 1, 1, 2, 2, 3]), classes=list("aabbbaba"), patient="given"))
    assert found.severity == "warning"
    assert "2 of 3 patients with several images have a single class (1 only a, 1 only b); 1 has several." in found.title
    assert found.detail == "5 images belong to patients of a single class."


def test_where_most_patients_have_both_classes_there_is_nothing(evidence, findings) -> None:
    assert findings(RULE, evidence(rows([0, 0, 1, 1, 2, 2]), classes=list("ababaa"), patient="given")) == []


def test_half_is_not_most(evidence, findings) -> None:
    assert findings(RULE, evidence(rows([0, 0, 1, 1]), classes=list("abbb"), patient="given")) == []


def test_a_class_of_the_patient_is_a_note_where_patients_are_many(evidence, findings) -> None:
    def whole(per_class):
        patients = [p for p in range(2 * per_class) for _ in range(2)]
        return evidence(rows(patients), classes=["ab"[p % 2] for p in patients], patient="given")
    found, = findings(RULE, whole(20))
    assert found.severity == "note"
    assert "each of 40 patients with several images has one class (a 20, b 20)" in found.title
    found, = findings(RULE, whole(19))
    assert found.severity == "warning"


def test_silent_where_nothing_can_be_said(evidence, findings) -> None:
    assert findings(RULE, evidence(rows([0, 0, 1, 1]), classes=list("aabb"))) == []  # patients not declared
    assert findings(RULE, evidence(rows([0, 0, 1, 1]), patient="given")) == []  # no classes
    assert findings(RULE, evidence(rows([0, 0, 1, 1]), classes=list("aaaa"), patient="given")) == []
    assert findings(RULE, evidence(rows([0, 1, 2]), classes=list("abb"), patient="given")) == []
    assert findings(RULE, evidence(rows([0, 0, 1, 1]), classes=["a", None, "b", None], patient="given")) == []
