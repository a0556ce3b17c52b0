"""NLST: low-dose CT of the National Lung Screening Trial, from TCIA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Nlst(Dataset):
    """Low-dose chest CT of smokers who took part in the National Lung Screening Trial; DICOM series without labels."""

    kind: Literal["nlst"] = "nlst"
    title: ClassVar[str] = "NLST (National Lung Screening Trial)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "CT"
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int | None]] = {"patients": 26_254, "images": 21_082_502}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://wiki.cancerimagingarchive.net/pages/viewpage.action?pageId=5800702",
        "images": "https://complexity.cecs.ucf.edu/nlst-national-lung-screening-trial/"}
    group: ClassVar[str] = "the participant, Patient ID of the DICOM headers: each was screened up to three times"
    licence: ClassVar[str] = "CC BY 4.0"
    citation: ClassVar[str] = ("National Lung Screening Trial Research Team. Data from the National Lung Screening "
                               "Trial (NLST). The Cancer Imaging Archive, 2013.")
    url: ClassVar[str] = "https://doi.org/10.7937/TCIA.HMQ8-J677"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://www.cancerimagingarchive.net/collection/nlst/ and download the manifest, or a part of it: all of "
        "it is 11.3 TB.",
        "Open the manifest with the NBIA Data Retriever.",
        "Give the folder that it makes, which holds metadata.csv and NLST, to bogam with --slice z.",
        "Take outcomes from the clinical tables on the same page; bogam reads them as a table of your own.")
    patient: ClassVar[str] = r"(?:^|/)NLST/(?P<patient>\d{6})/"
    defects: ClassVar[tuple[str, ...]] = (
        "One scan comes in several reconstructions, and a localizer beside it: series of one study are no new scans.",
        "Places of findings were not collected: a nodule in the tables has no box.",
        "About 600 participants have a lung cancer found by screening: classes are far from equal.")
    layout: ClassVar[str] = "dicom"
    file_pattern: ClassVar[str] = r"(?:^|/)NLST/\d{6}/"
