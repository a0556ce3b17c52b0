from pathlib import Path

import numpy as np
import pytest

from bogam.core.errors import FileProblem
from bogam.data.locator import Locator
from bogam.data.readers.npz import close_npz, list_arrays, read_array, read_npz
from bogam.data.readers.read import read_picture

GREY = np.arange(5 * 4 * 6, dtype=np.uint8).reshape(5, 4, 6)
COLOR = np.arange(2 * 4 * 6 * 3, dtype=np.uint8).reshape(2, 4, 6, 3)


@pytest.fixture
def archive(tmp_path: Path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, train_images=GREY, color=COLOR, volume=GREY[None, :, :, :] * np.uint16(300),
                        parts=GREY / np.float64(7), labels=np.array([[0], [1]]), told=np.array([{}, []], dtype=object))
    yield path
    close_npz()


def test_rows_in_any_order(archive: Path) -> None:
    for row in (3, 4, 0, 0, 2):
        picture = read_npz(archive, "train_images", row)
        np.testing.assert_array_equal(picture.image[0], GREY[row])
        assert (picture.levels, picture.format, picture.image.flags.writeable) == ((0, 255), "npz", True)


def test_color_volumes_and_floats(archive: Path) -> None:
    np.testing.assert_array_equal(read_npz(archive, "color", 1).image, COLOR[1].transpose(2, 0, 1))
    volume = read_npz(archive, "volume", 0)
    assert (volume.image.shape, volume.image.dtype, volume.levels) == ((1, 5, 4, 6), np.uint16, (0, 65535))
    parts = read_npz(archive, "parts", 1)
    assert parts.image.dtype == np.float32
    assert parts.levels == (0, pytest.approx(119 / 7))


def test_the_door_reads_rows_and_slices(archive: Path) -> None:
    root = archive.parent
    assert read_picture(Locator.parse("a.npz#array=train_images&row=3"), root).image[0].tolist() == GREY[3].tolist()
    sliced = read_picture(Locator.parse("a.npz#array=volume&row=0&z=2"), root)
    assert sliced.image.shape == (1, 4, 6)
    assert sliced.facts["slice"] == "z=2"


def test_the_list_of_arrays_needs_no_values(archive: Path) -> None:
    heads = list_arrays(archive)
    assert heads["train_images"].shape == (5, 4, 6)
    assert heads["color"].dtype == np.uint8
    assert read_array(archive, "labels").tolist() == [[0], [1]]


@pytest.mark.parametrize(("name", "row", "clause"), [
    (None, None, "array= and row="), ("nothing", 0, "has no array nothing, but color"), ("train_images", 5, "5 rows"),
    ("labels", 0, "expected rows of pictures"), ("told", 0, "Python objects")])
def test_faults_are_named(archive: Path, name: str | None, row: int | None, clause: str) -> None:
    with pytest.raises(FileProblem, match=clause):
        read_npz(archive, name, row)


def test_cut_and_damaged_archives(archive: Path) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-30])
    with pytest.raises(FileProblem):
        read_picture(Locator.parse("a.npz#array=train_images&row=0"), archive.parent)
    damaged = bytearray(whole)
    damaged[150:180] = bytes(30)
    archive.write_bytes(bytes(damaged))
    with pytest.raises(FileProblem, match="damaged"):
        read_npz(archive, "train_images", 4)


def test_a_changed_file_is_read_anew(archive: Path) -> None:
    assert read_npz(archive, "train_images", 0).image[0, 0, 1] == 1
    close_npz()
    np.savez_compressed(archive, train_images=np.full((9, 4, 6), 50, np.uint8))
    assert read_npz(archive, "train_images", 8).image[0, 0, 1] == 50
