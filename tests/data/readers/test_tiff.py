import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.data.readers.tiff import list_pages, read_tiff

RANDOM = np.random.default_rng(0)


def made(values: np.ndarray, kind: int = 1, photometric: int = 1, order: str = "<") -> bytes:
    """An uncompressed grey TIFF written by hand, its directory before its pixels."""
    body = values.astype(values.dtype.newbyteorder(order)).tobytes()
    rows, columns = values.shape
    tags = [(256, 4, columns), (257, 4, rows), (258, 3, 8 * values.itemsize), (259, 3, 1), (262, 3, photometric),
            (273, 4, 8 + 2 + 120 + 4), (277, 3, 1), (278, 4, rows), (279, 4, len(body)), (339, 3, kind)]
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    for tag, size, value in tags:
        packed = struct.pack(order + "I", value) if size == 4 else struct.pack(order + "HH", value, 0)
        head += struct.pack(order + "HHI", tag, size, 1) + packed
    return head + struct.pack(order + "I", 0) + body


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("depth", "kind"), [(np.uint8, 1), (np.uint16, 1), (np.int16, 2), (np.float32, 3)])
def test_values_and_depth_are_kept(depth: type, kind: int, order: str) -> None:
    values = RANDOM.integers(0, 60000, (6, 8)).astype(np.uint16).astype(depth)
    picture = read_tiff(made(values, kind, order=order), "a.tif")
    assert picture.image.dtype == depth
    np.testing.assert_array_equal(picture.image[0], values)


def test_levels_are_those_of_the_depth_or_of_the_floats() -> None:
    assert read_tiff(made(np.array([[3, 9]], np.uint16)), "a").levels == (0, 65535)
    assert read_tiff(made(np.array([[3, 9]], np.int16), 2), "a").levels == (-32768, 32767)
    picture = read_tiff(made(np.array([[0.5, np.nan, 2]], np.float32), 3), "a")
    assert picture.levels == (0.5, 2)
    assert picture.image.tolist() == [[[0.5, 0.5, 2]]]
    assert "1 values are not finite" in " ".join(picture.notes)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_where_zero_is_white_the_values_are_inverted(depth: type) -> None:
    values = np.array([[0, 10]], depth)
    picture = read_tiff(made(values, photometric=0), "a.tif")
    top = np.iinfo(depth).max
    assert picture.image.tolist() == [[[top, top - 10]]]


def test_16_bit_color_is_exact() -> None:
    values = RANDOM.integers(0, 65536, (6, 8, 3)).astype(np.uint16)
    written = cv2.imencode(".tiff", values[:, :, ::-1])[1].tobytes()
    np.testing.assert_array_equal(read_tiff(written, "a.tif").image, values.transpose(2, 0, 1))


def test_pages_are_stacked_or_taken_one_by_one() -> None:
    values = RANDOM.integers(0, 65536, (3, 6, 8)).astype(np.uint16)
    written = cv2.imencodemulti(".tiff", list(values))[1].tobytes()
    assert len(list_pages(written, "a.tif")) == 3
    whole = read_tiff(written, "a.tif")
    np.testing.assert_array_equal(whole.image[0], values)
    assert "3 pages stacked in stored order" in whole.notes
    np.testing.assert_array_equal(read_tiff(written, "a.tif", 2).image[0], values[2])
    with pytest.raises(FileProblem, match="3 pages, the locator asks for frame 3"):
        read_tiff(written, "a.tif", 3)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_compressed_8_bit_and_cuts(compression: str) -> None:
    values = RANDOM.integers(0, 255, (20, 30)).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "TIFF", compression=compression)
    whole = stream.getvalue()
    np.testing.assert_array_equal(read_tiff(whole, "a.tif").image[0], values)
    for cut in (1, 20, 200, 400):
        with pytest.raises(FileProblem):
            read_tiff(whole[:-cut], "a.tif")


def test_a_cut_in_the_pixels_is_named() -> None:
    with pytest.raises(FileProblem, match="truncated TIFF"):
        read_tiff(made(np.zeros((6, 8), np.uint16))[:-1], "a.tif")
