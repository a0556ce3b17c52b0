import io

import numpy as np
import pytest
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.data.readers.pgm import read_pgm
from bogam.data.readers.pillow import decode_pillow


def test_twelve_bit_values_keep_their_scale() -> None:
    picture = read_pgm(b"P5\n# a comment\n2 1\n4095\n\x0f\xff\x00\x01", "a.pgm")
    assert picture.image.tolist() == [[[4095, 1]]]
    assert (picture.image.dtype, picture.levels, picture.bits) == (np.uint16, (0, 4095), 12)


def test_eight_bit_color_and_plain_text() -> None:
    assert read_pgm(b"P6 1 2 255\n\1\2\3\4\5\6", "a.ppm").image[:, :, 0].T.tolist() == [[1, 2, 3], [4, 5, 6]]
    plain = read_pgm(b"P2\n2 2\n100\n1 2 # three\n3 100\n", "a.pgm")
    assert (plain.image.tolist(), plain.levels) == ([[[1, 2], [3, 100]]], (0, 100))


@pytest.mark.parametrize(("blob", "clause"), [
    (b"P5 2 2 255\n\1\2\3", "truncated PGM: 3 of 4 bytes"), (b"P2 2 2 255\n1 2 3", "3 of 4 values"),
    (b"P5 2", "header"), (b"P5 0 2 255\n", "has no pixels"), (b"P5 1 1 10\n\x0b", "above the 10"),
    (b"P2 1 1 255\nx", "whole numbers"), (b"P5 90000 90000 255\n", "90000 x 90000 pixels")])
def test_faults_are_named(blob: bytes, clause: str) -> None:
    with pytest.raises(FileProblem, match=clause):
        read_pgm(blob, "a.pgm")


def test_bmp_is_exact_and_a_cut_is_found() -> None:
    values = np.random.default_rng(0).integers(0, 255, (5, 7, 3)).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "BMP")
    np.testing.assert_array_equal(decode_pillow(stream.getvalue(), "a", "bmp").image, values.transpose(2, 0, 1))
    with pytest.raises(FileProblem, match="truncated BMP"):
        decode_pillow(stream.getvalue()[:-9], "a", "bmp")
