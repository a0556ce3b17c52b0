"""A copy beside the publication, in figures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from bogam.data.datasets.busi import Busi
from bogam.data.datasets.compare import Row, check_files, compare, figures
from bogam.data.layout import recognize


def a_copy(root: Path, put: Callable[..., Path]) -> Path:
    for name, count in (("benign", 3), ("malignant", 2), ("normal", 1)):
        for number in range(1, count + 1):
            put(root / "Dataset_BUSI_with_GT" / name / f"{name} ({number}).png")
    return root


def test_figures_of_a_copy(tmp_path: Path, put: Callable[..., Path]) -> None:
    assert figures(recognize(a_copy(tmp_path, put))) == {"images": 6, "benign": 3, "malignant": 2, "normal": 1}


def test_what_is_missing_and_what_cannot_be_told(tmp_path: Path, put: Callable[..., Path]) -> None:
    rows = {row.what: row for row in compare(recognize(a_copy(tmp_path, put)), Busi, "busi")}
    assert rows["benign"] == Row("benign", 437, 3, "https://huggingface.co/datasets/Angelou0516/BUSI")
    assert rows["images"].verdict == "missing"
    assert rows["patients"].here is None
    assert rows["patients"].verdict == "unknown"
    assert Row("images", 780, 781, "").verdict == "extra"


def test_checksums_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "good.npz").write_bytes(b"abc")
    (tmp_path / "bad.npz").write_bytes(b"abd")
    digest = hashlib.md5(b"abc", usedforsecurity=False).hexdigest()
    sums = {"good.npz": digest, "bad.npz": digest, "absent.npz": digest}
    assert check_files(tmp_path, sums) == {"bad.npz": False, "good.npz": True}
    assert check_files(tmp_path / "good.npz", sums) == {"good.npz": True}
