"""TCIA: any collection of The Cancer Imaging Archive as its downloader leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Tcia(Dataset):
    """A collection of The Cancer Imaging Archive: DICOM series and the downloader's metadata.csv, without labels."""

    kind: Literal["tcia"] = "tcia"
    title: ClassVar[str] = "TCIA (a collection of The Cancer Imaging Archive)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "segmentation")
    modality: ClassVar[str] = ""
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int | None]] = {"images": None, "patients": None}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://www.cancerimagingarchive.net/browse-collections/"}
    group: ClassVar[str] = "the patient, Patient ID of the DICOM headers (Subject ID of metadata.csv)"
    licence: ClassVar[str] = "per collection, on its page"
    citation: ClassVar[str] = ("As the collection's page asks; and Clark et al. The Cancer Imaging Archive (TCIA). "
                               "Journal of Digital Imaging 26 (2013) 1045-1057.")
    url: ClassVar[str] = "https://www.cancerimagingarchive.net/browse-collections/"
    steps: ClassVar[tuple[str, ...]] = (
        "Choose a collection on https://www.cancerimagingarchive.net/browse-collections/ and download its manifest.",
        "Open the manifest with the NBIA Data Retriever.",
        "Give the folder that it makes, which holds metadata.csv, to bogam, with --slice z for CT, MR and PET.",
        "Take labels from the collection's page; bogam reads them as a table of your own.")
    patient: ClassVar[str] = "absent"
    defects: ClassVar[tuple[str, ...]] = (
        "Collections overlap: one patient may be in several, under one id or under two.",
        "Segmentations and plans are DICOM objects of their own; they are set aside, not read as masks.",
        "Whether the copy is whole is told by metadata.csv alone, which lists what was downloaded, not what was asked.")
    layout: ClassVar[str] = "dicom"
    file_pattern: ClassVar[str] = r"\.dcm$"
    table: ClassVar[tuple[str, ...]] = ("Series UID", "Collection", "Subject ID", "Study UID", "File Location")
