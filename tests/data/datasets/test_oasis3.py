"""OASIS-3 in BIDS folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bogam.data.layout import recognize

Put = Callable[..., Path]


def test_volumes_and_persons(tmp_path: Path, put_volume: Put) -> None:
    for person, session in (("OAS30001", "d0129"), ("OAS30001", "d0757"), ("OAS30002", "d0653")):
        stem = tmp_path / f"sub-{person}/ses-{session}/anat/sub-{person}_ses-{session}"
        for ending in ("T1w", "run-01_T2w"):
            put_volume(Path(f"{stem}_{ending}.nii.gz"))
        Path(f"{stem}_T1w.json").write_text("{}", encoding="utf-8")
    resting = "sub-OAS30001/ses-d0129/func/sub-OAS30001_ses-d0129_task-rest_bold.nii.gz"
    put_volume(tmp_path / resting, shape=(3, 3, 3, 2))
    put_volume(tmp_path / "sub-OAS30002/ses-d0653/anat/sub-OAS30002_sess-d0653_T2star.nii.gz")
    manifest = recognize(tmp_path, slice_axis="z", slice_every=2)
    assert manifest.dataset == "oasis3"
    assert set(manifest.images["patient"]) == {"OAS30001", "OAS30002"}
    assert manifest.images["study"].n_unique() == 7
    assert manifest.target_specs == {}
    assert manifest.set_aside["file"].to_list() == [resting]
