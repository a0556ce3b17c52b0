from pathlib import Path

import pydicom
import pytest
from PIL import Image, PngImagePlugin

from bogam.audit.family import Evidence, rules
from bogam.audit.rules import identity as module
from bogam.data.deidentify.dicom_file import clean_dicom
from bogam.data.deidentify.identity import PERSON, name_says_date, name_says_person
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.options import Options
from bogam.data.deidentify.profile import table
from bogam.data.manifest import IMAGES, Manifest
from bogam.data.manifest import table as make_table
from bogam.data.phantoms.dicom_write import write_dicom
from bogam.data.phantoms.family import phantoms


def found(root: Path, names: list[str]):
    rows = [{"id": name, "image": name, "origin": "real"} for name in names]
    return list(rules.parse("identity").check(Evidence(Manifest(root, "made", make_table(rows, IMAGES)))))


@pytest.fixture
def dicom(tmp_path: Path):
    def make(name: str, **values: str) -> Path:
        phantom = phantoms.parse({"chest-x-ray": {"images": 1, "size": (32, 32), "seed": 1}})
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_dicom(phantom.draw(0, 0), phantom, path)
        dataset = pydicom.dcmread(path)
        dataset.InstitutionName = ""
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)
        return path
    return make


def test_elements_are_named_and_values_are_not(tmp_path: Path, dicom) -> None:
    dicom("a.dcm", PatientName="Quixotesson^Marguerite", PatientBirthDate="19530417", PatientSex="F")
    dicom("b.dcm", PatientName="anonymized", PatientID="ZQX8812345")
    first, second = found(tmp_path, ["a.dcm", "b.dcm"])
    assert (first.rule, first.severity, first.files) == ("identity", "warning", ("a.dcm", "b.dcm"))
    for name in ("PatientName (1)", "PatientBirthDate (1)", "PatientID (1)"):
        assert name in first.detail
    assert second.severity == "note"
    assert "StudyDate (2)" in second.detail
    shown = repr((first, second))
    for value in ("Quixotesson", "Marguerite", "19530417", "ZQX8812345", "20200102"):
        assert value not in shown


def test_a_phantom_names_nobody(tmp_path: Path, dicom) -> None:
    dicom("a.dcm")
    assert [finding.severity for finding in found(tmp_path, ["a.dcm"])] == ["note"]


def test_what_the_command_cleaned_is_clean(tmp_path: Path, dicom) -> None:
    path = dicom("a.dcm", PatientName="Quixotesson^Marguerite", PatientBirthDate="19530417", OperatorsName="Doe^Jane")
    assert {f.severity for f in found(tmp_path, ["a.dcm"])} == {"warning", "note"}
    path.write_bytes(clean_dicom(path, Options(), Pseudonyms(b"k" * 32), find_text=False).blob)
    assert found(tmp_path, ["a.dcm"]) == []


def test_private_elements_and_nested_ones_count(tmp_path: Path, dicom) -> None:
    path = dicom("a.dcm")
    dataset = pydicom.dcmread(path)
    dataset.private_block(0x0019, "ACME", create=True).add_new(1, "LO", "secret")
    item = pydicom.Dataset()
    item.ScheduledPerformingPhysicianName = "Doe^Jane"
    dataset.RequestAttributesSequence = [item]
    dataset.save_as(path)
    person, note = found(tmp_path, ["a.dcm"])
    assert "ScheduledPerformingPhysicianName (1)" in person.detail
    assert "private elements (1)" in note.detail
    assert "secret" not in note.detail


def test_texts_of_pictures_are_named(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Jane Doe")
    Image.new("L", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    Image.new("L", (4, 4)).save(tmp_path / "b.jpg", comment=b"Jane Doe")
    Image.new("L", (4, 4)).save(tmp_path / "c.tif", tiffinfo={315: "Jane Doe"})
    Image.new("L", (4, 4)).save(tmp_path / "d.png")
    (note,) = found(tmp_path, ["a.png", "b.jpg", "c.tif", "d.png"])
    assert note.severity == "note"
    assert note.files == ("a.png", "b.jpg", "c.tif")
    for name in ("PNG text (1)", "JPEG comment (1)", "TIFF Artist (1)"):
        assert name in note.detail
    assert "Jane" not in repr(note)


def test_names_of_files_are_counted_and_not_shown(tmp_path: Path) -> None:
    names = ["Doe_John/1.png", "19530417_2.png", "benign/3.png"]
    date, person = found(tmp_path, names)
    assert date.title.startswith("1 file has a path that looks as if it held a date")
    assert person.title.startswith("1 file has a path that looks as if it held a person's name")
    assert "Places in the sorted list of files: 2." in person.detail
    assert "Doe" not in repr((date, person))


def test_a_file_whose_name_may_be_a_person_is_named_by_its_place(tmp_path: Path, dicom) -> None:
    for name in ("Doe_John.dcm", "p1_1.dcm"):
        dicom(name, PatientName="Quixotesson^Marguerite")
    *_, person, _ = found(tmp_path, ["p1_1.dcm", "Doe_John.dcm"])
    assert person.files == ("p1_1.dcm", "file 1 of the sorted list")


@pytest.mark.parametrize(("path", "date", "person"), [
    ("NORMAL2-IM-1427-0001.jpeg", False, False), ("benign (12).png", False, False), ("1953-04-17.dcm", True, False),
    ("person1_bacteria_2.jpeg", False, False), ("8863_idx5_x1401_y1101_class1.png", False, False),
    ("C100P61ThinF_IMG_20150918_144104_cell_162.png", True, False), ("MILLER ANNA/scan.nii.gz", False, True),
    ("BloodImage_00001.jpg", False, False), ("p0012_1.dcm", False, False), ("Park^Jisoo.dcm", False, True),
    ("LEFT BREAST.png", False, False)])
def test_names_that_look_like_persons_or_dates(path: str, date: bool, person: bool) -> None:
    assert (name_says_date(path), name_says_person(path)) == (date, person)


def test_the_list_is_that_of_the_profile() -> None:
    assert {row.keyword for row in table().values()} >= PERSON


def test_of_a_large_set_a_stated_part_is_read(tmp_path: Path, dicom, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        dicom(f"{number}.dcm", PatientName="Doe^Jane")
    monkeypatch.setattr(module, "MOST_READ", 3)
    person, _ = found(tmp_path, [f"{number}.dcm" for number in range(7)])
    assert len(person.files) == 3
    assert "Of 7 files, 3 evenly spread ones were read." in person.detail


def test_missing_files_are_no_matter_of_this_rule(tmp_path: Path) -> None:
    assert found(tmp_path, ["gone.png"]) == []
