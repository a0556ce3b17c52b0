"""One image of a manifest, with its masks, boxes and targets, as a `Case`."""

from __future__ import annotations

import threading
import weakref
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, near_miss, say
from bogam.core.types import Array, Case, FloatArray, Picture
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest

Channels = Literal["keep", "gray", "rgb"]
LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in a gray level (ITU-R BT.601)."""


@dataclass(frozen=True)
class _Index:
    """Rows of a manifest by id, so that loading a case does not search its tables."""

    rows: dict[str, int]
    objects: dict[str, list[dict[str, Any]]]
    targets: dict[str, int]


_INDEXES: weakref.WeakKeyDictionary[Manifest, _Index] = weakref.WeakKeyDictionary()
_LOCK = threading.Lock()


def _index(manifest: Manifest) -> _Index:
    with _LOCK:
        found = _INDEXES.get(manifest)
        if found is None:
            objects: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in manifest.objects.iter_rows(named=True):
                objects[row["id"]].append(row)
            found = _Index({id: i for i, id in enumerate(manifest.images["id"].to_list())}, dict(objects),
                           {id: i for i, id in enumerate(manifest.targets["id"].to_list())})
            _INDEXES[manifest] = found
        return found


def load_case(manifest: Manifest, id: str, channels: Channels = "keep", resize_masks: bool = False) -> Case:
    """Read one image with all that the manifest knows of it.

    The masks of one label are merged (a pixel counts if any of its files marks it). `history` begins with an entry
    "read" that holds the format, what the file says of itself, and what the reader did.

    Args:
        manifest: the data set.
        id: id of a row of `images`.
        channels: "keep": as stored. "gray": one channel; where the three stored ones are equal it is the first,
            exactly, else their luma (0.299, 0.587, 0.114), noted in the history. "rgb": three; gray is repeated.
        resize_masks: enlarge or shrink a mask of another size to the image (nearest neighbor) in place of refusing.

    Returns:
        Case with masks (K, Y, X) in the order of `manifest.mask_labels`; None where no mask row exists.

    Raises:
        FileProblem: the image or a mask cannot be read.
        UserError: no such id, or a mask has another size than its image.
    """
    index = _index(manifest)
    if id not in index.rows:
        raise UserError(say("case", f"the id '{id}'", f"one of the {len(manifest)} ids of {manifest.name}",
                            near_miss(id, list(index.rows)[:2000])))
    from bogam.data.readers.read import read_picture
    row = manifest.images.row(index.rows[id], named=True)
    picture = read_picture(Locator.parse(row["image"]), manifest.root)
    history: list[dict[str, Any]] = [read_entry(picture)]
    image, entry = to_channels(picture.image, channels)
    if entry:
        history.append(entry)
    objects = index.objects.get(id, [])
    masks, resized = _masks(manifest, id, [o for o in objects if o["kind"] == "mask"], image.shape[1:], resize_masks)
    if resized:
        history.append({"step": "resize-masks", "from": [list(s) for s in resized], "to": list(image.shape[1:])})
    boxes, box_labels = _boxes([o for o in objects if o["kind"] == "box"])
    points = [[o["y0"], o["x0"]] for o in objects if o["kind"] == "point"]
    targets = {}
    if id in index.targets:
        targets = {k: v for k, v in manifest.targets.row(index.targets[id], named=True).items() if k != "id"}
    return Case(id=id, image=image, levels=picture.levels, level_unit=picture.level_unit, patient=row["patient"],
                spacing_mm=picture.spacing_mm, affine=picture.affine, masks=masks, boxes=boxes, box_labels=box_labels,
                points=np.asarray(points, np.float64) if points else None, targets=targets, history=tuple(history),
                origin=row["origin"], parents=tuple(row["parents"] or ()))


def read_entry(picture: Picture) -> dict[str, Any]:
    facts = {k: list(v) if isinstance(v, tuple) else v for k, v in picture.facts.items()}
    return {"step": "read", "format": picture.format, "bits": picture.bits, "facts": facts,
            "notes": list(picture.notes)}


def to_channels(image: Array, channels: Channels) -> tuple[Array, dict[str, Any] | None]:
    """Return an image (C, ...) with the asked channels, and the history entry where levels were mixed.

    Args:
        image: (C, Y, X) or (C, Z, Y, X), C is 1 or 3.
        channels: "keep", "gray" or "rgb".

    Returns:
        The image and None; or the luma, rounded to the stored depth, and what was done.

    Raises:
        UserError: the image has neither 1 nor 3 channels.

    Example:
        >>> to_channels(np.full((3, 1, 1), 7, np.uint8), "gray")[0].shape
        (1, 1, 1)
        >>> color = np.array([[[100]], [[50]], [[0]]], np.uint8)
        >>> int(to_channels(color, "gray")[0].item())  # 29.9 + 29.35 + 0
        59
    """
    if channels == "keep" or (channels == "gray" and len(image) == 1) or (channels == "rgb" and len(image) == 3):
        return image, None
    if len(image) not in (1, 3):
        raise UserError(say("data.channels", f"'{channels}' for an image of {len(image)} channels", "1 or 3 channels",
                            "Use `channels: keep`."))
    if channels == "rgb":
        return np.repeat(image, 3, axis=0), None
    if np.array_equal(image[0], image[1]) and np.array_equal(image[0], image[2]):
        return image[:1], None
    luma = np.tensordot(np.asarray(LUMA), image.astype(np.float64), axes=1)[None]
    if np.issubdtype(image.dtype, np.integer):
        luma = np.rint(luma)
    return luma.astype(image.dtype), {"step": "luma", "weights": list(LUMA)}


def merge_masks(readings: list[tuple[str, NDArray[np.int32] | None, str]], labels: tuple[str, ...],
                shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return one plane per label, 1 where any file marks it.

    Args:
        readings: (label, values of the mask file or None for an empty one, which values count: "nonzero" or "=2").
        labels: labels in order.
        shape: size of the image.

    Returns:
        (K, *shape) uint8, 0 or 1.

    Example:
        >>> a, b = np.array([[0, 255]], np.int32), np.array([[255, 0]], np.int32)
        >>> merge_masks([("lesion", a, "nonzero"), ("lesion", b, "nonzero")], ("lesion",), (1, 2)).tolist()
        [[[1, 1]]]
        >>> merge_masks([("tail", np.array([[1, 2]], np.int32), "=2")], ("tail",), (1, 2)).tolist()
        [[[0, 1]]]
    """
    planes = np.zeros((len(labels), *shape), np.uint8)
    for label, values, which in readings:
        if values is not None:
            marked = values != 0 if which in ("nonzero", "") else values == int(which.removeprefix("="))
            planes[labels.index(label)] |= marked.astype(np.uint8)
    return planes


def _masks(manifest: Manifest, id: str, rows: list[dict[str, Any]], shape: tuple[int, ...],
           resize: bool) -> tuple[NDArray[np.uint8] | None, list[tuple[int, ...]]]:
    if not rows:
        return None, []
    from bogam.data.readers.read import read_mask
    files: dict[str, NDArray[np.int32]] = {}
    resized = []
    for locator in dict.fromkeys(r["locator"] for r in rows if r["locator"]):
        values = read_mask(Locator.parse(locator), manifest.root).values
        if values.shape != tuple(shape):
            if not resize or values.ndim != 2 or len(shape) != 2:
                raise UserError(say(f"case {id}", f"a mask of shape {values.shape} ({locator})", f"{tuple(shape)}",
                                    "Was it saved from another image? If not, `data: {resize_masks: true}` fits it to "
                                    "the image (nearest neighbor)."))
            resized.append(values.shape)
            values = cv2.resize(values.astype(np.float32), (shape[1], shape[0]),
                                interpolation=cv2.INTER_NEAREST_EXACT).astype(np.int32)
        files[locator] = values
    readings = [(r["label"], files[r["locator"]] if r["locator"] else None, r["values"] or "nonzero") for r in rows]
    return merge_masks(readings, manifest.mask_labels, shape), resized


def _boxes(rows: list[dict[str, Any]]) -> tuple[FloatArray | None, tuple[str, ...]]:
    if not rows:
        return None, ()
    real = [r for r in rows if r["y0"] is not None]
    corners = np.asarray([[r["y0"], r["x0"], r["y1"], r["x1"]] for r in real], np.float64).reshape(-1, 4)
    return corners, tuple(str(r["label"]) for r in real)
