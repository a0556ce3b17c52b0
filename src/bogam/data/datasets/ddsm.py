"""DDSM: the original scanned film mammograms of South Florida, after a conversion of its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Ddsm(Dataset):
    """Scanned film mammograms, four pictures a case: normal, benign, benign without callback, cancer."""

    kind: Literal["ddsm"] = "ddsm"
    title: ClassVar[str] = "DDSM (Digital Database for Screening Mammography)"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = "MG"
    labels: ClassVar[tuple[str, ...]] = ("benign_without_callbacks", "benigns", "cancers", "normals")
    counts: ClassVar[Mapping[str, int | None]] = {"images": None, "patients": None, "studies": 2_620}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://www.tensorflow.org/datasets/catalog/curated_breast_imaging_ddsm"}
    group: ClassVar[str] = "the case, case1234 in the folder's name, four pictures each"
    licence: ClassVar[str] = "none is stated where the figures were read; ask the University of South Florida"
    citation: ClassVar[str] = ("Heath, Bowyer, Kopans, Moore, Kegelmeyer. The Digital Database for Screening "
                               "Mammography. Proc. 5th Int. Workshop on Digital Mammography, 2001.")
    url: ClassVar[str] = "https://marathon.csee.usf.edu/Mammography/database.html"
    steps: ClassVar[tuple[str, ...]] = (
        "Download the folder cases with normals, benigns, benign_without_callbacks and cancers from the University of "
        "South Florida.",
        "Convert each .LJPEG, an obsolete kind of lossless JPEG that bogam does not read, to 16-bit PNG or TIFF of the "
        "same name beside it.",
        "Give the folder cases to bogam.")
    patient: ClassVar[str] = r"(?P<patient>[A-D]_\d{4})_1\.(?:LEFT|RIGHT)_(?:CC|MLO)"
    relatives: ClassVar[tuple[str, ...]] = ("cbis-ddsm",)
    defects: ClassVar[tuple[str, ...]] = (
        "2,620 are studies, not images: a study has four.",
        "The letter A to D in a name is its hospital and digitizer: a class that goes with it can be learned from it.",
        "Outlines are in .OVERLAY files, which bogam does not read; CBIS-DDSM holds updated ones.",
        "The class is that of the case: pictures of its other breast bear it too.")
    file_pattern: ClassVar[str] = (r"(?:^|/)(?:[a-z_]+_\d+/)?case\d{4}/[A-D]_\d{4}_1\.(?:LEFT|RIGHT)_(?:CC|MLO)"
                                   r"(?:\.LJPEG)?(?:\.1)?(?:_\d+)?\.(?:png|tiff?)$")
