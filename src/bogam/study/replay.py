"""Repeat one training image of one epoch of a run, bit for bit, and write what the network saw."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import bogam
from bogam.augment.describe import describe
from bogam.augment.partners import sources
from bogam.core.errors import UserError, near_miss, say
from bogam.core.types import Array, Case
from bogam.page.picture import to_uint8, with_outlines, write_png
from bogam.study.one_run import RunSpec, job_of, status_of, versions
from bogam.study.recipe import load_recipe
from bogam.study.write_image import file_name, middle_slice

DECISIVE = ("numpy", "opencv-python-headless")
"""Libraries that compute augmented pixels."""


@dataclass(frozen=True, eq=False)
class Replayed:
    """One image as it was in one epoch.

    Args:
        views: as augmented; more than one where the recipe trains on several views at once.
        shares: class or mask label to its share in the target; empty for a segmentation.
        tensor: (views, C, Y, X) float32, as it entered the network.
        notes: why it may differ from what the training saw.
    """

    views: tuple[Case, ...]
    shares: dict[str, float]
    tensor: Array
    notes: tuple[str, ...]


def replay_sample(run: Path, name: str, epoch: int, cache: Path | None = None) -> Replayed:
    """Repeat the augmentation of one training image.

    Args:
        run: folder of a run, inside its study; finished or not.
        name: id of an image of the run's training part.
        epoch: from 1.
        cache: folder of prepared images; default: the study's, else the images are prepared anew and not kept.

    Raises:
        UserError: no run, no such epoch, or an image that the run did not train on.
    """
    facts = status_of(run)
    study = run.resolve().parents[2] if len(run.resolve().parents) > 2 else run
    if not facts or not (study / "study.json").is_file():
        raise UserError(say(str(run), "no run within its study", "a folder such as OUT/runs/CELL/repeat0-fold0-seed0"))
    recipe = load_recipe(run / "recipe.yaml")
    if not 1 <= epoch <= recipe.train.epochs:
        raise UserError(say("--epoch", epoch, f"1 to {recipe.train.epochs}"))
    head = json.loads((study / "study.json").read_text(encoding="utf-8"))
    with _cache(cache or study / "cache") as place:
        spec = RunSpec(study, run, facts["cell"], recipe.to_dict(), head["target"], tuple(head["labels"]),
                       facts["repeat"], facts["fold"], facts["seed"], "cpu", 1, 0, place, 1e6, {})
        job, prepared, test = job_of(spec, recipe)
        if name not in job.train:
            part = "validation" if name in job.validation else "test" if name in test else ""
            raise UserError(say("--id", f"'{name}', which is in the {part} part" if part else f"'{name}'",
                                "an image of the run's training part; others are never augmented",
                                "" if part else near_miss(name, job.train[:2000])))
        from bogam.predict.door import Door
        from bogam.train.loader import Loader
        from bogam.train.loop import plan_of
        door = Door(job.normalize, job.normalize.fit((c.image, c.levels) for c in map(prepared.case, job.train)))
        loader = Loader(job.case, job.train, job.classes, plan_of(job), door, 1, job.seed, ahead=0,
                        outputs=len(job.labels))
        views = loader.views(name, epoch)
        shares: dict[str, float] = {}
        for source, share in (sources(views[0]).items() if job.classes else ()):
            label = job.labels[loader.class_of(*source)]
            shares[label] = shares.get(label, 0.0) + share
        tensor = door.tensor(views).numpy()
        views = [view.but(image=view.image.copy(), masks=None if view.masks is None else view.masks.copy())
                 for view in views]  # what lies in the cache ends with it
    return Replayed(tuple(views), shares, tensor, _notes(facts))


@contextmanager
def _cache(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="bogam-replay-") as place:
        yield Path(place)


def _notes(facts: dict[str, Any]) -> tuple[str, ...]:
    now = {**versions(), "bogam": bogam.__version__}
    then = {**facts.get("versions", {}), "bogam": facts.get("bogam")}
    notes = [f"The run was made with {name} {then[name]}, this is {now[name]}: pixels may differ."
             for name in ("bogam", *DECISIVE) if name in then and then[name] != now[name]]
    if any(str(note).startswith("Augmented in whole batches") for note in facts.get("notes", ())):
        notes.append("The run augmented in whole batches on its device; this is the same draw, case by case, which "
                     "agrees to about one grey level, not to the bit.")
    return tuple(notes)


def write_replayed(done: Replayed, name: str, epoch: int, out: Path) -> str:
    """Write, for each view, the exact arrays (.npz) and a picture with the masks outlined (.png); return the words.

    The arrays: `image` as augmented, `masks`, `levels`, `tensor` as it entered the network, `history` as JSON.
    """
    out.mkdir(parents=True, exist_ok=True)
    words = list(done.notes)
    for number, case in enumerate(done.views):
        stem = f"{file_name(name)}-epoch{epoch}" + (f"-view{number}" if len(done.views) > 1 else "")
        history = json.dumps(case.history, indent=1, ensure_ascii=False, default=str)
        arrays: dict[str, Any] = {"image": case.image, "tensor": done.tensor[number], "history": np.array(history),
                                  "levels": np.array(case.levels if case.levels is not None else ())}
        np.savez_compressed(out / f"{stem}.npz", **arrays | ({} if case.masks is None else {"masks": case.masks}))
        image, masks = middle_slice(case)
        write_png(out / f"{stem}.png", with_outlines(to_uint8(image, case.levels), masks, max(512, *image.shape[:2])))
        words.append(f"{out / stem}.png, .npz")
        entries = [entry for entry in case.history if "augment" in entry]
        words += [f"  {line}" for entry in entries for line in describe(entry)] or ["  nothing was drawn"]
    if done.shares:
        words.append("Target: " + ", ".join(f"{label} {share:.3g}" for label, share in done.shares.items()))
    return "\n".join(words)
