"""Masks and augmented copies among the images."""

from __future__ import annotations

import dataclasses

import numpy as np

from bogam.data.copied import Copied
from bogam.data.duplicates import Similar
from bogam.data.looks import Looks


def named(*files: str) -> list[dict[str, str]]:
    return [{"image": f} for f in files]


def test_names_tell_a_child_and_the_sum_is_shown(evidence, findings) -> None:
    found = findings("derived-files", evidence(named("a/1.png", "a/1_flip.png", "a/2.png")))
    assert [f.severity for f in found] == ["warning"]
    assert "3 images = 2 pictures + 1 augmented copy" in found[0].title
    assert found[0].pairs == (("i1", "i0", "by its name"),)


def test_numbers_in_names_are_no_children(evidence, findings) -> None:
    assert findings("derived-files", evidence(named("p1_1.png", "p1_2.png", "p2_1.png"))) == []


def test_flat_drawings_among_photographs_are_masks(evidence, findings) -> None:
    rng = np.random.default_rng(0)
    photo = [rng.integers(0, 255, (64, 64)).astype(np.uint8) for _ in range(3)]
    mask = np.zeros((64, 64), np.uint8)
    mask[10:30, 20:50] = 255
    given = evidence(named("1.png", "2.png", "3.png", "4.png"))
    looks = Looks({}, dict(zip(("i0", "i1", "i2", "i3"), (*photo, mask), strict=True)), {}, {})
    found = findings("derived-files", dataclasses.replace(given, looks=looks))
    assert ["4 images = 3 pictures + 1 mask" in f.title for f in found] == [True]
    assert found[0].pairs == (("i3", "", "mask"),)
    alone = Looks({}, {"i3": mask}, {}, {})
    assert findings("derived-files", dataclasses.replace(given, looks=alone)) == []  # then masks are the data


def test_a_distorted_copy_counts_a_stored_anew_one_does_not(evidence, findings) -> None:
    for made, count in ((True, 1), (False, 0)):
        near = Similar((), 0.95, "", (Copied("i0", "i1", "transformed", "distorted", 0.97, made=made),))
        assert len(findings("derived-files", evidence(named("1.png", "2.png"), near=near))) == count


def test_declared_children_are_not_accused_again(evidence, findings) -> None:
    rows = [{"image": "1.png"}, {"image": "1_flip.png", "origin": "derived", "parents": ["i0"]}]
    assert findings("derived-files", evidence(rows)) == []
