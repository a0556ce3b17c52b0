"""Time, memory and false alarms of the search for copies as a set grows.

    python benchmarks/duplicates.py --sizes 1000 10000 100000 --out benchmarks/results/duplicates.json
    python benchmarks/duplicates.py --sizes 100 200 --aligned 200

The pictures are made: textures with structure at all scales, each different. `search` is the time to propose pairs from
their features and codes, `all` that and to verify what was proposed (up to the size --aligned); the figures for
1,000,000 pictures are extrapolated by the exponent between the two largest sizes. With --folder the false alarms are
measured on growing parts of a real folder of different patients: pairs of different patients that are called copies.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import time
from collections.abc import Callable
from pathlib import Path

import cv2
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


def clock(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return wall seconds, processor seconds and the result."""
    wall, own = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - own, result


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

    wall, _, made = clock(prepare)
    row = {"size": size, "features_s": wall, "features_each": most}
    wall, own, found = clock(lambda: candidates.search(*made))  # type: ignore[misc]
    row |= {"search_s": wall, "search_cpu_s": own, "voted": len(found[0]), "alike": len(found[1])}  # type: ignore[index]
    if align:
        wall, own, copies = clock(lambda: find_copies(size, lambda k: looks[k].picture, lambda k: looks[k].small))
        row |= {"all_s": wall, "all_cpu_s": own, "false_pairs": len(copies)}  # type: ignore[arg-type]
    row["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return row


def million(rows: list[dict[str, float]], name: str) -> float | None:
    """Extrapolate a time to 1,000,000 pictures by the exponent between the two largest sizes."""
    if len(rows) < 2:
        return None
    one, two = rows[-2], rows[-1]
    exponent = math.log(two[name] / one[name]) / math.log(two["size"] / one["size"])
    return float(two[name] * (1e6 / two["size"]) ** exponent)


def false_alarms(folder: Path, sizes: list[int], patient: str | None) -> list[dict[str, float]]:
    """Count pairs of different patients called copies in random parts of a folder."""
    whole = scan(recognize(folder, patient=patient))
    looks = look(whole)
    ids = [whole.images["id"].to_list()[int(k)] for k in np.random.default_rng(0).permutation(len(whole))]
    who = dict(whole.images.select("id", "patient").rows())
    rows = []
    for size in [s for s in sizes if s <= len(ids)]:
        same = same_pictures(whole.take(ids[:size]), looks)
        pairs = [p for p in same.copies if who[p.first] is None or who[p.first] != who[p.other]]
        rows.append({"size": size, "pairs": len(pairs), "per_image": len(pairs) / size})
    return rows


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--aligned", type=int, default=2000, help="largest size whose proposals are also aligned")
    parser.add_argument("--folder", type=Path, help="a real folder, for the false-alarm curve")
    parser.add_argument("--patient", help="how its patients are read")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = [grown(size, size <= options.aligned) for size in sorted(options.sizes)]
    result = {"sizes": rows, "million": {name: million(rows, name) for name in ("features_s", "search_s")}}
    if options.folder:
        result["false_alarms"] = false_alarms(options.folder, sorted(options.sizes), options.patient)
    text = json.dumps(result, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
