"""RIGA in its published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.datasets.compare import compare
from bogam.data.datasets.riga import Riga
from bogam.data.layout import recognize

Put = Callable[..., Path]


def test_drawn_copies_are_no_images(tmp_path: Path, put: Put) -> None:
    folders = {"BinRushed/BinRushed1-Corrected": "jpg", "BinRushed/BinRushed2": "jpg", "Magrabia/MagrabiaMale": "tif",
               "Magrabia/MagrabiFemale": "tif", "MESSIDOR/MESSIDOR": "tif"}
    for folder, suffix in folders.items():
        for number in (1, 2):
            first = "Image" if folder.endswith("MagrabiaMale") else "image"
            put(tmp_path / folder / f"image{number}prime.{suffix}")
            for reader in range(1, 7):
                put(tmp_path / folder / f"{first}{number}-{reader}.{suffix}")
    manifest = recognize(tmp_path)
    assert manifest.dataset == "riga"
    assert len(manifest) == 10
    assert all("prime" in name for name in manifest.images["image"])
    assert manifest.target_specs == {}
    assert manifest.patient == "absent"
    assert any(n.startswith("60 pictures such as") and "drawn-on copies" in n for n in manifest.notes)
    rows = {row.what: (row.published, row.here) for row in compare(manifest, Riga, "riga")}
    assert rows["site/BinRushed"] == (195, 4)
    assert rows["site/Magrabia"] == (95, 4)
    assert rows["site/MESSIDOR"] == (None, 2)
