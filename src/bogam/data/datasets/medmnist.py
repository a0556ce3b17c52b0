"""MedMNIST v2: small images in one .npz per member, with an official split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, NamedTuple

from bogam.core.types import TargetKind, Task
from bogam.data.datasets.family import Dataset, datasets
from bogam.data.layouts.tree import stem_of


class Member(NamedTuple):
    """One data set of the collection.

    Args:
        modality: DICOM modality.
        target: kind of the target.
        labels: classes in order of their numbers.
        counts: published images in train, validation, test.
        relatives: data sets that hold images of the same patients.
    """

    modality: str
    target: TargetKind
    labels: tuple[str, ...]
    counts: tuple[int, int, int]
    relatives: tuple[str, ...] = ()


_ORGANS = ("bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right", "liver", "lung-left",
           "lung-right", "pancreas", "spleen")
_ORGAN_SETS = ("organamnist", "organcmnist", "organsmnist", "organmnist3d")


def _organ(name: str, *counts: int) -> Member:
    return Member("CT", "multiclass", _ORGANS, counts, tuple(n for n in _ORGAN_SETS if n != name))  # type: ignore[arg-type]


@datasets.register
class Medmnist(Dataset):
    """The two-dimensional members of MedMNIST v2; `Manifest.dataset` is the member's name."""

    kind: Literal["medmnist"] = "medmnist"
    members: ClassVar[Mapping[str, Member]] = {
        "pathmnist": Member("SM", "multiclass", (
            "adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle", "normal colon mucosa",
            "cancer-associated stroma", "colorectal adenocarcinoma epithelium"), (89_996, 10_004, 7_180)),
        "chestmnist": Member("CR", "multilabel", (
            "atelectasis", "cardiomegaly", "effusion", "infiltration", "mass", "nodule", "pneumonia", "pneumothorax",
            "consolidation", "edema", "emphysema", "fibrosis", "pleural", "hernia"), (78_468, 11_219, 22_433)),
        "dermamnist": Member("XC", "multiclass", (
            "actinic keratoses and intraepithelial carcinoma", "basal cell carcinoma", "benign keratosis-like lesions",
            "dermatofibroma", "melanoma", "melanocytic nevi", "vascular lesions"), (7_007, 1_003, 2_005)),
        "octmnist": Member("OPT", "multiclass", (
            "choroidal neovascularization", "diabetic macular edema", "drusen", "normal"), (97_477, 10_832, 1_000)),
        "pneumoniamnist": Member("CR", "multiclass", ("normal", "pneumonia"), (4_708, 524, 624), ("kermany",)),
        "retinamnist": Member("OP", "ordinal", ("0", "1", "2", "3", "4"), (1_080, 120, 400)),
        "breastmnist": Member("US", "multiclass", ("malignant", "normal, benign"), (546, 78, 156), ("busi",)),
        "bloodmnist": Member("SM", "multiclass", (
            "basophil", "eosinophil", "erythroblast", "immature granulocytes", "lymphocyte", "monocyte", "neutrophil",
            "platelet"), (11_959, 1_712, 3_421)),
        "tissuemnist": Member("SM", "multiclass", (
            "Collecting Duct, Connecting Tubule", "Distal Convoluted Tubule", "Glomerular endothelial cells",
            "Interstitial endothelial cells", "Leukocytes", "Podocytes", "Proximal Tubule Segments",
            "Thick Ascending Limb"), (165_466, 23_640, 47_280)),
        "organamnist": _organ("organamnist", 34_581, 6_491, 17_778),
        "organcmnist": _organ("organcmnist", 13_000, 2_392, 8_268),
        "organsmnist": _organ("organsmnist", 13_940, 2_452, 8_829)}
    """Labels and counts as the collection publishes them."""
    title: ClassVar[str] = "MedMNIST v2"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = ""
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int]] = {
        f"{name}/{part}": count for name, member in members.items()
        for part, count in zip(("train", "validation", "test"), member.counts, strict=True)}
    licence: ClassVar[str] = "CC BY 4.0 (DermaMNIST: CC BY-NC 4.0)"
    citation: ClassVar[str] = ("Yang et al. MedMNIST v2: a large-scale lightweight benchmark for 2D and 3D biomedical "
                               "image classification. Scientific Data, 2023.")
    url: ClassVar[str] = "https://doi.org/10.1038/s41597-022-01721-8"
    patient: ClassVar[str] = "absent"
    official_split: ClassVar[bool] = True
    defects: ClassVar[tuple[str, ...]] = (
        "No patient ids in the file; whether the official parts share patients differs from member to member.",)
    file_pattern: ClassVar[str] = r"(?:^|/)[a-z]+mnist(?:3d)?(?:_\d+)?\.npz$"

    @classmethod
    def fits_names(cls, names: Sequence[str]) -> str | None:
        """Return the member's name where the only file is its .npz (also `pneumoniamnist_64.npz`)."""
        archives = {stem_of(n).lower().rpartition("_")[0] or stem_of(n).lower() for n in names if n.endswith(".npz")}
        found = sorted(archives & set(cls.members))
        return found[0] if len(found) == 1 and all(n.endswith(".npz") for n in names) else None

    @classmethod
    def order(cls, name: str) -> tuple[str, ...]:
        """Return the member's classes in order of their numbers."""
        return cls.members[name].labels

    @classmethod
    def known_relatives(cls, name: str) -> tuple[str, ...]:
        """Return the data sets that share patients with the member."""
        return cls.members[name].relatives if name in cls.members else ()
