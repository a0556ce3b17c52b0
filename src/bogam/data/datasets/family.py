"""Public data sets that bogam knows: what they hold, what their licence asks, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bogam.core.registry import Family, Part
from bogam.core.types import Task
from bogam.data.layouts.tree import stem_of


class Dataset(Part):
    """A public data set. The class constants are facts of the publication, not of the copy at hand."""

    title: ClassVar[str]
    """The name that people use."""
    tasks: ClassVar[tuple[Task, ...]]
    """What it can be used for; the usual one first."""
    modality: ClassVar[str]
    """DICOM modality: US, SM, CR ..."""
    labels: ClassVar[tuple[str, ...]]
    """Classes in the order of the model's outputs; a folder's own spelling wins where it differs in case."""
    mask_label: ClassVar[str | None] = None
    """What its masks show; None: it has none."""
    counts: ClassVar[Mapping[str, int]]
    """Published number of images per class, or per part and class."""
    licence: ClassVar[str]
    """As the publisher states it; to be confirmed before redistribution."""
    citation: ClassVar[str]
    """Whom to cite."""
    url: ClassVar[str]
    """Where the original lies."""
    patient: ClassVar[str]
    """Pattern with a group "patient" for the file's path, or "absent" where the names hold none."""
    official_split: ClassVar[bool] = False
    """Whether it was published with a split into parts."""
    relatives: ClassVar[tuple[str, ...]] = ()
    """Data sets that hold images of the same patients: none may be the external test of another."""
    defects: ClassVar[tuple[str, ...]] = ()
    """What is known to be wrong with it, one sentence each."""
    file_pattern: ClassVar[str]
    """Regular expression that its images' paths match from some folder on."""
    share: ClassVar[float] = 0.9
    """Share of the names that must match."""

    @classmethod
    def fits_names(cls, names: Sequence[str]) -> str | None:
        """Return the data set's name where paths of images (or of an .npz) are its own, else None."""
        images = [n for n in names if not stem_of(n).lower().rstrip("_0123456789").endswith("_mask")]
        pattern = re.compile(cls.file_pattern)
        hits = sum(1 for n in images if pattern.search(n))
        return str(cls.model_fields["kind"].default) if images and hits >= cls.share * len(images) else None

    @classmethod
    def recognizes(cls, folder: Path) -> bool:
        """Say whether a folder holds this data set, by the names of its files."""
        from bogam.data.layouts.tree import Tree
        tree = Tree.walk(folder)
        return cls.fits_names([*tree.pictures, *(n for n in tree.others if n.endswith(".npz"))]) is not None

    @classmethod
    def order(cls, name: str) -> tuple[str, ...]:
        """Return the classes of a member (of a family of data sets) in order."""
        return cls.labels

    @classmethod
    def known_relatives(cls, name: str) -> tuple[str, ...]:
        """Return the data sets that share patients with a member."""
        return cls.relatives


datasets: Family[Dataset] = Family("data set", "bogam.data.datasets", Dataset, engine=("draw", "phantoms"))
"""Every known data set, one file each."""


def known() -> list[type[Dataset]]:
    """Return the classes of all data sets that are recognized by file names."""
    return [part for part in map(datasets.get, datasets.names()) if getattr(part, "file_pattern", "")]


def identify(names: Sequence[str]) -> tuple[str, type[Dataset]] | None:
    """Return the name and the class of the data set to which paths of images belong, or None."""
    for part in known():
        name = part.fits_names(names)
        if name is not None:
            return name, part
    return None


def share_patients(first: str | None, second: str | None) -> str | None:
    """Return a sentence where two data sets hold images of the same patients, else None.

    Args:
        first: `Manifest.dataset` of one.
        second: `Manifest.dataset` of the other.

    Example:
        >>> share_patients("kermany", "pneumoniamnist")
        'kermany and pneumoniamnist hold images of the same patients.'
        >>> share_patients("busi", "idc") is None
        True
        >>> share_patients("busi", "busi")
        'Both are busi.'
    """
    if first is None or second is None:
        return None
    if first == second:
        return f"Both are {first}."
    for one, other in ((first, second), (second, first)):
        for part in known():
            names = {str(part.model_fields["kind"].default), *getattr(part, "members", {})}
            if one in names and other in part.known_relatives(one):
                return f"{first} and {second} hold images of the same patients."
    return None


def dataset_of(name: str) -> type[Dataset]:
    """Return the class of a data set by `Manifest.dataset`, also of a member of a collection.

    Raises:
        ValueError: no data set has the name.
    """
    for part in known():
        if name in getattr(part, "members", {}):
            return part
    return datasets.get(name)
