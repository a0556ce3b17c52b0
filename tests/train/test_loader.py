"""Batches: who is in them, over one process and over several."""

import functools
import operator

import numpy as np
import pytest

from bogam.augment.plan import Plan
from bogam.core.types import Case
from bogam.predict.door import Door
from bogam.prepare.normalize import Normalize
from bogam.train.loader import Loader

IDS = [f"i{k}" for k in range(23)]
CLASSES = {name: k % 2 for k, name in enumerate(IDS)}


def case(name: str) -> Case:
    return Case(name, np.full((1, 4, 4), int(name[1:]), np.uint8), (0.0, 255.0))


def loader(rank: int = 0, world: int = 1, ahead: int = 2, read: object = case) -> Loader:
    return Loader(read, IDS, CLASSES, Plan((), 0), Door(Normalize()), 8, 5, rank, world, ahead)  # type: ignore[arg-type]


def test_every_image_once_an_epoch_in_nearly_equal_batches() -> None:
    batches = loader().batches(1)
    assert sorted(functools.reduce(operator.iadd, batches, [])) == sorted(IDS)
    assert sorted(map(len, batches)) == [7, 8, 8]
    assert loader().batches(2) != batches


def test_two_processes_share_each_batch() -> None:
    whole = loader().batches(3)
    parts = zip(loader(0, 2).batches(3), loader(1, 2).batches(3), strict=True)
    assert [[*a, *b] for a, b in parts] == whole


def test_tensors_hold_what_the_ids_say() -> None:
    for batch in loader().epoch(1):
        assert batch.targets is not None
        assert batch.targets.tolist() == [CLASSES[i] for i in batch.ids]
        assert np.allclose(batch.image[:, 0, 0, 0].numpy() * 255, [int(i[1:]) for i in batch.ids], atol=1e-4)


@pytest.mark.parametrize("ahead", [0, 2])
def test_an_error_in_the_background_is_raised_here(ahead: int) -> None:
    def broken(name: str) -> Case:
        if name == "i7":
            raise ValueError("case i7 is broken")
        return case(name)

    with pytest.raises(ValueError, match="i7 is broken"):
        list(loader(ahead=ahead, read=broken).epoch(1))


def test_leaving_early_ends_the_thread() -> None:
    import threading
    before = threading.active_count()
    for _ in loader().epoch(1):
        break
    import gc
    gc.collect()
    assert threading.active_count() == before
