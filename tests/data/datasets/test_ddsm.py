"""DDSM in its published layout, after a conversion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.datasets.family import share_patients
from bogam.data.layout import recognize

Put = Callable[..., Path]


def test_cases_and_classes(tmp_path: Path, put: Put) -> None:
    for label, volume, cases in (("normals", "normal_01", ("A_0002", "A_0003")), ("cancers", "cancer_01", ("B_3005",)),
                                 ("benigns", "benign_01", ("C_0029",)),
                                 ("benign_without_callbacks", "benign_without_callback_01", ("D_0276",))):
        for case in cases:
            folder = tmp_path / "cases" / label / volume / f"case{case[2:]}"
            for view in ("LEFT_CC", "LEFT_MLO", "RIGHT_CC", "RIGHT_MLO"):
                put(folder / f"{case}_1.{view}.png")
                (folder / f"{case}_1.{view}.LJPEG").write_bytes(b"not read")
            (folder / f"{case.replace('_', '-')}-1.ics").write_text("ics_version 1.0", encoding="utf-8")
    manifest = recognize(tmp_path)
    assert manifest.dataset == "ddsm"
    assert len(manifest) == 20
    assert dict(manifest.targets["class"].value_counts().rows()) == {
        "normals": 8, "cancers": 4, "benigns": 4, "benign_without_callbacks": 4}
    assert sorted(set(manifest.images["patient"])) == ["A_0002", "A_0003", "B_3005", "C_0029", "D_0276"]
    assert share_patients("ddsm", "cbis-ddsm") is not None
