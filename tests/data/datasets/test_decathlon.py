"""The Decathlon's tasks in their published layout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bogam.data.datasets.compare import compare
from bogam.data.datasets.decathlon import Decathlon
from bogam.data.datasets.family import identify, share_patients
from bogam.data.layout import recognize

Put = Callable[..., Path]


def a_task(root: Path, put_volume: Put, name: str) -> None:
    for number in (1, 2):
        put_volume(root / f"imagesTr/{name}_00{number}.nii.gz")
        put_volume(root / f"labelsTr/{name}_00{number}.nii.gz", highest=2)
    put_volume(root / f"imagesTs/{name}_003.nii.gz")
    (root / "imagesTr" / f"._{name}_001.nii.gz").write_bytes(b"leaving of macOS")


def test_a_task_with_its_json(tmp_path: Path, put_volume: Put) -> None:
    a_task(tmp_path, put_volume, "liver")
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": {"0": "background", "1": "liver", "2": "metastasis"}}),
                                           encoding="utf-8")
    manifest = recognize(tmp_path, slice_axis="z")
    assert manifest.dataset == "task03-liver"
    assert manifest.mask_labels == ("liver", "metastasis")
    assert manifest.images["patient"].n_unique() == 2
    assert set(manifest.images["modality"]) == {"CT"}
    row, = compare(manifest, Decathlon, "task03-liver")
    assert (row.what, row.published, row.here, row.verdict) == ("volumes", 131, 2, "missing")
    assert row.source.startswith("https://")


def test_a_copy_without_its_json_has_the_published_labels(tmp_path: Path, put_volume: Put) -> None:
    a_task(tmp_path, put_volume, "hippocampus")
    assert recognize(tmp_path, slice_axis="z").mask_labels == ("Anterior", "Posterior")
    assert recognize(tmp_path, slice_axis="z", mask_values={1: "front", 2: "back"}).mask_labels == ("front", "back")


@pytest.mark.parametrize(("stem", "task"), [("BRATS", "task01-braintumour"), ("la", "task02-heart"),
                                            ("hepaticvessel", "task08-hepaticvessel"), ("colon", "task10-colon")])
def test_each_task_by_its_names(stem: str, task: str) -> None:
    found = identify([f"Task/imagesTr/{stem}_{n:03d}.nii.gz" for n in range(3)])
    assert found is not None
    assert found[0] == task
    assert found[1].published(task).keys() == {"volumes"}


def test_mixed_names_are_no_task() -> None:
    assert identify(["imagesTr/colon_001.nii.gz", "imagesTr/spleen_001.nii.gz"]) is None


def test_livers_are_those_of_the_organ_sets() -> None:
    assert share_patients("task03-liver", "organamnist") is not None
    assert share_patients("task09-spleen", "organamnist") is None
