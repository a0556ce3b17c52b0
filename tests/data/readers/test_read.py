import multiprocessing
import os
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pytest
from PIL import Image

from bogam.core.errors import FileProblem
from bogam.data.locator import Locator
from bogam.data.readers.quiet import recorded
from bogam.data.readers.read import count_frames, read_picture, sniff

GREY = np.random.default_rng(0).integers(0, 255, (8, 9)).astype(np.uint8)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("a.png", "a.jpg", "a.tif", "a.bmp", "a.pgm"):
        cv2.imwrite(str(tmp_path / name), GREY)
    np.savez(tmp_path / "a.npz", images=GREY[None])
    nibabel.save(nibabel.Nifti1Image(np.arange(24, dtype=np.int16).reshape(2, 3, 4), np.diag([1.0, 2, 3, 1])),
                 tmp_path / "a.nii.gz")
    return tmp_path


def test_formats_are_told_by_content(files: Path) -> None:
    found = {path.name: sniff(path) for path in sorted(files.iterdir())}
    assert found == {"a.bmp": "bmp", "a.jpg": "jpeg", "a.nii.gz": "nifti", "a.npz": "npz", "a.pgm": "pgm",
                     "a.png": "png", "a.tif": "tiff"}
    for name in ("a.png", "a.tif", "a.bmp", "a.pgm"):
        np.testing.assert_array_equal(read_picture(Locator(name), files).image[0], GREY)
    assert count_frames(files / "a.png") == 1


def test_a_wrong_name_is_a_note(files: Path) -> None:
    (files / "a.png").rename(files / "b.jpg")
    picture = read_picture(Locator("b.jpg"), files)
    assert picture.notes == ("content is PNG, name says .jpg",)
    assert picture.format == "png"
    np.testing.assert_array_equal(picture.image[0], GREY)


@pytest.mark.parametrize(("content", "clause"), [
    (b"", "is empty (0 bytes)"), (b"hello, world\n", "is a text file, not a picture, its name says PNG"),
    (b"\0" * 500, "holds only zero bytes"), (b"GIF89a\0\0", "is a GIF, not a picture that is read"),
    (b"<!DOCTYPE html><html>", "is a web page"), (b"\x01\x02\x03\x04\x80" * 100, "is in no format that is read"),
    (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"), (b"PK\3\4" + b"\0" * 9, "no format")])
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes, clause: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    assert sniff(tmp_path / "a.png") is None
    with pytest.raises(FileProblem) as caught:
        read_picture(Locator("a.png"), tmp_path)
    assert clause in caught.value.problem
    assert caught.value.file == "a.png"


def test_missing_files_are_named_relative_to_the_root(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"^b/none.png: does not exist$"):
        read_picture(Locator("b/none.png"), tmp_path)
    with pytest.raises(FileProblem, match="0 DICOM series"):
        read_picture(Locator("."), tmp_path)


@pytest.mark.parametrize(("locator", "clause"), [
    ("a.png#row=3", "row= means nothing"), ("a.png#z=1", "is no volume"), ("a.tif#frame=1", "1 pages"),
    ("a.nii.gz#z=4", "4 slices along z"), ("a.nii.gz#z=-1", "no whole number"), ("a.nii.gz#z=1&y=1", "several axes"),
    ("a.nii.gz#t=1", "1 volumes"), ("a.jpg#frame=2", "frame= means nothing")])
def test_keys_that_ask_too_much(files: Path, locator: str, clause: str) -> None:
    with pytest.raises(FileProblem, match=clause):
        read_picture(Locator.parse(locator), files)


def test_slices_keep_levels_and_the_spacing_of_their_axes(files: Path) -> None:
    whole = read_picture(Locator("a.nii.gz"), files)
    for axis, spacing in (("z", (2, 1)), ("y", (3, 1)), ("x", (3, 2))):
        picture = read_picture(Locator.parse(f"a.nii.gz#{axis}=1"), files)
        expected = {"z": whole.image[:, 1], "y": whole.image[:, :, 1], "x": whole.image[:, :, :, 1]}[axis]
        np.testing.assert_array_equal(picture.image, expected)
        assert (picture.spacing_mm, picture.levels) == (spacing, whole.levels)
        picture.image[:] = 0
    np.testing.assert_array_equal(read_picture(Locator.parse("a.nii.gz#z=1"), files).image, whole.image[:, 1])


def test_a_changed_volume_is_read_anew(files: Path) -> None:
    before = read_picture(Locator.parse("a.nii.gz#z=0"), files).image.max()
    nibabel.save(nibabel.Nifti1Image(np.full((5, 6, 7), 99, np.int16), np.eye(4)), files / "a.nii.gz")
    os.utime(files / "a.nii.gz", (1, 1))
    assert before != 99
    assert read_picture(Locator.parse("a.nii.gz#z=0"), files).image.max() == 99


def test_threads_and_processes_read_the_same(files: Path) -> None:
    Image.fromarray(GREY).convert("P").save(files / "p.png")
    names = ["a.png", "p.png", "a.nii.gz#z=1", "a.nii.gz#y=1", "a.npz#array=images&row=0", "a.bmp"] * 10
    expected = [total(files, name) for name in names]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda name: total(files, name), names)) == expected
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        assert list(processes.map(total, [files] * 6, names[:6])) == expected[:6]


def total(root: Path, name: str) -> int:
    return int(read_picture(Locator.parse(name), root).image.sum())


def test_threads_take_turns_at_the_warning_filters() -> None:
    before, inside, texts = (list(warnings.filters), warnings.showwarning), threading.Event(), list[str]()

    def other() -> None:
        with recorded() as found:
            inside.set()
            warnings.warn("of the other", UserWarning, stacklevel=1)
            texts.extend(found)

    with recorded() as mine:
        thread = threading.Thread(target=other)
        thread.start()
        assert not inside.wait(0.1)
        warnings.warn("of this one", UserWarning, stacklevel=1)
    thread.join()
    assert (mine, texts) == (["of this one"], ["of the other"])
    assert (list(warnings.filters), warnings.showwarning) == before
