import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest

from bogam.core.errors import FileProblem
from bogam.data.locator import Locator
from bogam.data.readers.nifti import read_nifti
from bogam.data.readers.read import read_picture

RAS = np.array([[2.0, 0, 0, -10], [0, 3.0, 0, -20], [0, 0, 4.0, -30], [0, 0, 0, 1]])


def written(folder: Path, values: np.ndarray, affine: np.ndarray | None = RAS, name: str = "a.nii.gz",
            unit: str = "mm") -> Path:
    image = nibabel.Nifti1Image(values, affine)
    image.header.set_xyzt_units(unit)
    nibabel.save(image, folder / name)
    return folder / name


def test_axes_go_to_superior_posterior_left(tmp_path: Path) -> None:
    values = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    picture = read_nifti(written(tmp_path, values))
    assert picture.image.shape == (1, 4, 3, 2)
    # RAS as stored: right, anterior, superior grow. The first pixel is the most right, most anterior, most inferior.
    assert picture.image[0, 0, 0, 0] == values[1, 2, 0]
    assert picture.image[0, 3, 2, 1] == values[0, 0, 3]
    assert picture.spacing_mm == (4, 3, 2)
    assert picture.affine is not None
    np.testing.assert_allclose(picture.affine @ [0, 0, 0, 1], [8, 14, -30, 1])
    assert (picture.image.dtype, picture.levels, picture.level_unit) == (np.int16, (0, 23), "raw")


@pytest.mark.parametrize("codes", ["RAS", "LPS", "PSR", "IAL", "SRP"])
def test_whatever_the_stored_order_each_voxel_keeps_its_place(tmp_path: Path, codes: str) -> None:
    values = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    reference = read_nifti(written(tmp_path, values))
    turned = nibabel.load(tmp_path / "a.nii.gz").as_reoriented(nibabel.orientations.ornt_transform(
        nibabel.orientations.axcodes2ornt("RAS"), nibabel.orientations.axcodes2ornt(codes)))
    nibabel.save(turned, tmp_path / "b.nii.gz")
    picture = read_nifti(tmp_path / "b.nii.gz")
    np.testing.assert_array_equal(picture.image, reference.image)
    assert picture.affine is not None
    assert reference.affine is not None
    np.testing.assert_allclose(picture.affine, reference.affine)


def test_four_dimensions_need_a_key(tmp_path: Path) -> None:
    values = np.arange(2 * 3 * 4 * 5, dtype=np.int16).reshape(2, 3, 4, 5)
    written(tmp_path, values)
    with pytest.raises(FileProblem, match="name one of its 5 volumes with the locator key t, from #t=0 to #t=4"):
        read_picture(Locator("a.nii.gz"), tmp_path)
    assert read_picture(Locator.parse("a.nii.gz#t=3"), tmp_path).image[0, 0, 0, 0] == values[1, 2, 0, 3]
    with pytest.raises(FileProblem, match="5 volumes, the locator asks for t=5"):
        read_picture(Locator.parse("a.nii.gz#t=5"), tmp_path)
    single = written(tmp_path, values[..., :1], name="single.nii")
    assert read_nifti(single).image.shape == (1, 4, 3, 2)


def test_scaling_keeps_integers_where_it_can(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    image = nibabel.Nifti1Image(values, RAS)
    for slope, shift, depth in ((2, -10, np.int16), (0.5, 0, np.float32)):
        image.header.set_slope_inter(slope, shift)
        blob = bytearray(image.to_bytes())
        blob[112:120] = np.array([slope, shift], "<f4").tobytes()
        (tmp_path / "a.nii").write_bytes(blob)
        stored = np.frombuffer(bytes(blob[352:]), "<i2")
        picture = read_nifti(tmp_path / "a.nii")
        assert picture.image.dtype == depth
        assert picture.levels is not None
        assert picture.levels[1] == stored.max() * slope + shift


def test_irregular_volumes_are_noted(tmp_path: Path) -> None:
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]]
    values = np.full((2, 3, 4), np.nan)
    values[0, 0, 0] = 5
    picture = read_nifti(written(tmp_path, values, turn @ np.diag([1, 1, 7.0, 1]), unit="unknown"))
    notes = " | ".join(picture.notes)
    for part in ("oblique: axes up to 17.2 degrees", "anisotropic: 7.00 x 1.00 x 1.00", "23 values are not finite",
                 "no unit of length", "64-bit", "all values are equal"):
        assert part in notes
    assert picture.image.dtype == np.float32
    assert np.isfinite(picture.image).all()


def test_without_orientation_there_is_no_affine(tmp_path: Path) -> None:
    picture = read_nifti(written(tmp_path, np.zeros((2, 3, 4), np.uint8), None))
    assert picture.affine is None
    assert "no orientation is stated" in " ".join(picture.notes)
    assert picture.spacing_mm == (1, 1, 1)


def test_other_units_become_millimetres(tmp_path: Path) -> None:
    picture = read_nifti(written(tmp_path, np.zeros((2, 3, 4), np.uint8), np.diag([2000.0, 3000, 4000, 1]),
                                 unit="micron"))
    assert picture.spacing_mm == (4, 3, 2)


def test_cut_files_and_wrong_kinds(tmp_path: Path) -> None:
    path = written(tmp_path, np.random.default_rng(0).normal(size=(9, 9, 9)).astype(np.float32))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(FileProblem, match="cannot be unpacked to its end"):
        read_nifti(path)
    (tmp_path / "b.nii").write_bytes(gzip.decompress(whole)[:-20])
    with pytest.raises(FileProblem, match="truncated"):
        read_nifti(tmp_path / "b.nii")
    with pytest.raises(FileProblem, match="complex"):
        read_nifti(written(tmp_path, np.zeros((2, 2, 2), np.complex64)))
    with pytest.raises(FileProblem, match="5 dimensions"):
        read_nifti(written(tmp_path, np.zeros((2, 2, 2, 2, 3), np.uint8)))


def test_color_records_become_channels(tmp_path: Path) -> None:
    values = np.zeros((2, 3, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    values["G"] = 9
    picture = read_nifti(written(tmp_path, values))
    assert picture.image.shape == (3, 4, 3, 2)
    assert picture.image[:, 0, 0, 0].tolist() == [0, 9, 0]
    assert (picture.bits, picture.levels) == (8, (0, 255))
