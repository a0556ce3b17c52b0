"""What a run keeps beside its scores."""

from pathlib import Path

import numpy as np
import pytest

from bogam.study.one_run import load_mask, save_masks, versions
from bogam.study.recipe import cells, parse_recipe
from bogam.study.run import run_folder


def test_masks_of_any_name_and_size_come_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    masks = {name: rng.integers(0, 2, shape).astype(np.uint8)
             for name, shape in {"file": (1, 5, 7), "a/b #1 é": (2, 3, 3), "empty": (1, 4, 4)}.items()}
    masks["empty"][:] = 0
    save_masks(tmp_path / "masks.npz", masks)
    for name, mask in masks.items():
        assert np.array_equal(load_mask(tmp_path / "masks.npz", name), mask)
    with pytest.raises(KeyError):
        load_mask(tmp_path / "masks.npz", "none")


def test_versions_name_what_numbers_depend_on() -> None:
    assert {"torch", "numpy", "polars"} <= set(versions())


@pytest.mark.parametrize("change", [{"target": "grade"}, {"labels": ["b", "a"]}, {"channels": "gray"},
                                    {"sides": {"a": "b"}}])
def test_another_target_label_order_or_channels_is_another_run(change: dict[str, object]) -> None:
    data = {"root": "."}
    one, other = (parse_recipe({"task": "classification", "data": d, "prepare": ["normalize"], "model": "residual",
                                "loss": "cross-entropy"}) for d in (data, data | change))
    folders = [run_folder(Path("out"), cells(recipe)[0], "digest", 0, 0, 0) for recipe in (one, other)]
    assert folders[0] != folders[1]
    assert folders[0] == run_folder(Path("out"), cells(one)[0], "digest", 0, 0, 0)
