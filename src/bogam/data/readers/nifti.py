"""NIfTI volumes, brought to one stated frame: (C, Z, Y, X) with z to superior, y to posterior, x to the left."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import Array, FloatArray, Picture
from bogam.data.readers.planes import fill_missing, full_levels, keep_depth
from bogam.data.readers.quiet import recorded

FRAME = ("S", "P", "L")
"""Towards which side of the patient z, y and x grow: superior, posterior, left, as in an axial DICOM series."""

_TO_MM = {"mm": 1.0, "meter": 1000.0, "micron": 0.001}
_MOST_VALUES = 2**33


def read_nifti(path: Path, time: int | None = None) -> Picture:
    """Read a volume and turn its axes (flips and swaps only, no resampling) into the stated frame.

    z grows from inferior to superior, y from anterior to posterior, x from the patient's right to the left: an
    axial slice `image[0, z]` looks as a radiologist expects it, the patient's right on the viewer's left. Slices
    along y and x keep the order of the array, so their rows run from inferior to superior. An oblique volume goes
    to the nearest such axes and keeps its angle in the affine.

    Args:
        path: .nii or .nii.gz, NIfTI 1 or 2.
        time: which volume of a 4-D file, counted from 0.

    Returns:
        Picture with (C, Z, Y, X); integers stay where they need no scaling; levels (min, max) of the volume, unit
        "raw"; spacing_mm (dz, dy, dx); affine from (z, y, x, 1) to (x, y, z, 1) in millimetres along DICOM's axes
        (left, posterior, superior), None where the file states no orientation.

    Raises:
        FileProblem: truncated, damaged, 4-D without `time`, more dimensions, complex values, or no usable affine.
    """
    file = str(path)
    try:
        with recorded("nibabel"):
            stored = _load(path, time)
    except FileProblem:
        raise
    except MemoryError as error:
        raise FileProblem(file, "is a NIfTI file that needs more memory than there is") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileProblem(file, "is a truncated or damaged NIfTI file: it cannot be unpacked to its end") from error
    except Exception as error:
        early = isinstance(error, OSError) or "buffer" in str(error).lower()
        raise FileProblem(file, "is a truncated NIfTI file: its values end early" if early else
                          "is a NIfTI file that cannot be read: its header is damaged") from error
    image, affine = _reorient(_planes(stored.values, file), stored.affine, file)
    image, kept = _scaled(image, stored.slope, stored.shift, file)
    image, gaps = fill_missing(image)
    spacing, notes = _describe(affine)
    levels, told = _levels(image)
    return Picture(image, levels, "raw", spacing, affine if stored.oriented else None,
                   bits=8 * stored.values.dtype.itemsize // (3 if stored.values.dtype.names else 1), format="nifti",
                   notes=stored.notes + kept + gaps + told + notes)


@dataclass(frozen=True, eq=False)
class _Stored:
    """Values (X, Y, Z) as in the file, affine from (x, y, z, 1) to RAS millimetres, and the scaling to apply."""

    values: Array
    affine: FloatArray
    oriented: bool
    slope: float
    shift: float
    notes: tuple[str, ...]


def _load(path: Path, time: int | None) -> _Stored:
    import nibabel

    blob = path.read_bytes()
    if blob[:2] == b"\x1f\x8b":
        blob = gzip.decompress(blob)
    second = blob[:4] in ((540).to_bytes(4, "little"), (540).to_bytes(4, "big"))
    kind: Any = nibabel.Nifti2Image if second else nibabel.Nifti1Image
    loaded = kind.from_stream(io.BytesIO(blob))
    shape = _three(loaded.shape, time, str(path))
    values = np.asarray(loaded.dataobj.get_unscaled()).reshape(shape + (1,) * (3 - len(shape)))
    if len(shape) == 4:
        values = values[..., time]
    codes, length = (loaded.header["sform_code"], loaded.header["qform_code"]), loaded.header.get_xyzt_units()[0]
    notes: tuple[str, ...] = () if any(codes) else ("no orientation is stated: axes taken as left, anterior, superior",)
    if length not in _TO_MM:
        notes += ("no unit of length is stated: read as millimetres",)
    affine = np.diag([_TO_MM.get(length, 1.0)] * 3 + [1.0]) @ np.asarray(loaded.affine, np.float64)
    return _Stored(values, affine, any(codes), float(loaded.dataobj.slope), float(loaded.dataobj.inter), notes)


def _three(shape: tuple[int, ...], time: int | None, file: str) -> tuple[int, ...]:
    """Return the shape without idle dimensions at its end, or raise where it is not 3 (or 4 with `time`)."""
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    size = " x ".join(map(str, shape))
    if not shape or min(shape) < 1 or float(np.prod(shape, dtype=np.float64)) > _MOST_VALUES:
        raise FileProblem(file, f"is a NIfTI file of the size {size}, which is not read")
    if len(shape) > 4:
        raise FileProblem(file, f"has {len(shape)} dimensions ({size}), expected 3: save the wanted volume alone")
    volumes = shape[3] if len(shape) == 4 else 1
    if volumes > 1 and time is None:
        raise FileProblem(file, f"has 4 dimensions ({size}), expected 3: name one of its {volumes} volumes with the "
                                f"locator key t, from #t=0 to #t={volumes - 1}")
    if time is not None and not 0 <= time < volumes:
        raise FileProblem(file, f"has {volumes} volumes, the locator asks for t={time}")
    return shape


def _planes(values: Array, file: str) -> Array:
    """Return (C, X, Y, Z): RGB records become three channels."""
    names = values.dtype.names
    if names:
        if names[:3] != ("R", "G", "B"):
            raise FileProblem(file, "is a NIfTI file with records that are not colors")
        return np.stack([values[name] for name in names[:3]])
    if values.dtype.kind not in "iuf":
        raise FileProblem(file, f"is a NIfTI file with values of type {values.dtype}, expected real numbers")
    return values[None]


def _reorient(image: Array, affine: FloatArray, file: str) -> tuple[Array, FloatArray]:
    """Return (C, Z, Y, X) in the stated frame and its affine to DICOM's axes; `affine` maps (x, y, z) to RAS."""
    from nibabel import orientations

    broken = "is a NIfTI file whose affine is no map: two of its axes coincide, or it has no finite numbers"
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-12:
        raise FileProblem(file, broken)
    found = orientations.io_orientation(affine)
    if not np.isfinite(found).all():
        raise FileProblem(file, broken)
    turn = orientations.ornt_transform(found, orientations.axcodes2ornt(FRAME[::-1]))
    moved = np.stack([orientations.apply_orientation(plane, turn) for plane in image])
    affine = affine @ orientations.inv_ornt_aff(turn, image.shape[1:])
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine[:, [2, 1, 0, 3]]
    return np.ascontiguousarray(moved.transpose(0, 3, 2, 1)), affine


def _scaled(image: Array, slope: float, shift: float, file: str) -> tuple[Array, tuple[str, ...]]:
    """Apply the file's scaling; whole-number scalings of integers stay integers."""
    try:
        if (slope, shift) == (1.0, 0.0):
            return keep_depth(image)
        if image.dtype.kind in "iu" and image.dtype.itemsize <= 2 and slope.is_integer() and shift.is_integer():
            return keep_depth(image.astype(np.int64) * int(slope) + int(shift))
        return (image * np.float64(slope) + shift).astype(np.float32), ()
    except (TypeError, OverflowError) as error:
        raise FileProblem(file, "is a NIfTI file whose values cannot be scaled") from error


def _levels(image: Array) -> tuple[tuple[float, float], tuple[str, ...]]:
    if image.shape[0] == 3:
        return full_levels(image)
    low, high = float(image.min()), float(image.max())
    if low == high:
        return (low, low + 1), ("all values are equal",)
    return (low, high), ("levels are the smallest and largest value of the volume",)


def _describe(affine: FloatArray) -> tuple[tuple[float, float, float], tuple[str, ...]]:
    """Return (dz, dy, dx) and notes on anisotropy, obliquity and shear."""
    size = np.linalg.norm(affine[:3, :3], axis=0)
    axes = affine[:3, :3] / size
    notes: tuple[str, ...] = ()
    if size.max() > 2 * size.min():
        notes += (f"anisotropic: {size[0]:.2f} x {size[1]:.2f} x {size[2]:.2f} mm (z, y, x)",)
    angle = float(np.degrees(np.arccos(np.clip(np.abs(axes[::-1].diagonal()), 0, 1))).max())
    if angle > 1:
        notes += (f"oblique: axes up to {angle:.1f} degrees from the patient's, not resampled",)
    lean = float(np.abs(axes.T @ axes - np.eye(3)).max())
    if lean > 0.01:
        notes += (f"sheared by {np.degrees(np.arcsin(min(lean, 1))):.1f} degrees (gantry tilt), not corrected",)
    return (float(size[0]), float(size[1]), float(size[2])), notes
