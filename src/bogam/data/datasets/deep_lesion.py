"""DeepLesion: CT slices of the NIH Clinical Center with boxes of lesions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class DeepLesion(Dataset):
    """Axial CT slices with the lesions that radiologists measured in daily work, as boxes."""

    kind: Literal["deep-lesion"] = "deep-lesion"
    title: ClassVar[str] = "DeepLesion"
    tasks: ClassVar[tuple[Task, ...]] = ("detection",)
    modality: ClassVar[str] = "CT"
    labels: ClassVar[tuple[str, ...]] = ("lesion", "bone", "abdomen", "mediastinum", "liver", "lung", "kidney",
                                         "soft tissue", "pelvis")
    counts: ClassVar[Mapping[str, int | None]] = {
        "images": 32_120, "patients": 4_427, "boxes": 32_735, "train/images": None, "validation/images": None,
        "test/images": None}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://doi.org/10.1117/1.JMI.5.3.036501"}
    group: ClassVar[str] = "the patient, column Patient_index of DL_info.csv"
    licence: ClassVar[str] = "no usual licence: the NIH Clinical Center states its terms beside the download"
    citation: ClassVar[str] = ("Yan, Wang, Lu, Summers. DeepLesion: automated mining of large-scale lesion annotations "
                               "and universal lesion detection with deep learning. J. Med. Imaging 5 (2018) 036501.")
    url: ClassVar[str] = "https://nihcc.app.box.com/v/DeepLesion"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://nihcc.app.box.com/v/DeepLesion and download DL_info.csv and the archives of Images_png.",
        "Unpack the archives; each series is a folder such as Images_png/000001_01_01 with slices such as 109.png.",
        "Put DL_info.csv beside Images_png and give the folder of both to bogam.")
    patient: ClassVar[str] = r"(?:^|/)(?P<patient>\d{6})_\d{2}_\d{2}/\d{3}\.png$"
    official_split: ClassVar[bool] = True
    split_words: ClassVar[str] = "by column Train_Val_Test of DL_info.csv: 1 training, 2 validation, 3 test"
    defects: ClassVar[tuple[str, ...]] = (
        "Only lesions that somebody measured are marked, others on the same slice are not: a false alarm may be true.",
        "Coarse types are missing in the training part, so all boxes are labelled lesion unless each has a type.",
        "Pixels are stored in 16 bit as Hounsfield units plus 32768; bogam takes them as raw levels, so a window in "
        "Hounsfield units does not fit.",
        "Some boxes are marked as possibly noisy.")
    file_pattern: ClassVar[str] = r"(?:^|/)\d{6}_\d{2}_\d{2}[/_]\d{3}\.png$"
    table: ClassVar[tuple[str, ...]] = ("File_name", "Patient_index", "Bounding_boxes", "Train_Val_Test")
