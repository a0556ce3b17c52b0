"""DeepLesion: `DL_info.csv` with boxes per key slice, the slices as `Images_png/000001_01_01/109.png`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.tree import Tree

NAME = "deep-lesion"
_SHEET = "DL_info.csv"
_COLUMNS = {"File_name", "Patient_index", "Bounding_boxes", "Coarse_lesion_type", "Train_Val_Test"}
_PARTS = {"1": "train", "2": "validation", "3": "test"}
_TYPES = {"1": "bone", "2": "abdomen", "3": "mediastinum", "4": "liver", "5": "lung", "6": "kidney", "7": "soft tissue",
          "8": "pelvis"}
LESION = "lesion"
"""Label of all boxes where the coarse type of some is unknown (-1, as in the training part)."""
_FILE = re.compile(r"^(?P<series>\d{6}_\d{2}_\d{2})_(?P<slice>\d{3})\.png$")


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where DL_info.csv names slices that lie in folders of their series."""
    if _SHEET not in tree.others:
        return None
    slices = _slices(tree)
    named = {row["File_name"] for row in _rows(tree)} & set(slices)
    return Fit(NAME, tree, len(named), f"the key slices of {_SHEET}", _SHEET) if named else None


def _slices(tree: Tree) -> dict[str, str]:
    """Return each slice by the name that DL_info.csv gives it: 000001_01_01_109.png for .../000001_01_01/109.png."""
    found = {}
    for name in tree.pictures:
        folder, _, last = name.rpartition("/")
        found[f"{folder.rpartition('/')[2]}_{last}" if not _FILE.match(last) else last] = name
    return found


def _rows(tree: Tree) -> Iterator[dict[str, str]]:
    with tree.path(_SHEET).open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if set(reader.fieldnames or ()) >= _COLUMNS:
            yield from reader


def read(fit: Fit, options: Options) -> Draft:
    """Read key slices, patients, official parts and boxes; slices around them have no boxes and are left out.

    A box is given as "x0, y0, x1, y1" in pixels. Boxes are labelled by coarse type only where every box has one: a
    network that never saw a type in training cannot be tested for it.
    """
    tree = fit.tree
    draft = Draft()
    draft.used.add(tree.prefix + _SHEET)
    slices = _slices(tree)
    seen: set[str] = set()
    missing: set[str] = set()
    noisy = 0
    rows = list(_rows(tree))
    types = [_TYPES.get(row["Coarse_lesion_type"].strip()) for row in rows if row["File_name"] in slices]
    for row in rows:
        name = slices.get(row["File_name"])
        if name is None:
            missing.add(row["File_name"])
            continue
        path = tree.prefix + name
        if name not in seen:
            seen.add(name)
            draft.add_image(tree, name, part=_PARTS.get(row["Train_Val_Test"].strip()),
                            patient=row["Patient_index"].strip(), study=row["File_name"][:9])
        try:
            x0, y0, x1, y1 = (float(number) for number in row["Bounding_boxes"].split(","))
        except ValueError:
            draft.set_aside.append((tree.prefix + _SHEET, f"{row['File_name']}: its box is not four numbers"))
            continue
        noisy += row.get("Possibly_noisy", "0").strip() == "1"
        label = LESION if None in types else _TYPES[row["Coarse_lesion_type"].strip()]
        draft.add_box(path, label, (y0, x0, y1, x1))
    draft.patients = "given"
    around = len(tree.pictures) - len(seen)
    if around:
        draft.notes.append(f"{around:,} slices around the key slices are left out: nobody marked lesions on them.")
    if missing:
        draft.notes.append(f"{_SHEET} names {len(missing):,} slices that are not in the folder.")
    if None in types and any(types):
        draft.notes.append(f"Coarse types are given for {len(types) - types.count(None):,} of {len(types):,} boxes, so "
                           f"all are labelled {LESION}.")
    if noisy:
        draft.notes.append(f"{noisy} boxes are marked as possibly noisy in {_SHEET}.")
    return draft
