"""One run: train a cell on one fold with one seed, choose its threshold on validation, score it on the test part."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import bogam
from bogam.audit.discipline import digest_of, run_name
from bogam.core.errors import BogamError, UserError, say
from bogam.core.types import Array, Case
from bogam.data.load import load_case
from bogam.data.manifest import Manifest
from bogam.data.split import part_ids
from bogam.prepare.cache import Cache
from bogam.prepare.family import prepare_steps
from bogam.prepare.normalize import Normalize
from bogam.prepare.run import Prepared, prepare_cases
from bogam.study.data import class_indices
from bogam.study.openings import log_opening
from bogam.study.recipe import Recipe
from bogam.train.rows import read_rows, write_atomically

if TYPE_CHECKING:
    from bogam.train.loop import Job


@dataclass(frozen=True)
class RunSpec:
    """What a worker needs to do one run; plain values, so that it can be sent to another process.

    Args:
        study: the study's folder, with `manifest/`.
        folder: the run's folder.
        cell: the cell's name.
        recipe: of the cell, every field written.
        target, labels: class column and outputs.
        repeat, fold, seed: which split and seed.
        device, threads, ahead: options of the machine.
        cache, disk_gb: the cache of prepared cases and its budget.
        facts: what the model folder must remember of the data (data set, relatives).
    """

    study: Path
    folder: Path
    cell: str
    recipe: dict[str, Any]
    target: str | None
    labels: tuple[str, ...]
    repeat: int
    fold: int
    seed: int
    device: str
    threads: int
    ahead: int
    cache: Path
    disk_gb: float
    facts: dict[str, Any]


@lru_cache(maxsize=2)
def _manifest(folder: Path) -> Manifest:
    return Manifest.load(folder)


@lru_cache(maxsize=4)
def _prepared(manifest_folder: Path, way: str, cache: Path, disk_gb: float) -> Prepared:
    """Return the prepared cases; runs that prepare in one way share them, so files are compared once per process."""
    steps, channels, resize_masks = json.loads(way)
    return prepare_cases(_manifest(manifest_folder), [prepare_steps.parse(s) for s in steps], Cache(cache, disk_gb),
                         channels=channels, resize_masks=resize_masks)


def way_of(recipe: Recipe) -> str:
    """Return all that decides how a recipe's images are prepared, as JSON."""
    return json.dumps([[s.to_yaml() for s in recipe.prepare[:-1]], recipe.data.channels, recipe.data.resize_masks])


def prepare(recipe: Recipe, manifest: Manifest, cache: Path, disk_gb: float, progress: Any = None) -> Prepared:
    """Prepare every case of a manifest as a recipe says, or find it in the cache."""
    return prepare_cases(manifest, recipe.prepare[:-1], Cache(cache, disk_gb), channels=recipe.data.channels,
                         resize_masks=recipe.data.resize_masks, progress=progress)


def status_of(folder: Path) -> dict[str, Any]:
    """Return a run's `run.json`, or an empty mapping."""
    path = folder / "run.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def run_one(spec: RunSpec, tell: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
    """Do one run, or nothing where it is done; return its `run.json`.

    A fault of this run (divergence, memory, a case that does not fit) is written to `run.json` as status "failed" and
    the study goes on; Ctrl-C and a kill leave the run to be resumed.
    """
    held = status_of(spec.folder)
    if held.get("status") == "done":
        return held
    writes = _rank() == 0
    recipe = Recipe.model_validate(spec.recipe)
    if writes:
        spec.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(spec.folder / "recipe.yaml", recipe.to_yaml())
    head: dict[str, Any] = {
        "cell": spec.cell, "repeat": spec.repeat, "fold": spec.fold, "seed": spec.seed, "device": spec.device,
        "threads": spec.threads, "bogam": bogam.__version__, "python": platform.python_version(),
        "platform": platform.platform(terse=True), "versions": versions(),
        "begun": held.get("begun", _now()), "status": "running", "resumed": int(held.get("resumed", -1)) + 1}
    if writes:
        write_atomically(spec.folder / "run.json", json.dumps(head, indent=1))
    began, before = time.perf_counter(), sum(row["time_s"] for row in read_rows(spec.folder / "metrics.jsonl"))
    try:
        head |= _train_and_score(spec, recipe, tell) | {"status": "done"}
    except BogamError as error:
        head |= {"status": "failed", "error": str(error)}
    except Exception as error:  # our fault: recorded with its trace, and the other cells go on
        import traceback
        head |= {"status": "failed", "error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
    head |= {"ended": _now(), "time_s": round(before + time.perf_counter() - began, 3),
             "memory_mb": _peak_memory_mb()}
    if writes:
        write_atomically(spec.folder / "run.json", json.dumps(head, indent=1))
    return head


LIBRARIES = ("torch", "torchvision", "numpy", "opencv-python-headless", "polars", "pydicom", "scikit-learn", "scipy")


def versions() -> dict[str, str]:
    """Return the installed versions of the libraries on which a number may depend."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def job_of(spec: RunSpec, recipe: Recipe,
           tell: Callable[[dict[str, Any]], None] | None = None) -> tuple[Job, Prepared, list[str]]:
    """Return the training of a run, its prepared cases, and the ids of its test part.

    Raises:
        UserError: a part without a usable image.
    """
    from bogam.train.loop import Job
    manifest = _manifest(spec.study / "manifest")
    prepared = _prepared(spec.study / "manifest", way_of(recipe), spec.cache, spec.disk_gb)
    aside = {name for name, _ in prepared.problems}
    parts = {part: [i for i in part_ids(manifest, spec.repeat, spec.fold, part) if i not in aside]
             for part in ("train", "validation", "test")}
    for part, ids in parts.items():
        if not ids:
            raise UserError(say(f"fold {spec.fold}", f"no usable image in {part}", "at least one",
                                f"{len(aside)} cases were set aside; see `prepared` in the study's folder."))
    classes = class_indices(manifest, spec.target, spec.labels) if recipe.task == "classification" else {}
    normalize = recipe.prepare[-1]
    assert isinstance(normalize, Normalize)
    job = Job(spec.folder, recipe.task, spec.labels, prepared.case, parts["train"], parts["validation"], classes,
              normalize, recipe.augment, recipe.model, recipe.loss, recipe.train, spec.seed, spec.device, spec.threads,
              spec.ahead, tell, recipe.data.sides)
    return job, prepared, parts["test"]


def _train_and_score(spec: RunSpec, recipe: Recipe, tell: Callable[[dict[str, Any]], None] | None) -> dict[str, Any]:
    import cv2
    import torch

    from bogam.evaluate.score import score
    from bogam.evaluate.thresholds import choose_thresholds
    from bogam.models.family import count_parameters
    from bogam.predict.model_folder import Model, save_model
    from bogam.train.loop import fit

    cv2.setNumThreads(1)
    manifest = _manifest(spec.study / "manifest")
    job, prepared, test = job_of(spec, recipe, tell)
    parts, classes = {"train": job.train, "validation": job.validation, "test": test}, job.classes
    done = fit(job)
    if _rank() != 0:
        return {}
    torch.set_num_threads(spec.threads)
    first = prepared.case(parts["train"][0])
    model = Model(done.module, recipe.model, recipe.task, spec.labels, recipe.data.channels,
                  tuple(recipe.prepare[:-1]), done.door, (0.5,) * len(spec.labels), "", spec.facts)

    chosen_on = set(done.chosen_on)

    def as_read(ids: Sequence[str], choosing: bool = False) -> Iterator[Case]:
        for name in ids:
            if choosing:
                chosen_on.add(name)
            yield load_case(manifest, name, channels=recipe.data.channels, resize_masks=recipe.data.resize_masks)

    thresholds = choose_thresholds(model.predict(as_read(parts["validation"], choosing=True)), recipe.task,
                                   len(spec.labels), classes)
    chosen = {"ids": digest_of(chosen_on), "images": len(chosen_on), "time": _now()}
    pixels = dict(manifest.images.select("id", "pixels_sha256").rows())
    seen = sorted({pixels[i] for i in (*parts["train"], *parts["validation"]) if pixels[i]})
    digest = save_model(
        spec.folder / "model", done.module, network=recipe.model, task=recipe.task, labels=spec.labels,
        channels=recipe.data.channels, image_channels=int(first.image.shape[0]), steps=tuple(recipe.prepare[:-1]),
        door=done.door, thresholds=thresholds, facts={**spec.facts, "cell": spec.cell, "seed": spec.seed,
                                                      "fold": spec.fold, "repeat": spec.repeat, "seen_pixels": seen})
    opened = log_opening(spec.study, manifest, run_name(spec.cell, spec.repeat, spec.fold, spec.seed), spec.repeat,
                         spec.fold)
    groups = dict(manifest.folds.select("id", "group").rows())
    cases, masks = score(model.predict(as_read(parts["test"])), task=recipe.task, labels=spec.labels,
                         thresholds=thresholds, classes=classes, groups=groups)
    keep = spec.folder / "predictions"
    keep.mkdir(exist_ok=True)
    cases.write_parquet(keep / "cases.parquet")
    if masks:
        save_masks(keep / "masks.npz", masks)
    return {"best_epoch": done.best_epoch, "epochs": len(done.rows), "converged": done.converged,
            "parameters": count_parameters(done.module), "thresholds": list(thresholds), "model_digest": digest,
            "notes": list(done.notes), "chosen_on": chosen, **_fitted(done.fitted), "test_opened": opened,
            "torch": torch.__version__,
            "images": {part: len(ids) for part, ids in parts.items()},
            "manifest_digest": manifest.digest(), "set_aside": [list(p) for p in prepared.problems]}


def _fitted(fitted: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return what was fitted and on which images, for the record of the run."""
    seen = {name for ids in fitted.values() for name in ids}
    return {"fitted": sorted(fitted), "fitted_on": {"ids": digest_of(seen), "images": len(seen)}} if fitted else {}


def save_masks(path: Path, masks: Mapping[str, Array]) -> None:
    """Write predicted masks (K, Y, X) as packed bits: ids, shapes, and one row of bytes after another."""
    shapes = np.array([mask.shape for mask in masks.values()], np.int64)
    packed = [np.packbits(mask.astype(bool)) for mask in masks.values()]
    ends = np.cumsum([0, *(len(row) for row in packed)])
    np.savez_compressed(path, ids=np.array(list(masks)), shapes=shapes, ends=ends, bits=np.concatenate(packed))


def load_mask(path: Path, name: str) -> Array:
    """Read one mask that `save_masks` wrote. Raises KeyError where it holds no such id."""
    with np.load(path) as held:
        places = np.flatnonzero(held["ids"] == name)
        if not len(places):
            raise KeyError(name)
        k = int(places[0])
        shape = tuple(held["shapes"][k])
        bits = held["bits"][held["ends"][k]:held["ends"][k + 1]]
        return np.unpackbits(bits)[: int(np.prod(shape))].reshape(shape)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _rank() -> int:
    """Return which of several processes of one training this is; only process 0 writes."""
    import os
    return int(os.environ.get("RANK", "0")) if int(os.environ.get("WORLD_SIZE", "1")) > 1 else 0


def _peak_memory_mb() -> int | None:
    if sys.platform == "win32":
        return None
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
