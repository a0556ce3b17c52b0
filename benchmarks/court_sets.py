"""Sets for the leak court: pictures with their patients and classes, from real folders and from phantoms.

The audit's thresholds were set on other sets (breast ultrasound, hippocampus slices, malaria cells, Kermany's training
part); none of those enters the table.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Item:
    """One picture: (Y, X) grey or (Y, X, 3) BGR uint8, whose it is and what it shows."""

    image: Picture
    patient: str
    label: str


def _read(path: Path) -> Picture | None:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None or min(image.shape[:2]) < 32:
        return None
    image = image[..., :3] if image.ndim == 3 and image.shape[2] == 4 else image
    if image.ndim == 3 and (np.ptp(image.astype(int), axis=2) == 0).all():
        image = image[..., 0]
    return np.asarray(image, np.uint8)


def _distinct(items: Sequence[Item]) -> list[Item]:
    """Leave out pictures that the set itself holds twice, byte for byte: a clean split must be clean."""
    seen: set[bytes] = set()
    kept = []
    for item in items:
        key = item.image.tobytes()
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def histology(root: Path, per_class: int = 8) -> list[Item]:
    """IDC: 50 px color patches of 20 patients, the first few of each patient and class."""
    items = []
    for folder in sorted(p for p in (root / "idc").rglob("*") if p.is_dir() and p.name in "01"):
        found = [Item(image, folder.parent.name, folder.name) for path in sorted(folder.glob("*.png"))[::7]
                 if (image := _read(path)) is not None][:per_class]
        items += found
    return _distinct(items)


def covid(root: Path) -> list[Item]:
    """Frontal chest X-rays at 256 px, patients from the table."""
    import polars as pl
    folder = root / "covid-chestxray-dataset"
    rows = pl.read_csv(folder / "metadata.csv", infer_schema=False)
    known = {Path(name).stem: (patient, finding) for name, patient, finding in
             rows.select("filename", "patientid", "finding").rows()}
    items = []
    for path in sorted((folder / "images").iterdir()):
        image = _read(path)
        if image is not None and path.stem in known:
            patient, finding = known[path.stem]
            items.append(Item(image, patient, "covid" if "COVID" in (finding or "") else "other"))
    return _distinct(items)


def pediatric(root: Path) -> list[Item]:
    """Kermany's test part: 240 chest X-rays at 224 px; the publisher gives no patients, so each counts as one."""
    items = []
    for path in sorted((root / "kermany_chest_xray" / "chest_xray" / "test").rglob("*.jp*g")):
        image = _read(path)
        if image is not None:
            items.append(Item(image, re.sub(r"\W", "", path.stem), path.parent.name))
    return _distinct(items)


def phantom(kind: str, images: int, seed: int, **settings: Any) -> list[Item]:
    """Draw a phantom set."""
    from bogam.data.phantoms.family import phantoms
    part = phantoms.parse({kind: {"images": images, "seed": seed, **settings}})
    drawn = [part.draw(patient, number) for patient, count in enumerate(part.patients()) for number in range(count)]
    return _distinct([Item(np.ascontiguousarray(_bgr(d.image)), d.patient, d.label) for d in drawn])


def _bgr(image: Picture) -> Picture:
    return image[0] if image.shape[0] == 1 else image[::-1].transpose(1, 2, 0)


def sets() -> dict[str, Callable[[], list[Item]]]:
    """Return name to loader: three real sets where `BOGAM_DATA` names a folder of them, and two phantoms."""
    found: dict[str, Callable[[], list[Item]]] = {}
    data = os.environ.get("BOGAM_DATA")
    if data:
        root = Path(data)
        found |= {"histology patches (IDC)": lambda: histology(root), "chest X-rays (COVID)": lambda: covid(root),
                  "chest X-rays (Kermany test)": lambda: pediatric(root)}
    found |= {
        "phantom ultrasound": lambda: phantom("breast-ultrasound", 160, 11, sites=1, size=(160, 160)),
        "phantom mammogram": lambda: phantom("mammogram", 120, 12, size=(192, 192))}
    return found


def deal(items: Sequence[Item], seed: int, test: float = 0.35) -> tuple[list[Item], list[Item]]:
    """Divide whole patients: about `test` of the images test."""
    rng = np.random.default_rng(seed)
    of: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        of[item.patient].append(item)
    train: list[Item] = []
    tests: list[Item] = []
    for patient in rng.permutation(sorted(of)):
        side = tests if len(tests) < test * len(items) else train
        side += of[str(patient)]
    return train, tests
