"""Does the patient tell the class?"""

RULE = "class-confounded-with-patient"


def rows(patients):
    return [{"patient": f"p{p}"} for p in patients]


def test_most_patients_of_one_class_are_a_warning(evidence, findings) -> None:
    # p0 to p3 only a, p4 to p7 only b, p8 both; p9 has one image and does not count
    patients = [p for p in range(9) for _ in range(3)] + [9]
    classes = [*"aaa" * 4, *"bbb" * 4, *"aba", "a"]
    found, = findings(RULE, evidence(rows(patients), classes=classes, patient="given"))
    assert found.severity == "warning"
    assert "8 of 9 patients with several images have a single class (4 only a, 4 only b); 1 has several." in found.title
    assert found.detail == "24 images belong to patients of a single class."


def test_where_nearly_all_images_are_of_one_class_so_are_patients_and_that_says_nothing(evidence, findings) -> None:
    # 20 patients of two images, all b but for one image: 19 of 20 are of a single class, 19.0 by chance
    patients = [p for p in range(20) for _ in range(2)]
    assert findings(RULE, evidence(rows(patients), classes=["a", *"b" * 39], patient="given")) == []


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
