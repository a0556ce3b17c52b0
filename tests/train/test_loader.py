"""Batches: who is in them, over one process and over several."""

import functools
import operator

import numpy as np
import pytest
import torch

from bogam.augment.family import augmentations
from bogam.augment.partners import Partners
from bogam.augment.plan import Plan
from bogam.augment.sides import Sides
from bogam.core.types import Case
from bogam.predict.door import Door
from bogam.prepare.normalize import Normalize
from bogam.train.loader import Loader, pick_way, time_ways

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


def mixing(kind: str, rank: int = 0, world: int = 1, ahead: int = 2, ids: list[str] = IDS) -> Loader:
    plan = Plan([augmentations.parse({kind: {"probability": 1.0}})], 4, Partners(tuple(ids), case))
    return Loader(case, ids, CLASSES, plan, Door(Normalize()), 8, 5, rank, world, ahead, outputs=3)


@pytest.mark.parametrize("kind", ["mixup", "cutmix", "ricap", "perlin"])
def test_a_mix_makes_targets_shares_of_what_is_in_the_image(kind: str) -> None:
    """Every image is one grey value, so that the mean grey of a mix tells its shares."""
    mixed = 0
    for batch in mixing(kind).epoch(1):
        assert batch.targets is not None
        assert batch.targets.shape == (len(batch.ids), 3)
        assert batch.targets.dtype == torch.float32
        assert torch.allclose(batch.targets.sum(dim=1), torch.ones(len(batch.ids)))
        assert not batch.targets[:, 2].any()
        mixed += int(((batch.targets > 0).sum(dim=1) == 2).sum())
    assert mixed > 4


def test_shares_are_those_of_the_pixels() -> None:
    two = {"i0": 0, "i1": 1}
    read = {name: case(name).but(image=np.full((1, 16, 16), 200 * value, np.uint8)) for name, value in two.items()}
    plan = Plan([augmentations.parse({"cutmix": {"probability": 1.0}})], 4, Partners(("i0", "i1"), read.__getitem__))
    loader = Loader(read.__getitem__, list(two), two, plan, Door(Normalize()), 2, 5)
    seen = set()
    for epoch in range(12):
        for batch in loader.epoch(epoch):
            assert batch.targets is not None
            grey = batch.image.mean(dim=(1, 2, 3)) * 255 / 200
            assert torch.allclose(grey, batch.targets[:, 1], atol=1e-5)
            seen.update(batch.targets[:, 1].tolist())
    assert len(seen) > 12


def test_a_mix_is_the_same_for_any_number_of_processes_and_threads() -> None:
    """Partners are drawn from the fold, not from the batch at hand."""
    whole = {name: (image, target) for batch in mixing("cutmix").epoch(3)
             for name, image, target in zip(batch.ids, batch.image, batch.targets, strict=True)}  # type: ignore[arg-type]
    for rank in range(2):
        for batch in mixing("cutmix", rank, 2, ahead=0).epoch(3):
            for name, image, target in zip(batch.ids, batch.image, batch.targets, strict=True):  # type: ignore[arg-type]
                assert torch.equal(image, whole[name][0])
                assert torch.equal(target, whole[name][1])


def test_masks_are_soft_after_a_mixup_and_stay_hard_after_others() -> None:
    def read(name: str) -> Case:
        return case(name).but(masks=np.full((1, 4, 4), int(name[1:]) % 2, np.uint8))

    for kind, fields, soft in (("mixup", {"on_masks": "blend", "alpha": 5.0}, True), ("cutmix", {}, False)):
        plan = Plan([augmentations.parse({kind: {"probability": 1.0} | fields})], 4, Partners(tuple(IDS), read))
        values = torch.cat([batch.masks.unique() for batch in  # type: ignore[union-attr]
                            Loader(read, IDS, {}, plan, Door(Normalize()), 8, 5).epoch(1)])
        assert values.dtype == torch.float32
        assert (((values > 0) & (values < 1)).any()) == soft


def test_classes_of_two_sides_change_places_with_a_mirror() -> None:
    """The image's left half is bright for class left, its right half for class right; mirrored or not."""
    def read(name: str) -> Case:
        image = np.zeros((1, 4, 8), np.uint8)
        image[..., :4] = 200
        return case(name).but(image=image if CLASSES[name] == 0 else image[..., ::-1].copy())

    for kinds in (["flip-horizontal"], ["flip-horizontal", "mixup"]):
        plan = Plan([augmentations.parse(kind) for kind in kinds], 4, Partners(tuple(IDS), read),
                    Sides.of({"left": "right"}, ["left", "right"]))
        for batch in Loader(read, IDS, CLASSES, plan, Door(Normalize()), 8, 5, outputs=2).epoch(1):
            assert batch.targets is not None
            left = batch.image[..., :4].mean(dim=(1, 2, 3)) * 255 / 200
            wanted = 1 - left if batch.targets.ndim == 1 else torch.stack([left, 1 - left], dim=1)
            assert torch.allclose(wanted.float(), batch.targets.float(), atol=0.01)


def augmented(masks: bool) -> Loader:
    """Return a loader of smooth pictures that are turned, bent and brightened."""
    def read(name: str) -> Case:
        grey = np.add.outer(np.arange(24), np.arange(30)).astype(np.uint8) * 3 + int(name[1:])
        held = case(name).but(image=grey[None], levels=(0.0, 255.0))
        return held.but(masks=(grey > 80).astype(np.uint8)[None]) if masks else held

    kinds = ("rotate", "elastic", "gamma", "median")
    plan = Plan([augmentations.parse({kind: {"probability": 1.0}}) for kind in kinds], 4)
    return Loader(read, IDS, {} if masks else CLASSES, plan, Door(Normalize()), 8, 5)


@pytest.mark.parametrize("masks", [False, True])
def test_batches_on_a_device_are_about_those_made_case_by_case(masks: bool) -> None:
    plain, whole = augmented(masks), augmented(masks)
    assert whole.by_case == []
    whole.augment_on("cpu")
    for one, other in zip(plain.epoch(2), whole.epoch(2), strict=True):
        assert one.ids == other.ids
        assert one.image.shape == other.image.shape
        assert (one.image - other.image).abs().mean() < 0.01
        assert not torch.equal(one.image, other.image)
        if masks:
            assert one.masks is not None
            assert other.masks is not None
            assert one.masks.dtype == other.masks.dtype
            assert (one.masks != other.masks).float().mean() < 0.005
        else:
            assert torch.equal(one.targets, other.targets)  # type: ignore[arg-type]
    assert whole.by_case == ["median"]


def test_the_way_is_a_rule_on_a_cpu_and_measured_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = augmented(False)
    plan = loader._plan
    assert pick_way(loader, plan, "cpu") == "case"
    monkeypatch.setattr("bogam.train.loader.time_ways", lambda *_: "batch")
    assert pick_way(loader, plan, "cuda:0") == "batch"
    assert pick_way(loader, Plan((), 0), "cuda:0") == "case"
    assert pick_way(loader, Plan([augmentations.parse("mixup")], 0), "cuda:0") == "case"


def test_timing_leaves_the_loader_on_the_way_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for slow, expected in (("case", "batch"), ("batch", "case")):
        loader = augmented(False)
        clock = iter([0.0, 1.0] * 3 + [0.0, 2.0] * 3 if slow == "batch" else [0.0, 2.0] * 3 + [0.0, 1.0] * 3)
        monkeypatch.setattr("bogam.train.loader.time.perf_counter", lambda clock=clock: next(clock))
        assert time_ways(loader, "cpu", 1) == expected
        assert (loader._applier is not None) == (expected == "batch")
