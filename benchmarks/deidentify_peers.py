"""Run one de-identification tool over a folder, alone in its process; `benchmarks/deidentify.py` starts it.

    python benchmarks/deidentify_peers.py TOOL IN OUT

Prints one line of JSON: files written, files that the tool failed on, seconds of processor and wall time of the loop
alone. Each tool runs as its documentation shows first, with its default settings; `dicom-anonymizer` with the newest
table that it ships. `bogam` and `bogam-text` (which looks for drawn text too) need bogam in the environment.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any


def dicognito(out: Path) -> Callable[[Path], None]:
    """Return dicognito's way to clean one file."""
    import pydicom
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer(seed="benchmark")

    def clean(path: Path) -> None:
        with pydicom.dcmread(path) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(out / path.name)
    return clean


def dicom_anonymizer(out: Path) -> Callable[[Path], None]:
    """Return dicom-anonymizer's way to clean one file."""
    from dicomanonymizer.simpledicomanonymizer import anonymize_dicom_file, initialize_actions

    actions = initialize_actions("dicomfields_2026c")
    return lambda path: anonymize_dicom_file(str(path), str(out / path.name), actions, True)


def deid(out: Path) -> Callable[[Path], None]:
    """Return deid's way to clean one file: its default recipe."""
    from deid.dicom import get_identifiers, replace_identifiers

    def clean(path: Path) -> None:
        ids = get_identifiers([str(path)])
        replace_identifiers(dicom_files=[str(path)], ids=ids, save=True, overwrite=True, output_folder=str(out))
    return clean


def bogam(out: Path, find_text: bool = False) -> Callable[[Path], None]:
    """Return our way to clean one file: the basic profile, and the search through the result."""
    from bogam.data.deidentify.dicom_file import clean_dicom
    from bogam.data.deidentify.keys import Pseudonyms
    from bogam.data.deidentify.options import Options

    made, options = Pseudonyms(b"benchmark-benchmark-benchmark-00"), Options()
    return lambda path: void((out / path.name).write_bytes(clean_dicom(path, options, made, find_text).blob))


def void(value: Any) -> None:
    """Return nothing."""


TOOLS: dict[str, Callable[[Path], Callable[[Path], None]]] = {
    "bogam": bogam, "bogam-text": lambda out: bogam(out, True), "dicognito": dicognito,
    "dicom-anonymizer": dicom_anonymizer, "deid": deid}


def main(tool: str, source: Path, out: Path) -> None:
    """Clean every file of a folder and print what it took."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    out.mkdir(parents=True, exist_ok=True)
    clean = TOOLS[tool](out)
    paths = sorted(p for p in source.rglob("*") if p.is_file())
    with contextlib.suppress(Exception):  # the first call pays for what a tool loads late; the loop counts its faults
        clean(paths[0])
    failed, shown = 0, sys.stdout
    start, start_cpu = time.perf_counter(), time.process_time()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = nowhere
        for path in paths:
            try:
                clean(path)
            except Exception:  # a peer's fault is counted, and the others go on
                failed += 1
        sys.stdout = shown
    print(json.dumps({"files": len(paths) - failed, "failed": failed, "cpu_s": time.process_time() - start_cpu,
                      "wall_s": time.perf_counter() - start}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
