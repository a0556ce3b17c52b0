"""COCO boxes: a `.json` with images, annotations and categories, and the images beside or below it."""

from __future__ import annotations

from collections.abc import Iterable

from bogam.core.errors import FileProblem
from bogam.data.layouts.draft import Draft, Fit, Options
from bogam.data.layouts.structure import place
from bogam.data.layouts.tree import Tree
from bogam.data.readers.boxes import Box

NAME = "coco"
_HEAD = 1 << 16


def _sheets(tree: Tree) -> list[str]:
    """Return the .json files of the tree that look like COCO."""
    found = []
    for name in tree.others:
        if name.lower().endswith(".json") and name.count("/") <= 2:
            with tree.path(name).open("rb") as stream:
                head = stream.read(_HEAD)
                stream.seek(0, 2)
                stream.seek(max(0, stream.tell() - _HEAD))
                text = head + stream.read()
            if b'"images"' in text and (b'"annotations"' in text or b'"bbox"' in text):
                found.append(name)
    return found


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where the file names in COCO files are those of at least half of the pictures."""
    from bogam.data.readers.coco import read_coco
    names = {n.rpartition("/")[2] for n in tree.pictures}
    found: set[str] = set()
    sheets = _sheets(tree) if names else []
    for sheet in sheets:
        try:
            found |= {i.file.rpartition("/")[2] for i in read_coco(tree.path(sheet)).images} & names
        except FileProblem:
            continue
    if not found or 2 * len(found) < len(names):
        return None
    return Fit(NAME, tree, len(tree.pictures), f"COCO boxes of {', '.join(sheets)}")


def read(fit: Fit, options: Options) -> Draft:
    """Read images, official parts (train, val, test folders) and boxes."""
    draft = Draft()
    for image in place(fit.tree.pictures):
        draft.add_image(fit.tree, image.name, part=image.part)
    add_coco(draft, fit.tree)
    return draft


def add_boxes(draft: Draft, image: str, boxes: Iterable[Box], problems: Iterable[str], sheet: str) -> None:
    """Add the boxes of one image, or that somebody looked and saw none; name boxes that were set aside."""
    boxes = list(boxes)
    for box in boxes:
        draft.add_box(image, box.label, (box.y0, box.x0, box.y1, box.x1))
    if not boxes:
        draft.add_box(image, None, None)
    draft.set_aside.extend((sheet, problem) for problem in problems)


def add_coco(draft: Draft, tree: Tree) -> None:
    """Add the boxes of every COCO file of the tree to the images of a draft, by file name.

    Where several images have one name, the path decides: that in the COCO file, from the COCO file's folder or from any
    folder above the image. An entry that fits several still is set aside.
    """
    from bogam.data.readers.coco import read_coco
    rows: dict[str, list[str]] = {}
    for row in draft.images:
        rows.setdefault(row["name"].rpartition("/")[2], []).append(row["name"])
    listed: set[str] = set()
    for sheet in _sheets(tree):
        try:
            content = read_coco(tree.path(sheet))
        except FileProblem as error:
            draft.set_aside.append((tree.prefix + sheet, error.problem))
            continue
        draft.used.add(tree.prefix + sheet)
        draft.set_aside.extend((tree.prefix + sheet, problem) for problem in content.problems)
        draft.notes.extend(f"{sheet}: {note}." for note in content.notes)
        here = [i for i in content.images if i.file.rpartition("/")[2] in rows]
        unclear = 0
        for image in here:
            owner = _owner(image.file, rows[image.file.rpartition("/")[2]], (tree.prefix + sheet).rpartition("/")[0])
            if owner is None:
                unclear += 1
                continue
            name = owner
            listed.add(name)
            add_boxes(draft, name, content.boxes.get(image.id, ()), (), sheet)
        if unclear:
            draft.set_aside.append((tree.prefix + sheet, f"has {unclear} entries whose file name several images bear, "
                                                         "and no folder that tells them apart"))
        if len(here) < len(content.images):
            draft.notes.append(f"{sheet} lists {len(content.images) - len(here)} images that are not in the folder.")
    if listed and len(listed) < len(draft.images):
        left = len(draft.images) - len(listed)
        draft.notes.append(f"{left} images are in no COCO file: nobody looked for boxes there.")


def _owner(file: str, bearers: list[str], folder: str) -> str | None:
    """Return which of the images of one name an entry means; None where its path does not tell."""
    if len(bearers) == 1:
        return bearers[0]
    below = f"{folder}/{file}" if folder else file
    if below in bearers:
        return below
    fit = [name for name in bearers if name.endswith(f"/{file}")]
    return fit[0] if len(fit) == 1 else None
