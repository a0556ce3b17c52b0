"""Copies are found among pictures of one texture, and pictures of one kind are not taken for copies."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from bogam.core.types import Picture
from bogam.data.looks import take_look
from bogam.data.same import candidates
from bogam.data.same.describe import describe
from bogam.data.same.features import code_of, features_of, per_picture, stacked, symmetries
from bogam.data.same.find import find_copies
from bogam.data.same.verify import Copy

Image = np.ndarray


def scene(seed: int, height: int = 150, width: int = 180) -> Image:
    """Return a made picture with structure at all scales, such as tissue has."""
    rng = np.random.default_rng(seed)
    total = sum(s**0.9 * cv2.GaussianBlur(rng.normal(size=(height, width)).astype(np.float32), (0, 0), s)
                for s in (1, 2, 4, 8, 16))
    low, high = np.percentile(total, (1, 99))
    return np.clip((total - low) / (high - low) * 255, 0, 255).astype(np.uint8)


def turned(image: Image, angle: float, zoom: float = 1, shift: float = 0) -> Image:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, zoom)
    matrix[:, 2] += shift * width
    return np.asarray(cv2.warpAffine(image, matrix, (width, height)))


def bent(image: Image) -> Image:
    y, x = np.mgrid[:image.shape[0], :image.shape[1]].astype(np.float32)
    return np.asarray(cv2.remap(image, x + 5 * np.sin(y / 20), y + 4 * np.cos(x / 25), cv2.INTER_LINEAR))


def labeled(image: Image) -> Image:
    out = image.copy()
    cv2.putText(out, "LEFT 12 mm", (20, 40), 0, 0.5, 255, 1)
    return out


RNG = np.random.default_rng(5)
MADE: dict[str, Callable[[Image], Image]] = {
    "jpeg": lambda p: cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], 0),
    "half": lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "stretched": lambda p: cv2.resize(p, (140, 140), interpolation=cv2.INTER_AREA),
    "gamma": lambda p: (255 * (p / 255) ** 0.6).astype(np.uint8),
    "inverted": lambda p: 255 - p,
    "mirrored": lambda p: p[:, ::-1].copy(),
    "quarter": lambda p: np.rot90(p).copy(),
    "cropped": lambda p: p[10:-5, 15:-12].copy(),
    "half of it": lambda p: p[20:130, 60:170].copy(),
    "padded": lambda p: cv2.copyMakeBorder(p, 20, 30, 0, 0, cv2.BORDER_CONSTANT),
    "text": labeled,
    "turned": lambda p: turned(p, 37),
    "turned far": lambda p: turned(p, 200),
    "shifted": lambda p: turned(p, 0, 1, 0.12),
    "zoomed": lambda p: turned(p, 0, 1.3),
    "bent": bent,
    "clahe": lambda p: cv2.createCLAHE(2.0, (8, 8)).apply(p),
    "blurred": lambda p: cv2.GaussianBlur(p, (7, 7), 0),
    "equalized": cv2.equalizeHist,
    "noisy": lambda p: np.clip(p + RNG.normal(0, 12, p.shape), 0, 255).astype(np.uint8)}


@pytest.fixture(scope="module")
def found() -> dict[tuple[int, int], Copy]:
    images = [scene(k) for k in range(24)]
    images += [change(images[k]) for k, change in enumerate(MADE.values())]
    looks = [take_look(Picture(image[None], None)) for image in images]
    copies = find_copies(len(looks), lambda k: looks[k].picture, lambda k: looks[k].small)
    return {(min(c.first, c.other), max(c.first, c.other)): c for c in copies}


@pytest.mark.parametrize("name", MADE)
def test_each_change_of_a_picture_is_found(found: dict[tuple[int, int], Copy], name: str) -> None:
    k = list(MADE).index(name)
    assert (k, 24 + k) in found
    assert found[k, 24 + k].agreement > 0.8
    assert found[k, 24 + k].kind == ("bent" if name == "bent" else "straight")


def test_nothing_else_is_called_a_copy(found: dict[tuple[int, int], Copy]) -> None:
    assert {(a, b) for a, b in found if b != a + 24} == set()


@pytest.mark.parametrize(("name", "word", "made"), [
    ("mirrored", "mirrored left to right", False), ("quarter", "turned by 90 degrees", False),
    ("turned", "turned by 37 degrees", True), ("bent", "distorted", True), ("blurred", "blurred or noisy", True),
    ("inverted", "light and dark exchanged", False), ("cropped", "shifted, zoomed or cropped", False),
    ("jpeg", "stored anew or with other tones", False)])
def test_what_was_done_is_said(found: dict[tuple[int, int], Copy], name: str, word: str, made: bool) -> None:
    k = list(MADE).index(name)
    copy = found[k, 24 + k]
    shapes = [take_look(Picture(image[None], None)).picture.shape for image in (scene(k), MADE[name](scene(k)))]
    order = shapes if copy.first == k else shapes[::-1]
    words, is_made = describe(copy, order[0], order[1])
    assert word in words
    assert is_made == made


def test_neighboring_slices_are_no_copies() -> None:
    rng = np.random.default_rng(2)
    volume = rng.normal(size=(12, 120, 120)).astype(np.float32)
    volume = np.stack([cv2.GaussianBlur(p, (0, 0), 3) for p in volume])
    volume = np.stack([(volume[max(0, k - 1):k + 2]).mean(axis=0) for k in range(12)])  # neighbors share two thirds
    slices = ((volume - volume.min()) / np.ptp(volume) * 255).astype(np.uint8)
    looks = [take_look(Picture(p[None], None)) for p in slices]
    assert find_copies(12, lambda k: looks[k].picture, lambda k: looks[k].small) == []


def test_the_search_in_a_process_of_its_own_finds_the_same() -> None:
    images = [scene(k, 80, 90) for k in range(6)]
    images.append(images[0][:, ::-1].copy())
    looks = [take_look(Picture(image[None], None)) for image in images]
    descriptors, owners = stacked([features_of(look.picture) for look in looks])
    codes = np.stack([code_of(look.small) for look in looks])
    here, apart = candidates.search(descriptors, owners, codes), candidates.search_apart(descriptors, owners, codes)
    assert (0, 6) in {(int(a), int(b)) for a, b, _ in here[0]}
    for one, other in zip(here, apart, strict=True):
        assert np.array_equal(one, other)


def test_a_code_is_blind_to_tones_and_knows_eight_symmetries() -> None:
    small = cv2.resize(scene(1), (64, 64), interpolation=cv2.INTER_AREA)
    code = code_of(small)
    assert float(np.linalg.norm(code)) == pytest.approx(1, abs=1e-5)
    assert float(code @ code_of((255 * (small / 255) ** 0.5).astype(np.uint8))) > 0.99
    assert float(code @ code_of(255 - small)) < -0.99
    eight = symmetries(code)
    for k, image in enumerate(t[::r, ::c] for t in (small, small.T) for r in (1, -1) for c in (1, -1)):
        assert float(eight[k] @ code_of(np.ascontiguousarray(image))) > 0.999


def test_features_are_fewer_where_there_are_many_pictures() -> None:
    assert [per_picture(n) for n in (0, 100, 100_000, 10_000_000)] == [100, 100, 80, 24]
    assert len(features_of(scene(0), 30).points) == 30
    assert len(features_of(np.zeros((40, 40), np.uint8)).points) == 0
