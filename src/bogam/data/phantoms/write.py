"""A phantom data set on disk: two sites, each in the layout and with the scanner of its own."""

from __future__ import annotations

import csv
import io
import json
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Array
from bogam.data.phantoms.family import Phantom, PhantomImage

FileFormat = Literal["png", "dicom"]
SiteLayout = Literal["per-site", "folders", "table"]
COLUMNS = ("image", "patient", "class", "site", "mask", "view", "laterality")
NOTE = "phantom.json"
PATIENT_PATTERN = "{patient}_{rest}"
"""What a recipe's `data.patient` says for the files written here, such as p0012_1.png."""


def write_phantom(phantom: Phantom, out: Path, format: FileFormat = "png", layout: SiteLayout = "per-site",
                  overwrite: bool = False, progress: Callable[[int, int], None] | None = None) -> None:
    """Write all images of a phantom with masks and labels; the same phantom gives the same bytes.

    Folders: ``out/site-a``, ``out/site-b``, and ``out/phantom.json`` with all settings. In a site's folder:
    "folders" is one folder per class with ``p0001_1.png`` and ``p0001_1_mask.png`` side by side, as in BUSI;
    "table" is ``images/``, ``masks/`` and ``labels.csv``. Images without a finding have an empty mask. DICOM images
    end in .dcm and come with ``labels.csv`` in both layouts; masks are PNG always. PNG of 12 bits says so in an sBIT
    block and keeps its levels (0 to 4095). "Same bytes" holds for one machine and one set of package versions.

    Args:
        phantom: what to draw.
        out: folder to write into; made where missing.
        format: "png" or "dicom".
        layout: "per-site" (site A folders, site B table), or one of the two for both sites.
        overwrite: write into a folder that is not empty, and remove the sites of a phantom that was there.
        progress: called with (images done, images in all).

    Raises:
        UserError: the folder is not empty and `overwrite` is off.
    """
    check_free(out, overwrite)
    if (out / NOTE).is_file():
        for site in ("site-a", "site-b"):
            shutil.rmtree(out / site, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    settings = {"phantom": phantom.to_yaml(), "format": format, "layout": layout, "patient": PATIENT_PATTERN,
                "note": "synthetic images; they show no person"}
    _put(out / NOTE, (json.dumps(settings, indent=2) + "\n").encode())
    rows: dict[str, list[dict[str, str]]] = {}
    done = 0
    for patient_index, count in enumerate(phantom.patients()):
        for image_index in range(count):
            drawn = phantom.draw(patient_index, image_index)
            folders = layout == "folders" or (layout == "per-site" and drawn.site == "site-a")
            row = _write_one(drawn, phantom, out / drawn.site, format, folders)
            if format == "dicom" or not folders:
                rows.setdefault(drawn.site, []).append(row)
            done += 1
            if progress is not None:
                progress(done, phantom.images)
    for site, lines in rows.items():
        text = io.StringIO()
        table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(lines)
        _put(out / site / "labels.csv", text.getvalue().encode())


def check_free(out: Path, overwrite: bool = False) -> None:
    """Raise UserError where `out` is a file, or a folder that is not empty and may not be overwritten."""
    if out.exists() and not out.is_dir():
        raise UserError(say(str(out), "a file", "a new or an empty folder", "Name another one."))
    if out.exists() and any(out.iterdir()) and not overwrite:
        raise UserError(say(str(out), "a folder that is not empty", "a new or an empty folder",
                            "Name another one, or write into it with --force."))


def _write_one(drawn: PhantomImage, phantom: Phantom, root: Path, format: FileFormat,
               folders: bool) -> dict[str, str]:
    """Write image and mask; return the row of the table."""
    suffix = ".dcm" if format == "dicom" else ".png"
    image = f"{drawn.label}/{drawn.id}{suffix}" if folders else f"images/{drawn.id}{suffix}"
    mask = f"{drawn.label}/{drawn.id}_mask.png" if folders else f"masks/{drawn.id}.png"
    for name in (image, mask):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
    if format == "dicom":
        from bogam.data.phantoms.dicom_write import write_dicom
        write_dicom(drawn, phantom, root / image)
    else:
        pixels = drawn.image[0] if len(drawn.image) == 1 else np.moveaxis(drawn.image[::-1], 0, 2)
        _put(root / image, encode_png(pixels, drawn.bits))
    _put(root / mask, encode_png(drawn.masks[0] * np.uint8(255)))
    return dict(zip(COLUMNS, (image, drawn.patient, drawn.label, drawn.site, mask, drawn.view, drawn.laterality),
                    strict=True))


def encode_png(pixels: Array, bits: int = 8) -> bytes:
    """Return a PNG file: (Y, X) grey or (Y, X, 3) blue, green, red; between 9 and 15 bits an sBIT block tells it."""
    blob = cv2.imencode(".png", np.ascontiguousarray(pixels), [cv2.IMWRITE_PNG_COMPRESSION, 4])[1].tobytes()
    if bits in (8, 16):
        return blob
    told = b"sBIT" + bytes([bits])
    block = struct.pack(">I", 1) + told + struct.pack(">I", zlib.crc32(told))
    header_end = 8 + 25
    return blob[:header_end] + block + blob[header_end:]


def _put(path: Path, blob: bytes) -> None:
    path.write_bytes(blob)
