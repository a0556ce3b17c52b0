"""A study: its stages in order, every finished piece kept, so that the same command goes on after any interruption."""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import multiprocessing.connection
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import bogam
from bogam.core.cores import cores
from bogam.core.errors import UserError, say
from bogam.data.manifest import Manifest
from bogam.predict.device import device_named
from bogam.study.baseline_cells import score_baselines
from bogam.study.data import Ready, Tell, make_ready, overridden, quiet
from bogam.study.one_run import RunSpec, prepare, run_one, status_of, way_of
from bogam.study.place import looked_cache
from bogam.study.probing import probe_study
from bogam.study.recipe import Cell, Recipe, cells, control_of, primary_of
from bogam.train.rows import read_rows, write_atomically

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
CRASHES = 2
"""A run whose process dies so often is recorded as failed."""


@dataclass(frozen=True)
class Options:
    """The machine's side of a study; nothing here changes a result, but for the last bits with device and threads.

    Args:
        device: "auto", "cpu", "cuda" or "cuda:N".
        jobs: runs at once; None: as many as cores, or one on a GPU.
        threads: torch threads of each run.
        cache: folder of prepared images; None: in the study's folder.
        disk_gb: budget of that cache.
    """

    device: str = "auto"
    jobs: int | None = None
    threads: int = 1
    cache: Path | None = None
    disk_gb: float = 20.0

    def resolved_device(self) -> str:
        """Return the device to use; "auto" takes a GPU where there is one."""
        return device_named(self.device)

    def workers(self, device: str) -> int:
        """Return how many runs go at once."""
        if self.jobs:
            return self.jobs
        return 1 if device.startswith("cuda") else max(1, cores() // self.threads)

    def ahead(self, device: str) -> int:
        """Return how many batches each run makes in the background while its network works.

        On a CPU none, where the networks' threads take up all cores: a third thread would make one of them late, and
        all others wait for it at each layer's end.
        """
        return 2 if device.startswith("cuda") or self.workers(device) * self.threads < cores() else 0


@dataclass
class Progress:
    """What a live display shows; the study updates it."""

    runs: int = 0
    done: int = 0
    failed: int = 0
    epochs: int = 0
    epochs_done: float = 0
    running: dict[str, str] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    begun_with: float = 0

    def time_left_s(self) -> float | None:
        """Return the expected seconds to the end, or None before the first epochs."""
        gone = self.epochs_done - self.begun_with
        if gone < 1:
            return None
        return (time.monotonic() - self.began) / gone * (self.epochs - self.epochs_done)


class Watcher(Protocol):
    """Who is told how a study goes."""

    def stage(self, what: str, done: int, total: int) -> None:
        """Preparation: what, how many, of how many."""

    def update(self, progress: Progress) -> None:
        """Training: called about twice a second."""

    def say(self, sentence: str) -> None:
        """One sentence for the user."""


class Silent:
    """Tells nobody."""

    def stage(self, what: str, done: int, total: int) -> None:
        """Ignore."""

    def update(self, progress: Progress) -> None:
        """Ignore."""

    def say(self, sentence: str) -> None:
        """Ignore."""


def slug(text: str) -> str:
    """Return a short name that every file system takes.

    Example:
        >>> slug("augment=none loss=tversky(alpha=0.3)")
        'augment-none_loss-tversky-alpha-0.3'
    """
    return re.sub(r"[^A-Za-z0-9._]+", "-", text.replace(" ", "_")).strip("-")[:60]


def run_folder(out: Path, cell: Cell, data_digest: str, repeat: int, fold: int, seed: int) -> Path:
    """Return a run's folder; its name changes with anything that would change the run's result."""
    plain = cell.recipe.to_dict()
    for key in ("name", "report", "audit", "axes", "arms"):
        plain.pop(key)
    plain["train"] = {**plain["train"], "seeds": []}
    chosen = ("target", "labels", "channels", "resize_masks")  # what was read, the data's own digest holds
    sides = {"sides": plain["data"]["sides"]} if plain["data"]["sides"] else {}
    plain["data"] = {key: plain["data"][key] for key in chosen} | sides
    digest = hashlib.sha256((json.dumps(plain, sort_keys=True) + data_digest).encode()).hexdigest()[:8]
    return out / "runs" / f"{slug(cell.name)}-{digest}" / f"repeat{repeat}-fold{fold}-seed{seed}"


def plan_runs(recipe: Recipe, ready: Ready, out: Path, options: Options) -> list[RunSpec]:
    """Return every run of a study: cells x repeats x folds x seeds, cells turning fastest.

    A study that is interrupted half-way then has all cells on some folds, which can already be compared.
    """
    device = options.resolved_device()
    digest = ready.manifest.digest()
    splits = ready.manifest.folds.select("repeat", "fold").unique().sort("repeat", "fold").rows()
    facts = {"dataset": ready.manifest.dataset, "data_name": ready.manifest.name, "manifest_digest": digest,
             "patients": ready.manifest.patient, "unit": ready.unit}
    made = cells(recipe)
    specs = []
    for seed_place in range(max(len(c.recipe.train.seeds) for c in made)):
        for repeat, fold in splits:
            for cell in made:
                if seed_place >= len(cell.recipe.train.seeds):
                    continue
                seed = cell.recipe.train.seeds[seed_place]
                specs.append(RunSpec(
                    out, run_folder(out, cell, digest, repeat, fold, seed), cell.name, cell.recipe.to_dict(),
                    ready.target, ready.labels, repeat, fold, seed, device, options.threads,
                    options.ahead(device),
                    options.cache or out / "cache", options.disk_gb, facts))
    return specs


def open_study(recipe: Recipe, out: Path, options: Options, tell: Tell = quiet) -> Ready:
    """Audit and split the data, and write the study's folder. A folder of another study is refused."""
    head = out / "study.json"
    ready = make_ready(recipe, looked_cache(out, options.cache), tell)
    digest = ready.manifest.digest()
    spent = {}
    if head.is_file():
        held = json.loads(head.read_text(encoding="utf-8"))
        if held["name"] != recipe.name:
            raise UserError(say(str(out), f"the study '{held['name']}'", f"'{recipe.name}' or a new folder",
                                "Give another --out."))
        spent = {"wall_s": held["wall_s"]} if "wall_s" in held else {}
    out.mkdir(parents=True, exist_ok=True)
    ready.manifest.save(out / "manifest")
    (out / "recipe.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    (out / "audit.json").write_text(json.dumps(
        {"verdict": ready.audit.verdict, "accepted": ready.accepted,
         "findings": [f.to_dict() for f in ready.audit.findings]}, indent=1, ensure_ascii=False), encoding="utf-8")
    facts = {"name": recipe.name, "bogam": bogam.__version__, "manifest_digest": digest, "target": ready.target,
             "labels": list(ready.labels), "unit": ready.unit, "notes": [*ready.manifest.notes, *ready.notes], **spent}
    write_atomically(head, json.dumps(facts, indent=1, ensure_ascii=False))
    return ready


def prepare_all(recipe: Recipe, manifest: Manifest, out: Path, options: Options, tell: Tell = quiet) -> list[Any]:
    """Fill the cache with every distinct way of preparing that the cells ask for; return the problems."""
    problems: dict[str, str] = {}
    ways = {way_of(cell.recipe): cell.recipe for cell in cells(recipe)}
    for way in ways.values():
        prepared = prepare(way, manifest, options.cache or out / "cache", options.disk_gb,
                           lambda done, total: tell("Preparing images", done, total))
        problems |= dict(prepared.problems)
    rows = [{"id": name, "problem": text} for name, text in problems.items()]
    (out / "prepared.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    return rows


def run_study(recipe: Recipe, out: Path, options: Options | None = None, watcher: Watcher | None = None) -> int:
    """Run every stage of a study up to its scores; `study.report.write` makes the report of them.

    Args:
        recipe: the experiment.
        out: its folder; what is finished there is not done again.
        options: the machine.
        watcher: who is told.

    Returns:
        The number of failed runs.
    """
    options, watcher = options or Options(), watcher or Silent()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UserError(say("study", "several processes under torchrun", "one: a study starts its own, see --jobs",
                            "Use `torchrun ... -m bogam train RECIPE` to train one model on several processes."))
    primary_of(recipe), control_of(recipe)  # a wrong name is said now, not after hours of training
    ready = open_study(recipe, out, options, watcher.stage)
    for sentence in (*ready.manifest.notes, *ready.notes, *overridden(ready)):
        watcher.say(sentence)
    problems = prepare_all(recipe, ready.manifest, out, options, watcher.stage)
    for row in problems[:5]:
        watcher.say(f"Set aside: {row['problem']}")
    for sentence in probe_study(recipe, ready, out, looked_cache(out, options.cache), watcher.stage):
        watcher.say(sentence)
    specs = plan_runs(recipe, ready, out, options)
    began = time.perf_counter()
    failed = run_all(specs, options.workers(specs[0].device), watcher)
    for sentence in score_baselines(recipe, ready, out, options.cache or out / "cache", options.disk_gb,
                                    watcher.stage):
        watcher.say(sentence)
        ready = replace(ready, notes=(*ready.notes, sentence))
    _add_notes(out / "study.json", [*ready.manifest.notes, *ready.notes])
    _add_time(out / "study.json", time.perf_counter() - began, options, specs)
    return failed


def _add_notes(path: Path, notes: list[str]) -> None:
    head = json.loads(path.read_text(encoding="utf-8"))
    write_atomically(path, json.dumps({**head, "notes": notes}, indent=1, ensure_ascii=False))


def _add_time(path: Path, seconds: float, options: Options, specs: Sequence[RunSpec]) -> None:
    head = json.loads(path.read_text(encoding="utf-8"))
    head |= {"wall_s": round(head.get("wall_s", 0.0) + seconds, 1), "device": specs[0].device,
             "threads": options.threads, "jobs": options.workers(specs[0].device), "runs": len(specs)}
    write_atomically(path, json.dumps(head, indent=1, ensure_ascii=False))


@contextlib.contextmanager
def _few_threads(threads: int) -> Iterator[None]:
    """Let child processes start with so many threads in each numerical library."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_all(specs: Sequence[RunSpec], workers: int, watcher: Watcher) -> int:
    """Do all runs in `workers` processes, each kept alive; return how many failed.

    A process that dies (killed for memory, say) costs the runs in flight one try: which of them it was is not known.
    Each is tried again alone, so that one run's crash is not counted against another; after two the run is recorded as
    failed.
    """
    progress = Progress(runs=len(specs), epochs=sum(int(s.recipe["train"]["epochs"]) for s in specs))
    todo: list[RunSpec] = []
    for spec in specs:
        if status_of(spec.folder).get("status") == "done":
            progress.done += 1
            progress.begun_with += int(spec.recipe["train"]["epochs"])
        else:
            todo.append(spec)
            progress.begun_with += _epochs_done(spec)
    progress.epochs_done = progress.begun_with
    crashes: dict[Path, int] = {}
    while todo:
        suspects = [spec for spec in todo if spec.folder in crashes][:1]
        others = [spec for spec in todo if spec not in suspects] if suspects else []
        chosen = suspects or todo
        todo = _one_pool(chosen, min(workers, len(chosen)), watcher, progress, crashes) + others
    watcher.update(progress)
    return progress.failed


def _one_pool(todo: list[RunSpec], workers: int, watcher: Watcher, progress: Progress,
              crashes: dict[Path, int]) -> list[RunSpec]:
    """Run until all is done or a process dies; return what is left."""
    waiting = list(todo)
    with _few_threads(todo[0].threads):
        pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"),
                                   initializer=_end_with_parent)
        flying: dict[Future[dict[str, Any]], RunSpec] = {}
        finished_epochs = progress.epochs_done - sum(_epochs_done(s) for s in todo)
        try:
            while waiting or flying:
                while waiting and len(flying) < workers:
                    future = pool.submit(run_one, waiting[0])
                    flying[future] = waiting.pop(0)
                done, _ = wait(flying, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    spec = flying.pop(future)
                    finished_epochs += int(spec.recipe["train"]["epochs"])
                    progress.done += 1
                    if result["status"] == "failed":
                        progress.failed += 1
                        watcher.say(f"Failed: {spec.cell}, fold {spec.fold}, seed {spec.seed}: {result['error']}")
                progress.running = {f"{s.cell}, fold {s.fold}, seed {s.seed}": _latest(s) for s in flying.values()}
                progress.epochs_done = finished_epochs + sum(_epochs_done(s) for s in [*flying.values(), *waiting])
                watcher.update(progress)
        except BrokenProcessPool:
            again = []
            for lost in flying.values():
                crashes[lost.folder] = crashes.get(lost.folder, 0) + 1
                if status_of(lost.folder).get("status") == "done":
                    progress.done += 1
                    continue
                if crashes[lost.folder] >= CRASHES:
                    progress.done, progress.failed = progress.done + 1, progress.failed + 1
                    _record_crash(lost)
                    watcher.say(f"Failed: {lost.cell}, fold {lost.fold}, seed {lost.seed}: its process died twice "
                                "(memory?).")
                else:
                    again.append(lost)
            if again:
                watcher.say(f"A process died; {len(again)} of the runs in flight are tried again, one at a time, from "
                            "their last epoch.")
            return again + waiting
        except KeyboardInterrupt:
            for process in list((pool._processes or {}).values()):
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return []


def _end_with_parent() -> None:
    """End this process when the study's process ends, however it ends: a killed study leaves no run behind that goes on
    writing while the resumed one trains it too."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="bogam-parent", daemon=True).start()


def _record_crash(spec: RunSpec) -> None:
    head = status_of(spec.folder) | {"status": "failed", "error": "The process died twice, perhaps for lack of memory. "
                                                                  "Try fewer --jobs or a smaller batch."}
    spec.folder.mkdir(parents=True, exist_ok=True)
    write_atomically(spec.folder / "run.json", json.dumps(head, indent=1))


def _epochs_done(spec: RunSpec) -> int:
    return len(read_rows(spec.folder / "metrics.jsonl"))


def _latest(spec: RunSpec) -> str:
    rows = read_rows(spec.folder / "metrics.jsonl")
    if not rows:
        return "starting"
    score = rows[-1]["validation_score"]
    shown = f"{score:.3f}" if score is not None else "undefined"
    return f"epoch {len(rows)}/{spec.recipe['train']['epochs']}, validation score {shown}"
