"""BUSI: breast ultrasound, three classes and lesion masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Busi(Dataset):
    """Breast ultrasound images of Baheya Hospital, Cairo: benign, malignant, normal, with lesion masks."""

    kind: Literal["busi"] = "busi"
    title: ClassVar[str] = "BUSI (Dataset of breast ultrasound images)"
    tasks: ClassVar[tuple[Task, ...]] = ("segmentation", "classification")
    modality: ClassVar[str] = "US"
    labels: ClassVar[tuple[str, ...]] = ("benign", "malignant", "normal")
    mask_label: ClassVar[str | None] = "lesion"
    counts: ClassVar[Mapping[str, int | None]] = {"benign": 437, "malignant": 210, "normal": 133, "images": 780,
                                                  "patients": 600}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://huggingface.co/datasets/Angelou0516/BUSI"}
    group: ClassVar[str] = "the woman, who stands nowhere; near-copies must stay together at least"
    licence: ClassVar[str] = "CC BY 4.0 (article); the common copy is published as CC0"
    citation: ClassVar[str] = ("Al-Dhabyani, Gomaa, Khaled, Fahmy. Dataset of breast ultrasound images. "
                               "Data in Brief 28 (2020) 104863.")
    url: ClassVar[str] = "https://doi.org/10.1016/j.dib.2019.104863"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://doi.org/10.1016/j.dib.2019.104863 and follow its link to the data.",
        "Unpack the archive; it holds the folder Dataset_BUSI_with_GT with benign, malignant and normal.",
        "Give that folder to bogam.")
    patient: ClassVar[str] = "absent"
    relatives: ClassVar[tuple[str, ...]] = ("breastmnist",)
    defects: ClassVar[tuple[str, ...]] = (
        "No patient ids: about 600 women, several images each, so a split by image leaks.",
        "Many near-copies, some with different labels (benign (433) is malignant (145)); see "
        "https://doi.org/10.1016/j.dib.2023.109247.",
        "Text and calipers are burnt into many images.",
        "The masks of normal images are empty.")
    file_pattern: ClassVar[str] = r"(?:^|/)(benign|malignant|normal)/\1 \(\d+\)\.png$"
