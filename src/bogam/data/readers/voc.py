"""Boxes of Pascal VOC: one XML file per picture."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from bogam.core.errors import FileProblem
from bogam.data.readers.boxes import Box, clip


class VocBoxes(list[Box]):
    """The boxes of one VOC file, with what else the file says.

    Args:
        boxes: the usable boxes.
        picture: file name of the picture, as the annotation gives it; "" where it does not.
        rows: of the picture, or None where not stated.
        columns: of the picture, or None where not stated.
        problems: boxes set aside or cut, one clause each.
    """

    def __init__(self, boxes: Iterable[Box], picture: str = "", rows: int | None = None, columns: int | None = None,
                 problems: tuple[str, ...] = ()) -> None:
        super().__init__(boxes)
        self.picture = picture
        self.rows = rows
        self.columns = columns
        self.problems = problems


def read_voc(path: Path) -> VocBoxes:
    """Read the boxes of one VOC file as half-open pixel indices.

    VOC counts pixels from 1 and includes the last: xmin 1, xmax 10 are the ten columns 0 <= x < 10. A box whose
    xmax is not above its xmin (or y alike) is set aside; a box that reaches out of the picture is cut to it. Both
    are told in `problems`.

    Returns:
        A list of `Box` that also knows the picture's name and size, and the problems.

    Raises:
        FileProblem: unreadable, no XML, or no VOC annotation.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except OSError as error:
        raise FileProblem(str(path), "cannot be opened") from error
    except (ElementTree.ParseError, ValueError) as error:
        raise FileProblem(str(path), "is no XML, or a truncated one") from error
    if root.tag != "annotation":
        raise FileProblem(str(path), f"is no VOC annotation: its root is <{root.tag[:30]}>, expected <annotation>")
    rows, columns = _size(root, "height"), _size(root, "width")
    boxes: list[Box] = []
    problems: list[str] = []
    for number, entry in enumerate(root.iter("object"), start=1):
        label = (entry.findtext("name") or "").strip()
        ends = [_number(entry.findtext(f"bndbox/{name}")) for name in ("ymin", "xmin", "ymax", "xmax")]
        where = f"box {number} ({label or 'no label'})"
        if not label or None in ends:
            problems.append(f"{where} set aside: it has no label or not four numbers")
            continue
        y0, x0, y1, x1 = (end or 0.0 for end in ends)
        if y1 <= y0 or x1 <= x0:
            problems.append(f"{where} set aside: its size is zero")
            continue
        box = Box(label, y0 - 1, x0 - 1, y1, x1)
        inside = clip(box, rows or float("inf"), columns or float("inf"))
        if inside.area <= 0:
            problems.append(f"{where} set aside: it lies outside the picture")
            continue
        if inside != box:
            problems.append(f"{where} reaches out of the picture: cut")
        boxes.append(inside)
    return VocBoxes(boxes, (root.findtext("filename") or "").strip(), rows, columns, tuple(problems))


def _number(value: str | None) -> float | None:
    try:
        found = float(value or "")
    except ValueError:
        return None
    return found if abs(found) < 1e9 else None


def _size(root: ElementTree.Element, name: str) -> int | None:
    found = _number(root.findtext(f"size/{name}"))
    return int(found) if found and found > 0 else None
