"""Malaria cells in their published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.layout import recognize

Put = Callable[..., Path]


def test_classes_and_the_patients_in_the_names(tmp_path: Path, put: Put) -> None:
    names = {"Parasitized": ["C100P61ThinF_IMG_20150918_144104_cell_162", "C33P1thinF_IMG_20150619_114756a_cell_179",
                             "C167P128ReThinF_IMG_20151201_105354_cell_233"],
             "Uninfected": ["C100P61ThinF_IMG_20150918_144104_cell_2", "C2NThinF_IMG_20150604_114751_cell_197",
                            "C37BP2_thinF_IMG_20150620_133001a_cell_2", "C206ThinF_IMG_20151029_141047_cell_73"]}
    for label, stems in names.items():
        for stem in stems:
            put(tmp_path / "cell_images" / label / f"{stem}.png")
    manifest = recognize(tmp_path)
    assert manifest.dataset == "malaria-cells"
    assert manifest.patient == "given"
    assert sorted(set(manifest.images["patient"])) == ["C100P61", "C167P128", "C2", "C206", "C33P1", "C37BP2"]
    assert dict(manifest.targets["class"].value_counts().rows()) == {"Parasitized": 3, "Uninfected": 4}
