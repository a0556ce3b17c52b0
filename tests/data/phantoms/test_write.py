"""Phantoms on disk: two layouts, the same bytes, and what is refused."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.data.phantoms.family import Phantom, phantoms
from bogam.data.phantoms.write import encode_png, write_phantom


def small(kind: str = "breast-ultrasound", **settings: object) -> Phantom:
    return phantoms.parse({kind: {"size": (48, 48), "images": 14, **settings}})


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("file_format", ["png", "dicom"])
@pytest.mark.parametrize("kind", ["breast-ultrasound", "histology"])
def test_same_seed_same_bytes(tmp_path: Path, kind: str, file_format: str) -> None:
    for name in ("one", "two"):
        write_phantom(small(kind), tmp_path / name, file_format)
    write_phantom(small(kind, seed=1), tmp_path / "three", file_format)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(tmp_path / "one") != contents(tmp_path / "three")


def test_each_site_has_its_layout_and_names_carry_the_patient(tmp_path: Path) -> None:
    phantom = small()
    write_phantom(phantom, tmp_path / "out")
    site_a, site_b = tmp_path / "out" / "site-a", tmp_path / "out" / "site-b"
    images = sorted(p for p in site_a.rglob("*.png") if "_mask" not in p.name)
    assert {p.parent.name for p in images} <= set(phantom.classes)
    assert all(p.with_name(f"{p.stem}_mask.png").is_file() for p in images)
    assert not (site_a / "labels.csv").exists()
    table = rows(site_b / "labels.csv")
    assert len(images) + len(table) == 14
    for row in table:
        assert (site_b / row["image"]).is_file()
        assert (site_b / row["mask"]).is_file()
        assert re.fullmatch(rf"images/{row['patient']}_\d+\.png", row["image"])
        assert row["site"] == "site-b"
    of_a = {p.name.partition("_")[0] for p in images}
    assert of_a
    assert not of_a & {row["patient"] for row in table}
    assert json.loads((tmp_path / "out" / "phantom.json").read_text(encoding="utf-8"))["phantom"] == phantom.to_yaml()


def test_what_is_read_back_is_what_was_drawn(tmp_path: Path) -> None:
    phantom = small("histology", sites=1)
    write_phantom(phantom, tmp_path, layout="table")
    for row in rows(tmp_path / "site-a" / "labels.csv"):
        patient, number = row["image"].removeprefix("images/p").removesuffix(".png").split("_")
        drawn = phantom.draw(int(patient) - 1, int(number) - 1)
        image = cv2.imread(str(tmp_path / "site-a" / row["image"]), cv2.IMREAD_COLOR)
        mask = cv2.imread(str(tmp_path / "site-a" / row["mask"]), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(np.moveaxis(image[..., ::-1], 2, 0), drawn.image)
        assert np.array_equal(mask, drawn.masks[0] * 255)
        assert row["class"] == drawn.label


@pytest.mark.parametrize(("layout", "has_table"), [("folders", False), ("table", True)])
def test_both_sites_in_one_layout(tmp_path: Path, layout: str, has_table: bool) -> None:
    write_phantom(small(), tmp_path, layout=layout)
    for site in ("site-a", "site-b"):
        assert (tmp_path / site / "labels.csv").exists() == has_table
        assert (tmp_path / site / "images").is_dir() == has_table


def test_dicom_folders_come_with_a_table(tmp_path: Path) -> None:
    write_phantom(small(), tmp_path, "dicom")
    table = rows(tmp_path / "site-a" / "labels.csv")
    assert all(row["image"] == f"{row['class']}/{Path(row['image']).name}" for row in table)
    assert all((tmp_path / "site-a" / row[key]).is_file() for row in table for key in ("image", "mask"))


@pytest.mark.parametrize("layout", ["per-site", "table"])
def test_read_by_bogam_itself(tmp_path: Path, layout: str) -> None:
    from bogam.data.layout import recognize
    from bogam.data.load import load_case
    phantom = small("chest-x-ray", bits=12)
    for file_format in ("png", "dicom"):
        write_phantom(phantom, tmp_path / file_format, file_format, layout)
        for site in ("site-a", "site-b"):
            manifest = recognize(tmp_path / file_format / site, patient="{patient}_{rest}")
            assert set(manifest.target_specs["class"].labels) == set(phantom.classes)
            for row in manifest.images.iter_rows(named=True):
                patient, number = Path(row["image"]).stem.removeprefix("p").split("_")
                drawn = phantom.draw(int(patient) - 1, int(number) - 1)
                case = load_case(manifest, row["id"])
                assert np.array_equal(case.image, drawn.image)
                assert case.levels == (0, 4095)
                assert np.array_equal(case.masks, drawn.masks)
                assert case.targets["class"] == drawn.label
                assert row["patient"] == drawn.patient


def test_a_png_of_12_bits_says_so() -> None:
    pixels = np.array([[0, 4095]], np.uint16)
    blob = encode_png(pixels, 12)
    assert blob.count(b"sBIT\x0c") == 1
    assert np.array_equal(cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_UNCHANGED), pixels)
    assert b"sBIT" not in encode_png(pixels, 16)


def test_a_folder_in_use_is_refused_and_only_sites_are_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="not empty"):
        write_phantom(small(), tmp_path)
    assert not (tmp_path / "site-a").exists()
    write_phantom(small(), tmp_path, overwrite=True)
    write_phantom(small(images=2), tmp_path, overwrite=True)
    assert len(list(tmp_path.rglob("*_mask.png"))) + len(list(tmp_path.rglob("masks/*.png"))) == 2
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    with pytest.raises(UserError, match="a file"):
        write_phantom(small(), tmp_path / "notes.txt", overwrite=True)
