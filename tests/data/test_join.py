"""Folders that are parts of a split, as one data set."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.data.join import join_parts
from bogam.data.layout import recognize
from bogam.data.scan import scan


def put(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.random.default_rng(seed).integers(0, 256, (16, 16), np.uint8)
    path.write_bytes(cv2.imencode(".png", image)[1].tobytes())


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    for number, (folder, label, k) in enumerate((f, c, k) for f in ("a", "deep/b") for c in ("well", "sick")
                                                for k in range(4)):
        put(tmp_path / folder / label / f"person{number % 5}_{k}.png", number)
    return tmp_path


def joined(parts: Path, *names: str, pattern: str | None = None):
    labels = ("train", "test") if len(names) == 2 else ("train", "validation", "test")
    return join_parts([(label, recognize(parts / name)) for label, name in zip(labels, names, strict=True)], pattern)


def test_ids_places_and_parts(parts: Path) -> None:
    made = joined(parts, "a", "deep/b")
    made.check()
    assert len(made) == 16
    assert made.root == parts
    row = made.images.filter(made.images["part"] == "test").row(0, named=True)
    assert row["id"].startswith("test/")
    assert row["image"].startswith("deep/b/")
    assert dict(made.images["part"].value_counts().rows()) == {"train": 8, "test": 8}
    assert made.target_specs["class"].labels == ("sick", "well")
    assert made.targets["class"].null_count() == 0
    assert any(note.startswith("test (b): ") for note in made.notes)
    assert scan(made).images["rows"].to_list() == [16] * 16  # every locator leads to its file


def test_patients_by_a_pattern_that_one_part_may_lack(parts: Path) -> None:
    made = joined(parts, "a", "deep/b", pattern=r"(?P<patient>person\d)")
    assert made.patient == "given"
    assert made.images["patient"].n_unique() == 5
    for path in (parts / "deep/b").rglob("*.png"):
        path.rename(path.with_name(path.name.replace("person", "x-")))
    half = joined(parts, "a", "deep/b", pattern=r"(?P<patient>person\d)")
    assert half.images["patient"].str.starts_with("unknown-").sum() == 8
    assert any("8 of 16 images have no known patient" in note for note in half.notes)
    with pytest.raises(UserError, match="which fits no file"):
        joined(parts, "a", "deep/b", pattern="(?P<patient>nobody)")
    assert joined(parts, "a", "deep/b").patient == "absent"


def test_a_class_of_one_part_only_is_kept(parts: Path) -> None:
    (parts / "deep/b/sick").rename(parts / "deep/b/new")
    made = joined(parts, "a", "deep/b")
    assert made.target_specs["class"].labels == ("sick", "well", "new")


def test_a_validation_part_of_the_first_folder_stays_one(parts: Path) -> None:
    for label in ("well", "sick"):
        for part in ("train", "val"):
            for k in range(3):
                put(parts / "own" / part / label / f"{part}{k}.png", hash((part, label, k)) % 1000)
    made = joined(parts, "own", "deep/b")
    assert dict(made.images["part"].value_counts().rows()) == {"train": 6, "validation": 6, "test": 8}
