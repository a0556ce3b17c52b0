"""Probe a split: the copy probe and the shuffled labels, kept by digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bogam.audit.memory import rules_version
from bogam.audit.probe.copy_probe import Copies, copy_probe
from bogam.audit.probe.result import Pairs, ProbeResult, ProbeRow
from bogam.audit.probe.shuffled import shuffled_labels
from bogam.audit.probe.subject import Subject, has_split, subject
from bogam.data.duplicates import Similar, groups, thumbnails
from bogam.data.looks import Looks
from bogam.data.manifest import Manifest
from bogam.evaluate.baselines import Floats

Tell = Callable[[str, int, int], None]
"""Progress: what, how many done, of how many."""
FEWEST = 20
"""Fewer pictures than this are not probed."""
SIMILAR = "group of similar pictures"
SHOWN = 12
"""Pairs of a tested picture and its copy that are kept to be shown."""


def probed(manifest: Manifest, target: str | None, looks: Looks, near: Similar | None, cache: Path | None = None,
           tell: Tell | None = None, *, tasks: Sequence[str] = (), linear: bool = True) -> ProbeResult:
    """Probe a data set with its split, in the groups of its patients, or of similar pictures where they are unknown.

    Args:
        manifest: scanned; its folds, else the parts that came with it, are the split; without either, pictures are
            divided at random, one by one, to say what a careless split would give.
        target: class column, or None.
        looks: of its images.
        near: its similar pairs, or None where nobody looked.
        cache: folder that keeps small masks and results by digest; None keeps nothing.
        tell: progress.
        tasks: what to copy; nothing: masks where there are some, and classes where there are two or more.
        linear: train the linear probe on shuffled labels too.
    """
    of, _ = groups(manifest, ["patient", "duplicate"], near)
    unit = "patient" if manifest.patient == "given" else SIMILAR
    return probe(manifest, target, thumbnails(looks), of, unit, tasks=tasks, linear=linear, cache=cache, tell=tell)


def probe(manifest: Manifest, target: str | None, thumbs: Mapping[str, Floats], groups: Mapping[str, str],
          unit: str = SIMILAR, *, tasks: Sequence[str] = (), linear: bool = True, seed: int = 0,
          cache: Path | None = None, tell: Tell | None = None) -> ProbeResult:
    """Run the copy probe and the shuffled labels on the split of a data set.

    Args:
        manifest: with folds or parts; with neither, a careless split is probed.
        target: class column, or None.
        thumbs: id to (d,) float32 of mean 0 and length 1.
        groups: id to the group that no split may divide.
        unit: what a group is, in words.
        tasks, linear: as in `probed`.
        seed: of every random part.
        cache: folder that keeps results by digest; None keeps nothing.
        tell: progress.

    Returns:
        Rows and notes; no rows, with a note, where there is too little to probe.
    """
    chosen = tuple(tasks) or tasks_of(manifest, target)
    store = cache / f"probe-{_key(manifest, target, groups, unit, chosen, linear, seed)}.json" if cache else None
    if store and store.is_file():
        return ProbeResult.from_dict(json.loads(store.read_text(encoding="utf-8")))
    rows: list[ProbeRow] = []
    notes: list[str] = []
    own: float = 0.0
    pairs: Pairs = ()
    for task in chosen:
        what = subject(manifest, target, task, thumbs, groups, seed=seed, cache=cache, tell=tell)
        notes += what.notes
        if len(what.ids) < FEWEST or not what.sides:
            notes.append(f"Not probed by {task}: {len(what.ids)} pictures that can be compared, in a split of "
                         f"{len(what.sides)} folds; {FEWEST} and 1 are needed.")
            continue
        copies = Copies(what, _told(tell, "Copy probe"))
        found = copy_probe(what, copies, seed)
        if not found:
            notes.append(f"Not probed by {task}: there is one group only, or nothing to score.")
            continue
        rows += [*found, *shuffled_labels(what, copies, seed, linear=linear, tell=_told(tell, "Shuffled labels"))]
        own, pairs = float(copies.own.mean()), _pairs(what, copies)
    result = ProbeResult(tuple(rows), has_split(manifest), unit, own, pairs, tuple(dict.fromkeys(notes)))
    if store:
        store.parent.mkdir(parents=True, exist_ok=True)
        part = store.with_suffix(".part")
        part.write_text(json.dumps(result.to_dict(), indent=1, ensure_ascii=False), encoding="utf-8")
        part.replace(store)
    return result


def tasks_of(manifest: Manifest, target: str | None) -> tuple[str, ...]:
    """Return what a data set's pictures can be asked for."""
    tasks = ["segmentation"] if manifest.mask_labels else []
    if target is not None and manifest.targets[target].drop_nulls().n_unique() > 1:
        tasks.append("classification")
    return tuple(tasks)


def _told(tell: Tell | None, what: str) -> Callable[[int, int], None] | None:
    return None if tell is None else lambda done, total: tell(what, done, total)


def _pairs(what: Subject, copies: Copies) -> Pairs:
    """Return the tested pictures that look most like a training picture."""
    alike = np.einsum("ij,ij->i", what.pictures[copies.asked], what.pictures[copies.copied])
    return tuple((what.ids[copies.asked[k]], what.ids[copies.copied[k]], f"tested ~ in training, r = {alike[k]:.3f}")
                 for k in np.argsort(-alike, kind="stable")[:SHOWN])


def _key(manifest: Manifest, target: str | None, groups: Mapping[str, str], *more: object) -> str:
    total = hashlib.sha256("\n".join([rules_version(), manifest.digest(), str(target), repr(more)]).encode())
    for pair in sorted(groups.items()):
        total.update("\t".join(pair).encode())
    return total.hexdigest()[:16]
