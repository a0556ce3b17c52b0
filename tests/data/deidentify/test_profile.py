"""The profile's table against what the Standard's text of a later edition (2026d) says of some attributes."""

import csv

import pytest

from bogam.core.errors import UserError
from bogam.data.deidentify.options import CODES, Options
from bogam.data.deidentify.profile import ACTIONS, action_of, actions, safe_private, table, vocabulary
from bogam.data.deidentify.words import clean_words

DATES = {"full_dates": "K", "modified_dates": "C"}
STANDARD = {
    0x00080050: ("Z", {}), 0x00184000: ("X", {"descriptors": "C"}), 0x00400555: ("X/Z", {"structured": "C"}),
    0x00080022: ("X/Z", DATES), 0x0008002A: ("X/Z/D", DATES), 0x00181400: ("X/D", {"descriptors": "C"}),
    0x00189424: ("X", {"descriptors": "C"}), 0x00080032: ("X/Z", DATES), 0x00080017: ("U", {"uids": "K"}),
    0x00404035: ("X", {}), 0x001021B0: ("X", {"descriptors": "C"}), 0x00380010: ("X", {}), 0x00380020: ("X", DATES),
    0x00081084: ("X", {"descriptors": "C"}), 0x00001000: ("X", {"uids": "K"}),
    0x00102110: ("X", {"characteristics": "C", "descriptors": "C"}), 0x006A0003: ("D", {"uids": "K"}),
    0x00440004: ("X", DATES), 0x40000010: ("X", {}), 0x00440104: ("D", DATES), 0x04000562: ("D", DATES),
    0x22000005: ("X/Z", {}), 0x300A00C3: ("X", {"descriptors": "C"}), 0x00101081: ("X", {}),
    0x00181007: ("X", {"device": "K"}), 0x04000115: ("D", {}), 0x00120060: ("Z", {"institution": "K"}),
    0x00120081: ("D", {"institution": "K"}), 0x00120010: ("D", {}), 0x00209161: ("U", {"uids": "K"}),
    0x3010000F: ("Z", {"descriptors": "C"}), 0x0008009C: ("Z", {}), 0x00400512: ("D", {}), 0x00700084: ("Z/D", {}),
    0x00080023: ("Z/D", DATES), 0x0040A730: ("D", {"structured": "C"})}

MORE = """
00404052 X dates; 0044000B X dates; 00100015 X; 00181030 X/D descriptors; 00080019 U uids; 300A0619 D descriptors;
300A0623 D descriptors; 300A067D Z descriptors; 300A067C D descriptors; 00181078 X dates; 00181072 X dates;
300C0113 X descriptors; 0040100A X descriptors; 00321030 X descriptors; 3010005C Z descriptors;
00402001 X descriptors; 00401002 X descriptors; 00321066 X descriptors; 00321067 X descriptors; 300A073A D dates;
3010000B U uids; 0040A13A D dates; 04000402 X; 300A0083 U uids; 3010006F U uids; 30060024 U uids; 00404023 U uids;
00081140 X/Z/U* uids; 0040A172 U uids; 00380004 X; 00101100 X; 00081120 X uids; 00081111 X/Z/D uids; 04000403 X;
00081155 U uids; 00041511 U uids; 00081110 X/Z uids; 300A0785 U uids; 00080092 X; 00080090 Z; 00080094 X;
00080096 X; 00102152 X; 300600C2 U uids; 00400275 X descriptors; 00321070 X descriptors; 00401400 X descriptors;
00321060 X/Z descriptors; 00401001 X; 00401005 X; 00001001 U uids; 00321032 X; 00189185 X descriptors; 00102299 X;
00102297 X; 40084000 X descriptors; 40080118 X; 40080040 X; 40080042 X; 300E0004 Z dates; 300E0008 X/Z;
300E0005 Z dates; 3006004D X; 3006002D X dates; 300600A6 Z
"""
"""Rows of the same text, from "Procedure Step Cancellation DateTime" on."""
STRICTER = """
00100016 X descriptors; 00081088 X descriptors; 00200027 X descriptors; 04000565 D descriptors; 00741234 X device;
00189937 X descriptors; 00321033 X descriptors; 00741236 X device; 00080054 X device; 30060028 X descriptors;
30060038 X descriptors
"""
"""Rows where the Standard lets an option keep what we do not: our options are those of 2020 where none is inferred."""


def rows_of(text: str) -> list[tuple[int, str, set[str]]]:
    found = []
    for part in text.replace("\n", " ").split(";"):
        tag, basic, *options = part.split()
        found.append((int(tag, 16), basic, {"full_dates", "modified_dates"} if options == ["dates"] else set(options)))
    return found


@pytest.mark.parametrize("tag", STANDARD, ids=lambda tag: f"{tag:08X}")
def test_rows_are_as_the_standard_says(tag: int) -> None:
    row = table()[tag]
    assert (row.basic, row.options) == STANDARD[tag]


def test_more_rows_are_as_the_standard_says_or_stricter() -> None:
    rows = table()
    for tag, basic, options in rows_of(MORE):
        assert (f"{tag:08X}", rows[tag].basic, set(rows[tag].options)) == (f"{tag:08X}", basic, options)
    for tag, basic, options in rows_of(STRICTER):
        assert rows[tag].basic == basic
        assert set(rows[tag].options) < options


def test_the_table_is_whole_and_every_code_has_an_action() -> None:
    rows = table()
    assert len(rows) == 652 + 2
    assert {code for row in rows.values() for code in (row.basic, *row.options.values())} <= set(ACTIONS)
    assert rows[0x00100010].keyword == "PatientName"
    assert rows[0x00081140].basic == "X/Z/U*"


@pytest.mark.parametrize(("options", "expected"), [
    (Options(), {"PatientName": "empty", "StudyDate": "empty", "ContentDate": "dummy", "StudyDescription": "remove",
                 "SOPInstanceUID": "uid", "DeviceSerialNumber": "dummy", "PatientSex": "empty", "PatientAge": "remove",
                 "InstitutionName": "dummy", "ReferencedImageSequence": "references", "ContentSequence": "dummy"}),
    (Options(retain_modified_dates=True), {"StudyDate": "clean", "ContentDate": "clean", "PatientBirthDate": "empty"}),
    (Options(retain_full_dates=True), {"StudyDate": "keep", "PatientBirthDate": "empty"}),
    (Options(retain_device=True), {"DeviceSerialNumber": "keep", "StationName": "keep", "InstitutionName": "dummy"}),
    (Options(retain_institution=True), {"InstitutionName": "keep", "StationName": "dummy"}),
    (Options(retain_characteristics=True), {"PatientSex": "keep", "PatientAge": "keep", "Allergies": "clean"}),
    (Options(retain_uids=True), {"SOPInstanceUID": "keep"}),
    (Options(clean_descriptors=True), {"StudyDescription": "clean", "PatientName": "empty"}),
    (Options(retain_device=True, retain_modified_dates=True), {"DateOfLastDetectorCalibration": "clean"})])
def test_options_change_what_they_name(options: Options, expected: dict[str, str]) -> None:
    by_name = {row.keyword: actions(options)[tag] for tag, row in table().items()}
    assert {name: by_name[name] for name in expected} == expected


def test_overlays_and_curves_go_and_pixels_stay() -> None:
    known = actions(Options())
    assert action_of(0x60003000, known) == action_of(0x601E0022, known) == action_of(0x50000010, known) == "remove"
    assert action_of(0x7FE00010, known) is None


def test_shifted_and_full_dates_exclude_each_other() -> None:
    with pytest.raises(UserError, match="one of the two"):
        Options(retain_full_dates=True, retain_modified_dates=True)


def test_each_option_states_its_code() -> None:
    everything = {name: True for name in CODES if name != "retain_full_dates"}
    codes = [code for code, _ in Options(**everything).methods(masked=True)]
    assert codes == ["113100", "113101", "113105", "113107", "113108", "113109", "113110", "113111", "113112"]
    assert Options().methods(masked=False) == (("113100", "Basic Application Confidentiality Profile"),)


def test_safe_private_elements_hold_numbers_or_code_words() -> None:
    from bogam.data.deidentify import profile
    lines = [line for line in (profile._HERE / "safe_private.csv").read_text(encoding="utf-8").splitlines()
             if not line.startswith("#")]
    assert {row["vr"] for row in csv.DictReader(lines)} <= {"DS", "IS", "FL", "FD", "US", "SS", "UL", "SL", "CS", "AT"}
    assert (0x0019, "SIEMENS MR HEADER", 0x0C) in safe_private()
    assert (0x0019, "SIEMENS MR HEADER", 0x42) not in safe_private()
    assert len(safe_private()) == 347


def test_the_vocabulary_holds_terms_and_no_common_names() -> None:
    assert {"chest", "contrast", "t2", "axial", "liver"} <= vocabulary()
    assert not {"john", "mary", "smith", "mark", "rose", "kim", "hodgkin"} & vocabulary()


@pytest.mark.parametrize(("before", "after"), [
    ("MRI brain w/ contrast", "MRI brain w/ contrast"), ("CT Thorax Herr Schmidtke", "CT Thorax"),
    ("call +49 30 1234567", ""), ("T1w FLAIR 3T (Ravenscroft)", "T1w FLAIR 3T"), ("", ""), ("seen 1953-04-17", "seen"),
    ("seen 17.04.53 right", "seen right"), ("born 1.2.53", ""), ("mail q.x@clinic.example, axial", "axial"),
    ("lung 12 34 56 78", "lung"), ("Dr. Miller, CT Abdomen 3.75mm", "CT Abdomen 3.75mm"),
    ("knee (left) +C", "knee (left) +C")])
def test_descriptions_keep_known_terms(before: str, after: str) -> None:
    assert clean_words(before) == after
