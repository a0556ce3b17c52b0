"""Train one model of a recipe: one fold, one seed; alone, or as several processes under torchrun."""

from __future__ import annotations

from pathlib import Path

from bogam.core.errors import BogamError, UserError, say
from bogam.data.manifest import Manifest
from bogam.evaluate.summary import headline
from bogam.study.data import Ready
from bogam.study.one_run import run_one
from bogam.study.recipe import Recipe
from bogam.study.run import Options, Watcher, open_study, plan_runs, prepare_all
from bogam.train.rows import read_rows


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
    from bogam.train.distributed import joined
    with joined(options.resolved_device()) as world:
        if world.rank == 0:
            ready = open_study(recipe, out, options, watcher.stage)
            for sentence in (*ready.manifest.notes, *ready.notes):
                watcher.say(sentence)
            prepare_all(recipe, ready.manifest, out, options, watcher.stage)
        world.wait()
        if world.rank != 0:
            ready = _opened(out)
        specs = [s for s in plan_runs(recipe, ready, out, options) if s.fold == fold and s.repeat == 0]
        if not specs:
            raise UserError(say("--fold", fold, f"0 to {recipe.split.folds - 1}"))
        spec = specs[0]
        done = run_one(spec)
        world.wait()
        if world.rank != 0:
            return ""
    if done["status"] == "failed":
        if "trace" in done:
            raise BogamError(f"training failed: {done['error']}\n{done['trace']}")
        raise UserError(done["error"])
    rows = read_rows(spec.folder / "metrics.jsonl")
    words = [f"Trained {len(rows)} epochs, best epoch {done['best_epoch']}"
             + ("." if done["converged"] else ": not converged, train longer."),
             *done["notes"], headline(spec.folder / "predictions" / "cases.parquet", recipe.task, ready.labels),
             f"Unit of the split: {ready.unit}.", f"Run: {spec.folder}",
             f"Next: bogam predict {spec.folder} FILES...   or   bogam evaluate {spec.folder} FOLDER"]
    return "\n".join(words)


def _opened(out: Path) -> Ready:
    """Return what process 0 wrote."""
    import json

    from bogam.audit.run import Audit
    head = json.loads((out / "study.json").read_text(encoding="utf-8"))
    return Ready(Manifest.load(out / "manifest"), head["target"], tuple(head["labels"]), Audit(()), [], head["unit"],
                 ())
