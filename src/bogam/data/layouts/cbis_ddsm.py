"""CBIS-DDSM as TCIA delivers it: folders such as `Mass-Training_P_00001_LEFT_CC`, and four tables of descriptions."""

from __future__ import annotations

import csv
import re
from collections import defaultdict

from bogam.core.errors import FileProblem
from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.tree import Tree, natural

NAME = "cbis-ddsm"
_CASE = re.compile(r"(?:^|/)(?P<case>(?P<kind>Mass|Calc)-(?P<part>Training|Test)_(?P<patient>P_\d{5})_"
                   r"(?P<side>LEFT|RIGHT)_(?P<view>CC|MLO))(?:_(?P<finding>\d+))?/")
_SHEET = re.compile(r"(?:mass|calc)_case_description_(?:train|test)_set\.csv$", re.IGNORECASE)
_ORDER = ("BENIGN_WITHOUT_CALLBACK", "BENIGN", "MALIGNANT")
"""Pathologies from harmless to grave: a mammogram with several findings has that of the gravest."""
MASK_LABEL = "lesion"


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where folders bear the collection's names and at least one table of descriptions lies in the tree."""
    full = [n for n in tree.pictures if (m := _CASE.search(n)) and not m["finding"]]
    if not full or not _sheets(tree):
        return None
    return Fit(NAME, tree, len(full), "mammograms of CBIS-DDSM with their tables of descriptions")


def _sheets(tree: Tree) -> list[str]:
    return [n for n in tree.others if _SHEET.search(n)]


def _pathologies(tree: Tree, draft: Draft) -> dict[str, str]:
    """Return the gravest pathology of each mammogram, by the name of its folder."""
    found: dict[str, str] = {}
    for name in _sheets(tree):
        draft.used.add(tree.prefix + name)
        with tree.path(name).open(encoding="utf-8-sig", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), 2):
                case = (row.get("image file path") or "").strip().partition("/")[0]
                value = (row.get("pathology") or "").strip()
                if not case or value not in _ORDER:
                    draft.set_aside.append((tree.prefix + name, f"row {number} names no image or no known pathology"))
                elif case not in found or _ORDER.index(value) > _ORDER.index(found[case]):
                    found[case] = value
    return found


def read(fit: Fit, options: Options) -> Draft:
    """Read whole mammograms, pathologies, patients, parts and masks; cropped pictures of lesions are left out.

    A folder of a finding holds its mask and a crop of the lesion, in either order: the mask is the one of the size of
    the mammogram. Of several pathologies of one mammogram the gravest is its class.
    """
    tree = fit.tree
    draft = Draft()
    pathologies = _pathologies(tree, draft)
    full: dict[str, str] = {}
    findings: dict[str, list[str]] = defaultdict(list)
    classes: dict[str, str] = {}
    for name in tree.pictures:
        match = _CASE.search(name)
        if match is None:
            continue
        if match["finding"]:
            findings[match["case"]].append(name)
            continue
        if match["case"] in full:
            draft.set_aside.append((tree.prefix + name, "is a second picture of its mammogram's folder"))
            continue
        full[match["case"]] = name
        row = draft.add_image(tree, name, part="train" if match["part"] == "Training" else "test",
                              patient=match["patient"], view=match["view"], laterality=match["side"][0])
        if match["case"] in pathologies:
            classes[row["name"]] = pathologies[match["case"]]
    draft.add_classes(classes, options.labels or [label for label in _ORDER if label in classes.values()])
    draft.patients = "given"
    crops = sum(_add_masks(draft, tree, full.get(case), sorted(names, key=natural), options.mask_label)
                for case, names in findings.items())
    draft.mask_labels = (options.mask_label,)
    if crops:
        draft.notes.append(f"{crops:,} cropped pictures of lesions are left out: they are parts of mammograms.")
    _note_cases_in_both(draft)
    return draft


def _add_masks(draft: Draft, tree: Tree, image: str | None, names: list[str], label: str) -> int:
    """Add the masks among the pictures of a mammogram's findings; return how many of them are crops."""
    from bogam.data.readers.dicom import read_header
    crops = 0
    size = None
    if image is not None:
        try:
            header = read_header(tree.path(image))
            size = header["rows"], header["columns"]
        except FileProblem:
            size = None
    for name in names:
        draft.used.add(tree.prefix + name)
        if image is None or size is None:
            draft.set_aside.append((tree.prefix + name, "belongs to a mammogram that is missing or cannot be read"))
            continue
        try:
            header = read_header(tree.path(name))
        except FileProblem as error:
            draft.set_aside.append((tree.prefix + name, error.problem))
            continue
        if (header["rows"], header["columns"]) == size:
            draft.add_mask(tree, image, name, label)
        else:
            crops += 1
    return crops


def _note_cases_in_both(draft: Draft) -> None:
    """Warn of patients of whom the official parts hold images in both."""
    parts: dict[str, set[str]] = defaultdict(set)
    for row in draft.images:
        parts[row["patient"]].add(row["part"])
    both = sum(1 for found in parts.values() if len(found) > 1)
    if both:
        draft.notes.append(f"WARNING: {both} patients are in the official training and test part: mass and "
                           "calcification were split apart.")
