"""Copies in a folder: identical values in other containers, transformed pictures, and look-alikes that are neither."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.data.copied import copies
from bogam.data.duplicates import Similar, groups
from bogam.data.layout import recognize
from bogam.data.looks import look
from bogam.data.phantoms.family import phantoms
from bogam.data.scan import scan


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("copied")
    part = phantoms.parse({"breast-ultrasound": {"images": 14, "size": (128, 128), "seed": 4, "sites": 1,
                                                 "images_per_patient": (1, 1)}})
    images = [part.draw(k, 0).image[0] for k in range(14)]
    for k, image in enumerate(images):
        cv2.imwrite(str(folder / f"{k:02d}.png"), image)
    cv2.imwrite(str(folder / "x-same.bmp"), images[0])
    cv2.imwrite(str(folder / "x-mirrored.png"), images[1][:, ::-1])
    cv2.imwrite(str(folder / "x-quarter.png"), np.rot90(images[2]))
    cv2.imwrite(str(folder / "x-jpeg.jpg"), cv2.resize(images[3], (96, 96), interpolation=cv2.INTER_AREA))
    cv2.imwrite(str(folder / "x-cropped.png"), images[4][6:-4, 5:-7])
    cv2.imwrite(str(folder / "x-blurred.png"), cv2.GaussianBlur(images[5], (0, 0), 1.2))
    manifest = scan(recognize(folder, patient="absent"))
    return manifest, copies(manifest, look(manifest))


def test_every_copy_is_found_with_its_source_and_nothing_else(found) -> None:
    _, pairs = found
    assert {(p.one, p.other): p.kind for p in pairs} == {
        ("00", "x-same"): "identical", ("01", "x-mirrored"): "transformed", ("02", "x-quarter"): "transformed",
        ("03", "x-jpeg"): "transformed", ("04", "x-cropped"): "transformed", ("05", "x-blurred"): "transformed"}


def test_words_say_what_was_done(found) -> None:
    how = {p.other: (p.how, p.made) for p in found[1]}
    assert how["x-mirrored"] == ("mirrored left to right", False)
    assert how["x-quarter"][0].startswith("turned by 90 degrees")
    assert how["x-blurred"] == ("blurred or noisy", True)


def test_copies_are_one_group_also_across_patients(found) -> None:
    manifest, pairs = found
    group, _ = groups(manifest, ["patient", "duplicate"], Similar((), 0.95, "", pairs))
    assert group["01"] == group["x-mirrored"]
    assert group["01"] != group["02"]


def test_kept_and_read_again(found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, pairs = found
    looks = look(manifest)
    assert copies(manifest, looks, tmp_path) == pairs
    monkeypatch.setattr("bogam.data.same.find.find_copies", lambda *a: pytest.fail("looked again"))
    assert copies(manifest, looks, tmp_path) == pairs
