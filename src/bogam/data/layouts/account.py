"""What of a folder was taken and what was not, with counts."""

from __future__ import annotations

from collections import defaultdict

from bogam.data.layouts.draft import Draft, Fit
from bogam.data.layouts.tree import Tree


def count(number: int, noun: str) -> str:
    """Return number and noun.

    Example:
        >>> count(1, "image"), count(1200, "image")
        ('1 image', '1,200 images')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def account(draft: Draft, tree: Tree, fit: Fit) -> list[str]:
    """Return the sentences "Taken: ..." and "Not taken: ..." on all files below the user's folder.

    What was not taken is listed by the first folder below that of the data set, or of the user's folder.
    """
    masks = {o["locator"] for o in draft.objects if o["kind"] == "mask" and o["locator"]}
    mask_files = {m.partition("#")[0] for m in masks}
    files = len({row["image"].partition("#")[0] for row in draft.images})
    taken = [count(len(draft.images), "image") + (f" from {count(files, 'file')}" if files < len(draft.images) else "")]
    if mask_files:
        taken.append(count(len(mask_files), "mask file"))
    boxes = sum(1 for o in draft.objects if o["kind"] == "box" and o.get("y0") is not None)
    if boxes:
        taken.append(count(boxes, "box").replace("boxs", "boxes"))
    where = fit.tree.prefix or "the folder"
    notes = [f"Taken: {where} ({', '.join(taken)})."]
    left: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    lone: list[str] = []
    for kind, names in ((0, tree.pictures), (1, tree.others)):
        for name in names:
            if name in draft.used:
                continue
            top = _top(name, fit.tree.prefix)
            if top is None:
                if kind == 1 or len(lone) < 3:
                    lone.append(name)
                else:
                    left["more pictures in the folder itself"][0] += 1
            else:
                left[top][kind] += 1
    pieces = []
    for top, numbers in left.items():
        said = [count(n, noun) for n, noun in zip(numbers, ("picture", "other file"), strict=True) if n]
        pieces.append(f"{top} ({', '.join(said)})")
    if lone:
        shown = ", ".join(lone[:6]) + (f" and {len(lone) - 6} more" if len(lone) > 6 else "")
        pieces.append(shown)
    if tree.junk:
        pieces.append(f"{count(len(tree.junk), 'leaving')} of the operating system ({tree.junk[0]}"
                      f"{', ...' if len(tree.junk) > 1 else ''})")
    if pieces:
        notes.append(f"Not taken: {'; '.join(pieces)}.")
    return notes


def _top(name: str, prefix: str) -> str | None:
    """Return the folder by which a file is listed, None where it lies beside the data or above it."""
    start = prefix if prefix and name.startswith(prefix) else ""
    first, slash, _ = name[len(start):].partition("/")
    return f"{start}{first}/" if slash else None
