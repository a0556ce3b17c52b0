"""MedMNIST v2: small images and volumes in one .npz per member, with an official split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets._medmnist_files import CHECKSUMS, RECORD
from bogam.data.datasets.family import Dataset, Member, datasets
from bogam.data.layouts.tree import stem_of

_ORGANS = ("bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right", "liver", "lung-left",
           "lung-right", "pancreas", "spleen")
_ORGANS_3D = ("liver", "kidney-right", "kidney-left", "femur-right", "femur-left", "bladder", "heart", "lung-right",
              "lung-left", "spleen", "pancreas")
_ORGAN_SETS = ("organamnist", "organcmnist", "organsmnist", "organmnist3d", "task03-liver")


def _organ(name: str, counts: tuple[int, int, int], labels: tuple[str, ...] = _ORGANS) -> Member:
    return Member("CT", "multiclass", labels, counts, tuple(n for n in _ORGAN_SETS if n != name))


@datasets.register
class Medmnist(Dataset):
    """All members of MedMNIST v2, flat and in three dimensions; `Manifest.dataset` is the member's name."""

    kind: Literal["medmnist"] = "medmnist"
    members: ClassVar[Mapping[str, Member]] = {
        "pathmnist": Member("SM", "multiclass", (
            "adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle", "normal colon mucosa",
            "cancer-associated stroma", "colorectal adenocarcinoma epithelium"), (89_996, 10_004, 7_180)),
        "chestmnist": Member("CR", "multilabel", (
            "atelectasis", "cardiomegaly", "effusion", "infiltration", "mass", "nodule", "pneumonia", "pneumothorax",
            "consolidation", "edema", "emphysema", "fibrosis", "pleural", "hernia"), (78_468, 11_219, 22_433),
            ("nih-chest-xray14",)),
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
        "organamnist": _organ("organamnist", (34_561, 6_491, 17_778)),
        "organcmnist": _organ("organcmnist", (12_975, 2_392, 8_216)),
        "organsmnist": _organ("organsmnist", (13_932, 2_452, 8_827)),
        "organmnist3d": _organ("organmnist3d", (971, 161, 610), _ORGANS_3D),
        "nodulemnist3d": Member("CT", "multiclass", ("benign", "malignant"), (1_158, 165, 310)),
        "adrenalmnist3d": Member("CT", "multiclass", ("normal", "hyperplasia"), (1_188, 98, 298)),
        "fracturemnist3d": Member("CT", "multiclass", (
            "buckle rib fracture", "nondisplaced rib fracture", "displaced rib fracture"), (1_027, 103, 240)),
        "vesselmnist3d": Member("MR", "multiclass", ("vessel", "aneurysm"), (1_335, 191, 382)),
        "synapsemnist3d": Member("OT", "multiclass", ("inhibitory synapse", "excitatory synapse"), (1_230, 177, 352))}
    """Labels and counts as the collection publishes them."""
    title: ClassVar[str] = "MedMNIST v2"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    modality: ClassVar[str] = ""
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int | None]] = {
        f"{name}/{part}": count for name, member in members.items()
        for part, count in zip(("train", "validation", "test"), member.counts, strict=True)}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://github.com/MedMNIST/MedMNIST/blob/main/medmnist/info.py (version 3.0.2)"}
    group: ClassVar[str] = ("the patient, whom the files do not name: keep the official parts; those of the organ sets "
                            "were made by scan, those of adrenalmnist3d by patient")
    licence: ClassVar[str] = "CC BY 4.0 (DermaMNIST: CC BY-NC 4.0)"
    citation: ClassVar[str] = ("Yang et al. MedMNIST v2: a large-scale lightweight benchmark for 2D and 3D biomedical "
                               "image classification. Scientific Data, 2023.")
    url: ClassVar[str] = "https://doi.org/10.1038/s41597-022-01721-8"
    steps: ClassVar[tuple[str, ...]] = (
        "Download NAME.npz (28 pixels a side) or NAME_64.npz, NAME_128.npz, NAME_224.npz from "
        "https://zenodo.org/records/10519652.",
        "Put it into a folder of its own and give that folder, or the file, to bogam.")
    downloads: ClassVar[Mapping[str, str]] = {name: f"{RECORD}/{name}?download=1" for name in CHECKSUMS}
    checksums: ClassVar[Mapping[str, str]] = CHECKSUMS
    patient: ClassVar[str] = "absent"
    official_split: ClassVar[bool] = True
    defects: ClassVar[tuple[str, ...]] = (
        "No patient ids in the file; whether the official parts share patients differs from member to member.",
        "DermaMNIST has near-copies across its official parts (https://doi.org/10.1038/s41597-025-04382-5).",
        "Files from before version 3.0 hold other numbers of organamnist, organcmnist, organsmnist, organmnist3d and "
        "vesselmnist3d, and their checksums differ.",
        "The members in three dimensions hold volumes, which bogam cuts into images only along a stated axis.")
    file_pattern: ClassVar[str] = r"(?:^|/)[a-z]+mnist(?:3d)?(?:_\d+)?\.npz$"

    @classmethod
    def fits_names(cls, names: Sequence[str]) -> str | None:
        """Return the member's name where the only file is its .npz (also `pneumoniamnist_64.npz`)."""
        archives = {stem_of(n).lower().rpartition("_")[0] or stem_of(n).lower() for n in names if n.endswith(".npz")}
        found = sorted(archives & set(cls.members))
        return found[0] if len(found) == 1 and all(n.endswith(".npz") for n in names) else None

    @classmethod
    def published(cls, name: str) -> dict[str, int | None]:
        """Return the figures of a member: of the members in three dimensions, volumes."""
        found = super().published(name)
        return {key.replace("/images", "/volumes") if name.endswith("3d") else key: n for key, n in found.items()}

    @classmethod
    def order(cls, name: str) -> tuple[str, ...]:
        """Return the member's classes in order of their numbers."""
        return cls.members[name].labels

    @classmethod
    def known_relatives(cls, name: str) -> tuple[str, ...]:
        """Return the data sets that share patients with the member."""
        return cls.members[name].relatives if name in cls.members else ()
