"""What is the same in a folder, from pixels, names and declarations."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import bogam.data.same.find as find
from bogam.data.duplicates import groups
from bogam.data.looks import look
from bogam.data.manifest import IMAGES, Manifest, table
from bogam.data.same.drawn import is_drawn
from bogam.data.same.evidence import Child, Same, same_pictures
from bogam.data.scan import scan


def texture(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    total = sum(s * cv2.GaussianBlur(rng.normal(size=(120, 100)).astype(np.float32), (0, 0), s) for s in (1, 3, 9))
    return np.clip((total - total.min()) / np.ptp(total) * 255, 0, 255).astype(np.uint8)


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    mask = np.zeros((120, 100), np.uint8)
    cv2.circle(mask, (50, 60), 30, 255, -1)
    a, b = texture(1), texture(2)
    files = {"a.png": a, "a_again.tif": a.astype(np.uint16), "b.png": b, "b_flip.png": b[:, ::-1].copy(),
             "c.png": texture(3), "c (2).png": texture(4), "a_mask.png": mask, "d_mask.png": texture(5),
             "d.png": texture(6), "empty.png": np.zeros((50, 50), np.uint8)}
    for name, image in files.items():
        (tmp_path / name).write_bytes(cv2.imencode(Path(name).suffix, image)[1].tobytes())
    rows = [{"id": name, "image": name, "origin": "real"} for name in files]
    return scan(Manifest(tmp_path, "made", table(rows, IMAGES)))


def test_kinds_are_not_mixed(manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = look(manifest)
    same = same_pictures(manifest, looks, tmp_path / "cache")
    assert same.identical == (("a.png", "a_again.tif"),)  # other container and depth, equal values
    pair, = same.copies
    assert (pair.first, pair.other, pair.how, pair.made) == (
        "b.png", "b_flip.png", ("mirrored left to right",), False)
    assert same.masks == ("a_mask.png",)
    assert same.blank == ("empty.png",)
    # "c (2)" is another picture than c, and d_mask no mask: a name alone says nothing there
    assert same.children == (Child("b_flip.png", "b.png", "b", "name and picture"),
                             Child("a_mask.png", "a.png", "a", "name"))
    monkeypatch.setattr(find, "find_copies", lambda *_: pytest.fail("sought again"))
    assert same_pictures(manifest, looks, tmp_path / "cache").copies == same.copies


def test_what_is_the_same_stays_on_one_side(manifest: Manifest) -> None:
    group, _ = groups(manifest, [], None, same_pictures(manifest, look(manifest)))
    assert group["a.png"] == group["a_again.tif"] == group["a_mask.png"]
    assert group["b.png"] == group["b_flip.png"]
    assert len(set(group.values())) == 7


def test_children_of_an_absent_parent_stay_together() -> None:
    same = Same(children=(Child("p", "", "x", "name"), Child("q", "", "x", "name"), Child("r", "", "y", "name")))
    assert same.joined() == [("p", "q")]


def test_drawn_is_flat_not_merely_dark_or_two_toned() -> None:
    mask = np.zeros((1, 100, 100), np.uint8)
    mask[:, 30:70, 20:80] = 255
    assert is_drawn(mask)
    assert is_drawn(np.repeat(mask, 3, axis=0))
    assert is_drawn(cv2.imdecode(cv2.imencode(".jpg", mask[0])[1], 0)[None])
    assert not is_drawn(np.zeros((1, 10, 10), np.uint8))
    assert not is_drawn(texture(0)[None])
    noise = (np.random.default_rng(0).random((1, 80, 80)) > 0.5).astype(np.uint8) * 255
    assert not is_drawn(noise)  # two levels, but not flat
