"""Public data sets that bogam knows: what they hold, what their licence asks, and what is wrong with them."""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from bogam.core.registry import Family, Part
from bogam.core.types import TargetKind, Task
from bogam.data.layouts.tree import Tree, stem_of

_LONGEST = 1 << 16
"""Characters of a table's first line that are looked at."""


def _is_mask(name: str) -> bool:
    return stem_of(name).lower().rstrip("_0123456789").endswith("_mask")


class Member(NamedTuple):
    """One data set of a collection.

    Args:
        modality: DICOM modality.
        target: kind of the target; None: masks only.
        labels: classes, or labels of the masks, in order of their numbers.
        counts: published images in train, validation, test; 0: it has no such part, None: no source was found.
        relatives: data sets that hold images of the same patients.
    """

    modality: str
    target: TargetKind | None
    labels: tuple[str, ...]
    counts: tuple[int | None, int | None, int | None]
    relatives: tuple[str, ...] = ()


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
    counts: ClassVar[Mapping[str, int | None]]
    """Published figures by what they count, as `compare.figures` counts a copy: "images", "patients", a class,
    "part/class", "part/images", "boxes/label", "member/part". None: no source was found for the figure."""
    sources: ClassVar[Mapping[str, str]]
    """Key of `counts` to where the figure stands; "*" is that of all others."""
    group: ClassVar[str]
    """What an honest split must not part, and where it stands."""
    licence: ClassVar[str]
    """As the publisher states it; to be confirmed before redistribution."""
    citation: ClassVar[str]
    """Whom to cite."""
    url: ClassVar[str]
    """Where the original lies."""
    steps: ClassVar[tuple[str, ...]]
    """What to do by hand to get it, one sentence each, ending with the folder that bogam is given."""
    downloads: ClassVar[Mapping[str, str]] = {}
    """File to its address, only where the publisher offers plain HTTPS files without a form or an account."""
    checksums: ClassVar[Mapping[str, str]] = {}
    """File to its MD5, where one was published."""
    patient: ClassVar[str]
    """Pattern with a group "patient" for the file's path, or "absent" where the names hold none."""
    official_split: ClassVar[bool] = False
    """Whether it was published with a split into parts."""
    split_words: ClassVar[str] = ""
    """What is to be known of that split, one sentence."""
    relatives: ClassVar[tuple[str, ...]] = ()
    """Data sets that hold images of the same patients: none may be the external test of another."""
    defects: ClassVar[tuple[str, ...]] = ()
    """What is known to be wrong with it, one sentence each."""
    file_pattern: ClassVar[str]
    """Regular expression that its images' paths match from some folder on."""
    share: ClassVar[float] = 0.9
    """Share of the names that must match."""
    table: ClassVar[tuple[str, ...]] = ()
    """Columns that a table beside its images has; where given, names alone do not make the data set."""
    layout: ClassVar[str] = ""
    """Layout by which it is read where the user names none and its folders would mislead; "": as it looks."""
    site: ClassVar[str] = ""
    """Regular expression with a group "site" for the file's path."""
    left_out: ClassVar[str] = ""
    """Regular expression of pictures in its folders that are no images of their own, such as drawn-on copies."""
    columns: ClassVar[Mapping[str, str]] = {}
    """Role to column of its table, where the column's name does not say it."""
    target_columns: ClassVar[Mapping[str, TargetKind]] = {}
    """Column of its table to the kind of target."""
    no_finding: ClassVar[str | None] = None
    """Label of a multilabel target that says that none of the others is present."""

    @classmethod
    def fits_names(cls, names: Sequence[str]) -> str | None:
        """Return the data set's name where paths of images (or of an .npz) are its own, else None."""
        images = [n for n in names if "_mask" not in n.lower() or not _is_mask(n)]
        search = re.compile(cls.file_pattern).search
        misses = (1 for n in images if not search(n))
        most = len(images) - math.ceil(cls.share * len(images))
        few = sum(itertools.islice(misses, most + 1)) <= most
        return str(cls.model_fields["kind"].default) if images and few else None

    @classmethod
    def fits(cls, names: Sequence[str], headers: Mapping[str, Sequence[str]]) -> str | None:
        """As `fits_names`, and where the data set has a table of its own, only beside one with its columns.

        Args:
            names: paths of images, or of an .npz.
            headers: file of a table to the names of its columns.
        """
        if cls.table and not any(set(cls.table) <= set(columns) for columns in headers.values()):
            return None
        return cls.fits_names(names)

    @classmethod
    def recognizes(cls, folder: Path) -> bool:
        """Say whether a folder holds this data set, by the names of its files."""
        tree = Tree.walk(folder)
        return cls.fits([*tree.pictures, *(n for n in tree.others if n.endswith(".npz"))], headers_of(tree)) is not None

    @classmethod
    def order(cls, name: str) -> tuple[str, ...]:
        """Return the classes of a member (of a family of data sets) in order."""
        return cls.labels

    @classmethod
    def mask_labels_of(cls, name: str) -> tuple[str, ...]:
        """Return the labels of a member's masks in order of their values, from 1; () where one label is all."""
        return ()

    @classmethod
    def known_relatives(cls, name: str) -> tuple[str, ...]:
        """Return the data sets that share patients with a member."""
        return cls.relatives

    @classmethod
    def published(cls, name: str) -> dict[str, int | None]:
        """Return the figures of the data set, or those of one member, by what they count."""
        start = f"{name}/"
        if name in getattr(cls, "members", {}):
            return {f"{k.removeprefix(start)}/images": v for k, v in cls.counts.items() if k.startswith(start)}
        return dict(cls.counts)

    @classmethod
    def source_of(cls, key: str) -> str:
        """Return where a figure of `counts` stands."""
        return cls.sources.get(key) or cls.sources["*"]


datasets: Family[Dataset] = Family("data set", "bogam.data.datasets", Dataset,
                                   engine=("compare", "describe", "download"))
"""Every known data set, one file each."""


def known() -> list[type[Dataset]]:
    """Return the classes of all data sets that are recognized by file names."""
    return [part for part in map(datasets.get, datasets.names()) if getattr(part, "file_pattern", "")]


def headers_of(tree: Tree) -> dict[str, tuple[str, ...]]:
    """Return the column names of the .csv files in a tree, at most two folders down, by path."""
    found = {}
    for name in tree.others:
        if name.lower().endswith(".csv") and name.count("/") <= 2:
            with tree.path(name).open(encoding="utf-8-sig", errors="replace", newline="") as stream:
                found[name] = tuple(column.strip() for column in next(csv.reader([stream.readline(_LONGEST)]), ()))
    return found


def identify(names: Sequence[str],
             headers: Mapping[str, Sequence[str]] | None = None) -> tuple[str, type[Dataset]] | None:
    """Return the name and the class of the data set to which paths of images belong, or None.

    Args:
        names: paths of images, or of an .npz.
        headers: file of a table to the names of its columns, as `headers_of` returns.
    """
    for part in known():
        name = part.fits(names, headers or {})
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
