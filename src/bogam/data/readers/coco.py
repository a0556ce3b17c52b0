"""Boxes of COCO: one JSON file for all pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bogam.core.errors import FileProblem
from bogam.data.readers.boxes import Box, clip


@dataclass(frozen=True)
class CocoImage:
    """One picture of a COCO file; rows and columns are None where not stated."""

    id: str
    file: str
    rows: int | None
    columns: int | None


@dataclass(frozen=True)
class CocoSet:
    """What a COCO file holds.

    Args:
        images: pictures in the order of the file.
        labels: category names in the order of the file.
        boxes: id of a picture to its boxes; a picture that is listed and has none: somebody looked, an empty list.
        problems: boxes set aside or cut, one clause each.
        notes: what the file holds beyond boxes.
    """

    images: tuple[CocoImage, ...]
    labels: tuple[str, ...]
    boxes: Mapping[str, tuple[Box, ...]]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def read_coco(path: Path) -> CocoSet:
    """Read the boxes of a COCO file as half-open pixel ranges: x0 = x, x1 = x + width, fractions kept.

    A box without width or height, with an unknown picture or category, or wholly outside its picture is set aside;
    one that reaches out of the picture is cut. Both are told in `problems`. Segmentations are not read.

    Raises:
        FileProblem: unreadable, no JSON, or without the lists images, annotations and categories.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FileProblem(str(path), "cannot be opened") from error
    except (ValueError, RecursionError) as error:
        raise FileProblem(str(path), "is no JSON, or a truncated one") from error
    lists = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(name), list) for name in lists):
        raise FileProblem(str(path), "is no COCO file: expected the lists images, annotations and categories")
    try:
        images = tuple(CocoImage(str(i["id"]), str(i["file_name"]), _whole(i.get("height")), _whole(i.get("width")))
                       for i in content["images"])
        labels = {str(c["id"]): str(c["name"]) for c in content["categories"]}
        entries: list[Mapping[str, Any]] = [dict(entry) for entry in content["annotations"]]
    except (KeyError, TypeError, ValueError) as error:
        raise FileProblem(str(path), "is no COCO file: a picture or category has no id or name") from error
    if len({image.id for image in images}) < len(images):
        raise FileProblem(str(path), "is a COCO file with one id for several pictures")
    boxes, problems = _boxes(entries, {image.id: image for image in images}, labels)
    shapes = sum(bool(entry.get("segmentation")) for entry in entries)
    notes = (f"{shapes} segmentations are not read, only boxes",) if shapes else ()
    return CocoSet(images, tuple(labels.values()), boxes, problems, notes)


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _boxes(entries: list[Mapping[str, Any]], images: Mapping[str, CocoImage], labels: Mapping[str, str]) -> tuple[
        dict[str, tuple[Box, ...]], tuple[str, ...]]:
    found: dict[str, list[Box]] = {key: [] for key in images}
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        image, label = images.get(str(entry.get("image_id"))), labels.get(str(entry.get("category_id")))
        where = f"annotation {number}"
        if image is None or label is None:
            problems.append(f"{where} set aside: its picture or category is unknown")
            continue
        try:
            x0, y0, width, height = (float(value) for value in entry["bbox"])
        except (KeyError, TypeError, ValueError):
            problems.append(f"{where} set aside: its box is not four numbers")
            continue
        if not (width > 0 and height > 0):
            problems.append(f"{where} ({label}) set aside: its size is zero")
            continue
        box = Box(label, y0, x0, y0 + height, x0 + width)
        inside = clip(box, image.rows or float("inf"), image.columns or float("inf"))
        if inside.area <= 0:
            problems.append(f"{where} ({label}) set aside: it lies outside the picture")
            continue
        if abs(box.area - inside.area) > 1e-6 * box.area:
            problems.append(f"{where} ({label}) reaches out of the picture: cut")
        found[image.id].append(inside)
    return {key: tuple(value) for key, value in found.items()}, tuple(problems)
