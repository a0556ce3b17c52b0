"""MedMNIST's members, flat and in three dimensions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.data.datasets.compare import compare
from bogam.data.datasets.medmnist import Medmnist
from bogam.data.layout import recognize
from bogam.data.load import load_case


def a_member(path: Path, shape: tuple[int, ...], width: int = 1) -> Path:
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for part, count in (("train", 3), ("val", 1), ("test", 2)):
        arrays[f"{part}_images"] = rng.integers(0, 255, (count, *shape), np.uint8)
        arrays[f"{part}_labels"] = np.arange(count * width, dtype=np.uint8).reshape(count, width) % 2
    np.savez(path, allow_pickle=False, **arrays)
    return path


def test_volumes_are_cut_along_a_stated_axis_only(tmp_path: Path) -> None:
    path = a_member(tmp_path / "organmnist3d.npz", (6, 5, 4))
    with pytest.raises(UserError, match="6 volumes"):
        recognize(path)
    manifest = recognize(path, slice_axis="z", slice_every=2)
    assert manifest.dataset == "organmnist3d"
    assert len(manifest) == 6 * 3
    assert manifest.images["patient"].n_unique() == 6
    assert set(manifest.targets["class"]) == {"liver", "kidney-right"}
    with np.load(path) as arrays:
        assert (load_case(manifest, "train-00001-z003").image[0] == arrays["train_images"][1, 3]).all()
    rows = {row.what: (row.published, row.here) for row in compare(manifest, Medmnist, "organmnist3d")}
    assert rows == {"train/volumes": (971, 3), "validation/volumes": (161, 1), "test/volumes": (610, 2)}


def test_color_volumes_and_flat_color(tmp_path: Path) -> None:
    volumes = recognize(a_member(tmp_path / "synapsemnist3d_64.npz", (4, 5, 6, 3)), slice_axis="x")
    assert volumes.dataset == "synapsemnist3d"
    assert len(volumes) == 6 * 6
    assert load_case(volumes, volumes.images["id"][0]).image.shape == (3, 4, 5)
    flat = recognize(a_member(tmp_path / "bloodmnist.npz", (5, 6, 3)))
    assert len(flat) == 6
    assert flat.dataset == "bloodmnist"


@pytest.mark.parametrize("name", sorted(Medmnist.members))
def test_each_member_has_its_file_and_labels(name: str) -> None:
    member = Medmnist.members[name]
    assert f"{name}.npz" in Medmnist.checksums
    assert len(set(member.labels)) == len(member.labels) >= 2
    assert all(count for count in member.counts)
    assert Medmnist.fits_names([f"{name}_64.npz"]) == name
