"""COVID chest X-ray: images gathered from publications, with a table of findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import TargetKind, Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class CovidChestxray(Dataset):
    """Chest X-rays and CT of COVID-19 and other pneumonias, gathered from publications, with metadata.csv."""

    kind: Literal["covid-chestxray"] = "covid-chestxray"
    title: ClassVar[str] = "COVID-19 image data collection (covid-chestxray-dataset)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "CR"
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int | None]] = {"images": None, "patients": None}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://github.com/ieee8023/covid-chestxray-dataset"}
    group: ClassVar[str] = "the patient, column patientid of metadata.csv"
    licence: ClassVar[str] = "per image, column license of metadata.csv; some forbid commercial use, some name none"
    citation: ClassVar[str] = ("Cohen. COVID-19 image data collection. "
                               "https://github.com/ieee8023/covid-chestxray-dataset, 2020.")
    url: ClassVar[str] = "https://github.com/ieee8023/covid-chestxray-dataset"
    steps: ClassVar[tuple[str, ...]] = (
        "Clone https://github.com/ieee8023/covid-chestxray-dataset, or download it as a .zip.",
        "Give its folder, which holds metadata.csv and images, to bogam.")
    patient: ClassVar[str] = "absent"
    defects: ClassVar[tuple[str, ...]] = (
        "The collection grew for years: without the commit, its counts are not comparable.",
        "Images come from publications and web pages: source, size, text and arrows tell the finding.",
        "Nearly all images show disease; joined with another set of healthy ones, a network learns the source.",
        "Some files named .jpg hold PNG.")
    file_pattern: ClassVar[str] = r"(?:^|/)(?:images|volumes)/[^/]+$"
    share: ClassVar[float] = 0.5
    table: ClassVar[tuple[str, ...]] = ("patientid", "offset", "finding", "filename", "folder")
    columns: ClassVar[Mapping[str, str]] = {"image": "filename", "patient": "patientid"}
    target_columns: ClassVar[Mapping[str, TargetKind]] = {"finding": "multiclass"}
