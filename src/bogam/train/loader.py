"""Batches of one epoch: who is in which batch, drawn, augmented and stacked; the same for any number of workers."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

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

    def _make(self, ids: Sequence[str], epoch: int) -> Batch:
        made = [self.views(name, epoch) for name in ids]
        cases = [views[0] for views in made]
        image = self._door.tensor([views[k] for k in range(self._views) for views in made])
        image = image.contiguous(memory_format=torch.channels_last)
        if self._classes:
            return Batch(list(ids), image, targets=self._targets(cases), views=self._views)
        masks = torch.from_numpy(np.stack([case.masks for case in cases if case.masks is not None])).float()
        return Batch(list(ids), image, masks=masks, views=self._views)

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
                yield self._make(ids, epoch)
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
                    if not put(self._make(ids, epoch)):
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
