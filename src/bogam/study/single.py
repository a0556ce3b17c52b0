"""Train one model of a recipe: one fold, one seed; alone, or as several processes under torchrun."""

from __future__ import annotations

import json
import time
from pathlib import Path

from bogam.core.errors import BogamError, UserError, say
from bogam.data.manifest import Manifest
from bogam.evaluate.summary import headline
from bogam.study.data import Ready, overridden
from bogam.study.one_run import RunSpec, run_one
from bogam.study.recipe import Recipe
from bogam.study.run import Options, Watcher, open_study, plan_runs, prepare_all
from bogam.train.rows import read_rows

GRACE_S = 5.0


def train_one(recipe: Recipe, out: Path, fold: int, seed: int | None, options: Options, watcher: Watcher) -> str:
    """Train, choose the threshold on validation, score on the fold's test part; return what to tell the user.

    Under torchrun each process calls this; process 0 reads and prepares the data, the others wait for it.

    Raises:
        UserError: the recipe has axes, the fold does not exist, or the training failed for a reason the user can mend.
        BogamError: the training failed for a reason of ours.
    """
    if recipe.axes or recipe.arms:
        raise UserError(say("train", "a recipe with axes", "one without",
                            "Use `bogam study`, or add --set 'axes={}' --set 'arms=[]'."))
    chosen = recipe.train.seeds[0] if seed is None else seed
    recipe = recipe.model_copy(update={"train": recipe.train.model_copy(update={"seeds": [chosen]})})
    from bogam.train.distributed import everywhere, joined
    with joined(options.resolved_device()) as world:
        fault: Exception | None = None
        if world.rank == 0:
            try:
                ready = open_study(recipe, out, options, watcher.stage)
                for sentence in (*ready.manifest.notes, *ready.notes, *overridden(ready)):
                    watcher.say(sentence)
                spec = _spec(recipe, ready, out, options, fold)
                prepare_all(recipe, ready.manifest, out, options, watcher.stage)
            except Exception as error:  # raised below, when the others know that there is nothing to wait for
                fault = error
        if not everywhere(float(fault is None), world):
            if fault is not None:
                raise fault
            return ""
        if world.rank != 0:
            ready = _opened(out)
            spec = _spec(recipe, ready, out, options, fold)
        epochs = recipe.train.epochs
        done = run_one(spec, lambda row: watcher.stage("Training, epoch", row["epoch"], epochs))
        if done["status"] == "failed":
            if world.rank != 0:
                time.sleep(GRACE_S)  # where all failed alike, process 0 says so, and torchrun ends this one meanwhile
            who = f"process {world.rank}: " if world.rank else ""
            if "trace" in done:
                raise BogamError(f"{who}training failed: {done['error']}\n{done['trace']}")
            raise UserError(who + done["error"])
        world.wait()
        if world.rank != 0:
            return ""
    rows = read_rows(spec.folder / "metrics.jsonl")
    words = [*overridden(ready), f"Trained {len(rows)} epochs, best epoch {done['best_epoch']}"
             + ("." if done["converged"] else ": not converged, train longer."),
             *done["notes"], headline(spec.folder / "predictions" / "cases.parquet", recipe.task, ready.labels),
             f"Unit of the split: {ready.unit}.", f"Run: {spec.folder}",
             f"Next: bogam predict {spec.folder} FILES...   or   bogam evaluate {spec.folder} FOLDER"]
    return "\n".join(words)


def _spec(recipe: Recipe, ready: Ready, out: Path, options: Options, fold: int) -> RunSpec:
    for spec in plan_runs(recipe, ready, out, options):
        if spec.fold == fold and spec.repeat == 0:
            return spec
    last = recipe.split.folds - 1 if recipe.split.kind == "kfold" else 0
    raise UserError(say("--fold", fold, f"0 to {last}" if last else f"0, the only one of a {recipe.split.kind} split"))


def _opened(out: Path) -> Ready:
    """Return what process 0 wrote."""
    from bogam.audit.run import Audit
    head = json.loads((out / "study.json").read_text(encoding="utf-8"))
    return Ready(Manifest.load(out / "manifest"), head["target"], tuple(head["labels"]), Audit(()), [], head["unit"],
                 ())
