"""Thumbnails, likeness, and the groups that no split divides; more on groups in test_split.py."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.data import duplicates
from bogam.data.duplicates import Similar, Union, groups, similar, thumbnail, thumbnails
from bogam.data.looks import look
from bogam.data.manifest import IMAGES, Manifest, table
from bogam.data.scan import scan

RNG = np.random.default_rng(3)
NOISE = RNG.integers(0, 256, (40, 60), np.uint8)


def test_a_thumbnail_has_mean_0_and_norm_1() -> None:
    small = thumbnail(NOISE)
    assert small.shape == (1024,)
    assert abs(float(small.mean())) < 1e-6
    assert float(np.linalg.norm(small)) == pytest.approx(1, abs=1e-6)
    assert not thumbnail(np.full((64, 64), 9, np.uint8)).any()


def test_brightness_and_contrast_do_not_matter_size_hardly() -> None:
    smooth = np.asarray(cv2.GaussianBlur(NOISE, (0, 0), 4))
    base = thumbnail(smooth)
    assert float(base @ thumbnail((smooth // 2 + 40).astype(np.uint8))) > 0.99
    assert float(base @ thumbnail(np.asarray(cv2.resize(smooth, (120, 80), interpolation=cv2.INTER_AREA)))) > 0.99
    assert float(base @ thumbnail(smooth[:, ::-1].copy())) < 0.9


def test_blank_pictures_have_no_thumbnail(tmp_path: Path) -> None:
    for name, image in (("a", NOISE), ("b", np.full((20, 20), 5, np.uint8))):
        (tmp_path / f"{name}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
    rows = [{"id": name, "image": f"{name}.png", "origin": "real"} for name in "ab"]
    assert list(thumbnails(look(scan(Manifest(tmp_path, "made", table(rows, IMAGES)))))) == ["a"]


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
