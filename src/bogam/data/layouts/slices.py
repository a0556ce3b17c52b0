"""Volumes in a study of images: cut along a stated axis, or refused; and what DICOM headers say of each file."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bogam.core.errors import FileProblem, UserError, say
from bogam.data.layouts.dicom import SUFFIXES as DICOM_SUFFIXES
from bogam.data.layouts.draft import Draft, Fit
from bogam.data.layouts.tree import Tree, suffix_of
from bogam.data.locator import Locator

Axis = Literal["z", "y", "x"]
_NO_PICTURES = frozenset({"SEG", "PR", "KO", "SR", "RTSTRUCT", "RTDOSE", "RTPLAN", "REG"})
_FACTS = ("scanner", "modality", "view", "laterality")


@dataclass(frozen=True)
class _Volume:
    """A row that is more than one image: its file's size (z, y, x), or its frames."""

    sizes: tuple[int, int, int]
    key: str = ""
    """Locator key where the planes are frames of a file."""


def fill_from_headers(draft: Draft, tree: Tree) -> None:
    """Fill patient, study, machine and view of the rows of DICOM files; set files aside that hold no picture.

    What a table or a folder said is kept. Patients are pseudonyms.
    """
    from bogam.data.readers.dicom import read_header
    kept = []
    patients = 0
    for row in draft.images:
        if suffix_of(row["name"]) in DICOM_SUFFIXES and "#" not in row["image"]:
            try:
                header = read_header(tree.folder / row["name"])
            except FileProblem as error:
                draft.set_aside.append((row["name"], error.problem))
                continue
            if header.get("modality") in _NO_PICTURES:
                draft.set_aside.append((row["name"], f"is a DICOM object of modality {header['modality']}, no image"))
                continue
            row["_header"] = header
            for name in _FACTS:
                row[name] = row.get(name) or header.get(name)
            row["study"] = row.get("study") or header.get("study")
            if not row.get("patient") and header.get("patient"):
                row["patient"] = header["patient"]
                patients += 1
        kept.append(row)
    draft.images = kept
    if patients:
        draft.notes.append("Patients: pseudonyms of the Patient ID in the DICOM headers; real ids are not kept.")


def series_folders(fit: Fit) -> bool:
    """Say whether each "class" folder is but one DICOM series, so that the folders are no classes."""
    first: dict[str, list[str]] = defaultdict(list)
    for name in fit.tree.pictures:
        if suffix_of(name) not in DICOM_SUFFIXES:
            return False
        first[name.rpartition("/")[0]].append(name)
    from bogam.data.readers.dicom import read_header
    series = []
    for names in first.values():
        if len(names) < 2:
            return False
        try:
            found = {read_header(fit.tree.path(n)).get("series") for n in (names[0], names[-1])}
        except FileProblem:
            return False
        if len(found) != 1 or None in found:
            return False
        series.append(found.pop())
    return len(set(series)) == len(series)


def slice_volumes(draft: Draft, tree: Tree, axis: Axis | None, every: int) -> None:
    """Replace each volume by rows of its slices along `axis`; a series of DICOM slices is thinned in order.

    The patient of a slice is the volume's, or where nobody is known the volume itself; `study` is the volume's id.

    Raises:
        UserError: there are volumes only, and no axis is given.
    """
    volumes, series = _find_volumes(draft, tree)
    if not volumes and not series:
        return
    in_series = {name for names in series.values() for name in names}
    if axis is None:
        _refuse(draft, volumes, in_series)
        return
    thinned = _thin(draft, series, axis, every)
    rows: list[dict[str, Any]] = []
    slices: dict[str, list[tuple[str, str]]] = {}
    for row in draft.images:
        volume = volumes.get(row["name"])
        if volume is None:
            if row["name"] not in in_series or row["name"] in thinned:
                rows.append(row)
            continue
        planes = volume.sizes["zyx".index(axis)]
        if volume.key and axis != "z":
            draft.set_aside.append((row["name"], f"has frames, which can be taken along z only, not along {axis}"))
            continue
        key = volume.key or axis
        slices[row["name"]] = []
        for plane in range(every // 2 if every <= planes else 0, planes, every):
            name = f"{row['name']}#{key}={plane:04d}"
            slices[row["name"]].append((name, str(plane)))
            rows.append({**row, "name": name, "id": f"{row['id']}-{key[0]}{plane:03d}", "study": row["id"],
                         "patient": row.get("patient"), "_volume": row["id"],
                         "image": str(Locator.parse(row["image"]).at(**{key: plane}))})
    _move_objects(draft, slices, volumes, axis)
    draft.images = rows
    cut = sum(len(s) for s in slices.values())
    draft.notes.append(f"{len(slices) + len(series)} volumes were cut along {axis}"
                       f"{f', every {every}th slice' if every > 1 else ''}: {cut + len(thinned)} images.")


def _find_volumes(draft: Draft, tree: Tree) -> tuple[dict[str, _Volume], dict[str, list[str]]]:
    """Return the rows that are volumes of their own, and the series whose files lie in a row in space."""
    volumes: dict[str, _Volume] = {}
    slots: dict[tuple[str, tuple[float, ...]], list[tuple[float, str]]] = defaultdict(list)
    kept = []
    for row in draft.images:
        name = row["name"]
        header = row.pop("_header", None)
        try:
            sizes = row.pop("_sizes", None)
            volume = _Volume(sizes) if sizes else None
            if "#" not in row["image"]:
                volume = _volume(tree.folder / name, header)
        except FileProblem as error:
            draft.set_aside.append((name, error.problem))
            continue
        kept.append(row)
        if volume is not None:
            volumes[name] = volume
        elif header is not None and header.get("series") and header["along_normal_mm"] is not None:
            normal = tuple(round(v, 2) for v in header["orientation"])
            slots[header["series"], normal].append((float(header["along_normal_mm"]), name))
    draft.images = kept
    series: dict[str, list[str]] = {}
    for (key, _), found in slots.items():
        if len(found) > 1 and len(np.unique(np.round([p for p, _ in found], 3))) == len(found):
            series[f"{key}-{len(series)}" if key in series else key] = [name for _, name in sorted(found)]
    return volumes, series


def _volume(path: Path, header: dict[str, Any] | None) -> _Volume | None:
    """Return the size of a volume or a stack of frames; None for one flat image."""
    suffix = suffix_of(path.name)
    if header is not None:
        frames = int(header["frames"])
        return _Volume((frames, int(header["rows"]), int(header["columns"])), "frame") if frames > 1 else None
    if suffix in (".tif", ".tiff"):
        from bogam.data.readers.read import count_frames
        frames = count_frames(path)
        return _Volume((frames, 1, 1), "frame") if frames > 1 else None
    return _Volume(_nifti_sizes(path)) if suffix == ".nii" else None


def _nifti_sizes(path: Path) -> tuple[int, int, int]:
    """Return (z, y, x) of a NIfTI volume in the reader's frame, from the header alone."""
    import nibabel
    try:
        image: Any = nibabel.load(path)
        shape = image.shape
        while len(shape) > 3 and shape[-1] == 1:
            shape = shape[:-1]
        order = nibabel.io_orientation(image.affine)[:, 0]
    except Exception as error:
        raise FileProblem(str(path), "is a NIfTI file that cannot be read: its header is damaged") from error
    if len(shape) != 3 or np.isnan(order).any():
        raise FileProblem(str(path), f"has {len(shape)} dimensions ({' x '.join(map(str, shape))}), expected 3: "
                                     "save one volume as a file of its own")
    sizes = {int(axis): int(size) for axis, size in zip(order, shape, strict=True)}
    return sizes[2], sizes[1], sizes[0]


def _thin(draft: Draft, series: dict[str, list[str]], axis: Axis, every: int) -> set[str]:
    if series and axis != "z":
        raise UserError(say("data.slice", f"'{axis}' for a folder of DICOM slices", "z",
                            "Other axes need the volume in one file: convert it to NIfTI first."))
    rows = {row["name"]: row for row in draft.images}
    thinned = set()
    for key, names in series.items():
        for name in names[every // 2 if every <= len(names) else 0::every]:
            rows[name]["study"], rows[name]["_volume"] = rows[name].get("study") or key, key
            thinned.add(name)
    order = {name: i for i, name in enumerate(n for names in series.values() for n in names)}
    draft.images.sort(key=lambda row: order.get(row["name"], -1))
    return thinned


def _refuse(draft: Draft, volumes: dict[str, _Volume], in_series: set[str]) -> None:
    several = len(volumes) + len(in_series)
    problem = "is a volume, and volumes are not cut unless the recipe says how: data: {slice: z}"
    if several == len(draft.images):
        name = next(iter(volumes), None) or next(iter(sorted(in_series)))
        got = f"{len(volumes)} volumes" + (f" and {len(in_series)} slices of DICOM series" if in_series else "")
        raise UserError(say("data", f"{got} (such as {name})", "images of two dimensions",
                            "Cut them along an axis z, y or x: data: {slice: z} in a recipe, --slice z on the command "
                            "line."))
    draft.set_aside.extend((name, problem) for name in volumes)
    of_series = problem.replace("is a volume", "is a slice of a volume")
    draft.set_aside.extend((name, of_series) for name in sorted(in_series))
    gone = set(volumes) | in_series
    draft.images = [row for row in draft.images if row["name"] not in gone]
    draft.notes.append(f"WARNING: {several} files are volumes or slices of one and were set aside. To use them: "
                       "data: {slice: z}")


def _move_objects(draft: Draft, slices: dict[str, list[tuple[str, str]]], volumes: dict[str, _Volume],
                  axis: Axis) -> None:
    """Give each slice its slice of the volume's masks, and the volume's targets. Boxes and points are left out."""
    objects = []
    lost: Counter[str] = Counter()
    for row in draft.objects:
        if row["name"] not in slices:
            objects.append(row)
        elif row["kind"] == "mask":
            for name, plane in slices[row["name"]]:
                key = {volumes[row["name"]].key or axis: plane}
                where = None if row["locator"] is None else str(Locator.parse(row["locator"]).at(**key))
                objects.append({**row, "name": name, "locator": where})
        elif row.get("y0") is not None:
            lost[row["kind"]] += 1
    draft.objects = objects
    draft.notes += [f"WARNING: {number:,} {'boxes' if kind == 'box' else 'points'} of volumes that were cut are not "
                    "used: nothing says on which slices they lie." for kind, number in lost.items()]
    for values in draft.targets.values():
        for volume, planes in slices.items():
            if volume in values:
                values.update({name: values[volume] for name, _ in planes})
