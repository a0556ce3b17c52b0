"""Kermany: chest X-rays of children, normal or pneumonia."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Kermany(Dataset):
    """Chest X-rays of children of one to five years, Guangzhou; normal or pneumonia (bacterial or viral)."""

    kind: Literal["kermany"] = "kermany"
    title: ClassVar[str] = "Kermany chest X-rays (chest_xray, pneumonia)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "CR"
    labels: ClassVar[tuple[str, ...]] = ("NORMAL", "PNEUMONIA")
    counts: ClassVar[Mapping[str, int | None]] = {
        "train/images": 5216, "validation/images": 16, "test/images": 624, "train/NORMAL": 1341,
        "train/PNEUMONIA": 3875, "validation/NORMAL": None, "validation/PNEUMONIA": None, "test/NORMAL": 234,
        "test/PNEUMONIA": 390, "patients": None}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://huggingface.co/datasets/hf-vision/chest-xray-pneumonia",
        "train/NORMAL": "https://github.com/lecuong1502/BTL_Machine_Learning (counted in that copy)",
        "train/PNEUMONIA": "https://github.com/lecuong1502/BTL_Machine_Learning (counted in that copy)",
        "test/NORMAL": "https://github.com/PerceptiLabs/Chest-X-Rays (counted in that copy)",
        "test/PNEUMONIA": "https://github.com/PerceptiLabs/Chest-X-Rays (counted in that copy)"}
    group: ClassVar[str] = "the child: person123 in names of pneumonia, IM-0123 in those of normal"
    licence: ClassVar[str] = "CC BY 4.0"
    citation: ClassVar[str] = ("Kermany et al. Identifying medical diagnoses and treatable diseases by image-based "
                               "deep learning. Cell, 2018.")
    url: ClassVar[str] = "https://data.mendeley.com/datasets/rscbjbr9sj"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://data.mendeley.com/datasets/rscbjbr9sj and download ChestXRay2017.zip, or the Kaggle copy "
        "chest-xray-pneumonia.",
        "Unpack it; it holds chest_xray with train and test (the Kaggle copy also val), in each NORMAL and PNEUMONIA.",
        "Give chest_xray to bogam.")
    patient: ClassVar[str] = r"(?P<patient>person\d+|IM-\d+)"
    official_split: ClassVar[bool] = True
    split_words: ClassVar[str] = "train and test as published; the 16 validation images are of the Kaggle copy"
    relatives: ClassVar[tuple[str, ...]] = ("pneumoniamnist",)
    defects: ClassVar[tuple[str, ...]] = (
        "The official validation part has 16 images: too few to choose a model on.",
        "Normal and pneumonia images come from different runs of numbers (IM-..., person...); "
        "NORMAL2-IM-12 and IM-12 are taken for one child here, which cannot leak.",
        "Some copies renamed the test images, and with that lost the patients.",
        "A few identical pictures occur in more than one part.")
    file_pattern: ClassVar[str] = (r"(?:^|/)(?:NORMAL|PNEUMONIA)/(?:person\d+_(?:bacteria|virus)_\d+|"
                                   r"(?:NORMAL2-)?IM-\d+-\d+(?:-\d+)?|chest_(?:virus_|bacteria_)?\d+)\.jpe?g$")
