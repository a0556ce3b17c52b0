"""OASIS-3: MR and PET of aging and Alzheimer's disease, as NIfTI in BIDS folders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Oasis3(Dataset):
    """Brain MR and PET of people who were followed for years; volumes without labels, in BIDS folders."""

    kind: Literal["oasis3"] = "oasis3"
    title: ClassVar[str] = "OASIS-3"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "MR"
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int | None]] = {"patients": None, "volumes": None}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://www.oasis-brains.org"}
    group: ClassVar[str] = "the person, OAS30001 in every name: sessions of one person lie years apart"
    licence: ClassVar[str] = "the OASIS Data Use Agreement, to be signed"
    citation: ClassVar[str] = ("LaMontagne et al. OASIS-3: longitudinal neuroimaging, clinical, and cognitive dataset "
                               "for normal aging and Alzheimer disease. medRxiv, 2019.")
    url: ClassVar[str] = "https://www.oasis-brains.org"
    steps: ClassVar[tuple[str, ...]] = (
        "Sign the data use agreement on https://www.oasis-brains.org.",
        "Download scans as BIDS with download_oasis_scans_bids.sh of https://github.com/NrgXnat/oasis-scripts.",
        "Give the folder that holds sub-OAS30001 and the others to bogam with --slice z.",
        "Take diagnoses from the clinical tables, which are dated in days; bogam reads them as a table of your own.")
    patient: ClassVar[str] = r"(?P<patient>OAS3\d{4})"
    defects: ClassVar[tuple[str, ...]] = (
        "A session has no diagnosis of its own: that of the nearest clinical visit is used, which is a choice.",
        "Several runs of one session are no new scans.",
        "Functional runs are 4-D and are set aside; sequences other than T1 lie in the same folders.")
    layout: ClassVar[str] = "flat"
    file_pattern: ClassVar[str] = (r"(?:^|/)sub-OAS3\d{4}/ses-[A-Za-z]*\d+/(?:anat|func|dwi|fmap|pet|perf|swi)/"
                                   r"sub-OAS3\d{4}_sess?-[A-Za-z]*\d+_[^/]+\.nii(?:\.gz)?$")
