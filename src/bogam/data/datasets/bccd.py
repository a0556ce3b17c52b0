"""BCCD: photographs of blood smears with boxes of cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Bccd(Dataset):
    """Photographs of blood smears, 640 x 480 pixels, with boxes of red cells, white cells and platelets."""

    kind: Literal["bccd"] = "bccd"
    title: ClassVar[str] = "BCCD (blood cell count and detection)"
    tasks: ClassVar[tuple[Task, ...]] = ("detection",)
    modality: ClassVar[str] = "SM"
    labels: ClassVar[tuple[str, ...]] = ("RBC", "WBC", "Platelets")
    counts: ClassVar[Mapping[str, int | None]] = {
        "images": 364, "boxes/RBC": 4155, "boxes/WBC": 372, "boxes/Platelets": 361, "patients": None}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://github.com/Shenggan/BCCD_Dataset (boxes counted in its annotations)",
        "images": "https://github.com/Shenggan/BCCD_Dataset"}
    group: ClassVar[str] = "the smear, which stands nowhere; near-copies must stay together at least"
    licence: ClassVar[str] = "MIT"
    citation: ClassVar[str] = "BCCD Dataset, cosmicad and akshaylamba, in the VOC form of Shenggan (GitHub)."
    url: ClassVar[str] = "https://github.com/Shenggan/BCCD_Dataset"
    steps: ClassVar[tuple[str, ...]] = (
        "Clone https://github.com/Shenggan/BCCD_Dataset, or download it as a .zip.",
        "Give its folder BCCD, which holds JPEGImages, Annotations and ImageSets, to bogam.")
    patient: ClassVar[str] = "absent"
    official_split: ClassVar[bool] = True
    split_words: ClassVar[str] = "train, val and test in ImageSets/Main, drawn by image"
    defects: ClassVar[tuple[str, ...]] = (
        "No ids of patients or smears: whether the official parts share smears cannot be told.",
        "Not all red cells are marked.",
        "Two boxes have no area.")
    file_pattern: ClassVar[str] = r"(?:^|/)BloodImage_\d{5}\.jpe?g$"
