"""Predict single files: masks in the original geometry, or class scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import polars as pl

from bogam.core.errors import FileProblem, UserError, say
from bogam.core.types import Array, Case, Picture
from bogam.data.load import read_entry, to_channels
from bogam.data.locator import Locator
from bogam.data.readers.read import count_frames, read_picture, sniff
from bogam.predict.decide import decide
from bogam.predict.model_folder import Model, load_model

TO_NIFTI = np.diag([-1.0, -1.0, 1.0, 1.0])
"""DICOM's patient axes (left, posterior, superior) to NIfTI's (right, anterior, superior)."""


def predict_files(run: Path, files: Sequence[Path], out: Path, *, slice_axis: str | None = None, device: str = "auto",
                  tell: Callable[[str, int, int], None] = lambda what, done, total: None) -> tuple[int, list[str]]:
    """Write `scores.csv` and, for segmentation, one mask per image into `out`.

    A mask is a PNG of the image's own size, 0 or 255, per label where there are several; that of a volume is a NIfTI
    file in the volume's own space.

    Args:
        run: folder of a finished run, or a model folder.
        files: images, or folders of them.
        out: made where it is not there.
        slice_axis: "z", "y" or "x" to predict a volume slice by slice; volumes are refused without it.
        device: where to compute.
        tell: progress.

    Returns:
        The number of images predicted, and one sentence per file set aside.
    """
    model = load_model(run, device)
    paths = _expand(files)
    if not paths:
        raise UserError(say("predict", "no image files", "one or more"))
    out.mkdir(parents=True, exist_ok=True)
    names = _names(paths)
    rows: list[dict[str, object]] = []
    problems: list[str] = []
    for count, path in enumerate(paths, 1):
        try:
            for place in _pictures(path):
                picture = read_picture(place, path.parent)
                frame = place.get("frame")
                name = names[path] + (f"_frame{frame}" if frame is not None else "")
                rows.append(_predict_one(model, picture, name, str(path), out, slice_axis))
        except FileProblem as problem:
            problems.append(f"{path}: {problem.problem}")
        tell("Predicting", count, len(paths))
    if rows:
        pl.DataFrame(rows, infer_schema_length=None).write_csv(out / "scores.csv")
    return len(rows), problems


def _expand(files: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in files:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_file() and sniff(p) not in (None, "npz"))
        else:
            found.append(path)
    return found


def _names(paths: Sequence[Path]) -> dict[Path, str]:
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in paths:
        stem = path.name.removesuffix(".gz").rsplit(".", 1)[0] or path.name
        name, count = stem, 2
        while name in taken:
            name, count = f"{stem}-{count}", count + 1
        taken.add(name)
        names[path] = name
    return names


def _pictures(path: Path) -> Iterator[Locator]:
    if not path.is_file():
        raise FileProblem(path.name, "no such file")
    frames = count_frames(path)
    for frame in range(frames):
        yield Locator(path.name) if frames == 1 else Locator(path.name).at(frame=frame)


def _case(model: Model, picture: Picture, name: str, image: Array) -> Case:
    image, entry = to_channels(image, model.channels)
    return Case(name, image, picture.levels, picture.level_unit, spacing_mm=picture.spacing_mm,
                history=tuple(e for e in (read_entry(picture), entry) if e))


def _predict_one(model: Model, picture: Picture, name: str, file: str, out: Path,
                 slice_axis: str | None) -> dict[str, object]:
    if picture.image.ndim == 4:
        return _predict_volume(model, picture, name, file, out, slice_axis)
    case = _case(model, picture, name, picture.image)
    [(_, prediction)] = model.predict([case])
    decided = decide(prediction.probs, model.task, model.thresholds)
    row: dict[str, object] = {"file": file, "id": name, "model": model.digest}
    if model.task == "classification":
        row |= {f"prob {label}": round(float(p), 6) for label, p in zip(model.labels, prediction.probs, strict=True)}
        return row | {"predicted": model.labels[int(decided)]}
    for label, plane in zip(model.labels, decided, strict=True):
        place = out / (f"{name}_mask.png" if len(model.labels) == 1 else f"{name}_{label}_mask.png")
        ok, coded = cv2.imencode(".png", plane * np.uint8(255))
        assert ok
        place.write_bytes(coded.tobytes())
        row |= {f"{label} mask": place.name, f"{label} pixels": int(plane.sum()), f"{label} area mm2":
                round(float(plane.sum()) * picture.spacing_mm[-1] * picture.spacing_mm[-2], 3)
                if picture.spacing_mm else None}
    return row


def _predict_volume(model: Model, picture: Picture, name: str, file: str, out: Path,
                    slice_axis: str | None) -> dict[str, object]:
    if slice_axis is None:
        raise FileProblem(file, f"a volume of shape {picture.image.shape[1:]}, and the model is 2-D; "
                                "give --slice z, y or x to predict it slice by slice")
    if model.task == "classification":
        raise FileProblem(file, "a volume, and the model classifies single images; it cannot answer for a whole one")
    axis = "zyx".index(slice_axis) + 1
    planes = np.moveaxis(picture.image, axis, 1)
    cases = (_case(model, picture, f"{name}_{k}", np.ascontiguousarray(planes[:, k])) for k in range(planes.shape[1]))
    stack = np.stack([decide(p.probs, model.task, model.thresholds) for _, p in model.predict(cases)], axis=1)
    masks = np.moveaxis(stack, 1, axis)
    import nibabel
    row: dict[str, object] = {"file": file, "id": name, "model": model.digest}
    for label, mask in zip(model.labels, masks, strict=True):
        place = out / (f"{name}_mask.nii.gz" if len(model.labels) == 1 else f"{name}_{label}_mask.nii.gz")
        affine = TO_NIFTI @ (np.eye(4) if picture.affine is None else picture.affine) @ np.eye(4)[[2, 1, 0, 3]]
        nibabel.save(nibabel.Nifti1Image(np.transpose(mask, (2, 1, 0)), affine), place)
        row |= {f"{label} mask": place.name, f"{label} pixels": int(mask.sum())}
    return row
