"""What is a careless augmentation worth to a predictor that learns nothing?

Run it on a folder of images with lesion masks (or with classes), such as BUSI:

    python examples/copy-probe/run.py FOLDER

Prints the scores of a copier, which answers with the mask of the training picture that looks most alike, where
augmented copies were pooled before a random split (leaky) and where whole groups were split first and only training
pictures augmented (honest); writes them to OUT/copy-probe.csv. See docs/results/copy-probe.md.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import sys
import tempfile
import time
from pathlib import Path

from bogam.audit.probe.expansion import ExpansionRow, expansions
from bogam.augment.family import Augment, augmentations
from bogam.core.errors import BogamError, UserError, say
from bogam.core.types import Case
from bogam.data.duplicates import groups
from bogam.data.layout import recognize
from bogam.data.load import load_case
from bogam.data.manifest import Manifest
from bogam.prepare.resize import Resize
from bogam.study.data import choose_target, look_at, read_all
from bogam.study.recipe import DataSection

FILTER = [
    {"clahe": {"clip": [2.0, 2.0], "tiles": [8, 8]}},
    {"gaussian-blur": {"sigma_px": [1.1, 1.1]}},  # what OpenCV takes for a kernel of 5 x 5
    {"equalize": {}},
    {"fancy-pca": {"gain_sigma": 0.1, "bias_sigma": 10 / 255}},
]
GEOMETRIC = [
    {"rotate": {"angle_degrees": [-30, 30]}},
    {"flip-vertical": {}},
    {"flip-horizontal": {}},
    {"grid-distortion": {"cells": [5, 5], "limit": 0.3}},
]
SETS = {"none": [], "geometric": GEOMETRIC, "all": [*FILTER, *GEOMETRIC], "filter": FILTER}


def main() -> int:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of images")
    parser.add_argument("--size", type=int, default=128, help="side of the pictures in pixels (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=5, help="divisions into five parts (default: %(default)s)")
    parser.add_argument("--task", choices=["segmentation", "classification"], help="(default: masks where there are)")
    parser.add_argument("--out", type=Path, default=Path("bogam-out/copy-probe"), help="(default: %(default)s)")
    chosen = parser.parse_args()
    try:
        run(chosen.folder, chosen.size, chosen.seeds, chosen.task, chosen.out)
    except BogamError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def run(folder: Path, size: int, seeds: int, task: str | None, out: Path) -> list[ExpansionRow]:
    """Run the whole demonstration; return its rows."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        manifest = read_all(recognize(folder), Path(scratch) / "scan", tell)
        task = task or ("segmentation" if manifest.mask_labels else "classification")
        target = choose_target(manifest, DataSection(root=str(folder)), task)
        cases, classes = prepared(manifest, task, target, size)
        manifest = manifest.take([case.id for case in cases])
        _, near, _ = look_at(manifest, Path(scratch), tell)
        of, unit = groups(manifest, ["patient", "duplicate"], near)
    sets: dict[str, list[Augment]] = {name: [augmentations.parse(step) for step in steps]
                                      for name, steps in SETS.items()}
    rows = expansions(cases, [of[case.id] for case in cases], sets, classes=classes, seeds=range(seeds), tell=tell)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "copy-probe.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in dataclasses.fields(ExpansionRow)])
        writer.writeheader()
        writer.writerows(dataclasses.asdict(row) for row in rows)
    print(f"\n{len(cases)} pictures of {size} x {size} pixels in {len(set(of.values()))} groups ({unit}), "
          f"{seeds} divisions into five parts, {time.perf_counter() - begun:.0f} s.\n")
    print(in_words(rows))
    print(f"\nWritten: {out / 'copy-probe.csv'}")
    return rows


def prepared(manifest: Manifest, task: str, target: str | None, size: int) -> tuple[list[Case], list[str] | None]:
    """Return the pictures as grey squares, with what is to be copied."""
    resize = Resize(size=(size, size), keep="stretch")
    known = dict(manifest.targets.select("id", target).rows()) if target else {}
    cases, classes = [], []
    ids = manifest.images["id"].to_list()
    for count, name in enumerate(ids, 1):
        case = resize.apply(load_case(manifest, name, channels="gray", resize_masks=True))
        tell("Preparing", count, len(ids))
        if (case.masks is not None and case.masks.any()) if task == "segmentation" else known.get(name) is not None:
            cases.append(case)
            classes.append(str(known.get(name)))
    if not cases:
        raise UserError(say(str(manifest.root), f"no picture to copy a {task} from", "masks or classes"))
    return cases, None if task == "segmentation" else classes


def in_words(rows: list[ExpansionRow]) -> str:
    """Return the rows as a Markdown table."""
    iou = rows[0].leaky_mean_iou is not None
    head = ["copies made", "pictures", f"{rows[0].metric}, leaky", "honest", "points between (95 % interval)"]
    lines = [head + ["mean IoU, leaky", "honest"] * iou, ["---"] * (len(head) + 2 * iou)]
    for row in rows:
        span = "" if row.low is None or row.high is None else f" ({100 * row.low:.1f} to {100 * row.high:.1f})"
        lines.append([row.name, f"{row.pictures:,}", f"{row.leaky:.3f}", f"{row.honest:.3f}",
                      f"{100 * row.difference:+.1f}{span}"]
                     + ([f"{row.leaky_mean_iou:.3f}", f"{row.honest_mean_iou:.3f}"] if iou else []))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tell(what: str, done: int, total: int) -> None:
    """Show progress on one line of a terminal."""
    if sys.stderr.isatty() or done == total:
        print(f"\r{what} {done}/{total} ", end="" if done < total else "\n", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
