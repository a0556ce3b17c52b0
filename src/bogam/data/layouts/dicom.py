"""A folder of DICOM files: what their headers say of patient, study, series and machine."""

from __future__ import annotations

from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.structure import place
from bogam.data.layouts.tree import Tree, suffix_of

NAME = "dicom"
SUFFIXES = frozenset({".dcm", ".dicom", ".ima", ""})


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where at least half of the pictures are DICOM files by name (a file without suffix was sniffed before)."""
    files = [n for n in tree.pictures if suffix_of(n) in SUFFIXES]
    if not files or (2 * len(files) < len(tree.pictures) and not forced):
        return None
    return Fit(NAME, tree, len(files), "DICOM files without labels")


def read(fit: Fit, options: Options) -> Draft:
    """Read the files; patient, study and series come from the headers."""
    draft = Draft()
    for image in place(n for n in fit.tree.pictures if suffix_of(n) in SUFFIXES):
        draft.add_image(fit.tree, image.name, part=image.part)
    draft.notes.append("No labels were found: neither class folders, nor a table beside the files.")
    return draft
