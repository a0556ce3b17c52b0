"""Phantom patients of every kind: twenty honest splits give no suspicion, pooled copies always do."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from bogam.audit.probe.copy_probe import Copies, copy_probe
from bogam.audit.probe.masks import pack, shrink
from bogam.audit.probe.shuffled import shuffled_labels
from bogam.audit.probe.subject import Subject
from bogam.data.duplicates import thumbnail
from bogam.data.phantoms.family import phantoms

KINDS = ("breast-ultrasound", "chest-x-ray", "histology", "mammogram")


@cache
def drawn(kind: str, seed: int) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """Return grey pictures, patients, classes and packed masks."""
    phantom = phantoms.parse({kind: {"images": 150, "size": (48, 48), "sites": 1, "seed": seed}})
    images = [phantom.draw(patient, k) for patient, count in enumerate(phantom.patients()) for k in range(count)]
    grey = [np.uint8(image.image.mean(axis=0)) for image in images]
    return (grey, np.unique([image.patient for image in images], return_inverse=True)[1],
            np.unique([image.label for image in images], return_inverse=True)[1],
            pack(np.stack([shrink(image.masks[0]) for image in images])[:, None]))


def subject(grey: list[np.ndarray], patients: np.ndarray, classes: np.ndarray, masks: np.ndarray | None,
            test: np.ndarray) -> Subject:
    return Subject([str(k) for k in range(len(grey))], np.stack([thumbnail(g) for g in grey]), patients, classes,
                   masks, [(test, ~test)], True)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_an_honest_split_is_never_suspected(kind: str, seed: int) -> None:
    grey, patients, classes, masks = drawn(kind, seed)
    names = np.random.default_rng(seed).permutation(patients.max() + 1)
    test = np.isin(patients, names[:len(names) // 4])
    for copied in (None, masks):
        made = subject(grey, patients, classes, copied, test)
        copies = Copies(made)
        rows = [*copy_probe(made, copies), *shuffled_labels(made, copies, linear=False)]
        assert rows
        assert not [row for row in rows if row.suspected]


@pytest.mark.parametrize("known", [True, False], ids=["parents known", "parents unknown"])
@pytest.mark.parametrize("kind", KINDS)
def test_blurred_copies_pooled_before_the_split_are_always_suspected(kind: str, known: bool) -> None:
    grey, patients, classes, masks = drawn(kind, 0)
    copies = [*grey, *(cv2.GaussianBlur(g, (0, 0), 0.8) for g in grey), *(cv2.equalizeHist(g) for g in grey)]
    groups = np.tile(patients, 3) if known else np.arange(len(copies))
    test = np.random.default_rng(1).random(len(copies)) < 0.2
    made = subject(copies, groups, np.tile(classes, 3), np.tile(masks, (3, 1, 1)), test)
    suspected = [row.against for row in copy_probe(made, Copies(made)) if row.suspected]
    assert suspected
    assert known == ("own group withheld" in suspected)
