"""The manifest: which images there are, what is known of each, and who is in which part of which fold."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from bogam.core.errors import UserError, say
from bogam.core.types import TargetKind

IMAGES: dict[str, Any] = {
    "id": pl.String, "patient": pl.String, "study": pl.String, "lesion": pl.String, "site": pl.String,
    "scanner": pl.String, "modality": pl.String, "view": pl.String, "laterality": pl.String,
    "image": pl.String, "pixels_sha256": pl.String, "origin": pl.String, "parents": pl.List(pl.String),
    "part": pl.String, "rows": pl.Int32, "columns": pl.Int32, "slices": pl.Int32, "channels": pl.Int32,
    "bits": pl.Int32, "format": pl.String, "bytes": pl.Int64, "mean_level": pl.Float64}
"""Columns of `images`. `image` is a locator; `part` the official train, validation or test; the last eight as read."""

OBJECTS: dict[str, Any] = {
    "id": pl.String, "kind": pl.String, "label": pl.String, "locator": pl.String, "values": pl.String,
    "y0": pl.Float64, "x0": pl.Float64, "y1": pl.Float64, "x1": pl.Float64, "pixels_sha256": pl.String}
"""Columns of `objects`: kind is mask, box or point; `values` says which mask values count: "nonzero" or "=2";
`pixels_sha256` is of the decoded mask, null before the scan and where there is no file."""

FOLDS: dict[str, Any] = {"id": pl.String, "repeat": pl.Int32, "fold": pl.Int32, "part": pl.String,
                         "group": pl.String}
"""Columns of `folds`: part is train, validation or test; group is the unit that is never split."""

PROBLEMS: dict[str, Any] = {"file": pl.String, "problem": pl.String}


class TargetSpec(BaseModel):
    """What one column of `targets` means."""

    model_config = ConfigDict(frozen=True)

    kind: TargetKind
    labels: tuple[str, ...] = ()
    """Names in the order of the model's outputs; empty for a regression."""


def table(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return a table with exactly the schema's columns; what a row does not name is null."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=dict(schema))


@dataclass(frozen=True, eq=False)
class Manifest:
    """A data set as tables. Paths are relative to `root`. See `IMAGES`, `OBJECTS` and `FOLDS` for the columns.

    Args:
        root: folder to which locators are relative.
        name: for people.
        images: one row per image.
        objects: masks, boxes, points, many per image. An image with no row of any kind: nobody looked. A mask
            row with a null locator: somebody looked and there is none (an all-zero mask).
        targets: `id` and one column per declared target; null = nobody looked.
        target_specs: what each target column means.
        mask_labels: labels of the mask planes, in order.
        patient: "given" where `images.patient` holds ids, "absent" where nobody knows them.
        dataset: kind of the known data set this is, or None.
        folds: who is in which part of which fold; empty before a split.
        set_aside: files that could not be used, with the problem.
        notes: how the folder was read, what was taken and what was not, one sentence each.
        unused: `id` and one column per id that the data hold and nobody uses, named by where it stands ("column case_id
            of t.csv"); for the audit only, not saved.
    """

    root: Path
    name: str
    images: pl.DataFrame
    objects: pl.DataFrame = field(default_factory=lambda: table([], OBJECTS))
    targets: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"id": pl.String}))
    target_specs: Mapping[str, TargetSpec] = field(default_factory=dict)
    mask_labels: tuple[str, ...] = ()
    patient: str = "absent"
    dataset: str | None = None
    folds: pl.DataFrame = field(default_factory=lambda: table([], FOLDS))
    set_aside: pl.DataFrame = field(default_factory=lambda: table([], PROBLEMS))
    notes: tuple[str, ...] = ()
    unused: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"id": pl.String}))

    def but(self, **changes: Any) -> Manifest:
        """Return a copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def __len__(self) -> int:
        return self.images.height

    def check(self) -> None:
        """Raise UserError that lists every fault of the tables at once."""
        faults = []
        for name, frame, schema in (("images", self.images, IMAGES), ("objects", self.objects, OBJECTS),
                                    ("folds", self.folds, FOLDS)):
            missing = [c for c in schema if c not in frame.columns]
            if missing:
                faults.append(say(f"manifest table {name}", f"no column {', '.join(missing)}",
                                  f"the columns {', '.join(schema)}"))
        if "id" not in self.targets.columns:
            faults.append(say("manifest table targets", "no column id", "the column id, and one per target"))
        if faults:
            raise UserError("\n".join(faults))
        ids = set(self.images["id"].to_list())
        for column in ("id", "image"):
            empty = self.images[column].null_count()
            if empty:
                faults.append(say("manifest table images", f"{empty} rows without {column}", f"{column} in each row"))
        double = self.images.filter(pl.col("id").is_duplicated())["id"].drop_nulls().unique().sort().to_list()
        if double:
            faults.append(say("manifest table images", f"{len(double)} ids twice ({', '.join(double[:3])})",
                              "each id once"))
        for name, frame in (("objects", self.objects), ("targets", self.targets), ("folds", self.folds)):
            strange = sorted(map(str, set(frame["id"].to_list()) - ids))
            if strange:
                faults.append(say(f"manifest table {name}", f"{len(strange)} unknown ids ({', '.join(strange[:3])})",
                                  "ids of table images"))
        for name, spec in self.target_specs.items():
            if name not in self.targets.columns:
                faults.append(say("manifest table targets", f"no column {name}", "one per declared target"))
            elif spec.kind == "multiclass":
                values = set(self.targets[name].drop_nulls().to_list()) - set(spec.labels)
                if values:
                    faults.append(say(f"target {name}", f"the values {sorted(map(str, values))[:5]}",
                                      f"one of {', '.join(spec.labels)}"))
        origins = set(self.images["origin"].to_list()) - {"real", "derived", "synthetic"}
        if origins:
            faults.append(say("manifest table images", f"origin {sorted(map(str, origins))}",
                              "real, derived or synthetic"))
        if self.patient == "given" and self.images["patient"].null_count():
            faults.append(say("manifest table images", f"{self.images['patient'].null_count()} rows without patient",
                              "a patient in each row", "Fill them, or declare `patient: absent`."))
        if faults:
            raise UserError("\n".join(faults))

    def take(self, ids: Sequence[str]) -> Manifest:
        """Return the manifest of some of the images, in the given order."""
        order = pl.DataFrame({"id": list(ids)}, schema={"id": pl.String})
        keep = set(ids)
        return self.but(images=order.join(self.images, on="id", how="inner", maintain_order="left"),
                        objects=self.objects.filter(pl.col("id").is_in(keep)),
                        targets=order.join(self.targets, on="id", how="inner", maintain_order="left"),
                        folds=self.folds.filter(pl.col("id").is_in(keep)),
                        unused=self.unused.filter(pl.col("id").is_in(keep)))

    def digest(self) -> str:
        """Return 16 hex digits that change when any image, mask, object, target, fold or label name changes.

        The content of images and masks counts once a scan has filled `pixels_sha256`.
        """
        total = hashlib.sha256()
        for frame in (self.images, self.objects, self.targets, self.folds):
            total.update(repr(frame.columns).encode())
            total.update(frame.write_csv().encode() if not any(isinstance(t, pl.List) for t in frame.dtypes)
                         else frame.with_columns(pl.col(pl.List(pl.String)).list.join("|")).write_csv().encode())
        total.update(json.dumps([{k: v.model_dump(mode="json") for k, v in self.target_specs.items()},
                                 list(self.mask_labels), self.patient], sort_keys=True).encode())
        return total.hexdigest()[:16]

    def save(self, folder: Path) -> None:
        """Write the tables as Parquet and the rest as `manifest.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("images", "objects", "targets", "folds", "set_aside"):
            getattr(self, name).write_parquet(folder / f"{name}.parquet")
        head = {"root": str(self.root), "name": self.name, "patient": self.patient, "dataset": self.dataset,
                "mask_labels": list(self.mask_labels), "notes": list(self.notes),
                "target_specs": {k: v.model_dump(mode="json") for k, v in self.target_specs.items()}}
        (folder / "manifest.json").write_text(json.dumps(head, indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read what `save` wrote. Raises UserError where it is not a manifest folder."""
        path = folder / "manifest.json"
        if not path.is_file():
            raise UserError(say(str(folder), "no manifest.json", "a folder that bogam wrote a manifest to"))
        names = ("images", "objects", "targets", "folds", "set_aside")
        missing = [f"{n}.parquet" for n in names if not (folder / f"{n}.parquet").is_file()]
        if missing:
            raise UserError(say(str(folder), f"no {', '.join(missing)}", "all files of a manifest"))
        head = json.loads(path.read_text(encoding="utf-8"))
        frames = {n: pl.read_parquet(folder / f"{n}.parquet") for n in names}
        return cls(root=Path(head["root"]), name=head["name"], patient=head["patient"], dataset=head["dataset"],
                   mask_labels=tuple(head["mask_labels"]), notes=tuple(head["notes"]),
                   target_specs={k: TargetSpec(**v) for k, v in head["target_specs"].items()}, **frames)
