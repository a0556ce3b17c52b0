"""De-identify a folder: plan, clean in several processes, log; what was finished before is not done again."""

from __future__ import annotations

import csv
import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from bogam import __version__
from bogam.core.errors import UserError, say
from bogam.data.deidentify.journal import Journal, write_log
from bogam.data.deidentify.keys import Pseudonyms, read_key
from bogam.data.deidentify.one_file import PART, Job, Outcome, clean_item
from bogam.data.deidentify.options import Options
from bogam.data.deidentify.plan import Item, check_names, check_places, plan
from bogam.data.deidentify.profile import EDITION

Tell = Callable[[str, int, int], None]
"""Called with (what, done, total)."""
_CHUNK = 8
_PREVIEWS = "previews"


@dataclass(frozen=True)
class Result:
    """What a run did.

    Args:
        outcomes: one per file of the source, in order.
        new_key: whether the key was made by this run.
        before: files that an earlier run had finished.
        log: folder with log.csv, log.json and the journal.
        sheet: the review sheet, or None where no region looks like text.
    """

    outcomes: tuple[Outcome, ...]
    new_key: bool
    before: int
    log: Path
    sheet: Path | None


def deidentify(source: Path, out: Path, key_file: Path, options: Options | None = None, *, log: Path | None = None,
               find_text: bool = True, keep_folders: Sequence[str] = (), patient: str | None = None,
               mapping: Path | None = None, jobs: int = 1, tell: Tell = lambda what, done, total: None) -> Result:
    """Write clean copies of all images below a folder; the source is never written to.

    Args:
        source: folder with DICOM, NIfTI, PNG, JPEG and TIFF files; all others are set aside.
        out: new folder, empty folder, or one that an earlier run with the same key began.
        key_file: the key; made where it does not exist.
        options: beyond the basic profile; None: the basic profile.
        log: folder for the log; None: beside `out`, its name with "-log".
        find_text: look for drawn text in the pixels, and show what was found in a review sheet in `log`.
        keep_folders: names of folders that stay as they are, such as class names.
        patient: pattern that finds the patient in a path, as in a recipe's `data.patient`.
        mapping: CSV file to write with the old and the new name of each file; it identifies patients.
        jobs: processes.
        tell: progress.

    Raises:
        UserError: places that lie in one another, a key that is none, results of another key.
    """
    options = options or Options()
    log = log or out.with_name(out.name + "-log")
    check_places(source, out, log)
    _check_mapping(mapping, source, out, log)
    if out.is_dir() and any(out.iterdir()) and not (log / "journal.jsonl").is_file():
        raise UserError(say(str(out), "a folder that is not empty and was not begun by this command with this log",
                            "a new or an empty folder", "Name another one."))
    check_names(source, keep_folders, patient)
    key, new_key = read_key(key_file, out)
    made = Pseudonyms(key)
    tell("Looking at the files", 0, 1)
    items = plan(source, made, keep_folders, patient)
    settings = _settings(options, find_text, keep_folders, patient)
    journal = Journal(log, made.fingerprint(), settings)
    known = {mark: outcome for mark, outcome in journal.known().items() if _is_there(outcome, out)}
    written_before = journal.targets()
    outcomes = {item.number: known[item.mark] for item in items if _is_done(item, known.get(item.mark))}
    todo = [item for item in items if item.number not in outcomes]
    before = len(outcomes)
    out.mkdir(parents=True, exist_ok=True)
    for part in out.rglob(f"*{PART}"):
        part.unlink()
    previews = log / _PREVIEWS if find_text or options.mask_text else None
    job = Job(source, out, previews, options, key, find_text)
    try:
        for done in _run(todo, job, jobs):
            journal.add(done)
            outcomes |= {one.number: one for one in done}
            tell("De-identifying", len(outcomes), len(items))
    finally:
        journal.close()
    ordered = tuple(_renumbered(outcomes[item.number], item) for item in items)
    for stale in written_before - {one.target for one in ordered}:
        (out / stale).unlink(missing_ok=True)
    write_log(ordered, log, _about(options, find_text))
    if mapping is not None:
        _write_mapping(mapping, items, ordered)
    sheet = None
    if previews is not None:
        from bogam.data.deidentify.review import write_sheet
        sheet = write_sheet(ordered, previews, log)
    return Result(ordered, new_key, before, log, sheet)


def _settings(options: Options, find_text: bool, keep_folders: Sequence[str], patient: str | None) -> str:
    """Return a digest of all that decides what is written where."""
    parts = (__version__, EDITION, options.digest(), find_text, sorted(keep_folders), patient)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _about(options: Options, find_text: bool) -> dict[str, object]:
    return {"bogam": __version__, "profile": f"DICOM PS3.15 {EDITION} Basic Application Confidentiality Profile",
            "methods": [list(method) for method in options.methods(options.mask_text)],
            "looked_for_text": find_text or options.mask_text}


def _is_there(outcome: Outcome, out: Path) -> bool:
    if not outcome.written:
        return True
    path = out / outcome.target
    return path.is_file() and path.stat().st_size == outcome.size


def _is_done(item: Item, outcome: Outcome | None) -> bool:
    """Tell whether an earlier outcome still holds: same file, same place."""
    if outcome is None or outcome.stamp != item.stamp or outcome.kind != item.kind:
        return False
    return not outcome.written or outcome.target.rpartition(".")[0] == item.target.rpartition(".")[0]


def _renumbered(outcome: Outcome, item: Item) -> Outcome:
    return outcome if outcome.number == item.number else Outcome(**{**outcome.__dict__, "number": item.number})


def _run(items: Sequence[Item], job: Job, jobs: int) -> Iterator[list[Outcome]]:
    """Yield outcomes as they come. A file that ends its process is set aside, and the others go on."""
    if jobs <= 1 or len(items) <= 1:
        for item in items:
            yield [clean_item(item, job)]
        return
    chunks = [list(items[i:i + _CHUNK]) for i in range(0, len(items), _CHUNK)]
    broken: list[Item] = []
    with _pool(min(jobs, len(chunks))) as pool:
        waiting: dict[Future[list[Outcome]], list[Item]] = {}
        try:
            while chunks or waiting:
                while chunks and len(waiting) < 2 * jobs:
                    waiting[pool.submit(_clean_all, chunks[0], job)] = chunks[0]
                    chunks.pop(0)
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                    del waiting[future]
        except BrokenProcessPool:
            broken = [item for chunk in (*waiting.values(), *chunks) for item in chunk]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for item in broken:
        yield [_alone(item, job)]


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_start_worker)


def _start_worker() -> None:
    import cv2

    cv2.setNumThreads(1)


def _clean_all(items: list[Item], job: Job) -> list[Outcome]:
    return [clean_item(item, job) for item in items]


def _alone(item: Item, job: Job) -> Outcome:
    """Clean one file in a process of its own."""
    try:
        with _pool(1) as pool:
            return pool.submit(_clean_all, [item], job).result()[0]
    except BrokenProcessPool:
        return Outcome(item.number, item.mark, item.kind, item.stamp,
                       problem="ended the process that decoded it (a damaged file, or too little memory)")


def _check_mapping(mapping: Path | None, source: Path, out: Path, log: Path) -> None:
    if mapping is None:
        return
    for place, name in ((out, "the results"), (source, "the source"), (log, "the log")):
        if mapping.resolve().is_relative_to(place.resolve()):
            raise UserError(say("--mapping", f"{mapping}, which lies in {name}", "a file elsewhere",
                                "It holds the original names."))


def _write_mapping(path: Path, items: Sequence[Item], outcomes: Sequence[Outcome]) -> None:
    """Write old and new names, readable by the owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(("number", "source", "output", "problem"))
        table.writerows((item.number, item.source, one.target, one.problem)
                        for item, one in zip(items, outcomes, strict=True))
