"""Findings show their pictures: small, once read, and in the right order."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.audit.family import Finding
from bogam.audit.pictures import SHOWN, flat, pairs_of, pictures_of, side_by_side
from bogam.core.types import Picture
from bogam.data.manifest import IMAGES, Manifest, table


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    rows = []
    for k in range(10):
        image = np.random.default_rng(k).integers(0, 256, (20, 30), np.uint8)
        (tmp_path / f"{k}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
        rows.append({"id": f"i{k}", "image": f"{k}.png", "origin": "real", "pixels_sha256": f"{k:064d}",
                     "part": "test" if k else "train"})
    return Manifest(tmp_path, "made", table(rows, IMAGES))


def test_pairs_come_first_and_files_stand_in() -> None:
    ids = {"a.png": "a", "b.png": "b"}
    assert pairs_of(Finding("r", "note", "", files=("a.png", "x", "b.png")), ids) == [("a", "", ""), ("b", "", "")]
    assert pairs_of(Finding("r", "note", "", files=("a.png",), pairs=(("a", "b", "c"),)), ids) == [("a", "b", "c")]
    many = Finding("r", "note", "", pairs=tuple(("a", "b", str(k)) for k in range(20)))
    assert len(pairs_of(many, ids)) == SHOWN
    assert pairs_of(Finding("identity", "note", "", files=("a.png",)), ids) == []  # headers are not to be seen


def test_each_picture_is_read_once_and_then_taken_from_the_cache(manifest: Manifest, tmp_path: Path) -> None:
    findings = [Finding("r", "note", "", pairs=(("i1", "i2", ""), ("i2", "i3", ""), ("i4", "gone", "")))]
    made = pictures_of(findings, manifest, tmp_path / "cache")
    assert sorted(made) == ["i1", "i2", "i3", "i4"]
    assert all(uri.startswith("data:image/jpeg;base64,") for uri in made.values())
    for path in tmp_path.glob("*.png"):
        path.unlink()
    assert pictures_of(findings, manifest, tmp_path / "cache") == made
    assert pictures_of(findings, manifest) == {}  # gone since the scan: left out, not invented


def test_side_by_side_names_file_class_and_part(manifest: Manifest) -> None:
    finding = Finding("r", "stop", "", pairs=(("i0", "i1", "r = 0.99"), ("i2", "", "alone"), ("i3", "gone", "")))
    pictures = pictures_of([finding], manifest)
    shown = side_by_side(finding, manifest, {"i0": "benign", "i1": "0"}, pictures)
    assert shown is not None
    assert [(pair.one.title, pair.other.title if pair.other else "", pair.caption) for pair in shown.pairs] == [
        ("0.png", "1.png", "r = 0.99"), ("2.png", "", "alone")]  # of the third, one picture is unknown
    assert shown.pairs[0].one.lines == ["benign", "train part"]
    assert shown.pairs[0].other.lines == ["class 0", "test part"]
    assert shown.caption == "The first 2 of 3"
    assert side_by_side(Finding("r", "note", ""), manifest, {}, {}) is None


def test_any_picture_becomes_grey_or_color_in_eight_bits() -> None:
    volume = np.zeros((1, 5, 4, 6), np.int16)
    volume[0, 2] = 1000
    assert flat(Picture(volume, (0, 1000))).tolist() == np.full((4, 6), 255).tolist()
    assert flat(Picture(np.zeros((3, 4, 6), np.uint8), (0, 255))).shape == (4, 6, 3)
