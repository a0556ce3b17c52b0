"""Is a shortcut found, and is chance left alone? BOGAM_DATA=... python benchmarks/shortcuts.py [--shuffles 50]

Chance: labels of real sets are dealt anew between groups, all images of a group keeping one label; whatever the rule
then says is a false alarm. Plants: phantom images of two classes that differ in nothing, of which one class bears a
mark, a size or a brightness more often than the other. The limit of the rule (the lower end of the interval above 0.55)
was set before either was run.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import machine
import numpy as np
import polars as pl
from marks import draw_callipers, draw_marker, draw_text

from bogam.audit.family import Evidence, rules
from bogam.core.seeds import generator
from bogam.data.duplicates import groups
from bogam.data.layout import recognize
from bogam.data.looks import Looks
from bogam.data.manifest import IMAGES, Manifest, TargetSpec, table
from bogam.data.marks import marks_of
from bogam.data.phantoms.family import phantoms
from bogam.study.data import choose_target, look_at, read_all
from bogam.study.recipe import DataSection

SETS = {"kermany_chest_xray": None, "busi": None, "idc": None,
        "malaria_cells": r"(?P<patient>C\d+[A-Z]?(?:P\d+)?(?=[A-Z]{0,2}_?[tT]hin))"}
STRENGTHS = ((0.3, 0.6), (0.2, 0.8), (0.0, 1.0))
IMAGES_EACH = 240
Picture = np.ndarray[Any, Any]


def said(evidence: Evidence) -> list[str]:
    """Return the titles of what the rule finds."""
    return [finding.title for finding in rules.parse("shortcuts").check(evidence)]


def chance(folder: Path, pattern: str | None, shuffles: int) -> tuple[int, list[str]]:
    """Return how many dealings of labels between groups gave a finding, and their titles."""
    cache = Path("bogam-out/cache")
    manifest = read_all(recognize(folder, patient=pattern), cache / "scan")
    target = choose_target(manifest, DataSection(root=str(folder)), "segmentation")
    assert target is not None
    looks, near, _ = look_at(manifest, cache)
    group = groups(manifest, ["patient", "duplicate"], near)[0]
    ids = manifest.images["id"].to_list()
    classes = Evidence(manifest, target).classes
    first = {}
    for name in ids:
        if name in classes:
            first.setdefault(group[name], classes[name])
    titles, loud = [], 0
    for number in range(shuffles):
        order = generator(11, "shuffle", folder.name, number).permutation(len(first))
        labels = list(first.values())
        dealt = dict(zip(first, [labels[k] for k in order], strict=True))
        shuffled = manifest.targets.with_columns(
            pl.Series(target, [dealt.get(group[name]) for name in manifest.targets["id"].to_list()], pl.String))
        found = said(Evidence(manifest.but(targets=shuffled), target, near, looks))
        loud += bool(found)
        titles += found
    return loud, titles


def smaller(image: Picture, rng: np.random.Generator) -> Picture:
    """Return the picture at nine tenths of its size."""
    return np.asarray(cv2.resize(image, None, fx=0.9, fy=0.9, interpolation=cv2.INTER_AREA))


def framed(image: Picture, rng: np.random.Generator) -> Picture:
    """Return the picture with a black frame."""
    return np.pad(image[4:-4, 4:-4], 4)


def brighter(image: Picture, rng: np.random.Generator) -> Picture:
    """Return the picture 25 grey levels brighter."""
    return np.clip(image.astype(np.int16) + 25, 0, 255).astype(np.uint8)


def by(draw: Callable[[Picture, np.random.Generator], None]) -> Callable[[Picture, np.random.Generator], Picture]:
    """Return a function that draws on a copy."""
    def drawn(image: Picture, rng: np.random.Generator) -> Picture:
        copy = image.copy()
        draw(copy, rng)
        return copy
    return drawn


PLANTS = {"text": by(draw_text), "callipers": by(draw_callipers), "corner markers": by(draw_marker), "size": smaller,
          "borders": framed, "brightness": brighter}


def planted(plain: list[Picture], plant: str, shares: tuple[float, float], repeat: int) -> Evidence:
    """Return evidence on two classes that differ in how often they bear the plant."""
    rng = generator(13, "plant", plant, repeat, str(shares))
    order = rng.permutation(len(plain))
    rows, marks, labels = [], {}, []
    for place, k in enumerate(order):
        label = place % 2
        image = PLANTS[plant](plain[k], rng) if rng.random() < shares[label] else plain[k]
        name = f"i{place}"
        rows.append({"id": name, "image": f"{name}.png", "origin": "real", "rows": image.shape[0],
                     "columns": image.shape[1], "mean_level": float(image.mean())})
        marks[name] = marks_of(image[None], (0, 255))
        labels.append("ab"[label])
    manifest = Manifest(Path(), "planted", table(rows, IMAGES), target_specs={
        "class": TargetSpec(kind="multiclass", labels=("a", "b"))}, targets=pl.DataFrame(
            {"id": [row["id"] for row in rows], "class": labels}))
    return Evidence(manifest, "class", None, Looks({}, {}, marks, {}))


def main() -> None:
    """Print the tables and write them to results/."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shuffles", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=20)
    asked = parser.parse_args()
    root, rows, false = os.environ.get("BOGAM_DATA"), [], []
    for name, pattern in SETS.items() if root else ():
        loud, titles = chance(Path(str(root)) / name, pattern, asked.shuffles)
        false.append({"set": name, "false": loud, "of": asked.shuffles, "titles": titles})
    phantom = phantoms.parse({"breast-ultrasound": {"images": IMAGES_EACH, "size": (128, 128), "sites": 1, "seed": 17,
                                                    "images_per_patient": (1, 1)}})
    plain = [np.ascontiguousarray(phantom.draw(k, 0).image[0]) for k in range(IMAGES_EACH)]
    for plant in PLANTS:
        for shares in STRENGTHS:
            found = sum(bool(said(planted(plain, plant, shares, repeat))) for repeat in range(asked.repeats))
            rows.append({"plant": plant, "shares": shares, "found": found, "of": asked.repeats})
    lines = ["# Shortcuts: chance left alone, plants found", "",
             f"`python benchmarks/shortcuts.py --shuffles {asked.shuffles} --repeats {asked.repeats}`. "
             f"{machine.sentence(machine.facts())}", "", "| Set, labels dealt anew between groups | False alarms |",
             "|---|---:|", *[f"| {f['set']} | {f['false']} of {f['of']} |" for f in false], "",
             f"Plants in {IMAGES_EACH} phantom ultrasound images of two classes that differ in nothing else:", "",
             "| Plant | Share in one class, in the other | Found |", "|---|---|---:|",
             *[f"| {r['plant']} | {r['shares'][0]:.0%}, {r['shares'][1]:.0%} | {r['found']} of {r['of']} |"
               for r in rows]]
    machine.write("shortcuts", {"machine": machine.facts(), "chance": false, "plants": rows}, "\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
