import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.core.types import Picture
from bogam.data.locator import Locator
from bogam.data.readers.mask import understand_mask
from bogam.data.readers.read import MaskReading, read_mask

DISC = cv2.circle(np.zeros((60, 60), np.uint8), (30, 30), 14, 255, -1)


def understood(values: np.ndarray, kind: str = "png", bits: int = 8) -> MaskReading:
    image = values[None] if values.ndim == 2 else values
    return understand_mask(Picture(image, (0.0, 255.0), format=kind, bits=bits), "m")


@pytest.mark.parametrize("values", [[0, 255], [0, 1], [0, 1, 2, 3], [0, 1, 255], [0, 0], [7, 9], [0, 128, 255]])
def test_few_clean_values_stay_as_they_are(values: list[int]) -> None:
    reading = understood(np.array([values], np.uint8))
    assert reading.values.tolist() == [values]
    assert reading.values.dtype == np.int32


@pytest.mark.parametrize("values", [[3, 252], [0, 3, 252, 255], [1, 254]])
def test_two_noisy_values_snap(values: list[int]) -> None:
    reading = understood(np.array([values], np.uint8))
    assert reading.values.tolist() == [[0 if v < 128 else 255 for v in values]]
    assert "noise" in reading.note


def test_resized_and_jpeg_masks_snap() -> None:
    smooth = cv2.resize(DISC, (37, 37), interpolation=cv2.INTER_AREA)
    assert len(np.unique(smooth)) > 16
    assert set(np.unique(understood(smooth).values)) == {0, 255}
    coded = cv2.imdecode(cv2.imencode(".jpg", DISC, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_UNCHANGED)
    reading = understood(coded, "jpeg")
    assert set(np.unique(reading.values)) == {0, 255}
    assert np.mean(reading.values != DISC) < 0.01
    black = understood(np.array([[0, 1, 3, 2]], np.uint8), "jpeg")
    assert black.values.tolist() == [[0, 0, 0, 0]]


def test_many_labels_are_not_taken_for_noise() -> None:
    cells = np.zeros((60, 60), np.uint8)
    for label in range(1, 200, 5):
        cells[label // 5, :20] = label
    assert (understood(cells).values == cells).all()


def test_equal_channels_are_one_and_colors_are_numbers() -> None:
    assert understood(np.stack([DISC] * 3)).values.max() == 255
    red = np.zeros((3, 1, 2), np.uint8)
    red[0, 0, 1] = 255
    reading = understood(red)
    assert reading.values.tolist() == [[0, 0xFF0000]]
    assert "#ff0000 = 16711680" in reading.note
    noisy = red.copy()
    noisy[:, 0, 0] = 4
    assert understood(noisy, "jpeg").values.tolist() == [[0, 0xFF0000]]


def test_two_bits_give_the_stored_values() -> None:
    assert understood(np.array([[0, 85, 170, 255]], np.uint8), bits=2).values.tolist() == [[0, 1, 2, 3]]
    assert understood(np.array([[0, 255]], np.uint8), bits=1).values.tolist() == [[0, 1]]


def test_pictures_and_fractions_are_no_masks() -> None:
    with pytest.raises(FileProblem, match="grey levels, not a mask"):
        understood(np.random.default_rng(0).integers(0, 255, (40, 40)).astype(np.uint8), "jpeg")
    with pytest.raises(FileProblem, match="not whole numbers"):
        understood(np.array([[0.0, 0.5]], np.float32), "nifti")
    with pytest.raises(FileProblem, match="colors"):
        understood(np.random.default_rng(0).integers(0, 255, (3, 40, 40)).astype(np.uint8))


def test_a_colored_palette_gives_its_indices(tmp_path: Path) -> None:
    picture = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    picture.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0])
    picture.save(tmp_path / "m.png")
    reading = read_mask(Locator("m.png"), tmp_path)
    assert reading.values.tolist() == [[0, 1, 2]]
    assert "palette indices" in reading.note


def test_one_bit_files(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(DISC > 0).save(stream, "PNG")
    (tmp_path / "m.png").write_bytes(stream.getvalue())
    reading = read_mask(Locator("m.png"), tmp_path)
    np.testing.assert_array_equal(reading.values, DISC > 0)
    assert "1 bit" in reading.note
