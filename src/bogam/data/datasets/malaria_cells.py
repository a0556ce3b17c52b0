"""Malaria cells: red blood cells cut from thin smears, with or without parasites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class MalariaCells(Dataset):
    """Single red blood cells of the National Library of Medicine, parasitized or not."""

    kind: Literal["malaria-cells"] = "malaria-cells"
    title: ClassVar[str] = "NLM malaria cell images (cell_images)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "SM"
    labels: ClassVar[tuple[str, ...]] = ("Parasitized", "Uninfected")
    counts: ClassVar[Mapping[str, int | None]] = {
        "images": 27_558, "Parasitized": 13_779, "Uninfected": 13_779, "patients": None}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://www.tensorflow.org/datasets/catalog/malaria"}
    group: ClassVar[str] = "the patient and slide with which a file's name begins, such as C100P61"
    licence: ClassVar[str] = "public domain, as the National Library of Medicine publishes it"
    citation: ClassVar[str] = ("Rajaraman et al. Pre-trained convolutional neural networks as feature extractors "
                               "toward improved malaria parasite detection in thin blood smear images. "
                               "PeerJ 6 (2018) e4568.")
    url: ClassVar[str] = "https://lhncbc.nlm.nih.gov/publication/pub9932"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://lhncbc.nlm.nih.gov/publication/pub9932 and download cell_images.zip.",
        "Unpack it; it holds cell_images with Parasitized and Uninfected.",
        "Give cell_images to bogam.")
    patient: ClassVar[str] = r"(?P<patient>C\d+[AB]?(?:P\d+)?)(?=[A-Za-z]*?_?[Tt]hin)"
    defects: ClassVar[tuple[str, ...]] = (
        "Cells of one slide look alike: a split by cell, such as that of copies with train and valid, measures memory.",
        "Uninfected cells come from infected patients too.",
        "Letters between the id and the word thin (N, Re) are not taken for part of the id here, which cannot leak.")
    file_pattern: ClassVar[str] = (r"(?:^|/)(?:Parasitized|Uninfected)/(?:Parasitized)?C\d+[A-Za-z]*(?:P\d+)?[A-Za-z]*?"
                                   r"_?[Tt]hinF?_IMG_\d+_\d+[a-z]?_cell_\d+\.png$")
