import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.data.readers.png import read_png


def block(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def made(values: np.ndarray, significant: int | None = None) -> bytes:
    """A grey PNG written by hand."""
    rows, columns = values.shape
    bits = 8 * values.itemsize
    lines = b"".join(b"\0" + line.astype(f">u{values.itemsize}").tobytes() for line in values)
    extra = block(b"sBIT", bytes([significant])) if significant else b""
    return (b"\x89PNG\r\n\x1a\n" + block(b"IHDR", struct.pack(">IIBBBBB", columns, rows, bits, 0, 0, 0, 0)) + extra
            + block(b"IDAT", zlib.compress(lines)) + block(b"IEND", b""))


def saved(values: np.ndarray, mode: str | None = None, **options: object) -> bytes:
    stream = io.BytesIO()
    picture = Image.fromarray(values)
    (picture.convert(mode) if mode else picture).save(stream, "PNG", **options)
    return stream.getvalue()


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_depth_and_channel_order_are_kept(depth: type, channels: int) -> None:
    values = np.random.default_rng(0).integers(0, np.iinfo(depth).max, (7, 5, channels)).astype(depth)
    written = cv2.imencode(".png", values[:, :, ::-1] if channels == 3 else values)[1].tobytes()
    picture = read_png(written, "a.png")
    assert picture.image.dtype == depth
    assert picture.image.flags.c_contiguous
    assert picture.bits == 8 * picture.image.itemsize
    np.testing.assert_array_equal(picture.image, values.transpose(2, 0, 1))
    assert picture.levels == (0, np.iinfo(depth).max)


def test_hand_written_16_bit_values() -> None:
    picture = read_png(made(np.array([[0, 1, 40000], [65535, 256, 255]], np.uint16)), "a.png")
    assert picture.image.tolist() == [[[0, 1, 40000], [65535, 256, 255]]]


def test_levels_follow_significant_bits_only_where_they_were_stored_without_scaling() -> None:
    low = read_png(made(np.array([[5, 4001]], np.uint16), 12), "a.png")
    assert low.levels == (0, 4095)
    scaled = read_png(made(np.array([[80, 65520]], np.uint16), 12), "a.png")
    assert scaled.levels == (0, 65535)
    dark = read_png(made(np.array([[0, 160]], np.uint16), 12), "a.png")
    assert dark.levels == (0, 65535)
    untold = read_png(made(np.array([[5, 4001]], np.uint16)), "a.png")
    assert untold.levels == (0, 65535)
    assert untold.notes == ("16-bit file that uses no level above 4001",)


def test_alpha_is_dropped_with_a_note_and_colors_under_it_stay() -> None:
    values = np.array([[[1, 2, 3, 0], [4, 5, 6, 255]]], np.uint8)
    picture = read_png(saved(values), "a.png")
    assert picture.image[:, 0].T.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert picture.notes == ("alpha channel dropped",)
    grey = read_png(saved(np.array([[[9, 0], [7, 255]]], np.uint8)), "a.png")
    assert grey.image.tolist() == [[[9, 7]]]
    assert grey.notes == ("alpha channel dropped",)


def test_one_bit_and_palettes() -> None:
    one = read_png(saved(np.array([[True, False]])), "a.png")
    assert (one.image.tolist(), one.bits, one.levels) == ([[[255, 0]]], 1, (0, 255))
    colored = Image.fromarray(np.array([[0, 1, 1]], np.uint8), "P")
    colored.putpalette([0, 0, 0, 200, 10, 20])
    stream = io.BytesIO()
    colored.save(stream, "PNG")
    assert read_png(stream.getvalue(), "a.png").image[:, 0].T.tolist() == [[0, 0, 0], [200, 10, 20], [200, 10, 20]]
    assert read_png(stream.getvalue(), "a.png", indices=True).image.tolist() == [[[0, 1, 1]]]
    colored.putpalette([255, 255, 255, 0, 0, 0])
    stream = io.BytesIO()
    colored.save(stream, "PNG")
    assert read_png(stream.getvalue(), "a.png", indices=True).image.tolist() == [[[255, 0, 0]]]


def test_every_cut_is_found() -> None:
    whole = saved(np.random.default_rng(0).integers(0, 255, (9, 9)).astype(np.uint8))
    for length in range(8, len(whole)):
        with pytest.raises(FileProblem, match="truncated"):
            read_png(whole[:length], "a.png")


def test_short_pixels_behind_right_checksums_and_wrong_checksums_are_found() -> None:
    lines = zlib.compress(b"\0\1\2\3" * 10)
    short = (b"\x89PNG\r\n\x1a\n" + block(b"IHDR", struct.pack(">IIBBBBB", 3, 20, 8, 0, 0, 0, 0))
             + block(b"IDAT", lines) + block(b"IEND", b""))
    with pytest.raises(FileProblem, match="end early"):
        read_png(short, "a.png")
    whole = bytearray(saved(np.zeros((9, 9), np.uint8)))
    whole[-20] ^= 1
    with pytest.raises(FileProblem, match="checksum"):
        read_png(bytes(whole), "a.png")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = (b"\x89PNG\r\n\x1a\n" + block(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 3, 0, 0, 0))
            + block(b"IDAT", b"") + block(b"IEND", b""))
    with pytest.raises(FileProblem, match="60000 x 60000 pixels"):
        read_png(bomb, "a.png")
