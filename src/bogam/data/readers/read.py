"""The one door to every image file: read by content, whole or by the keys of a locator."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Picture
from bogam.data.locator import Locator
from bogam.data.readers.mask import MaskReading, understand_mask
from bogam.data.readers.raster import RASTER, count_pages, read_raster
from bogam.data.readers.recent import Recent, stamp
from bogam.data.readers.sniff import named_format, sniff, what_else

__all__ = ["MaskReading", "count_frames", "read_mask", "read_picture", "sniff"]

AXES = ("z", "y", "x")
_KEYS = {"dicom": {"frame"}, "tiff": {"frame"}, "npz": {"array", "row"}, "nifti": {"t"}, "folder": {"series"}}
_VOLUMES: Recent[Picture] = Recent(lambda picture: picture.image.nbytes)


def read_picture(locator: Locator, root: Path) -> Picture:
    """Read the picture that a locator names, in the depth and with the channels that are stored.

    Keys of the locator: `frame` (multi-frame DICOM, multi-page TIFF; without it all frames are stacked along z),
    `t` (a volume of a 4-D NIfTI), `array` and `row` (.npz), `series` (a folder of DICOM files; not needed where it
    holds one series), and `z`, `y` or `x`: the slice of a volume along that axis, in the order of the array. Of a
    volume that is asked for slice by slice, the last is kept in memory, per thread.

    Args:
        locator: path, relative to `root` or absolute, and keys.
        root: folder of the data set.

    Returns:
        Picture with (C, Y, X), or (C, Z, Y, X) for a volume. A file whose name promises another format than its
        content holds is read by its content, and a note says so.

    Raises:
        FileProblem: the file, named as the locator, is missing, empty, truncated, damaged, no image, or lacks what
            the keys ask for.
    """
    return _read(locator, root, False)


def read_mask(locator: Locator, root: Path) -> MaskReading:
    """Read a mask as whole numbers, and say how its values were understood. See `mask.understand_mask`.

    A colored palette gives its indices, a grey one its grey values.

    Returns:
        MaskReading: `values` (Y, X) or (Z, Y, X) int32, and `note`.

    Raises:
        FileProblem: as `read_picture`; or the picture is no mask.
    """
    picture = _read(locator, root, True)
    reading = understand_mask(picture, str(locator))
    extra = [note for note in picture.notes if "palette" in note or note.startswith("content is")]
    return dataclasses.replace(reading, note="; ".join([reading.note, *extra]))


def count_frames(path: Path) -> int:
    """Return the number of frames of a DICOM file or pages of a TIFF; 1 for every other format.

    Raises:
        FileProblem: the file cannot be read, or is no image.
    """
    kind = sniff(path)
    if kind is None:
        raise FileProblem(str(path), what_else(path))
    if kind == "dicom":
        from bogam.data.readers.dicom import count_frames_dicom

        return count_frames_dicom(path)
    return count_pages(path) if kind == "tiff" else 1


def _read(locator: Locator, root: Path, indices: bool) -> Picture:
    path = root / locator.path
    try:
        kind = "folder" if path.is_dir() else sniff(path)
        if kind is None:
            raise FileProblem(str(path), what_else(path))
        numbers = _numbers(locator, kind, str(path))
        picture = _sliced(locator, path, kind, numbers, indices)
        if kind == "dicom" and "slice" not in picture.facts and picture.image.ndim == 3 and "frame" in numbers:
            picture = dataclasses.replace(picture, facts={**picture.facts, "frame": numbers["frame"]})
    except FileProblem as problem:
        raise FileProblem(str(locator), problem.problem) from problem
    except OSError as error:
        raise FileProblem(str(locator), "cannot be opened") from error
    named = named_format(path)
    if named and kind not in (named, "folder"):
        note = f"content is {kind.upper()}, name says {path.suffix.lower()}"
        picture = dataclasses.replace(picture, notes=(note, *picture.notes))
    return picture


def _numbers(locator: Locator, kind: str, file: str) -> dict[str, int]:
    """Return the keys that are whole numbers; raise for keys that this format does not have."""
    numbers = {}
    for key, value in locator.keys:
        if key not in _KEYS.get(kind, set()) and key not in AXES:
            raise FileProblem(file, f"is a {kind.upper()}, for which the locator key {key}= means nothing")
        if key not in ("array", "series"):
            if not (value.isascii() and value.isdigit()):
                raise FileProblem(file, f"locator key {key} is no whole number from 0")
            numbers[key] = int(value)
    if sum(axis in numbers for axis in AXES) > 1:
        raise FileProblem(file, "the locator asks for slices along several axes, expected one of z=, y=, x=")
    return numbers


def _sliced(locator: Locator, path: Path, kind: str, numbers: dict[str, int], indices: bool) -> Picture:
    axis = next((axis for axis in AXES if axis in numbers), None)
    if axis is None:
        return _whole(locator, path, kind, numbers, indices)
    keys = tuple(pair for pair in locator.keys if pair[0] not in AXES)
    key = (*stamp(path), keys, indices)
    volume = _VOLUMES.get(key, lambda: _whole(locator, path, kind, numbers, indices))
    return take_slice(volume, axis, numbers[axis], str(path))


def _whole(locator: Locator, path: Path, kind: str, numbers: dict[str, int], indices: bool) -> Picture:
    if kind in RASTER:
        return read_raster(path, kind, numbers.get("frame"), indices)
    if kind == "npz":
        from bogam.data.readers.npz import read_npz

        return read_npz(path, locator.get("array"), numbers.get("row"))
    if kind == "nifti":
        from bogam.data.readers.nifti import read_nifti

        return read_nifti(path, numbers.get("t"))
    from bogam.data.readers.dicom import read_dicom

    if kind == "dicom":
        return read_dicom(path, numbers.get("frame"))
    return _folder(path, locator.get("series"))


def _folder(path: Path, wanted: str | None) -> Picture:
    """Read the one series of a folder, or the one that is asked for."""
    from bogam.data.readers.dicom import read_header, read_series

    found: dict[str, list[Path]] = {}
    for file in sorted(p for p in path.iterdir() if p.is_file()):
        if sniff(file) == "dicom":
            try:
                found.setdefault(str(read_header(file).get("series")), []).append(file)
            except FileProblem:
                continue
    if wanted is None and len(found) == 1:
        return read_series(next(iter(found.values())))
    if wanted not in found:
        raise FileProblem(str(path), f"is a folder with {len(found)} DICOM series, expected "
                          + (f"one of them to be {wanted}" if wanted else "one: name it with the locator key series="))
    return read_series(found[wanted])


def take_slice(volume: Picture, axis: str, index: int, file: str = "volume") -> Picture:
    """Return one slice of a volume along z, y or x, with the spacing of the two axes that remain.

    Args:
        volume: Picture with (C, Z, Y, X).
        axis: "z", "y" or "x".
        index: counted from 0 in the order of the array.
        file: name for messages.

    Returns:
        Picture with (C, Y, X), (C, Z, X) or (C, Z, Y); levels stay those of the volume; facts tell "slice".

    Raises:
        FileProblem: no volume, or it has no such slice.

    Example:
        >>> volume = Picture(np.zeros((1, 4, 5, 6), np.uint8), (0, 255), spacing_mm=(3.0, 2.0, 1.0))
        >>> take_slice(volume, "y", 2).image.shape, take_slice(volume, "y", 2).spacing_mm
        ((1, 4, 6), (3.0, 1.0))
    """
    if volume.image.ndim != 4:
        raise FileProblem(file, f"is no volume, the locator asks for slice {axis}={index}")
    at = AXES.index(axis)
    if not 0 <= index < volume.image.shape[at + 1]:
        raise FileProblem(file, f"has {volume.image.shape[at + 1]} slices along {axis}, the locator asks for "
                                f"{axis}={index}")
    spacing = volume.spacing_mm and tuple(step for i, step in enumerate(volume.spacing_mm) if i != at)
    return dataclasses.replace(volume, image=np.take(volume.image, index, axis=at + 1), spacing_mm=spacing, affine=None,
                               facts={**volume.facts, "slice": f"{axis}={index}"})
