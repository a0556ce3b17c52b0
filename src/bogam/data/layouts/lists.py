"""Official parts as text files beside the images: `train_val_list.txt`, `test_list.txt`, one file name per line."""

from __future__ import annotations

from bogam.data.layouts.draft import Draft, part_of
from bogam.data.layouts.tree import Tree, stem_of

_BOTH = {"trainval", "trainandval"}
"""Names of a list for training and validation together: that is training, from which a split draws the validation."""


def list_part(name: str) -> str | None:
    """Return the part that a list's name means, None where it is no such list.

    Example:
        >>> list_part("train_val_list.txt"), list_part("test_list.txt"), list_part("val.txt")
        ('train', 'test', None)
    """
    stem = stem_of(name).lower()
    if not name.lower().endswith("_list.txt"):
        return None
    plain = stem.removesuffix("_list")
    return "train" if plain.replace("_", "") in _BOTH else part_of(plain)


def add_lists(draft: Draft, tree: Tree) -> None:
    """Give the images of a draft that have no part yet the part of the list that names them, by file name."""
    parts: dict[str, str] = {}
    for name in tree.here((".txt",)):
        part = list_part(name)
        if part is not None:
            draft.used.add(tree.prefix + name)
            lines = tree.path(name).read_text(encoding="utf-8-sig").splitlines()
            parts.update({line.strip().rpartition("/")[2]: part for line in lines if line.strip()})
    if not parts:
        return
    for row in draft.images:
        row["part"] = row.get("part") or parts.get(row["name"].rpartition("/")[2])
    left = sum(1 for row in draft.images if row["part"] is None)
    if left:
        draft.notes.append(f"{left} images are in none of the lists of parts.")
