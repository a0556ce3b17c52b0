"""Medical Segmentation Decathlon: ten tasks of volumes with masks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, Member, datasets

_STEMS = {"BRATS": "task01-braintumour", "la": "task02-heart", "liver": "task03-liver",
          "hippocampus": "task04-hippocampus", "prostate": "task05-prostate", "lung": "task06-lung",
          "pancreas": "task07-pancreas", "hepaticvessel": "task08-hepaticvessel", "spleen": "task09-spleen",
          "colon": "task10-colon"}
_FOLDERS = r"(?:^|/)(?:imagesTr|labelsTr|imagesTs|images|labels)/"
_NAME = re.compile(_FOLDERS + rf"({'|'.join(_STEMS)})_\d+\.nii(?:\.gz)?$")


@datasets.register
class Decathlon(Dataset):
    """The ten tasks of the Medical Segmentation Decathlon; `Manifest.dataset` is the task's name."""

    kind: Literal["decathlon"] = "decathlon"
    members: ClassVar[Mapping[str, Member]] = {
        "task01-braintumour": Member("MR", None, ("edema", "non-enhancing tumor", "enhancing tumour"), (484, 0, 266)),
        "task02-heart": Member("MR", None, ("left atrium",), (20, 0, 10)),
        "task03-liver": Member("CT", None, ("liver", "cancer"), (131, 0, 70),
                               ("organamnist", "organcmnist", "organsmnist", "organmnist3d")),
        "task04-hippocampus": Member("MR", None, ("Anterior", "Posterior"), (263, 0, 131)),
        "task05-prostate": Member("MR", None, ("PZ", "TZ"), (None, 0, None)),
        "task06-lung": Member("CT", None, ("cancer",), (None, 0, None)),
        "task07-pancreas": Member("CT", None, ("pancreas", "cancer"), (None, 0, None)),
        "task08-hepaticvessel": Member("CT", None, ("Vessel", "Tumour"), (None, 0, None)),
        "task09-spleen": Member("CT", None, ("spleen",), (None, 0, None)),
        "task10-colon": Member("CT", None, ("colon cancer primaries",), (None, 0, None))}
    """Mask labels as each task's dataset.json writes them; volumes with labels, and the test volumes without."""
    title: ClassVar[str] = "Medical Segmentation Decathlon"
    tasks: ClassVar[tuple[Task, ...]] = ("segmentation",)
    modality: ClassVar[str] = ""
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int | None]] = {
        f"{name}/{part}": count for name, member in members.items()
        for part, count in (("train", member.counts[0]), ("test", member.counts[2]))}
    sources: ClassVar[Mapping[str, str]] = {
        "*": "https://huggingface.co/datasets/mtoan65/Medical_Segmentation_Decathlon"}
    group: ClassVar[str] = "the volume: one per patient as far as is published"
    licence: ClassVar[str] = "CC BY-SA 4.0"
    citation: ClassVar[str] = ("Antonelli et al. The Medical Segmentation Decathlon. Nature Communications, 2022; "
                               "Simpson et al. arXiv 1902.09063, 2019.")
    url: ClassVar[str] = "https://doi.org/10.1038/s41467-022-30695-9"
    steps: ClassVar[tuple[str, ...]] = (
        "Open http://medicaldecathlon.com and follow the link to the data.",
        "Download one task, such as Task04_Hippocampus.tar, compare its MD5 sum, and unpack it.",
        "Give its folder, which holds imagesTr, labelsTr and dataset.json, to bogam with --slice z.")
    checksums: ClassVar[Mapping[str, str]] = {
        "Task01_BrainTumour.tar": "240a19d752f0d9e9101544901065d872",
        "Task02_Heart.tar": "06ee59366e1e5124267b774dbd654057",
        "Task03_Liver.tar": "a90ec6c4aa7f6a3d087205e23d4e6397",
        "Task04_Hippocampus.tar": "9d24dba78a72977dbd1d2e110310f31b",
        "Task05_Prostate.tar": "35138f08b1efaef89d7424d2bcc928db",
        "Task06_Lung.tar": "8afd997733c7fc0432f71255ba4e52dc",
        "Task07_Pancreas.tar": "4f7080cfca169fa8066d17ce6eb061e4",
        "Task08_HepaticVessel.tar": "641d79e80ec66453921d997fbf12a29c",
        "Task09_Spleen.tar": "410d4a301da4e5b2f6f86ec3ddba524e",
        "Task10_Colon.tar": "bad7a188931dc2f6acf72b08eb6202d0"}
    patient: ClassVar[str] = "absent"
    official_split: ClassVar[bool] = True
    split_words: ClassVar[str] = "imagesTs has no labels, so only imagesTr is read"
    defects: ClassVar[tuple[str, ...]] = (
        "The labels of the test volumes were never published.",
        "Brain tumour and prostate are volumes of several sequences in one file (4-D), which bogam does not cut yet.",
        "The brain tumours are those of BraTS 2016 and 2017; the livers are taken for those of LiTS here, whose "
        "numbers of scans (131 and 70) they share: neither is external to the other.",
        "A hippocampus copy in wide use (https://github.com/udacity/nd320-c3-3d-imaging-starter) holds 260 pairs of "
        "volume and labels, not the 263 that are published.")
    file_pattern: ClassVar[str] = _NAME.pattern

    @classmethod
    def fits_names(cls, names: Sequence[str]) -> str | None:
        """Return the task's name where nearly all volumes bear one task's names."""
        found = [match[1] for name in names if (match := _NAME.search(name))]
        if not found or len(set(found)) > 1 or len(found) < cls.share * len(names):
            return None
        return _STEMS[found[0]]

    @classmethod
    def published(cls, name: str) -> dict[str, int | None]:
        """Return the number of labelled volumes of a task; those without labels are not read, so not counted."""
        return {"volumes": cls.members[name].counts[0]} if name in cls.members else dict(cls.counts)

    @classmethod
    def mask_labels_of(cls, name: str) -> tuple[str, ...]:
        """Return the labels of the task's masks in order of their values, from 1."""
        return cls.members[name].labels

    @classmethod
    def known_relatives(cls, name: str) -> tuple[str, ...]:
        """Return the data sets that share patients with the task."""
        return cls.members[name].relatives if name in cls.members else ()
