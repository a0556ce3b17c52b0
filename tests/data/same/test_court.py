"""How strictly a set is judged follows from its look-alikes; frames and edges are no evidence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from bogam.core.types import Picture
from bogam.data.looks import take_look
from bogam.data.phantoms.family import phantoms
from bogam.data.same.compare import Bands, Likeness
from bogam.data.same.court import Court
from bogam.data.same.describe import describe
from bogam.data.same.features import ONE_WAY, crossing, features_of
from bogam.data.same.find import find_copies
from bogam.data.same.frame import frame_of
from bogam.data.same.verify import Copy, Proposal, Rigor, verdict

Image = np.ndarray


def noise(seed: int, sigmas: tuple[float, ...], side: int) -> Image:
    rng = np.random.default_rng(seed)
    return sum(s * cv2.GaussianBlur(rng.normal(size=(side, side)).astype(np.float32), (0, 0), s) for s in sigmas)


def scaled(values: Image) -> Image:
    low, high = np.percentile(values, (1, 99))
    return np.clip((values - low) / (high - low) * 255, 0, 255).astype(np.uint8)


def alone(seed: int, side: int = 128) -> Image:
    return scaled(noise(seed, (1, 2, 4, 8), side))


@pytest.fixture(scope="module")
def chests() -> list[Image]:
    """Return phantom chest X-rays of 24 patients: one body, with other lungs and ribs of much the same shape."""
    part = phantoms.parse({"chest-x-ray": {"images": 60, "seed": 23, "size": (144, 144)}})
    return [part.draw(patient, 0).image[0] for patient in range(24)]


def copies(images: list[Image]) -> list[Copy]:
    looks = [take_look(Picture(image[None], None)) for image in images]
    return find_copies(len(looks), lambda k: looks[k].picture, lambda k: looks[k].small)


def resemblance(images: list[Image]) -> float:
    """Return the share for pictures of which each is proposed with each."""
    looks = [take_look(Picture(image[None], None)).picture for image in images]
    features = [features_of(look) for look in looks]
    groups = [[Proposal(a, b, symmetry=0)] for a in range(len(images)) for b in range(a + 1, len(images))]
    with ThreadPoolExecutor(2) as pool:
        court = Court(groups, looks.__getitem__, features.__getitem__, lambda a, b: False, len(images))
        return court.resemblance(pool)


def test_a_family_of_copies_is_no_set_of_look_alikes() -> None:
    first = alone(1)
    family = [cv2.GaussianBlur(first, (0, 0), s) for s in (0.1, 0.6, 0.9, 1.2)]
    assert resemblance([*family, *(alone(k) for k in range(2, 8))]) == 0


def test_bodies_of_one_shape_are_look_alikes(chests: list[Image]) -> None:
    assert resemblance(chests) > 0.5
    assert resemblance([alone(k) for k in range(10)]) == 0


@pytest.mark.parametrize("side", [48, 144])
def test_look_alikes_are_not_accused(chests: list[Image], side: int) -> None:
    images = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in chests]
    found = copies([*images, np.ascontiguousarray(images[5][:, ::-1])])
    assert [(min(c.first, c.other), max(c.first, c.other)) for c in found] == [(5, 24)]


def test_more_is_asked_of_small_pictures_among_look_alikes() -> None:
    bands = Bands(0.95, 0.97, 0.98)
    for pixel, curve, alike, free in ((4.6, 2.5, None, "straight"), (4.6, 1.0, None, "straight"),
                                      (1.0, 0.5, "straight", "straight")):
        like = Likeness(bands, bands, curve, 1.0, Bands(), 0.0, np.eye(2, 3), pixel)
        assert verdict(like, 0, 0.0, Rigor(1.0)) == alike
        assert verdict(like, 0, 0.0, Rigor(0.0)) == free


def test_a_padded_small_picture_is_found_and_described_on_its_whole() -> None:
    images = [alone(k, 50) for k in range(12)]
    padded = cv2.copyMakeBorder(images[3], 5, 5, 5, 5, cv2.BORDER_CONSTANT)
    assert frame_of(padded) == (5, 55, 5, 55)
    found, = copies([*images, padded])
    assert {found.first, found.other} == {3, 12}
    shapes = [(50, 50) if k == 3 else (60, 60) for k in (found.first, found.other)]
    assert describe(found, shapes[0], shapes[1])[0] == ("shifted, zoomed or cropped",)
    scale = 60 / 50 if found.first == 3 else 50 / 60  # of canvases that both have the longest side `GRID`
    assert found.matrix[0] == pytest.approx(scale, abs=0.02)
    assert found.matrix[4] == pytest.approx(scale, abs=0.02)


def test_a_dark_side_is_no_frame() -> None:
    image = alone(1)
    image[:, :40] = 0
    assert frame_of(image) is None
    assert frame_of(np.zeros((30, 30), np.uint8)) is None


def test_edges_are_no_copies_of_each_other() -> None:
    rows = np.arange(64)[:, None] + np.zeros((1, 64))
    edges = [scaled(np.tanh((rows - 30 - k % 3) / (2 + k)) + 0.002 * noise(k, (1, 2), 64)) for k in range(8)]
    assert all(crossing(edge) < ONE_WAY for edge in edges)
    assert crossing(alone(1)) > 0.3
    assert copies(edges) == []
