"""Which labels does the audit suspect, and rightly? BOGAM_DATA=... python benchmarks/labels.py [--repeats 3]

Labels as they are count as right, so that a false alarm may be a true error that nobody knows. Then 1, 3 and 5 % of
the labels are changed, several times, and it is counted how many of those named were changed ones. The thresholds of
the rule were set on PneumoniaMNIST alone; the other sets had no part in it. Where cleanlab is installed (bogam does not
need it), its filters are given the same probabilities.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
from pathlib import Path
from typing import Any

import machine
import numpy as np
from numpy.typing import NDArray

from bogam.audit.family import Evidence
from bogam.audit.rules.suspicious_labels import GOOD, judged, suspects
from bogam.core.seeds import generator
from bogam.core.types import Picture
from bogam.data.duplicates import groups
from bogam.data.layout import recognize
from bogam.data.looks import take_look
from bogam.data.phantoms.family import phantoms
from bogam.study.data import choose_target, look_at, read_all
from bogam.study.recipe import DataSection

SETS = {"pneumoniamnist": (None, "set the thresholds"), "kermany_chest_xray": (None, ""), "busi": (None, ""),
        "idc": (None, ""), "malaria_cells": (r"(?P<patient>C\d+[A-Z]?(?:P\d+)?(?=[A-Z]{0,2}_?[tT]hin))", "")}
RATES = (0.0, 0.01, 0.03, 0.05)
Pictures = tuple[NDArray[np.uint8], NDArray[np.int64], list[str]]


def real(folder: Path, pattern: str | None, cache: Path) -> Pictures:
    """Return small pictures, class indices and groups of a set."""
    manifest = read_all(recognize(folder, patient=pattern), cache / "scan")
    target = choose_target(manifest, DataSection(root=str(folder)), "segmentation")
    looks, near, _ = look_at(manifest, cache)
    evidence = Evidence(manifest, target, near, looks)
    group = groups(manifest, ["patient", "duplicate"], near)[0]
    ids = [i for i in manifest.images["id"].to_list() if i in evidence.classes and i in looks.small]
    classes = np.unique([evidence.classes[i] for i in ids], return_inverse=True)[1]
    return np.stack([looks.small[i] for i in ids]), classes.astype(np.int64), [group[i] for i in ids]


def drawn(kind: str, images: int = 600) -> Pictures:
    """Return small pictures, class indices and patients of an easy phantom."""
    phantom = phantoms.parse({kind: {"images": images, "size": (96, 96), "difficulty": 0.0, "sites": 1,
                                     "images_per_patient": (1, 1)}})
    made = [phantom.draw(patient, 0) for patient in range(images)]
    small = [take_look(Picture(one.image, (0, 255))).small for one in made]
    return np.stack(small), np.array([phantom.classes.index(one.label) for one in made]), [one.patient for one in made]


def changed(target: NDArray[np.int64], rate: float, *key: int | str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return labels of which some were changed to another class, and which."""
    rng = generator(7, "labels", *key)
    hit = rng.random(len(target)) < rate
    step = rng.integers(1, int(target.max()) + 1, len(target))
    return np.where(hit, (target + step) % (int(target.max()) + 1), target), hit


def measure(name: str, pictures: Pictures, note: str, repeats: int) -> list[dict[str, Any]]:
    """Return a row per share of changed labels."""
    small, target, own = pictures
    rows = []
    for rate in RATES:
        row: dict[str, Any] = {"set": name, "images": 0, "note": note, "rate": rate, "changed": 0, "named": 0,
                               "right": 0, "auc": [], "cleanlab": 0, "cleanlab_right": 0}
        for repeat in range(repeats if rate else 1):
            labels, hit = changed(target, rate, name, repeat)
            probs, good = judged(small, labels, own)
            named = suspects(probs, labels) if good >= GOOD else []
            row["images"] += len(labels)
            row["changed"] += int(hit.sum())
            row["named"] += len(named)
            row["right"] += int(hit[named].sum())
            row["auc"].append(round(good, 3))
            if importlib.util.find_spec("cleanlab"):
                from cleanlab.filter import find_label_issues
                issues = find_label_issues(labels, probs, n_jobs=1)
                row["cleanlab"] += int(issues.sum())
                row["cleanlab_right"] += int((issues & hit).sum())
        rows.append(row)
    return rows


def main() -> None:
    """Print the table and write it to results/."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    root = os.environ.get("BOGAM_DATA")
    rows = []
    for name, (pattern, note) in SETS.items():
        if root:
            rows += measure(name, real(Path(root) / name, pattern, Path("bogam-out/cache")), note, repeats)
    for kind in ("chest-x-ray", "mammogram"):
        rows += measure(f"phantom {kind}", drawn(kind), "", repeats)
    lines = ["# Suspicious labels: what is named, and how much of it rightly", "",
             f"`python benchmarks/labels.py --repeats {repeats}`. {machine.sentence(machine.facts())} Sums over "
             f"{repeats} repeats where labels were changed. cleanlab: `find_label_issues` with its defaults on the "
             "same probabilities.", "",
             "| Set | AUC of the model | Changed | Named | of these changed | cleanlab names | of these changed |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    lines += [f"| {r['set']}{' (' + r['note'] + ')' if r['note'] else ''} | {min(r['auc']):.3f} | {r['changed']:,} of "
              f"{r['images']:,} | {r['named']:,} | {r['right']:,} | {r['cleanlab']:,} | {r['cleanlab_right']:,} |"
              for r in rows]
    machine.write("labels", {"machine": machine.facts(), "rows": rows}, "\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
