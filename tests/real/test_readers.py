"""The readers on real files; the folder is named by the variable BOGAM_DATA."""

import os
import re
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bogam.core.errors import FileProblem
from bogam.data.locator import Locator
from bogam.data.readers.dicom import read_header, read_series
from bogam.data.readers.npz import close_npz
from bogam.data.readers.read import read_mask, read_picture
from bogam.data.readers.voc import read_voc

ROOT = Path(os.environ.get("BOGAM_DATA") or "none")
pytestmark = pytest.mark.skipif(not os.environ.get("BOGAM_DATA"), reason="BOGAM_DATA names no folder of real images")


def part(name: str) -> Path:
    folder = ROOT / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not in BOGAM_DATA")
    return folder


def every(folder: Path, *endings: str, most: int = 40) -> list[Locator]:
    found = sorted(p for p in folder.rglob("*") if p.name.endswith(endings))
    return [Locator(p.relative_to(ROOT).as_posix()) for p in found[::max(1, len(found) // most)]]


def test_each_dicom_of_the_format_zoo_is_read() -> None:
    found = {Path(loc.path).name: read_picture(loc, ROOT) for loc in every(part("dicom_series"), ".dcm", most=1000)}
    assert len(found) >= 22
    assert found["RG3_J2KI.dcm"].facts["laterality"] == "R"
    assert "MONOCHROME1 inverted: higher is brighter" in found["RG3_J2KI.dcm"].notes
    assert found["OBXXXX1A_rle_2frame.dcm"].image.shape == (3, 2, 600, 800)
    assert found["OBXXXX1A_rle_2frame.dcm"].image.dtype == np.uint8
    assert found["bad_sequence.dcm"].level_unit == "hu"
    assert found["bad_sequence.dcm"].levels == (-1024, 3071)
    assert found["liver.dcm"].spacing_mm is not None
    same = [found[name].image for name in ("emri_small.dcm", "emri_small_RLE.dcm", "emri_small_big_endian.dcm")]
    np.testing.assert_array_equal(same[0], same[1])
    np.testing.assert_array_equal(same[0], same[2])
    shown = repr([(p.facts, p.notes) for p in found.values()])
    assert not re.search(r"\d+\.\d+\.\d+\.\d+|\^|anonymized", shown)


def test_a_whole_series_is_one_volume(tmp_path: Path) -> None:
    with zipfile.ZipFile(part("dicom_series") / "SAG-anon.zip") as archive:
        archive.extractall(tmp_path)
    paths = sorted(p for p in tmp_path.rglob("*") if p.suffix == ".dcm")
    assert len(paths) == 192
    headers = [read_header(path) for path in paths[::16]]
    assert len({h["series"] for h in headers}) == len({h["patient"] for h in headers}) == 1
    picture = read_series(paths[::-1][:40])
    assert picture.image.shape == (1, 40, 256, 256)
    assert picture.spacing_mm == pytest.approx((0.9, 0.859375, 0.859375), abs=1e-4)
    assert picture.notes == ()
    with pytest.raises(FileProblem, match="where another one lies"):
        read_series([*paths[:5], paths[0]])


def test_volumes_come_in_one_frame_with_their_masks() -> None:
    folder = part("nifti_misc")
    for locator in every(folder, ".nii.gz", most=100):
        try:
            picture = read_picture(locator, ROOT)
        except FileProblem as problem:
            if "with the locator key t" not in problem.problem:
                raise
            picture = read_picture(locator.at(t=0), ROOT)
        assert picture.affine is not None
        axes = picture.affine[:3, :3] / np.linalg.norm(picture.affine[:3, :3], axis=0)
        assert axes[::-1].diagonal().min() > 0.9
    for name in ("t2/t2.nii.gz", "t1/t1w.nii.gz"):
        image = read_picture(Locator("sct_testing_data/" + name), folder)
        cord = read_mask(Locator(f"sct_testing_data/{name.replace('.nii', '_seg-manual.nii')}"), folder).values
        assert cord.shape == image.image.shape[1:]
        assert set(np.unique(cord)) == {0, 1}


def test_hippocampus_labels_fit_their_volumes() -> None:
    folder = part("msd_hippocampus") / "TrainingSet"
    for path in sorted((folder / "images").glob("*.nii.gz"))[:10]:
        if (folder / "labels" / path.name).is_file():
            image = read_picture(Locator("images/" + path.name), folder)
            label = read_mask(Locator("labels/" + path.name), folder)
            assert label.values.shape == image.image.shape[1:]
            assert label.note == "values 0, 1, 2"


def test_samples_of_every_set_of_pictures() -> None:
    for name in ("busi", "kermany_chest_xray", "malaria_cells", "bccd", "idc", "covid-chestxray-dataset"):
        for locator in every(part(name), ".png", ".jpg", ".jpeg"):
            picture = read_picture(locator, ROOT)
            assert picture.image.dtype == np.uint8
            assert picture.levels == (0, 255)


def test_masks_of_busi_have_two_values() -> None:
    folder = part("busi") / "Dataset_BUSI_with_GT"
    found = Counter(tuple(np.unique(read_mask(Locator(path.relative_to(folder).as_posix()), folder).values).tolist())
                    for path in sorted(folder.rglob("*_mask*.png"))[::9])
    assert set(found) <= {(0, 1), (0,), (0, 255)}
    assert found[(0, 1)] > 50


def test_rows_of_pneumoniamnist() -> None:
    folder = part("pneumoniamnist")
    pictures = [read_picture(Locator.parse(f"pneumoniamnist.npz#array=test_images&row={row}"), folder)
                for row in range(0, 624, 39)]
    assert {p.image.shape for p in pictures} == {(1, 28, 28)}
    assert len({p.image.tobytes() for p in pictures}) == len(pictures)
    close_npz()


def test_boxes_of_bccd() -> None:
    folder = part("bccd")
    found = [read_voc(path) for path in sorted(folder.rglob("*.xml"))]
    labels = Counter(box.label for boxes in found for box in boxes)
    assert sum("size is zero" in problem for boxes in found for problem in boxes.problems) == 2
    assert sum(labels.values()) == 4155 + 372 + 361 - 2
    assert all(box.area > 0 for boxes in found for box in boxes)
