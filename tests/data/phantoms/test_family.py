"""What holds for every phantom, and the settings that they share."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest

from bogam.data.phantoms.family import Phantom, PhantomImage, boxes_of, phantoms

KINDS = ("breast-ultrasound", "chest-x-ray", "histology", "mammogram")


def small(kind: str, **settings: object) -> Phantom:
    return phantoms.parse({kind: {"size": (64, 64), **settings}})


def every(phantom: Phantom) -> list[PhantomImage]:
    return [phantom.draw(p, i) for p, count in enumerate(phantom.patients()) for i in range(count)]


def test_the_four_kinds_are_listed() -> None:
    assert phantoms.names() == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_keeps_its_promises(kind: str) -> None:
    phantom = phantoms.parse({kind: {"size": (48, 64)}})
    for drawn in every(phantom)[:12]:
        assert drawn.image.shape == (3 if kind == "histology" else 1, 48, 64)
        assert drawn.image.dtype == np.uint8
        assert drawn.image.std() > 10
        assert drawn.masks.shape == (1, 48, 64)
        assert set(np.unique(drawn.masks)) <= {0, 1}
        assert drawn.label in phantom.classes
        if kind != "histology":
            assert bool(drawn.masks.any()) == (drawn.label != "normal")
        for box in drawn.boxes.astype(int):
            piece = drawn.masks[0, box[0]:box[2], box[1]:box[3]]
            assert all(side.any() for side in (piece[0], piece[-1], piece[:, 0], piece[:, -1]))
        assert drawn.to_case().levels == (0, 255)
        assert drawn.spacing_mm[0] == pytest.approx(phantom.width_mm / 64)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_image_in_any_order(kind: str) -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    once = [small(kind).draw(p, 1) for p in (0, 3, 5)]
    again = [small(kind).draw(p, 1) for p in (5, 3, 0)][::-1]
    for one, two in zip(once, again, strict=True):
        assert np.array_equal(one.image, two.image)
        assert np.array_equal(one.masks, two.masks)
        assert one.label == two.label
    assert not np.array_equal(once[0].image, small(kind, seed=1).draw(0, 1).image)
    assert not np.array_equal(once[0].image, small(kind).draw(0, 0).image)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


@pytest.mark.parametrize("kind", KINDS)
def test_patients_sites_and_classes_come_in_the_stated_shares(kind: str) -> None:
    phantom = small(kind, images=301)
    counts = phantom.patients()
    low, high = phantom.images_per_patient
    assert sum(counts) == 301
    assert set(counts[:-1]) == set(range(low, high + 1))
    assert [phantom.scanner(p).site for p in range(3)] == ["site-a", "site-b", "site-a"]
    assert {small(kind, sites=1).scanner(p).site for p in range(4)} == {"site-a"}
    for sites in (slice(0, None, 2), slice(1, None, 2)):
        classes = [phantom.class_index(p, i) for p in range(300)[sites] for i in range(counts[p % len(counts)])]
        shares = np.bincount(classes, minlength=len(phantom.classes)) / len(classes)
        assert shares == pytest.approx(phantom.class_shares, abs=0.08)


@pytest.mark.parametrize("kind", KINDS[:2])
def test_depth_changes_the_storage_and_not_the_picture(kind: str) -> None:
    shallow, deep, deepest = (small(kind, bits=bits).draw(1, 0).image for bits in (8, 12, 16))
    assert (deep.dtype, deepest.dtype) == (np.uint16, np.uint16)
    assert deep.max() <= 4095
    assert np.abs(deep / 4095 - shallow / 255).max() < 0.003
    assert np.abs(deepest / 65535 - shallow / 255).max() < 0.003
    assert len(np.unique(deep)) > len(np.unique(shallow))


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_site_looks_different(kind: str) -> None:
    phantom = small(kind, images_per_patient=(2, 2), images=64)
    grain = {"site-a": [], "site-b": []}
    bright = {"site-a": [], "site-b": []}
    for drawn in every(phantom):
        image = drawn.image.mean(axis=0) / 255
        bright[drawn.site].append(image.mean())
        high = image - cv2.GaussianBlur(image, (0, 0), 1.0)
        grain[drawn.site].append(float(np.median(np.abs(high)) / image.mean()))
    assert np.mean(bright["site-b"]) < 0.9 * np.mean(bright["site-a"])
    assert abs(np.log(np.mean(grain["site-b"]) / np.mean(grain["site-a"]))) > 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_images_of_one_patient_look_alike(kind: str) -> None:
    """A patient on both sides of a split leaks: own images are nearer to each other than to the next patient's."""
    phantom = small(kind, sites=1, images_per_patient=(2, 8))
    step = 2 if kind == "mammogram" else 1      # the same view of the mammogram
    views = []
    for patient in range(16):
        pair = [phantom.draw(patient, i) for i in (0, step)]
        if kind == "histology":                 # the stain of what lies between nuclei and holes
            views.append([np.median(d.image[:, (d.masks[0] == 0) & (d.image[1] < 225)], axis=1) for d in pair])
        else:
            views.append([cv2.resize(d.image[0], (12, 12), interpolation=cv2.INTER_AREA).astype(float) for d in pair])
    own = np.mean([np.abs(one - two).mean() for one, two in views])
    other = np.mean([np.abs(views[k][0] - views[(k + 1) % 16][1]).mean() for k in range(16)])
    assert own < 0.85 * other


def test_boxes_are_one_per_piece_and_half_open() -> None:
    mask = np.zeros((6, 6), np.uint8)
    mask[1:3, 1:4] = 1
    mask[5, 5] = 1
    assert boxes_of(mask).tolist() == [[1, 1, 3, 4], [5, 5, 6, 6]]
    assert boxes_of(np.zeros((6, 6), np.uint8)).shape == (0, 4)


@pytest.mark.parametrize(("settings", "part"), [
    ({"class_shares": (0.5, 0.5)}, "expected 3 numbers that sum to 1"),
    ({"class_shares": (0.5, 0.5, 0.5)}, "benign, malignant, normal"),
    ({"images_per_patient": (3, 1)}, "Swap the two"),
    ({"difficulty": 1.5}, "difficulty"),
    ({"bits": 10}, "bits"),
    ({"size": (16, 16)}, "32"),
    ({"hardness": 1}, "does not exist"),
])
def test_wrong_settings_are_refused(settings: dict[str, object], part: str) -> None:
    with pytest.raises(ValueError, match=part):
        phantoms.parse({"breast-ultrasound": settings})


def test_settings_survive_yaml_and_pickling() -> None:
    phantom = small("mammogram", difficulty=0.2)
    assert phantoms.parse(phantom.to_yaml()) == phantom
    assert pickle.loads(pickle.dumps(phantom)) == phantom
