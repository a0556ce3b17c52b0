"""Thumbnails, likeness, and the groups that no split divides; more on groups in test_split.py."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.data import duplicates
from bogam.data.duplicates import Similar, Union, groups, similar, thumbnail, thumbnails
from bogam.data.manifest import IMAGES, Manifest, table

RNG = np.random.default_rng(3)
NOISE = RNG.integers(0, 256, (1, 40, 60), np.uint8)


def test_a_thumbnail_has_mean_0_and_norm_1() -> None:
    small = thumbnail(NOISE)
    assert small is not None
    assert small.shape == (1024,)
    assert abs(float(small.mean())) < 1e-6
    assert float(np.linalg.norm(small)) == pytest.approx(1, abs=1e-6)


def test_brightness_and_contrast_do_not_matter_size_hardly() -> None:
    smooth = np.asarray(cv2.GaussianBlur(NOISE[0], (0, 0), 4))[None]
    base = thumbnail(smooth)
    half = thumbnail((smooth // 2 + 40).astype(np.uint8))
    large = thumbnail(np.asarray(cv2.resize(smooth[0], (120, 80), interpolation=cv2.INTER_AREA))[None])
    other = thumbnail(smooth[:, ::-1].copy())
    assert base is not None
    assert float(base @ half) > 0.99
    assert float(base @ large) > 0.99
    assert float(base @ other) < 0.9


def test_a_blank_picture_has_none() -> None:
    assert thumbnail(np.full((1, 30, 30), 9, np.uint8)) is None
    speck = np.zeros((1, 640, 640), np.uint8)
    speck[0, 0, 0] = 255  # one bright pixel of 409,600: blank to the eye
    assert thumbnail(speck) is None


def test_a_volume_is_its_middle_slice() -> None:
    volume = np.zeros((1, 3, 40, 60), np.uint8)
    volume[0, 1] = NOISE[0]
    assert np.array_equal(thumbnail(volume), thumbnail(NOISE))


def folder(root: Path) -> Manifest:
    rows = []
    for k in range(4):
        image = NOISE[0] if k != 2 else np.full((20, 20), 5, np.uint8)
        (root / f"{k}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
        rows.append({"id": f"i{k}", "image": f"{k}.png", "origin": "real"})
    (root / "3.png").write_bytes(b"\x89PNG broken")
    return Manifest(root, "made", table(rows, IMAGES))


def test_thumbnails_leave_out_blank_and_broken_ones_and_remember(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "images").mkdir()
    manifest = folder(tmp_path / "images")
    told: list[tuple[int, int]] = []
    first = thumbnails(manifest, tmp_path / "cache", lambda done, total: told.append((done, total)))
    assert list(first) == ["i0", "i1"]
    assert told == [(k, 4) for k in (1, 2, 3, 4)]
    monkeypatch.setattr(duplicates, "thumbnail", lambda image: pytest.fail("decoded again"))
    again = thumbnails(manifest, tmp_path / "cache")
    assert list(again) == ["i0", "i1"]
    assert np.array_equal(again["i1"], first["i1"])


def test_union_joins_sets_and_counts_them() -> None:
    union = Union("abcde")
    union.join("d", "b")
    union.join("b", "e")
    assert union.find("e") == union.find("d") == "b"
    assert union.find("a") == "a"
    assert union.sizes() == {"a": 1, "b": 3, "c": 1}


def unit(values: np.ndarray) -> np.ndarray:
    moved = values - values.mean()
    return (moved / np.linalg.norm(moved)).astype(np.float32)


def test_pairs_come_best_first_with_their_correlation() -> None:
    base, noise = RNG.normal(size=400), RNG.normal(size=400)
    thumbs = {"a": unit(base), "b": unit(base + 0.2 * noise), "c": unit(base + 0.01 * noise), "d": unit(noise)}
    found = similar(thumbs, 4)
    assert found.threshold == 0.95
    assert found.pairs[0][:2] == ("a", "c")
    assert {p[:2] for p in found.pairs} == {("a", "b"), ("a", "c"), ("b", "c")}
    expected = float(np.corrcoef(base, base + 0.2 * noise)[0, 1])
    assert {p[:2]: p[2] for p in found.pairs}["a", "b"] == pytest.approx(expected, abs=1e-5)


def test_too_few_to_compare() -> None:
    assert similar({}, 0).pairs == ()
    assert similar({"a": unit(np.arange(9.0))}, 5).threshold == 0.95


def test_a_set_in_which_all_are_alike_is_given_up_with_bounded_memory() -> None:
    base = RNG.normal(size=60)
    thumbs = {f"i{k}": unit(base + 0.001 * RNG.normal(size=60)) for k in range(300)}  # 44,850 pairs above 0.995
    pairs, lowest = duplicates._pairs(list(thumbs), np.stack(list(thumbs.values())))
    assert pairs == []
    assert lowest == len(duplicates.THRESHOLDS)
    found = similar(thumbs, 300)
    assert (found.pairs, found.threshold) == ((), None)
    assert "cannot be told" in found.note


def test_giving_up_a_low_threshold_keeps_what_a_higher_one_finds(monkeypatch) -> None:
    base = RNG.normal(size=900)
    thumbs = {f"i{k}": unit(base + 0.2 * RNG.normal(size=900)) for k in range(60)}  # r about .96
    thumbs |= {"x": unit(RNG.normal(size=900))}
    thumbs |= {"y": thumbs["x"].copy()}
    full = similar(thumbs, 62)
    monkeypatch.setattr(duplicates, "PAIRS_PER_PICTURE", 5)
    scarce = similar(thumbs, 62)
    assert scarce.pairs == full.pairs
    assert scarce.threshold == full.threshold
    assert ("x", "y") in {p[:2] for p in scarce.pairs}


def made(**columns: list) -> Manifest:
    number = len(next(iter(columns.values())))
    rows = [{"id": f"i{k}", "image": f"{k}.png", "origin": "real", **{c: v[k] for c, v in columns.items()}}
            for k in range(number)]
    return Manifest(Path("."), "made", table(rows, IMAGES))


def test_derived_images_stay_with_their_parents() -> None:
    group, _ = groups(made(parents=[[], ["i0", "elsewhere"], ["i1"], []]), [], None)
    assert group["i0"] == group["i1"] == group["i2"] != group["i3"]


def test_null_is_no_group() -> None:
    group, _ = groups(made(patient=[None, None], pixels_sha256=[None, None]), ["patient"], None)
    assert group["i0"] != group["i1"]


def test_studies_and_lesions_join_where_asked() -> None:
    whole = made(study=["s", "s", "t", "t"], lesion=["l", None, "l", None])
    assert len(set(groups(whole, [], None)[0].values())) == 4
    assert len(set(groups(whole, ["study"], None)[0].values())) == 2
    assert len(set(groups(whole, ["study", "lesion"], None)[0].values())) == 1


def test_similar_pictures_join_only_where_asked() -> None:
    near = Similar((("i0", "i1", 0.99),), 0.95, "")
    whole = made(pixels_sha256=["a", "b"])
    assert len(set(groups(whole, ["duplicate"], near)[0].values())) == 1
    assert len(set(groups(whole, [], near)[0].values())) == 2
