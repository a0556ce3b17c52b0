"""A scan fills what pixels tell, sets broken files aside, and is not done twice."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

import bogam.data.readers.read as read
from bogam.data.layout import recognize
from bogam.data.scan import mask_notes, pixel_digest, scan


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in "ab":
        for number in range(3):
            write(tmp_path / "d" / name / f"{name}{number}.png", rng.integers(0, 255, (8, 9), np.uint8))
            write(tmp_path / "d" / name / f"{name}{number}_mask.png", np.full((8, 9), 255 * (number > 0), np.uint8))
    copy = (tmp_path / "d/a/a0.png").read_bytes()
    (tmp_path / "d/b/b0.png").write_bytes(copy)
    return tmp_path / "d"


def test_columns_are_filled(folder: Path) -> None:
    manifest = scan(recognize(folder))
    row = manifest.images.row(0, named=True)
    image = cv2.imread(str(folder / "a/a0.png"), cv2.IMREAD_UNCHANGED)[None]
    assert row["pixels_sha256"] == pixel_digest(image)
    assert (row["rows"], row["columns"], row["slices"], row["channels"], row["bits"]) == (8, 9, 1, 1, 8)
    assert row["format"] == "png"
    assert row["bytes"] == (folder / "a/a0.png").stat().st_size
    assert row["mean_level"] == pytest.approx(image.mean())
    assert manifest.images["pixels_sha256"].n_unique() == 5
    assert sum("files" in note for note in mask_notes(manifest)) == 2


def test_broken_files_are_set_aside_and_the_rest_goes_on(folder: Path) -> None:
    whole = (folder / "a/a1.png").read_bytes()
    (folder / "a/a1.png").write_bytes(whole[: len(whole) // 2])
    (folder / "b/b1.png").write_bytes(b"")
    (folder / "b/b2_mask.png").write_bytes(b"no image at all")
    manifest = scan(recognize(folder))
    assert manifest.images["id"].to_list() == ["a0", "a2", "b0"]
    assert manifest.targets["id"].to_list() == ["a0", "a2", "b0"]
    assert set(manifest.objects["id"].to_list()) == {"a0", "a2", "b0"}
    assert manifest.set_aside["file"].to_list() == ["a/a1.png", "b/b1.png", "b/b2.png"]
    assert "its mask b/b2_mask.png" in manifest.set_aside["problem"][2]
    assert any(n.startswith("WARNING: 3 images could not be used") for n in manifest.notes)
    manifest.check()


def test_a_second_scan_decodes_only_what_changed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = recognize(folder)
    first = scan(manifest, tmp_path / "cache")
    seen: list[str] = []
    real = read.read_picture
    monkeypatch.setattr(read, "read_picture", lambda locator, root: (seen.append(str(locator)), real(locator, root))[1])
    again = scan(manifest, tmp_path / "cache")
    assert seen == []
    assert again.digest() == first.digest()
    write(folder / "a/a0.png", np.zeros((10, 9), np.uint8))
    changed = scan(manifest, tmp_path / "cache")
    assert seen == ["a/a0.png"]
    assert changed.images["rows"][0] == 10
    assert any("another size" in n for n in changed.notes)


def test_progress_and_threads(folder: Path) -> None:
    manifest, told = recognize(folder), list[tuple[int, int]]()
    one = scan(manifest, threads=1, progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 12)
    assert told[-1] == (12, 12)
    assert one.digest() == scan(manifest, threads=4).digest()


def test_the_content_of_a_mask_is_part_of_the_digest(folder: Path, tmp_path: Path) -> None:
    manifest = recognize(folder)
    assert manifest.objects["pixels_sha256"].null_count() == manifest.objects.height
    first = scan(manifest, tmp_path / "cache")
    assert first.objects["pixels_sha256"].null_count() == first.objects["locator"].null_count() == 0
    path = folder / "a/a2_mask.png"
    path.write_bytes(path.read_bytes())  # another time, the same content
    assert scan(manifest, tmp_path / "cache").digest() == first.digest()
    write(path, 255 - cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    changed = scan(manifest, tmp_path / "cache")
    assert changed.digest() != first.digest()
    assert changed.images.equals(first.images)
    differ = changed.objects["pixels_sha256"] != first.objects["pixels_sha256"]
    assert changed.objects.filter(differ)["locator"].to_list() == ["a/a2_mask.png"]


def test_an_image_with_a_mask_of_another_size_is_set_aside_where_that_is_decided(folder: Path) -> None:
    write(folder / "b/b1_mask.png", np.full((4, 9), 255, np.uint8))
    manifest = recognize(folder)
    refused = scan(manifest, resize_masks=False)
    assert refused.images["id"].to_list() == ["a0", "a1", "a2", "b0", "b2"]
    assert "b1" not in refused.objects["id"].to_list()
    assert refused.set_aside.rows() == [(
        "b/b1.png", "its mask b/b1_mask.png is 4 x 9 pixels, and the image 8 x 9. Was it saved from another image? If "
                    "not, `data: {resize_masks: true}` fits it to the image (nearest neighbor).")]
    assert not any("another size" in note for note in refused.notes)
    for resize, words in ((True, "They are resized"), (None, "set aside unless")):
        kept = scan(manifest, resize_masks=resize)
        assert len(kept) == 6
        assert kept.set_aside.height == 0
        assert sum("another size than the image (b1)" in note and words in note for note in kept.notes) == 1


def test_one_cache_serves_two_sets_whose_files_agree_in_name_size_and_time(tmp_path: Path) -> None:
    made = []
    for name, level in (("one", 10), ("two", 200)):
        path = tmp_path / name / "a.bmp"
        path.parent.mkdir()
        path.write_bytes(cv2.imencode(".bmp", np.full((8, 8), level, np.uint8))[1].tobytes())
        os.utime(path, ns=(10**18, 10**18))
        made.append(scan(recognize(tmp_path / name), tmp_path / "cache").images["mean_level"].to_list())
    assert made == [[10.0], [200.0]]
