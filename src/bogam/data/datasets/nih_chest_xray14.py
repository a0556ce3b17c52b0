"""NIH ChestX-ray14: frontal chest X-rays with findings mined from reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import TargetKind, Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class NihChestXray14(Dataset):
    """Frontal chest X-rays of the NIH Clinical Center with fourteen findings (ChestX-ray8 had eight of them)."""

    kind: Literal["nih-chest-xray14"] = "nih-chest-xray14"
    title: ClassVar[str] = "NIH ChestX-ray14 (first published as ChestX-ray8)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "CR"
    labels: ClassVar[tuple[str, ...]] = (
        "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia", "Pneumothorax",
        "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening", "Hernia")
    counts: ClassVar[Mapping[str, int | None]] = {
        "images": 112_120, "patients": 30_805, "Infiltration": 19_894, "Effusion": 13_317, "Atelectasis": 11_559,
        "Nodule": 6_331, "Mass": 5_782, "Cardiomegaly": None, "Pneumonia": None, "Pneumothorax": None,
        "Consolidation": None, "Edema": None, "Emphysema": None, "Fibrosis": None, "Pleural_Thickening": None,
        "Hernia": None, "train/images": None, "test/images": None}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://huggingface.co/datasets/alkzar90/NIH-Chest-X-ray-dataset"}
    group: ClassVar[str] = "the patient, column Patient ID of Data_Entry_2017.csv"
    licence: ClassVar[str] = "no usual licence: the NIH Clinical Center states its terms beside the download"
    citation: ClassVar[str] = ("Wang et al. ChestX-ray8: hospital-scale chest X-ray database and benchmarks on "
                               "weakly-supervised classification and localization of common thorax diseases. CVPR, "
                               "2017.")
    url: ClassVar[str] = "https://nihcc.app.box.com/v/ChestXray-NIHCC"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://nihcc.app.box.com/v/ChestXray-NIHCC and download the archives of the folder images, "
        "Data_Entry_2017 (also as _v2020), train_val_list.txt and test_list.txt.",
        "Unpack the archives into one folder, as images or as images_001/images, images_002/images and so on.",
        "Put the .csv and the two lists beside these folders and give the folder of all to bogam.")
    patient: ClassVar[str] = r"(?P<patient>\d{8})_\d{3}\.png$"
    official_split: ClassVar[bool] = True
    split_words: ClassVar[str] = "by patient: train_val_list.txt, read as training, and test_list.txt"
    relatives: ClassVar[tuple[str, ...]] = ("chestmnist",)
    defects: ClassVar[tuple[str, ...]] = (
        "The findings were mined from reports by a program; its authors expect more than 90 % of them to be right.",
        "The names of two columns hold commas, and some copies rename Patient Gender to Patient Sex.",
        "A list of boxes (BBox_List_2017.csv) covers a small part of the images; it is not read.")
    file_pattern: ClassVar[str] = r"(?:^|/)\d{8}_\d{3}\.png$"
    table: ClassVar[tuple[str, ...]] = ("Image Index", "Finding Labels", "Patient ID")
    columns: ClassVar[Mapping[str, str]] = {"image": "Image Index", "patient": "Patient ID", "view": "View Position"}
    target_columns: ClassVar[Mapping[str, TargetKind]] = {"Finding Labels": "multilabel"}
    no_finding: ClassVar[str | None] = "No Finding"
