"""Batches of one epoch: who is in which batch, drawn, augmented and stacked; the same for any number of workers."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from bogam.augment.apply_torch import BatchApplier, obstacle
from bogam.augment.partners import sources
from bogam.augment.plan import Plan
from bogam.core.errors import UserError, say
from bogam.core.seeds import generator
from bogam.core.types import Batch, Case
from bogam.predict.door import Door


class Loader:
    """Batches of one epoch after another.

    Args:
        case: id to prepared case; no decoding happens behind it.
        ids: of the training part.
        classes: id to class index, for classification; empty for segmentation.
        plan: the augmentation; draws depend on (seed, epoch, id) alone. Where it mixes, the targets of all batches are
            shares of classes, those of a case's sources in proportion to what they gave.
        door: the normalization.
        batch: images per optimizer step over all processes.
        seed: of the run; the order of an epoch depends on it.
        rank, world: this process and how many there are; each takes its share of every batch.
        ahead: batches prepared in a background thread while the network works; 0: none.
        outputs: number of classes; 0: as many as `classes` shows.
    """

    def __init__(self, case: Callable[[str], Case], ids: Sequence[str], classes: Mapping[str, int], plan: Plan,
                 door: Door, batch: int, seed: int, rank: int = 0, world: int = 1, ahead: int = 2,
                 outputs: int = 0) -> None:
        self._case, self._ids, self._classes, self._plan, self._door = case, list(ids), classes, plan, door
        self._seed, self._rank, self._world, self._ahead = seed, rank, world, ahead
        self._views = plan.views
        self._mixes = any(step.group == "mix" for step in plan.steps)
        self._applier: BatchApplier | None = None
        self._outputs = outputs or max(classes.values(), default=-1) + 1
        self.steps = max(1, -(-len(self._ids) // batch))
        least = len(self._ids) // self.steps
        if world > 1 and least < world:
            raise UserError(say("train.batch", f"batches of {least} images for {world} processes",
                                "at least one image for each", "Raise the batch, or start fewer processes."))

    def share(self, step: int) -> float:
        """Return what this process's mean loss weighs in the mean of all processes: 1 where all have equally many.

        Example:
            With 5 images over 2 processes, 3 and 2: 1.2 and 0.8.
        """
        if self._world == 1:
            return 1.0
        whole = len(self._ids) // self.steps + (step < len(self._ids) % self.steps)
        mine = whole // self._world + (self._rank < whole % self._world)
        return mine * self._world / whole

    def batches(self, epoch: int) -> list[list[str]]:
        """Return the ids of each batch of this process; the sizes of the whole batches differ by one at most."""
        order = generator(self._seed, "order", epoch).permutation(len(self._ids))
        parts = np.array_split(order, self.steps)
        return [[self._ids[k] for k in np.array_split(part, self._world)[self._rank]] for part in parts]

    def views(self, name: str, epoch: int) -> list[Case]:
        """Return one case as it is in an epoch: once, or in each of the views that the plan asks for."""
        case = self._case(name)
        if self._classes and (case.masks is not None or case.boxes is not None or case.points is not None):
            case = case.but(masks=None, boxes=None, box_labels=(), points=None)  # not asked for: not warped
        return self._plan.apply_views(case, self._plan.draw(case, epoch))

    def class_of(self, name: str, mirrored: bool) -> int:
        """Return the class of a case, that of the other side of the body where it is mirrored."""
        found = self._classes[name]
        return self._plan.sides.order[found] if mirrored and self._plan.sides is not None else found

    def augment_on(self, device: str) -> None:
        """From now on augment whole batches on a device instead of case by case; see `pick_way`."""
        self._applier = BatchApplier(self._plan, device)

    def augment_case_by_case(self) -> None:
        """Take back `augment_on`."""
        self._applier = None

    @property
    def by_case(self) -> list[str]:
        """Augmentations that batches on a device so far left to the path case by case."""
        return sorted(self._applier.by_case) if self._applier is not None else []

    def make(self, ids: Sequence[str], epoch: int) -> Batch:
        """Return the batch of these cases as it is in an epoch."""
        if self._applier is not None:
            return self._make_on(self._applier, ids, epoch)
        made = [self.views(name, epoch) for name in ids]
        cases = [views[0] for views in made]
        image = self._door.tensor([views[k] for k in range(self._views) for views in made])
        image = image.contiguous(memory_format=torch.channels_last)
        if self._classes:
            return Batch(list(ids), image, targets=self._targets(cases), views=self._views)
        masks = torch.from_numpy(np.stack([case.masks for case in cases if case.masks is not None])).float()
        return Batch(list(ids), image, masks=masks, views=self._views)

    def _make_on(self, applier: BatchApplier, ids: Sequence[str], epoch: int) -> Batch:
        cases = [self._case(name) for name in ids]
        if self._classes:
            cases = [case.but(masks=None, boxes=None, box_labels=(), points=None) for case in cases]
        image, masks = applier.apply(cases, [self._plan.draw(case, epoch) for case in cases])
        levels = torch.tensor([case.levels for case in cases], dtype=torch.float32, device=image.device)
        image = self._door.through(image, levels).contiguous(memory_format=torch.channels_last)
        targets = torch.tensor([self._classes[name] for name in ids]) if self._classes else None
        return Batch(list(ids), image, masks=masks, targets=targets)

    def _targets(self, cases: Sequence[Case]) -> torch.Tensor:
        if not self._mixes:
            return torch.tensor([self.class_of(*next(iter(sources(case)))) for case in cases], dtype=torch.int64)
        targets = torch.zeros(len(cases), self._outputs)
        for row, case in zip(targets, cases, strict=True):
            for source, share in sources(case).items():
                row[self.class_of(*source)] += share
        return targets

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches of one epoch. An error in the background thread is raised here."""
        todo = self.batches(epoch)
        if self._ahead < 1:
            for ids in todo:
                yield self.make(ids, epoch)
            return
        ready: queue.Queue[Any] = queue.Queue(self._ahead)
        stop = threading.Event()

        def put(item: Any) -> bool:
            while not stop.is_set():
                try:
                    ready.put(item, timeout=0.1)
                    return True
                except queue.Full:
                    continue
            return False

        def work() -> None:
            try:
                for ids in todo:
                    if not put(self.make(ids, epoch)):
                        return
                put(None)
            except BaseException as error:  # handed over and raised in the thread that trains
                put(error)

        thread = threading.Thread(target=work, name="bogam-loader", daemon=True)
        thread.start()
        try:
            while (item := ready.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            thread.join()


def pick_way(loader: Loader, plan: Plan, device: str, epoch: int = 1) -> str:
    """Return "batch" where augmenting whole batches on the device is the faster way, else "case".

    On a CPU it never is: there the path case by case touches each pixel once, in its stored depth. On a GPU both make
    the first batch three times, and the better of the last two counts. The answer belongs in the run's record: a
    resumed run must go the same way, since the two agree to about a grey level, not to the bit.
    """
    if not device.startswith("cuda") or not plan.steps or obstacle(plan) is not None:
        return "case"
    return time_ways(loader, device, epoch)


def time_ways(loader: Loader, device: str, epoch: int) -> str:
    """Return the way that has the first batch of an epoch on the device sooner; leaves the loader on that way."""
    ids = loader.batches(epoch)[0]
    best = {}
    for way in ("case", "batch"):
        if way == "batch":
            loader.augment_on(device)
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            loader.make(ids, epoch).image.to(device).sum().item()  # waits for the device
            times.append(time.perf_counter() - begun)
        best[way] = min(times[1:])
    if best["case"] <= best["batch"]:
        loader.augment_case_by_case()
        return "case"
    return "batch"
