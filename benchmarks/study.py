"""How much of a study's time is training? A study like the demo's, end to end: python benchmarks/study.py

Phantom ultrasound images, 64 px, augmentation x loss, three folds, few epochs; one run per core, one thread each.
Efficiency: the sum of the runs' times as a share of workers x wall time of all runs; 1 where no worker ever waits. A
run's time holds training, validation, checkpoints, the threshold and the scores of its test part, and in a worker's
first run the import of torch; starting the workers lies outside it. These fixed costs weigh more the shorter the runs.
Pure training: order, cache, augmentation, forward, backward, step, as `fit` writes it into `train_s`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import machine


@contextmanager
def clocked(stages: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds of a block to a stage."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        stages[name] = stages.get(name, 0.0) + time.perf_counter() - begun


def measure(folder: Path, epochs: int, images: int, jobs: int | None) -> dict[str, Any]:
    """Run the study stage by stage, as `run_study` and `bogam demo` do, and report."""
    from bogam.data.phantoms.family import phantoms
    from bogam.data.phantoms.write import write_phantom
    from bogam.study import demo, finish, run
    from bogam.study.baseline_cells import score_baselines
    from bogam.study.one_run import status_of
    from bogam.study.recipe import load_recipe
    from bogam.train.rows import read_rows

    stages: dict[str, float] = {}
    phantom = phantoms.parse({"breast-ultrasound": {"images": images, "size": (96, 96), "sites": 1, "seed": 1}})
    with clocked(stages, "draw the phantom"):
        write_phantom(phantom, folder / "images", overwrite=True)
    (folder / "recipe.yaml").write_text(demo.RECIPE.replace("PATIENT", demo.PATIENT), encoding="utf-8")
    recipe = load_recipe(folder / "recipe.yaml", (f"train.epochs={epochs}", "train.seeds=[0]"))
    out, options = folder / "study", run.Options(device="cpu", jobs=jobs)
    began = time.perf_counter()
    with clocked(stages, "read, audit, split"):
        ready = run.open_study(recipe, out, options)
    with clocked(stages, "prepare"):
        run.prepare_all(recipe, ready.manifest, out, options)
    specs = run.plan_runs(recipe, ready, out, options)
    workers = min(options.workers(specs[0].device), len(specs))
    with clocked(stages, "runs"):
        failed = run.run_all(specs, workers, run.Silent())
    with clocked(stages, "baselines"):
        score_baselines(recipe, ready, out, options.cache or out / "cache", options.disk_gb)
    with clocked(stages, "statistics and report"):
        finish.finish(out)
    wall = time.perf_counter() - began
    runs_s = sum(status_of(spec.folder)["time_s"] for spec in specs)
    rows = [row for spec in specs for row in read_rows(spec.folder / "metrics.jsonl")]
    train_s = sum(row["train_s"] for row in rows)
    fit_s = sum(row["time_s"] for row in rows)
    return {"images": len(ready.manifest), "runs": len(specs), "epochs": epochs, "workers": workers, "failed": failed,
            "stages_s": stages, "wall_s": wall, "runs_sum_s": runs_s, "epochs_sum_s": fit_s, "train_sum_s": train_s,
            "efficiency": runs_s / (workers * stages["runs"]), "efficiency_wall": runs_s / (workers * wall),
            "train_share_of_runs": train_s / runs_s, "train_share_of_cores": train_s / (workers * wall)}


def table(held: dict[str, Any], facts: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = ["# A study end to end", "", str(__doc__).split("\n\n", 1)[1].strip(), "", machine.sentence(facts), "",
             f"{held['images']} images, {held['runs']} runs of {held['epochs']} epochs, {held['workers']} workers, "
             f"{held['failed']} failed.", "", "| stage | s |", "|---|---|",
             *(f"| {name} | {seconds:.1f} |" for name, seconds in held["stages_s"].items()),
             f"| **wall time without drawing** | **{held['wall_s']:.1f}** |", "", "| share | |", "|---|---|",
             f"| sum of the runs' times / (workers x time of all runs) | **{held['efficiency']:.3f}** |",
             f"| sum of the runs' times / (workers x wall time of the study) | {held['efficiency_wall']:.3f} |",
             f"| pure training / sum of the runs' times | {held['train_share_of_runs']:.3f} |",
             f"| pure training / (workers x wall time of the study) | {held['train_share_of_cores']:.3f} |", "",
             f"Sum of the runs' times {held['runs_sum_s']:.1f} s, of their epochs with validation and checkpoints "
             f"{held['epochs_sum_s']:.1f} s, of pure training {held['train_sum_s']:.1f} s.", ""]
    return "\n".join(lines)


def main() -> None:
    """Measure, print and write the results."""
    options = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    options.add_argument("--epochs", type=int, default=8)
    options.add_argument("--images", type=int, default=150)
    options.add_argument("--jobs", type=int)
    chosen = options.parse_args()
    facts = machine.facts()
    with tempfile.TemporaryDirectory() as place:
        held = measure(Path(place), chosen.epochs, chosen.images, chosen.jobs)
    machine.write("study", {"machine": facts, **held}, table(held, facts))
    print(table(held, facts))


if __name__ == "__main__":  # workers are spawned: they import this file again
    main()
