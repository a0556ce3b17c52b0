"""Prepare every case of a manifest once, and read it from the cache ever after."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np

from bogam.core.cores import cores
from bogam.core.errors import UserError, say
from bogam.core.types import Array, Case
from bogam.data.manifest import Manifest
from bogam.prepare.cache import Cache
from bogam.prepare.digest import case_key
from bogam.prepare.family import Step

Channels = Literal["keep", "gray", "rgb"]
_Done = tuple[str | None, Case | str | None]

KEPT_CASES = 50_000
"""Case objects that one `Prepared` keeps at hand; their pixels lie in the mapped shards."""


class Entry(NamedTuple):
    """What of a case is not in the cache, because it is the manifest's, and the key of what is."""

    id: str
    key: str
    patient: str | None
    targets: Mapping[str, Any]
    origin: str = "real"
    parents: tuple[str, ...] = ()


class Prepared:
    """Prepared cases of a manifest, in its order; reading one decodes nothing.

    Cheap to hand to another process: pickling takes the folder and the entries, never pixels.

    Args:
        folder: of the cache.
        entries: one per case that could be prepared.
        problems: (id, message) of each case that was set aside.
    """

    def __init__(self, folder: Path, entries: Sequence[Entry], problems: Sequence[tuple[str, str]] = ()) -> None:
        self.folder = Path(folder)
        self.entries = {entry.id: entry for entry in entries}
        self.problems = tuple(problems)
        self._cache: Cache | None = None
        self._cases: dict[str, Case] = {}

    @property
    def ids(self) -> list[str]:
        """Ids of the prepared cases, in the manifest's order."""
        return list(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getstate__(self) -> tuple[Path, list[Entry], tuple[tuple[str, str], ...]]:
        return self.folder, list(self.entries.values()), self.problems

    def __setstate__(self, state: tuple[Path, list[Entry], tuple[tuple[str, str], ...]]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def case(self, id: str) -> Case:
        """Return a prepared case; its image and masks are read-only views of the mapped cache.

        Raises:
            KeyError: the case is unknown, or was set aside.
            UserError: the cache was deleted or damaged meanwhile.
        """
        found = self._cases.get(id)
        if found is not None:
            return found
        entry = self.entries[id]
        if self._cache is None:
            self._cache = Cache(self.folder)
        if not self._cache.has(entry.key):
            self._cache.refresh()
        try:
            arrays, meta = self._cache.get(entry.key)
        except KeyError:
            raise UserError(say(f"case {id}", "no entry in the cache any more", f"one in {self.folder}",
                                "Was the folder deleted? Run again: it is filled anew.")) from None
        case = _unpack(entry, arrays, meta)
        if len(self._cases) < KEPT_CASES:
            self._cases[id] = case
        return case

    def __iter__(self) -> Iterator[Case]:
        return map(self.case, self.entries)


def _pack(case: Case) -> tuple[dict[str, Array], dict[str, Any]]:
    arrays = {"image": case.image} | ({} if case.masks is None else {"masks": case.masks.astype(np.uint8, copy=False)})
    meta: dict[str, Any] = {"levels": case.levels, "level_unit": case.level_unit, "spacing_mm": case.spacing_mm,
                            "box_labels": case.box_labels, "history": case.history}
    for name in ("affine", "boxes", "points"):
        value = getattr(case, name)
        meta[name] = None if value is None else np.asarray(value, np.float64).tolist()
    return arrays, meta


def _unpack(entry: Entry, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> Case:
    def floats(name: str, *shape: int) -> Any:
        return None if meta[name] is None else np.array(meta[name], np.float64).reshape(shape)

    def numbers(name: str) -> Any:
        return None if meta[name] is None else tuple(meta[name])

    return Case(id=entry.id, image=arrays["image"], levels=numbers("levels"), level_unit=meta["level_unit"],
                patient=entry.patient, spacing_mm=numbers("spacing_mm"), affine=floats("affine", 4, 4),
                masks=arrays.get("masks"), boxes=floats("boxes", -1, 4), box_labels=tuple(meta["box_labels"]),
                points=floats("points", -1, 2), targets=entry.targets, history=tuple(meta["history"]),
                origin=entry.origin, parents=entry.parents)


class _Row(NamedTuple):
    id: str
    patient: str | None
    image: Mapping[str, Any]
    objects: Sequence[Mapping[str, Any]]
    targets: Mapping[str, Any]


def _rows(manifest: Manifest) -> list[_Row]:
    objects: dict[str, list[Mapping[str, Any]]] = {}
    for row in manifest.objects.iter_rows(named=True):
        objects.setdefault(row["id"], []).append(row)
    targets = {row.pop("id"): row for row in manifest.targets.iter_rows(named=True)}
    images = manifest.images.select("id", "patient", "image", "pixels_sha256", "origin", "parents")
    return [_Row(row["id"], row["patient"], row, objects.get(row["id"], ()), targets.get(row["id"], {}))
            for row in images.iter_rows(named=True)]


def _in_order(work: Callable[[_Row], _Done], rows: Sequence[_Row], threads: int) -> Iterator[tuple[_Row, _Done]]:
    """Yield results in the order of the rows; at most twice as many as threads are in work or waiting."""
    with ThreadPoolExecutor(threads, thread_name_prefix="bogam-prepare") as pool:
        waiting: deque[tuple[_Row, Future[_Done]]] = deque()
        try:
            for row in rows:
                waiting.append((row, pool.submit(work, row)))
                if len(waiting) >= 2 * threads:
                    first, future = waiting.popleft()
                    yield first, future.result()
            for first, future in waiting:
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def prepare_cases(manifest: Manifest, steps: Sequence[Step], cache: Cache, *, channels: Channels = "keep",
                  resize_masks: bool = False, progress: Callable[[int, int], None] | None = None,
                  threads: int | None = None) -> Prepared:
    """Read and prepare the cases that the cache does not hold yet.

    A case is keyed by the content of its files (image and masks), what the manifest takes from them, the steps and
    the code. Files are read once per call to be compared, and decoded only where something changed. `normalize` is
    left out: it runs at the network's door, so recipes that differ in it share their entries.

    Args:
        manifest: which cases; a case that cannot be read or prepared is set aside with its problem.
        steps: in order.
        cache: where results go, case by case; a killed run loses only what it had in hand.
        channels: "keep" as stored, "gray" or "rgb".
        resize_masks: resize masks whose size differs from the image's; else such a case is set aside.
        progress: called in this thread with (done, total); cases that the cache holds are done at once.
        threads: cases in work at once; twice so many pictures at most are in memory. Default: the cores, 8 at most.

    Returns:
        The prepared cases, in the manifest's order.

    Raises:
        UserError: the cache's disk budget is too small; where all results have one size, after the first few cases.
    """
    done_by_steps = [step for step in steps if step.kind != "normalize"]
    settings = json.dumps([[step.to_yaml() for step in done_by_steps], channels, resize_masks,
                           list(manifest.mask_labels)], sort_keys=True)
    threads = threads or min(8, cores())
    rows = _rows(manifest)
    keys: dict[str, str] = {}
    problems: dict[str, str] = {}

    def key_of(row: _Row) -> _Done:
        try:
            return case_key(manifest.root, row.image, row.objects, settings, cache.files), None
        except OSError as error:
            return None, f"{row.image['image']}: {error.strerror or error}. Is the file still there?"

    def make(row: _Row) -> _Done:
        from bogam.data.load import load_case
        try:
            case = load_case(manifest, row.id, channels, resize_masks)
            for step in done_by_steps:
                case = step.apply(case)
        except (UserError, OSError) as error:
            return None, str(error)
        if key_of(row)[0] != keys[row.id]:
            return None, say(f"case {row.id}", "a file that changed while it was read", "one that stays",
                             "Run again.")
        return keys[row.id], case

    own_threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        cache.refresh()
        for row, (key, problem) in _in_order(key_of, rows, threads):
            if key is None:
                problems[row.id] = str(problem)
            else:
                keys[row.id] = key
        todo = [row for row in rows if row.id in keys and not cache.has(keys[row.id])]
        done, sizes = len(rows) - len(todo), []
        if progress is not None:
            progress(done, len(rows))
        for row, (key, result) in _in_order(make, todo, threads):
            done += 1
            if key is None or not isinstance(result, Case):
                problems[row.id] = str(result)
                del keys[row.id]
            else:
                sizes.append(cache.put(key, *_pack(result)))
            if len(sizes) == 8 and len(set(sizes)) == 1 and sizes[0] * (len(rows) - done) > cache.room():
                raise cache.over_budget(sizes[0] * (len(rows) - done))
            if progress is not None:
                progress(done, len(rows))
    finally:
        cv2.setNumThreads(own_threads)
    return Prepared(cache.folder, [Entry(row.id, keys[row.id], row.patient, row.targets, row.image["origin"],
                                         tuple(row.image["parents"] or ())) for row in rows if row.id in keys],
                    [(row.id, problems[row.id]) for row in rows if row.id in problems])
