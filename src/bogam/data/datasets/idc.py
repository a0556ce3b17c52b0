"""IDC: breast histopathology patches with and without invasive ductal carcinoma."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Idc(Dataset):
    """Patches of 50 x 50 pixels from stained breast tissue; class 1 shows invasive ductal carcinoma."""

    kind: Literal["idc"] = "idc"
    title: ClassVar[str] = "IDC (IDC_regular_ps50_idx5, breast histopathology images, BHI)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "SM"
    labels: ClassVar[tuple[str, ...]] = ("0", "1")
    counts: ClassVar[Mapping[str, int | None]] = {"0": 198_738, "1": 78_786, "images": 277_524, "patients": None}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://ferasodh.github.io/breast-cancer"}
    group: ClassVar[str] = "the patient, the number with which a file's name begins"
    licence: ClassVar[str] = "CC0 as the common copy publishes it"
    citation: ClassVar[str] = ("Cruz-Roa et al., 2014; Janowczyk and Madabhushi, Deep learning for digital pathology "
                               "image analysis, 2016.")
    url: ClassVar[str] = "https://www.kaggle.com/datasets/paultimothymooney/breast-histopathology-images"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://www.kaggle.com/datasets/paultimothymooney/breast-histopathology-images with a Kaggle account.",
        "Unpack the archive; it holds one folder per patient with the folders 0 and 1, some copies twice: keep one.",
        "Give the folder of the patients to bogam.")
    patient: ClassVar[str] = r"(?P<patient>\d+)_idx\d+_"
    defects: ClassVar[tuple[str, ...]] = (
        "Patches of one patient look alike: a split by patch measures memory.",
        "Many patients have patches of one class only, so class is confounded with patient.",
        "Some patches at an edge are smaller than 50 x 50 pixels.")
    file_pattern: ClassVar[str] = r"(?:^|/)\d+_idx\d+_x\d+_y\d+_class[01]\.png$"
