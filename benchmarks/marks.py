"""How well burnt-in marks are found: python benchmarks/marks.py [--images 60] [--time]

Words, callipers and markers are drawn over phantoms and looked for; the same phantoms without them give the false
alarms. Where `BOGAM_DATA` names the folder of real images, those that people looked at (`marks_seen.csv`: what is on
them, seen at full size) are measured as well. Thresholds were set on its rows "tuned", which enter no figure.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import machine
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bogam.core.seeds import generator
from bogam.data.locator import Locator
from bogam.data.marks import marks_of
from bogam.data.phantoms.family import phantoms
from bogam.data.readers.read import read_picture

WORDS = ("RT AXILLA", "LT LOQ", "RIGHT BREAST", "PORTABLE", "SUPINE", "AP ERECT", "Depth 4.0 cm", "12:04:55", "LEFT CC",
         "rt 9 oclock", "IM 3/12", "Female 47")
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, None)
KINDS = ("breast-ultrasound", "chest-x-ray", "mammogram", "histology")
Drawn = np.ndarray[Any, Any]


def draw_text(plane: Drawn, rng: np.random.Generator) -> None:
    """Write a word, 3.5 to 7 % of the picture high, in one of four fonts."""
    side = max(plane.shape)
    word, font = str(rng.choice(WORDS)), FONTS[int(rng.integers(len(FONTS)))]
    height = max(6, round(side * float(rng.uniform(0.035, 0.07))))
    if font is None:
        drawn = Image.fromarray(plane)
        kind = ImageFont.load_default(height / 0.7)
        box = kind.getbbox(word)
        x, y = (int(rng.integers(0, max(1, plane.shape[k] - int(box[j])))) for k, j in ((1, 2), (0, 3)))
        ImageDraw.Draw(drawn).text((x, y), word, fill=255, font=kind)
        plane[:] = np.asarray(drawn)
        return
    thick = max(1, round(height / 9))
    scale = cv2.getFontScaleFromHeight(font, height, thick)
    width = cv2.getTextSize(word, font, scale, thick)[0][0]
    x, y = int(rng.integers(0, max(1, plane.shape[1] - width))), int(rng.integers(height, plane.shape[0] - 2))
    cv2.putText(plane, word, (x, y), font, scale, 255, thick, cv2.LINE_AA)


def draw_callipers(plane: Drawn, rng: np.random.Generator) -> None:
    """Draw two crosses, as a measurement does."""
    arm = max(3, round(0.012 * max(plane.shape)))
    for _ in range(2):
        y, x = (int(rng.integers(2 * arm, size - 2 * arm)) for size in plane.shape)
        plane[y, x - arm:x + arm + 1] = plane[y - arm:y + arm + 1, x] = 235


def draw_marker(plane: Drawn, rng: np.random.Generator) -> None:
    """Draw an L or R near the left or right edge."""
    side = max(plane.shape)
    height = round(side * float(rng.uniform(0.035, 0.09)))
    scale = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, height, 2)
    left, y = round(0.04 * side), int(rng.integers(height + 4, plane.shape[0] // 2))
    x = left if rng.random() < 0.5 else plane.shape[1] - left - height
    cv2.putText(plane, str(rng.choice(["L", "R"])), (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 240, 2, cv2.LINE_AA)


DRAWERS: dict[str, Callable[[Drawn, np.random.Generator], None]] = {
    "text": draw_text, "callipers": draw_callipers, "markers": draw_marker}


def on_phantoms(images: int) -> list[dict[str, Any]]:
    """Return a row per kind of phantom, size and mark: how many of the drawn were found, and how many false alarms."""
    rows = []
    for kind in KINDS:
        for side in (128, 256, 512):
            phantom = phantoms.parse({kind: {"images": images, "size": (side, side), "seed": 11}})
            plain = [np.ascontiguousarray(phantom.draw(p, 0).image) for p in range(images)]
            before = [marks_of(image, (0, 255)) for image in plain]
            for mark, draw in DRAWERS.items():
                if (kind, mark) == ("chest-x-ray", "markers"):
                    continue  # every second phantom bears an R of its own
                found = 0
                for place, image in enumerate(plain):
                    drawn = np.ascontiguousarray(image[0])
                    draw(drawn, generator(5, mark, kind, side, place))
                    found += marks_of(np.repeat(drawn[None], len(image), axis=0), (0, 255))[mark] > 0
                rows.append({"picture": f"phantom {kind}", "side": side, "mark": mark, "with": images, "found": found,
                             "without": images, "false": sum(m[mark] > 0 for m in before)})
    return rows


def on_seen(root: Path) -> list[dict[str, Any]]:
    """Return a row per real set and mark, over the pictures that people looked at and no threshold was set on."""
    with (Path(__file__).parent / "marks_seen.csv").open(encoding="utf-8", newline="") as stream:
        seen = [row for row in csv.DictReader(stream) if row["part"] == "measured"]
    rows = []
    for name in dict.fromkeys(row["set"] for row in seen):
        own = [row for row in seen if row["set"] == name]
        told = []
        for row in own:
            picture = read_picture(Locator(row["file"]), root / name)
            told.append(marks_of(picture.image, picture.levels))
        for mark in DRAWERS:
            pairs = [(row[mark] == "1", marks[mark] > 0) for row, marks in zip(own, told, strict=True) if row[mark]]
            if pairs:
                rows.append({"picture": name, "side": 224, "mark": mark, "with": sum(t for t, _ in pairs),
                             "found": sum(t and f for t, f in pairs), "without": sum(not t for t, _ in pairs),
                             "false": sum(f and not t for t, f in pairs)})
    return rows


def milliseconds(side: int) -> float:
    """Return the processor time of one picture, the best of 20."""
    phantom = phantoms.parse({"breast-ultrasound": {"images": 1, "size": (side, side)}})
    image = phantom.draw(0, 0).image
    times = []
    for _ in range(20):
        begun = time.process_time()
        marks_of(image, (0, 255))
        times.append(time.process_time() - begun)
    return 1000 * min(times)


def main() -> None:
    """Print the tables and write them to results/."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=60)
    asked = parser.parse_args()
    root = os.environ.get("BOGAM_DATA")
    rows = on_phantoms(asked.images) + (on_seen(Path(root)) if root else [])
    costs = {side: round(milliseconds(side), 2) for side in (224, 512, 1024)}
    lines = ["# Burnt-in marks: what is found", "",
             f"`python benchmarks/marks.py --images {asked.images}`. {machine.sentence(machine.facts())}", "",
             "| Pictures | Side | Mark | Found | False alarms |", "|---|---:|---|---:|---:|"]
    lines += [f"| {r['picture']} | {r['side']} | {r['mark']} | {r['found']} of {r['with']} | {r['false']} of "
              f"{r['without']} |" for r in rows]
    lines += ["", "Processor time per picture, ms: " + ", ".join(f"{s} px {t}" for s, t in costs.items()) + "."]
    machine.write("marks", {"machine": machine.facts(), "rows": rows, "cost_ms": costs}, "\n".join(lines) + "\n")
    print("\n".join(lines))
    print(json.dumps(costs))


if __name__ == "__main__":
    main()
