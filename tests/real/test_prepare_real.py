"""Preparing real breast ultrasound: every case, masks true to the originals."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bogam.data.layout import recognize
from bogam.data.load import load_case
from bogam.prepare.cache import Cache
from bogam.prepare.geometry import restore
from bogam.prepare.resize import Resize
from bogam.prepare.run import prepare_cases

FOLDER = Path(os.environ.get("BOGAM_DATA", "")) / "busi" / "Dataset_BUSI_with_GT"
pytestmark = pytest.mark.skipif("BOGAM_DATA" not in os.environ or not FOLDER.is_dir(),
                                reason="BOGAM_DATA names no folder with busi/")


def test_masks_come_back_in_the_original_geometry(tmp_path):
    manifest = recognize(FOLDER)
    some = manifest.take(manifest.images["id"].to_list()[::20])
    prepared = prepare_cases(some, [Resize(size=(128, 128))], Cache(tmp_path), channels="gray")
    assert len(prepared) + len(prepared.problems) == len(some)
    assert len(prepared) > 30
    overlaps = []
    for case in prepared:
        original = load_case(some, case.id, "gray")
        if original.masks is None or not original.masks.any():
            assert case.masks is None or not case.masks.any()
            continue
        back = restore(case.masks.astype(np.float32), case.history, original.shape) >= 0.5
        overlaps.append(2 * (back & (original.masks > 0)).sum() / (back.sum() + original.masks.sum()))
    assert len(overlaps) > 20
    assert np.median(overlaps) > 0.97
    assert min(overlaps) > 0.85
