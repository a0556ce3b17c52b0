"""Pascal VOC: `JPEGImages/`, `Annotations/*.xml` and, for the parts, `ImageSets/Main/*.txt`."""

from __future__ import annotations

from bogam.core.errors import FileProblem
from bogam.data.layouts.coco import add_boxes
from bogam.data.layouts.draft import Draft, Fit, Options, part_of
from bogam.data.layouts.tree import Tree, stem_of

NAME = "voc"


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where both `JPEGImages` and `Annotations` hold files."""
    images = [n for n in tree.pictures if n.startswith("JPEGImages/")]
    if not images or not any(n.startswith("Annotations/") and n.endswith(".xml") for n in tree.others):
        return None
    return Fit(NAME, tree, len(images), "Pascal VOC: JPEGImages and Annotations")


def read(fit: Fit, options: Options) -> Draft:
    """Read images, boxes and official parts; an annotation without a box says that there is none."""
    from bogam.data.readers.voc import read_voc
    tree = fit.tree
    draft = Draft()
    parts: dict[str, str] = {}
    for name in tree.others:
        if name.startswith("ImageSets/Main/") and name.endswith(".txt"):
            draft.used.add(tree.prefix + name)
            part = part_of(stem_of(name))
            if part is not None:
                text = tree.path(name).read_text(encoding="utf-8")
                parts.update({line.split()[0]: part for line in text.splitlines() if line.strip()})
    sheets = {stem_of(n): n for n in tree.others if n.startswith("Annotations/") and n.endswith(".xml")}
    bare = 0
    for name in tree.pictures:
        if not name.startswith("JPEGImages/"):
            continue
        stem = stem_of(name)
        draft.add_image(tree, name, part=parts.get(stem))
        sheet = sheets.pop(stem, None)
        if sheet is None:
            bare += 1
            continue
        draft.used.add(tree.prefix + sheet)
        try:
            boxes = read_voc(tree.path(sheet))
            add_boxes(draft, tree.prefix + name, boxes, boxes.problems, tree.prefix + sheet)
        except FileProblem as error:
            draft.set_aside.append((tree.prefix + sheet, error.problem))
    draft.set_aside.extend((tree.prefix + s, "is an annotation, and its image is missing") for s in sheets.values())
    draft.used.update(tree.prefix + s for s in sheets.values())
    if bare:
        draft.notes.append(f"{bare} images have no annotation: counted as not looked at.")
    return draft
