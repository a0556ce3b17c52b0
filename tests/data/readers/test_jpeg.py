import io

import cv2
import numpy as np
import pytest
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.data.readers.jpeg import read_jpeg
from bogam.data.readers.jpeg_lossless import is_sound_lossless

SMOOTH = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (60, 50, 3)).astype(np.uint8), (0, 0), 4)


def saved(values: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "JPEG", **options)
    return stream.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
def test_color_is_rgb_and_grey_has_one_channel(progressive: bool) -> None:
    blob = saved(SMOOTH, progressive=progressive)
    picture = read_jpeg(blob, "a.jpg")
    reference = np.asarray(Image.open(io.BytesIO(blob))).astype(int)
    assert picture.image.shape == (3, 60, 50)
    assert np.abs(picture.image.transpose(1, 2, 0) - reference).max() <= 2
    assert (picture.levels, picture.bits, picture.notes) == ((0, 255), 8, ())
    assert read_jpeg(saved(SMOOTH[:, :, 0], progressive=progressive), "a.jpg").image.shape == (1, 60, 50)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("cut", [1, 2, 3, 40, 400])
def test_a_cut_near_the_end_is_found(progressive: bool, cut: int) -> None:
    with pytest.raises(FileProblem, match="truncated JPEG"):
        read_jpeg(saved(SMOOTH, progressive=progressive)[:-cut], "a.jpg")


def test_bytes_after_the_end_mark_do_no_harm() -> None:
    assert read_jpeg(saved(SMOOTH) + b"\0" * 100, "a.jpg").image.shape == (3, 60, 50)


def test_orientation_is_noted_and_not_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_jpeg(saved(SMOOTH, exif=exif.tobytes()), "a.jpg")
    assert picture.image.shape == (3, 60, 50)
    assert picture.notes == ("Exif orientation 6 is not applied",)


def test_cmyk_becomes_rgb() -> None:
    stream = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(stream, "JPEG")
    picture = read_jpeg(stream.getvalue(), "a.jpg")
    assert np.abs(picture.image[:, 4, 4].astype(int) - [255, 0, 0]).max() < 4
    assert picture.notes == ("CMYK turned into RGB",)


def test_deeper_and_lossless_jpegs_are_refused_with_a_way_out() -> None:
    deep = bytearray(saved(SMOOTH))
    deep[deep.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(FileProblem, match=r"12-bit JPEG.*save it as PNG"):
        read_jpeg(bytes(deep), "a.jpg")


def test_lossless_headers_that_end_gdcm_are_unsound() -> None:
    note = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc3\0\x0b\x08\0\x02\0\x03\1\1\x11\0"
    table = b"\xff\xc4\0\x16\0" + bytes([0, 2, 1] + [0] * 13) + bytes([0, 1, 2])
    scan = b"\xff\xda\0\x08\1\1\0\1\0\0"
    stream = b"\xff\xd8" + note + frame + table + scan
    assert is_sound_lossless(stream, 2, 3, 1, 8)
    assert not is_sound_lossless(stream, 2, 4, 1, 8)
    assert not is_sound_lossless(stream.replace(b"JFIF\0\1", b"JFIF\0\7"), 2, 3, 1, 8)
    assert not is_sound_lossless(stream.replace(scan, scan[:-3] + b"\x09\0\0"), 2, 3, 1, 8)
    assert not is_sound_lossless(stream.replace(table, b""), 2, 3, 1, 8)
    assert not is_sound_lossless(stream[:-12], 2, 3, 1, 8)
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x07"
    assert not is_sound_lossless(stream.replace(note, adobe), 2, 3, 1, 8)
