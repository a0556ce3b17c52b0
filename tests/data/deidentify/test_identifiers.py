"""Identifiers in texts and in bytes, and the search that finds them."""

from datetime import date

import hypothesis
import hypothesis.strategies as st
import pytest

from bogam.data.deidentify.dates import shift, ways_to_write
from bogam.data.deidentify.identifiers import Identifiers
from bogam.data.deidentify.search import Texts


def known(kind, value, element="X") -> Identifiers:
    made = Identifiers()
    made.add(kind, value, element)
    return made


@pytest.mark.parametrize(("name", "before", "after"), [
    ("Doe^John", "CT of John Doe", "CT of"), ("Doe^John", "doe_john", ""), ("Doe^John", "JDoe and johnd", "and"),
    ("Miller^Anna", "amiller scanned", "scanned"), ("Li^Wei", "Wei Li liwei", ""),
    ("Ann^Lee", "scanner sleeve", "scanner sleeve"), ("Ann^Lee", "Ann, Lee.", "."),
    ("anonymized", "anonymized CT", "CT"), ("홍^길동", "홍길동 CT", "CT"), ("김^철수", "철수", "")])
def test_names_leave_a_text(name: str, before: str, after: str) -> None:
    assert known("name", name).clean(before) == after


@pytest.mark.parametrize("way", ["19530417", "1953-04-17", "17.04.1953", "04/17/1953", "17 April 1953", "Apr 17, 1953"])
def test_a_birth_date_leaves_a_text_however_it_is_written(way: str) -> None:
    assert known("birth", "19530417").clean(f"born {way} here") == "born here"


@pytest.mark.parametrize(("number", "text", "found"), [
    ("123456", "id 123456.", True), ("123456", "id 1234567", False), ("123456", "9123456", False),
    ("123456", "1.2.123456.7", False), ("123456", "0.123456", False), ("ZQ-77", "see zq-77", True),
    ("12", "12", False)])
def test_numbers_are_found_whole(number: str, text: str, found: bool) -> None:
    assert (known("id", number).in_text(text) == "X") is found


def test_uids_are_found_whole_and_ours_are_not_taken_for_one() -> None:
    one = known("uid", "1.2.3.4.5", "StudyInstanceUID")
    assert one.found_in(b"...1.2.3.4.5\0") == "StudyInstanceUID"
    assert one.found_in(b"...1.2.3.4.5.6\0") is None
    assert one.found_in(b"...1.2.3.4.55\0") is None
    number = known("id", "7712345")
    assert number.found_in(b"2.25.0077123450") is None
    assert number.found_in(b"2.25.00 7712345", innocent=["00 7712345"]) is None
    assert number.found_in(b"2.25.00 7712345") == "X"
    assert known("id", "1.2.840.10008").found_in(b"1.2.840.10008.1.2") is None


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le", "utf-16-be"])
def test_names_are_found_in_several_encodings(encoding: str) -> None:
    one = known("name", "Quixotesson^Märta", "PatientName")
    for text in ("QUIXOTESSON", "Märta Quixotesson"):
        assert one.found_in(b"\x01\x02" + text.encode(encoding) + b"\x03") == "PatientName"
    assert one.found_in("여러".encode(encoding) if encoding != "latin-1" else b"") is None
    assert known("name", "山田^太郎太郎").found_in("山田太郎太郎".encode("iso2022_jp"), ["iso2022_jp"]) == "X"


def test_a_name_says_which_element_stated_it() -> None:
    made = known("name", "Quixotesson", "PatientName")
    made.add("id", "ACC9988", "AccessionNumber")
    assert made.found_in(b"..acc9988..") == "AccessionNumber"
    assert made.in_binary(b"..acc9988..") == "AccessionNumber"


@hypothesis.given(st.binary(max_size=300), st.lists(st.binary(min_size=4, max_size=6), min_size=1, max_size=4),
                  st.integers(0, 300))
def test_the_fast_search_finds_what_a_plain_one_finds(blob: bytes, texts: list[bytes], place: int) -> None:
    texts = [text.lower() for text in texts]
    blob = blob[:place] + texts[0].upper() + blob[place:]
    low = blob.lower()
    plain = {(at, text) for text in texts for at in range(len(low)) if low[at:at + len(text)] == text}
    assert set(Texts(texts).found_in(blob)) == plain


def test_the_search_looks_across_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    from bogam.data.deidentify import search
    monkeypatch.setattr(search, "_BLOCK", 8)
    for place in range(30):
        assert list(Texts([b"abcdefgh"]).found_in(b"." * place + b"ABcdefgH" + b"." * 5)) == [(place, b"abcdefgh")]


@hypothesis.given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-4000, 4000))
def test_shifting_back_and_forth_is_nothing(day: date, days: int) -> None:
    text = day.strftime("%Y%m%d")
    moved = shift(text, days)
    assert moved is not None
    assert shift(moved, -days) == text
    assert shift(text + "101500.25", days) == moved + "101500.25"


@pytest.mark.parametrize("text", ["", "2020", "202013", "20201340", "x", "20200101x", "99991231"])
def test_what_is_no_whole_day_cannot_be_shifted(text: str) -> None:
    assert shift(text, 400) is None


def test_ways_to_write_hold_no_bare_year() -> None:
    assert all(len(way) >= 8 for way in ways_to_write(date(2001, 2, 3)))
