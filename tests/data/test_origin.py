"""A table can say which images are made from others; a column that only has that name is left alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.data.layout import recognize


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "a_aug1", "b"):
        image = np.random.default_rng(len(name)).integers(0, 255, (8, 8)).astype(np.uint8)
        (tmp_path / f"{name}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
    return tmp_path


def test_derived_images_and_their_parents(folder: Path) -> None:
    (folder / "images.csv").write_text("image,origin,parents\na.png,real,\na_aug1.png,derived,a|b\nb.png,,\n",
                                       encoding="utf-8")
    images = recognize(folder).images
    assert dict(zip(images["id"], images["origin"], strict=True)) == {"a": "real", "a_aug1": "derived", "b": "real"}
    assert dict(zip(images["id"], images["parents"].to_list(), strict=True)) == {"a": [], "a_aug1": ["a", "b"], "b": []}


def test_an_origin_that_is_a_hospital_is_none(folder: Path) -> None:
    (folder / "images.csv").write_text("image,origin\na.png,Seoul\na_aug1.png,Busan\nb.png,Seoul\n", encoding="utf-8")
    assert set(recognize(folder).images["origin"]) == {"real"}
