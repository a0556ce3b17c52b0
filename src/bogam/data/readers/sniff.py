"""Which format a file is in, told from its content; its name is only compared."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

from bogam.core.errors import FileProblem

_ENDINGS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".jfif": "jpeg", ".tif": "tiff",
            ".tiff": "tiff", ".bmp": "bmp", ".dib": "bmp", ".pgm": "pgm", ".ppm": "pgm", ".pnm": "pgm",
            ".dcm": "dicom", ".dicom": "dicom", ".ima": "dicom", ".nii": "nifti", ".nii.gz": "nifti", ".npz": "npz"}
_BMP_HEADS = {12, 40, 52, 56, 64, 108, 124}
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_OTHERS = ((b"GIF8", "a GIF"), (b"%PDF", "a PDF"), (b"version https://git-lfs", "a Git LFS pointer, fetch the file"),
           (b"<!DOCTYPE", "a web page"), (b"<html", "a web page"), (b"\0\0\0\x0cjP", "a JPEG 2000 file"),
           (b"\xff\x4f\xff\x51", "a JPEG 2000 file"), (b"\x89HDF", "an HDF5 file"), (b"NRRD", "an NRRD file"))
_HEAD = 400


def sniff(path: Path) -> str | None:
    """Return the format by content: png, jpeg, tiff, bmp, pgm, dicom, nifti or npz; None for anything else.

    Reads the first 400 bytes (of an archive, its list of files). An empty file is None.

    Raises:
        FileProblem: the file does not exist or cannot be opened.
    """
    head = _start(path)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(_TIFF_STARTS) and head[128:132] != b"DICM":
        return "tiff"
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADS:
        return "bmp"
    if head[:1] == b"P" and head[1:2] in b"2356" and head[2:3].isspace():
        return "pgm"
    if head[128:132] == b"DICM" or _is_bare_dicom(head):
        return "dicom"
    if head.startswith(b"\x1f\x8b"):
        head = _unpacked(head)
    if _is_nifti(head):
        return "nifti"
    if head.startswith(b"PK\x03\x04") and _is_npz(path):
        return "npz"
    return None


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except FileNotFoundError as error:
        raise FileProblem(str(path), "does not exist") from error
    except IsADirectoryError as error:
        raise FileProblem(str(path), "is a folder, not a file") from error
    except OSError as error:
        what = "is a folder, not a file" if path.is_dir() else "cannot be opened"
        raise FileProblem(str(path), what) from error


def _is_bare_dicom(head: bytes) -> bool:
    """Tell a DICOM data set without preamble: it starts with an element of group 2 or 8 of a plausible kind."""
    if len(head) < 9:
        return False
    explicit = head[4:6].isalpha() and head[4:6].isupper()
    for order in ("<", ">"):
        group, element, length = struct.unpack_from(order + "HHI", head)
        if group in (2, 8) and element <= 0x70:
            return explicit or (order == "<" and length <= 128)
    return False


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error:
        return b""


def _is_nifti(head: bytes) -> bool:
    sizes = {int.from_bytes(head[:4], "little"), int.from_bytes(head[:4], "big")}
    return (348 in sizes and head[344:347] == b"n+1") or (540 in sizes and head[4:7] == b"n+2")


def _is_npz(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return path.suffix.lower() == ".npz"


def named_format(path: Path) -> str | None:
    """Return the format that a file's name promises, or None where the name says nothing.

    Example:
        >>> named_format(Path("scan.nii.gz")), named_format(Path("IM0001"))
        ('nifti', None)
    """
    if path.name.lower().endswith(".nii.gz"):
        return "nifti"
    return _ENDINGS.get(path.suffix.lower())


def what_else(path: Path) -> str:
    """Say in one clause what a file is that `sniff` does not know."""
    head = _start(path)
    named = named_format(path)
    promise = f", its name says {named.upper()}" if named else ""
    if not head:
        return "is empty (0 bytes)"
    for mark, what in _OTHERS:
        if head.startswith(mark):
            return f"is {what}, not a picture that is read{promise}"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return f"is a WebP, which is not read{promise}"
    if 348 in (int.from_bytes(head[:4], "little"), int.from_bytes(head[:4], "big")) and head[344:347] == b"ni1":
        return "is one half of a two-file NIfTI (.hdr and .img): convert it to one .nii file"
    if not head.strip(b"\0"):
        return f"holds only zero bytes{promise}"
    if b"\0" not in head and all(byte >= 32 or byte in b"\t\r\n\f" for byte in head):
        return f"is a text file, not a picture{promise}"
    return f"is in no format that is read{promise}"
