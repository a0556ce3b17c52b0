"""Time, memory and false alarms of the search for copies as a set grows.

    python benchmarks/duplicates.py --sizes 1000 10000 100000
    python benchmarks/duplicates.py --sizes 100 200 --aligned 200 --no-write

The pictures are made: textures of 96 pixels with structure at all scales, each different. `features` is the time of one
core to describe them, `search` to propose pairs from features and codes, `all` that and to verify what was proposed (up
to the size --aligned); the figures for 1,000,000 pictures are extrapolated by the exponent between the two largest
sizes. All are processor seconds with one thread, which other work on the machine changes little. False alarms are
pairs of different textures called copies and, where BOGAM_DATA names a folder with them, pairs of different patients in
growing parts of real sets.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import machine
import numpy as np
from numpy.typing import NDArray

from bogam.core.types import Picture
from bogam.data.layout import recognize
from bogam.data.look_store import Look
from bogam.data.looks import look, take_look
from bogam.data.same import candidates
from bogam.data.same.evidence import same_pictures
from bogam.data.same.features import code_of, features_of, per_picture, stacked
from bogam.data.same.find import find_copies
from bogam.data.scan import scan


def texture(seed: int, side: int = 96) -> NDArray[np.uint8]:
    """Return a made picture (Y, X) unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    total = sum(s * cv2.resize(rng.normal(size=(max(2, side // s), max(2, side // s))).astype(np.float32), (side, side),
                               interpolation=cv2.INTER_CUBIC) for s in (2, 4, 8, 16))
    low, high = np.percentile(total, (1, 99))
    return np.asarray(np.clip((total - low) / (high - low) * 255, 0, 255), np.uint8)


def clock(work: Callable[[], object]) -> tuple[float, object]:
    """Return processor seconds and the result."""
    own = time.process_time()
    result = work()
    return time.process_time() - own, result


def grown(size: int, align: bool) -> dict[str, float]:
    """Measure one size."""
    looks: list[Look] = [take_look(Picture(texture(k)[None], None)) for k in range(size)] if align else []
    most = per_picture(size)

    def prepare() -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.float32]]:
        descriptors, codes = [], np.zeros((size, 256), np.float32)
        for k in range(size):
            one = looks[k] if align else take_look(Picture(texture(k)[None], None))
            descriptors.append(features_of(one.picture, most))
            codes[k] = code_of(one.small)
        return (*stacked(descriptors), codes)

    took, made = clock(prepare)
    row = {"size": size, "features_s": took, "features_each": most}
    took, found = clock(lambda: candidates.search(*made))  # type: ignore[misc]
    row |= {"search_s": took, "voted": len(found[0]), "alike": len(found[1])}  # type: ignore[index]
    if align:
        took, copies = clock(lambda: find_copies(size, lambda k: looks[k].picture, lambda k: looks[k].small))
        row |= {"all_s": took, "false_pairs": len(copies)}  # type: ignore[arg-type]
    row["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(row, flush=True)
    return row


def million(rows: list[dict[str, float]], name: str) -> float | None:
    """Extrapolate a time to 1,000,000 pictures by the exponent between the two largest sizes."""
    if len(rows) < 2:
        return None
    one, two = rows[-2], rows[-1]
    exponent = math.log(two[name] / one[name]) / math.log(two["size"] / one["size"])
    return float(two[name] * (1e6 / two["size"]) ** exponent)


SETS = {"idc": None, "malaria_cells": "{patient}ThinF_{rest}", "pneumoniamnist": None}
"""Real sets, and how their patients are read: None as found, or not at all."""


def false_alarms(folder: Path, sizes: list[int], patient: str | None) -> list[dict[str, Any]]:
    """Count pairs of different patients called copies in random parts of a folder."""
    whole = scan(recognize(folder, patient=patient))
    looks = look(whole)
    ids = [whole.images["id"].to_list()[int(k)] for k in np.random.default_rng(0).permutation(len(whole))]
    who = dict(whole.images.select("id", "patient").rows())
    rows: list[dict[str, Any]] = []
    for size in [*(s for s in sizes if s < len(ids)), len(ids)]:
        same = same_pictures(whole.take(ids[:size]), looks)
        pairs = [p for p in same.copies if who[p.first] is None or who[p.first] != who[p.other]]
        rows.append({"set": folder.name, "size": size, "pairs": len(pairs), "per_image": len(pairs) / size})
        print(rows[-1], flush=True)
    return rows


def report(result: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = ["# The search for copies as a set grows", "", str(__doc__).split("\n\n", 2)[2].strip(), "",
             machine.sentence(result["machine"]), "",
             "| pictures | features each | features, s | search, s | all, s | false pairs | peak memory, GB |",
             "|---|---|---|---|---|---|---|"]
    for row in result["sizes"]:
        everything = f"{row['all_s']:.1f}" if "all_s" in row else ""
        lines.append(f"| {row['size']:,} | {row['features_each']} | {row['features_s']:.1f} | {row['search_s']:.1f} | "
                     f"{everything} | {row.get('false_pairs', '')} | {row['peak_gb']:.2f} |")
    lines += ["", "Extrapolated to 1,000,000: " + ", ".join(
        f"{name.removesuffix('_s')} {value / 3600:.1f} h" for name, value in result["million"].items() if value) + "."]
    if result["false_alarms"]:
        lines += ["", "| real set | pictures | pairs of different patients called copies | for each picture |",
                  "|---|---|---|---|"]
        lines += [f"| {r['set']} | {r['size']:,} | {r['pairs']} | {r['per_image']:.5f} |"
                  for r in result["false_alarms"]]
        lines += ["", "Where a set gives no patients, every pair counts, true copies too: pneumoniamnist holds some."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--aligned", type=int, default=2000, help="largest size whose proposals are also aligned")
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    facts = machine.facts()
    data = os.environ.get("BOGAM_DATA")
    alarms = [row for name, patient in SETS.items() if data and (Path(data) / name).is_dir()
              for row in false_alarms(Path(data) / name, [500, 1000, 2000], patient)]
    rows = [grown(size, size <= options.aligned) for size in sorted(options.sizes)]
    result = {"machine": facts, "sizes": rows, "false_alarms": alarms,
              "million": {name: million(rows, name) for name in ("features_s", "search_s")}}
    text = report(result)
    print(text)
    if options.write:
        machine.write("duplicates", result, text)


if __name__ == "__main__":
    main()
