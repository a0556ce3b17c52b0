"""One decode per picture, and what is kept of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import bogam.data.readers.read as read
from bogam.core.types import Picture
from bogam.data import look_store, looks
from bogam.data.look_store import LookStore
from bogam.data.looks import look, open_store, take_look, values_digest
from bogam.data.manifest import IMAGES, Manifest, table
from bogam.data.scan import scan

RNG = np.random.default_rng(3)
NOISE = RNG.integers(0, 256, (1, 40, 60), np.uint8)


def folder(root: Path, images: list[np.ndarray]) -> Manifest:
    root.mkdir()
    rows = []
    for k, image in enumerate(images):
        (root / f"{k}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
        rows.append({"id": f"i{k}", "image": f"{k}.png", "origin": "real"})
    return Manifest(root, "made", table(rows, IMAGES))


def test_a_look_keeps_the_aspect_of_the_larger_picture_only() -> None:
    wide = np.zeros((1, 100, 400), np.uint8)
    wide[0, :, 200:] = 100
    found = take_look(Picture(wide, (0, 255)))
    assert found.small.shape == (64, 64)
    assert found.picture.shape == (32, 128)
    assert found.picture[:, :64].max() == 0
    assert found.picture[:, 64:].min() == 255  # stretched
    assert take_look(Picture(NOISE, None)).picture.shape == (40, 60)  # never enlarged


def test_colors_are_averaged_and_a_volume_is_its_middle_slice() -> None:
    color = np.stack([np.full((64, 64), v, np.uint8) for v in (0, 30, 60)])
    color[:, 0] += 150
    assert take_look(Picture(color, None)).picture[:2].tolist() == [[255] * 64, [0] * 64]
    volume = np.zeros((1, 3, 40, 60), np.uint8)
    volume[0, 1] = NOISE[0]
    assert np.array_equal(take_look(Picture(volume, None)).picture, take_look(Picture(NOISE, None)).picture)


def test_blank_is_what_hardly_varies() -> None:
    assert take_look(Picture(np.full((1, 30, 30), 9, np.uint8), None)).facts["blank"]
    speck = np.zeros((1, 640, 640), np.uint8)
    speck[0, 0, 0] = 255  # one bright pixel of 409,600: blank to the eye
    assert take_look(Picture(speck, None)).facts["blank"]
    assert not take_look(Picture(NOISE, None)).facts["blank"]


def test_equal_values_have_one_digest_whatever_holds_them() -> None:
    same = [NOISE, NOISE.astype(np.uint16), NOISE.astype(np.int16), NOISE.astype(np.float32),
            np.repeat(NOISE, 3, axis=0), NOISE[:, None]]
    assert len({values_digest(image) for image in same}) == 1
    deep = NOISE.astype(np.uint16) + 300
    assert values_digest(deep) == values_digest(deep.astype(np.float32))
    other = NOISE.copy()
    other[0, 0, 0] ^= 1
    different = [NOISE, other, NOISE.reshape(1, 60, 40), deep, NOISE + np.float32(0.5), np.stack([NOISE[0]] * 2),
                 NOISE.astype(np.uint16) * 257]
    assert len({values_digest(image) for image in different}) == len(different)
    assert values_digest(np.array([[[np.nan, 1.0]]])) == values_digest(np.array([[[np.nan, 1.0]]]))


def test_a_scan_looks_already_and_nothing_is_decoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = folder(tmp_path / "images", [NOISE[0], NOISE[0].T.copy(), NOISE[0]])
    manifest = scan(made, tmp_path / "cache")
    first = look(manifest)  # no cache: decoded
    monkeypatch.setattr(read, "read_picture", lambda *_: pytest.fail("decoded again"))
    told: list[tuple[int, int]] = []
    again = look(manifest, tmp_path / "cache", lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]  # two different pictures
    assert list(again.small) == list(first.small) == ["i0", "i1", "i2"]
    assert isinstance(again.small["i1"].base, np.memmap)
    assert not again.small["i1"].flags.writeable
    for name in first.small:
        assert np.array_equal(again.small[name], first.small[name])
        assert np.array_equal(again.picture[name], first.picture[name])
        assert again.facts[name] == first.facts[name]
        assert again.marks[name] == first.marks[name]
    assert again.picture["i1"].shape == (60, 40)


def test_pictures_that_were_not_scanned_or_are_gone_are_missing(tmp_path: Path) -> None:
    made = folder(tmp_path / "images", [NOISE[0], NOISE[0].T.copy()])
    assert len(look(made)) == 0
    manifest = scan(made)
    (tmp_path / "images" / "1.png").unlink()
    assert list(look(manifest).small) == ["i0"]


def test_a_store_writes_full_shards_and_sees_those_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_store, "SHARD", 2)
    kept = take_look(Picture(NOISE, None))
    store = LookStore(tmp_path, "1")
    for key in "abca":
        store.put(key, kept)
    assert len(LookStore(tmp_path, "1")) == 2
    store.flush()
    again = LookStore(tmp_path, "1")
    assert len(again) == len(store) == 3
    assert np.array_equal(again.picture("c"), kept.picture)
    assert again.marks("c") == kept.marks
    assert len(LookStore(tmp_path, "2")) == 0
    with pytest.raises(KeyError):
        again.small("d")


def test_a_damaged_shard_is_looked_at_again(tmp_path: Path) -> None:
    made = folder(tmp_path / "images", [NOISE[0]])
    manifest = scan(made, tmp_path / "cache")
    next((tmp_path / "cache").glob("*.small.npy")).write_bytes(b"cut")
    assert len(open_store(tmp_path / "cache")) == 0
    assert list(look(manifest, tmp_path / "cache").small) == ["i0"]
    assert len(open_store(tmp_path / "cache")) == 1


def test_new_marks_are_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = scan(folder(tmp_path / "images", [NOISE[0]]), tmp_path / "cache")
    monkeypatch.setattr(looks.marks_file, "VERSION", 99)
    monkeypatch.setattr(looks.marks_file, "marks_of", lambda image, levels: {"new": 1.0})
    assert dict(look(manifest, tmp_path / "cache").marks["i0"]) == {"new": 1.0}
