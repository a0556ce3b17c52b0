"""The review sheet: pictures with regions that look like text, for a person who may see them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Array
from bogam.data.deidentify.plan import Item
from bogam.data.deidentify.text_regions import Box

if TYPE_CHECKING:
    from bogam.data.deidentify.one_file import Outcome

SHEET = "review.html"
MOST_SHOWN = 400
_SIDE = 420


def write_preview(path: Path, item: Item, boxes: Sequence[Box], folder: Path) -> None:
    """Write a small picture of a source file with the regions outlined; its name is the file's mark in the log."""
    grey = _decoded(path, item.kind)
    if grey is None:
        return
    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(grey, (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))),
                       interpolation=cv2.INTER_AREA)
    shown = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
    for y0, x0, y1, x1 in boxes:
        cv2.rectangle(shown, (round(x0 * scale), round(y0 * scale)), (round(x1 * scale) - 1, round(y1 * scale) - 1),
                      (0, 80, 255), 1)
    folder.mkdir(parents=True, exist_ok=True)
    code = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    (folder / f"{item.mark}.jpg").write_bytes(code.tobytes())


def _decoded(path: Path, kind: str) -> Array | None:
    from bogam.data.deidentify.dicom_text import to_grey
    from bogam.data.deidentify.picture_text import pages_of

    if kind != "dicom":
        pages = pages_of(path.read_bytes())
        return to_grey(pages[0]) if pages else None
    from bogam.data.readers.dicom import read_dicom

    try:
        image = read_dicom(path, 0).image
    except FileProblem:
        return None
    return to_grey(np.moveaxis(image, 0, -1) if image.shape[0] == 3 else image[0])


def write_sheet(outcomes: Sequence[Outcome], previews: Path, log: Path) -> Path | None:
    """Write `review.html` into the log folder; return its path, or None where there is nothing to show."""
    from bogam.page.blocks import Box as Notice
    from bogam.page.blocks import Gallery, Thumb
    from bogam.page.document import Page, Section, render

    found = [outcome for outcome in outcomes if outcome.regions]
    thumbs = []
    for outcome in found[:MOST_SHOWN]:
        picture = previews / f"{outcome.mark}.jpg"
        if picture.is_file():
            uri = "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode("ascii")
            thumbs.append(Thumb(uri, f"file {outcome.number}", f"file {outcome.number}", (
                f"{outcome.regions} regions, {'painted over' if outcome.masked else 'left as they are'}",
                outcome.target)))
    if not thumbs:
        return None
    more = f" The first {MOST_SHOWN} are shown." if len(found) > MOST_SHOWN else ""
    page = Page(
        "Regions that look like text", "bogam deidentify: for the eyes of those who may see the source",
        f"{len(found)} pictures have regions that look like drawn text.{more}",
        [Section("pictures", "Pictures", [Gallery(
            "Outlined: what looks like text. Numbers are places in the sorted list of all source files.", thumbs,
            large=True)])],
        top=[Notice("warning", "This sheet shows the source pictures, not de-identified ones.", (
            "Do not pass it on. It lies outside the results on purpose.",
            "What is outlined may be harmless, and text may have been missed: look at the pictures themselves too."))])
    path = log / SHEET
    path.write_text(render(page), encoding="utf-8", newline="")
    return path
