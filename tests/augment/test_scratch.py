"""Lent memory: each thread its own, nothing large kept, and no result lies in it."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from bogam.augment._scratch import lend
from bogam.augment.family import augmentations
from bogam.augment.plan import Plan
from bogam.core.types import Case


def test_a_name_gives_the_same_memory_in_a_thread_and_other_memory_in_another() -> None:
    one = lend("test", (10, 10), np.float32)
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(np.may_share_memory(one, lend("test", (4,), np.uint8))))
    thread.start()
    thread.join()
    assert np.may_share_memory(one, lend("test", (3, 5), np.uint16))
    assert not np.may_share_memory(one, lend("other", (10, 10), np.float32))
    assert found == [False]


def test_what_is_large_is_not_kept() -> None:
    large = (2 ** 22,)
    assert not np.may_share_memory(lend("test", large, np.float32), lend("test", large, np.float32))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_no_result_lies_in_lent_memory(dtype: str) -> None:
    rng = np.random.default_rng(0)
    high = 1.0 if dtype == "float32" else 255.0
    steps = [augmentations.parse({kind: {"probability": 1.0}}) for kind in (
        "invert", "gamma", "gaussian-blur", "motion-blur", "sharpen", "unsharp", "elastic", "brightness")]
    for step in [[one] for one in steps] + [steps]:
        plan = Plan(step, seed=0)
        cases = [Case(name, (rng.random((1, 40, 300)) * high).astype(dtype), (0.0, high)) for name in "ab"]
        first = plan.apply(cases[0], plan.draw(cases[0], 0)).image
        kept = first.copy()
        plan.apply(cases[1], plan.draw(cases[1], 0))
        assert np.array_equal(first, kept)
