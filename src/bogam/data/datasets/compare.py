"""A local copy of a public data set beside what was published of it: figures, parts and files that differ."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from bogam.data.datasets.family import Dataset
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Row:
    """One figure of the publication and of the copy.

    Args:
        what: what is counted, as in `Dataset.counts`.
        published: None: no source was found.
        here: None: the copy does not tell, such as the patients where names hold none.
        source: where the published figure stands.
    """

    what: str
    published: int | None
    here: int | None
    source: str

    @property
    def verdict(self) -> Literal["equal", "missing", "extra", "unknown"]:
        """Whether the copy has as many, fewer or more; unknown where one of the two figures is not known.

        Example:
            >>> Row("images", 780, 700, "").verdict, Row("images", None, 7, "").verdict
            ('missing', 'unknown')
        """
        if self.published is None or self.here is None:
            return "unknown"
        return "equal" if self.here == self.published else "missing" if self.here < self.published else "extra"


def figures(manifest: Manifest) -> dict[str, int]:
    """Count a copy by what `Dataset.counts` counts.

    Returns:
        "images"; "volumes" and "part/volumes", where images are slices of volumes; "patients" and "studies", where
        they are known;
        per class and per label of a multilabel target its name; "part/images", "part/class" and "site/name"; "boxes"
        and "boxes/label".
    """
    images = manifest.images
    found: Counter[str] = Counter({"images": images.height})
    volumes = dict(filter(None, (_volume_of(*row) for row in images.select("image", "part").iter_rows())))
    if volumes:
        found["volumes"] = len(volumes)
        found.update(f"{part}/volumes" for part in volumes.values() if part)
    known = [p for p in images["patient"].to_list() if p and not p.startswith("unknown-")]
    if manifest.patient == "given" and known and not volumes:
        found["patients"] = len(set(known))
    studies = images["study"].drop_nulls()
    if studies.len() and not volumes:
        found["studies"] = studies.n_unique()
    found.update(f"site/{site}" for site in images["site"].drop_nulls().to_list())
    parts = dict(zip(images["id"].to_list(), images["part"].to_list(), strict=True))
    found.update(f"{part}/images" for part in parts.values() if part)
    for name, spec in manifest.target_specs.items():
        if spec.kind == "regression":
            continue
        for id, value in manifest.targets.select("id", name).iter_rows():
            for label in (value or "").split("|") if spec.kind == "multilabel" else [value]:
                if not label:
                    continue
                found[label] += 1
                if parts.get(id):
                    found[f"{parts[id]}/{label}"] += 1
    boxes = manifest.objects.filter((pl.col("kind") == "box") & pl.col("y0").is_not_null())
    found.update(f"boxes/{label}" for label in boxes["label"].to_list())
    if boxes.height:
        found["boxes"] = boxes.height
    return dict(found)


def _volume_of(locator: str, part: str | None) -> tuple[str, str | None] | None:
    """Return the locator of the volume of which a locator names a slice, and its part; None for a flat image."""
    found = Locator.parse(locator)
    whole = [(key, value) for key, value in found.keys if key not in ("z", "y", "x")]
    return (str(Locator(found.path).at(**dict(whole))), part) if len(whole) < len(found.keys) else None


def compare(manifest: Manifest, part: type[Dataset], name: str) -> list[Row]:
    """Return one row per published figure of a data set, or of a member of it.

    A figure that is published and of which the copy has none counts as 0, except where the copy cannot tell it.
    """
    here = figures(manifest)
    cannot = {"patients", "volumes", "studies"} - set(here)
    if not any(manifest.images["part"].drop_nulls().to_list()):
        cannot |= {key for key in part.published(name) if key.partition("/")[0] in ("train", "validation", "test")}
    return [Row(key, figure, None if key in cannot else here.get(key, 0),
                part.source_of(key if key in part.counts else f"{name}/{key}"))
            for key, figure in part.published(name).items()]


def md5_of(path: Path) -> str:
    """Return the MD5 sum of a file as 32 hex digits."""
    total = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            total.update(block)
    return total.hexdigest()


def check_files(folder: Path, checksums: Mapping[str, str]) -> dict[str, bool]:
    """Return, for each file in a folder of which an MD5 sum was published, whether it is the published one."""
    place = folder.parent if folder.is_file() else folder
    names = [folder.name] if folder.is_file() else sorted(p.name for p in place.iterdir() if p.is_file())
    return {n: md5_of(place / n) == checksums[n] for n in names if n in checksums}
