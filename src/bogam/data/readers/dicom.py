"""DICOM: one file as a picture or a stack of frames, a series as a volume, a header without pixels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from bogam.core.errors import FileProblem
from bogam.core.types import LevelUnit, Picture
from bogam.data.readers import dicom_tags as tags
from bogam.data.readers.dicom_geometry import Stack, along_normal, folder_name, stack_slices
from bogam.data.readers.dicom_pixels import rescale, stored_pixels
from bogam.data.readers.planes import full_levels
from bogam.data.readers.quiet import recorded
from bogam.data.readers.recent import Recent, stamp

_RAW: LevelUnit = "raw"
_OPENED: Recent[tuple[Dataset, tuple[str, ...]]] = Recent(lambda kept: len(kept[0].get("PixelData") or b""))


def read_header(path: Path) -> dict[str, Any]:
    """Read what a DICOM file says of its picture, without its pixels and without anything that identifies a person.

    Returns:
        The facts of `Picture.facts` (modality, scanner, view, laterality, window, and the pseudonyms patient, study
        and series; what the file does not tell is left out), and always:
        rows, columns, frames, bits (stored per sample), channels (1 or 3); spacing_mm (dy, dx) or None;
        position_mm (x, y, z) and orientation (six numbers) of the first frame, or None;
        along_normal_mm, the place of the slice along its normal, or None; instance and acquisition, whole numbers
        or None; notes.

    Raises:
        FileProblem: unreadable, no DICOM, or without a picture (report, plan, DICOMDIR).
    """
    try:
        with recorded("pydicom") as texts:
            dataset, notes = tags.open_dicom(path, pixels=False)
            header = _header(dataset)
    except FileProblem:
        raise
    except Exception as error:
        raise FileProblem(str(path), tags.broken(error)) from error
    return header | {"notes": tuple(dict.fromkeys(notes + tags.worded(texts)))}


def _whole(value: Any) -> int | None:
    found = tags.numbers(value, 1)
    return None if found is None else int(found[0])


def _header(dataset: Dataset) -> dict[str, Any]:
    position = tags.numbers(tags.find(dataset, "ImagePositionPatient"), 3)
    orientation = tags.numbers(tags.find(dataset, "ImageOrientationPatient"), 6)
    palette = dataset.get("PhotometricInterpretation") == "PALETTE COLOR"
    return tags.facts(dataset) | {
        "rows": int(dataset.Rows), "columns": int(dataset.Columns), "frames": tags.count(dataset),
        "bits": _whole(dataset.get("BitsStored")) or _whole(dataset.get("BitsAllocated")) or 8,
        "channels": 3 if palette or (_whole(dataset.get("SamplesPerPixel")) or 1) > 1 else 1,
        "spacing_mm": tags.spacing(dataset)[0], "position_mm": position, "orientation": orientation,
        "along_normal_mm": along_normal(position, orientation) if position and orientation else None,
        "instance": _whole(dataset.get("InstanceNumber")),
        "acquisition": _whole(dataset.get("AcquisitionNumber"))}


def read_dicom(path: Path, frame: int | None = None) -> Picture:
    """Read one DICOM file: its only picture, one of its frames, or all of its frames stacked in stored order.

    Grey values are those of the modality (after rescale), color is RGB, MONOCHROME1 is inverted so that higher is
    brighter, and its stored window with it. Levels are what BitsStored could express. The unit is "hu" for a CT
    that tells slope and intercept, else "raw". No window, no presentation look-up table, no overlay is applied.

    Args:
        path: the file.
        frame: which frame, counted from 0, or None for all.

    Returns:
        Picture with (C, Y, X), or (C, Z, Y, X) for several frames; spacing and affine where the file tells.

    Raises:
        FileProblem: see `read_header`; or pixels that are truncated, damaged or of an unknown compression.
    """
    try:
        with recorded("pydicom") as texts:
            picture = _read_frames(path, frame)
    except FileProblem:
        raise
    except Exception as error:
        raise FileProblem(str(path), tags.broken(error)) from error
    return dataclasses.replace(picture, notes=tuple(dict.fromkeys(tags.worded(texts) + picture.notes)))


def _read_frames(path: Path, frame: int | None) -> Picture:
    if frame is None:
        dataset, notes = tags.open_dicom(path, pixels=True)
    else:
        dataset, notes = _OPENED.get(stamp(path), lambda: tags.open_dicom(path, pixels=True))
    total = tags.count(dataset)
    if frame is not None and not 0 <= frame < total:
        raise FileProblem(str(path), f"has {total} frames, the locator asks for frame {frame}")
    if not any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise FileProblem(str(path), "is a DICOM file without pixels")
    pixels, color, more = stored_pixels(dataset, path, frame)
    picture = _picture(dataset, path, pixels, color, frame)
    return dataclasses.replace(picture, notes=notes + more + picture.notes)


def _picture(dataset: Dataset, path: Path, pixels: np.ndarray, color: bool, frame: int | None) -> Picture:
    facts = tags.facts(dataset, frame or 0)
    bits = _whole(dataset.get("BitsStored")) or 8 * pixels.itemsize
    if color:
        palette = dataset.get("PhotometricInterpretation") == "PALETTE COLOR"
        image, notes = color_depth(pixels, palette)
        levels, told = full_levels(image)
        if image.dtype.kind == "u" and bits < 8 * image.itemsize and not palette:
            levels = (0.0, 2.0**bits - 1)
        image = np.ascontiguousarray(np.moveaxis(image, -1, 0))
        notes, unit = notes + told, _RAW
    else:
        values, levels, unit, notes = rescale(pixels, dataset, path, frame)
        image = values[None]
        if dataset.get("PhotometricInterpretation") == "MONOCHROME1" and "window" in facts:
            facts["window"] = _turned(facts["window"], levels, facts.get("window_function"))
    spacing, told = tags.spacing(dataset, frame or 0)
    notes += told
    if facts.get("mosaic"):
        notes += ("several slices side by side in one picture (mosaic)",)
    if image.shape[1] == 1:
        return Picture(image[:, 0], levels, unit, spacing, bits=bits, format="dicom", facts=facts, notes=notes)
    notes += (f"{image.shape[1]} frames stacked in stored order",)
    stack, told = _stacked_frames(dataset, path, image.shape[1], spacing)
    depth = None if stack is None or stack.step_mm is None or spacing is None else (stack.step_mm, *spacing)
    return Picture(image, levels, unit, depth, stack.affine if stack and depth else None, bits=bits, format="dicom",
                   facts=facts, notes=notes + told)


def color_depth(pixels: np.ndarray, palette: bool) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return color values as uint8 or uint16; a palette of 8-bit colors written as 16 bit comes back as 8 bit.

    Example:
        >>> color_depth(np.array([[[0, 256, 65280]]], np.uint16), True)[0].tolist()
        [[[0, 1, 255]]]
    """
    if pixels.dtype == np.uint32:
        return (pixels >> np.uint32(16)).astype(np.uint16), ("32-bit color brought to 16 bit",)
    if palette and pixels.dtype == np.uint16:
        high, low = (pixels >> 8).astype(np.uint8), (pixels & 255).astype(np.uint8)
        if not low.any() or (low == high).all():
            return high, ()
    return pixels, ()


def _turned(window: tuple[float, float], levels: tuple[float, float], function: str | None) -> tuple[float, float]:
    """Invert a stored window; LINEAR, the default, is centered half a level below its stated center."""
    shift = 0.0 if function in ("LINEAR_EXACT", "SIGMOID") else 1.0
    return levels[0] + levels[1] - window[0] + shift, window[1]


def _stacked_frames(dataset: Dataset, path: Path, total: int, spacing: tuple[float, float] | None) -> tuple[
        Stack | None, tuple[str, ...]]:
    """Describe frames as a volume where they are one, else say why not."""
    positions = [tags.numbers(tags.find(dataset, "ImagePositionPatient", i), 3) for i in range(total)]
    orientations = [tags.numbers(tags.find(dataset, "ImageOrientationPatient", i), 6) for i in range(total)]
    if spacing is None or not any(positions):
        return None, ()
    try:
        stack = stack_slices(str(path), positions, orientations, spacing, sort=False)
    except FileProblem as problem:
        return None, (f"no distance between its frames: it {problem.problem}",)
    return stack, stack.notes


def count_frames_dicom(path: Path) -> int:
    """Return the number of frames that the header states."""
    return int(read_header(path)["frames"])


def read_series(paths: Sequence[Path]) -> Picture:
    """Read the files of one series into a volume, sorted by position along the normal of the slices.

    The volume stays in its plane of acquisition: z runs along the normal (row direction x column direction), y
    down the stored rows, x along them; the affine says where that is in the patient. Nothing is resampled.

    Returns:
        Picture with (C, Z, Y, X), spacing_mm (dz, dy, dx), dz the median distance of neighbors (None where there
        is one slice), affine from (z, y, x, 1) to (x, y, z, 1) in millimetres along DICOM's axes: left, posterior,
        superior. Gaps and tilt are noted. Facts are those of the first slice.

    Raises:
        FileProblem: files of several series, sizes or orientations, slices without position, two slices at one
            place, or a slice that cannot be read (named).
    """
    if not paths:
        raise FileProblem(".", "is no DICOM series: it has no files")
    headers = [read_header(path) for path in paths]
    where = folder_name(paths)
    if len(paths) == 1 and headers[0]["frames"] > 1:
        return read_dicom(paths[0])
    for what, names in (("series", ("series",)), ("sizes", ("rows", "columns", "channels")),
                        ("pixel spacings", ("spacing_mm",)), ("kinds, some with several frames", ("frames",))):
        found = {tuple(header.get(name) for name in names) for header in headers}
        if len(found) > 1:
            raise FileProblem(where, f"is no single volume: its {len(paths)} files are of {len(found)} {what}")
    if headers[0]["frames"] > 1:
        raise FileProblem(where, f"holds {len(paths)} files of several frames each: read them one by one")
    spacing = headers[0]["spacing_mm"]
    stack = stack_slices(where, [h["position_mm"] for h in headers], [h["orientation"] for h in headers],
                         spacing or (1.0, 1.0))
    pictures = [read_dicom(paths[i]) for i in stack.order]
    image = np.stack([p.image for p in pictures], axis=1)
    if image.dtype not in (np.uint8, np.uint16, np.int16, np.float32):
        image = image.astype(np.float32)
    ranges = [p.levels for p in pictures if p.levels]
    depth = (stack.step_mm, *spacing) if spacing is not None and stack.step_mm is not None else None
    notes = dict.fromkeys(note for p in pictures for note in p.notes)
    return dataclasses.replace(
        pictures[0], image=image, levels=(min(low for low, _ in ranges), max(high for _, high in ranges)),
        spacing_mm=depth, affine=stack.affine if depth else None,
        notes=(*notes, *stack.notes))
