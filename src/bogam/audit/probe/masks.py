"""Small masks of a data set, decoded once and kept, and the Dice of one copied for another."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.data.load import merge_masks
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest

SIDE = 64
Packed = NDArray[np.uint64]
"""(n, K, words): the pixels of K labels, one bit each; 64 words for 64 x 64 pixels."""


def shrink(mask: NDArray[Any]) -> NDArray[np.bool_]:
    """Return a mask (Y, X) at 64 x 64 pixels, its aspect ratio given up; true where half of a pixel is covered."""
    return np.asarray(cv2.resize(mask.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA) >= 0.5)


def pack(masks: NDArray[np.bool_]) -> Packed:
    """Return masks (n, K, Y, X) as one bit per pixel, filled up with zeros to whole words.

    Example:
        >>> pack(np.ones((1, 1, 5, 13), bool)).shape
        (1, 1, 2)
    """
    flat = np.packbits(masks.reshape(*masks.shape[:2], -1), axis=-1)
    words = np.zeros((*masks.shape[:2], -(-flat.shape[-1] // 8) * 8), np.uint8)
    words[..., :flat.shape[-1]] = flat
    return words.view(np.uint64)


def unpack(packed: Packed) -> NDArray[np.bool_]:
    """Return what was packed, (n, K, 64 words)."""
    return np.unpackbits(packed.view(np.uint8), axis=-1).astype(bool)


def dice_of_copies(truth: Packed, copied: Packed) -> FloatArray:
    """Return the Dice of each copied mask, averaged over the labels that the truth has; nan where it has none.

    Args:
        truth, copied: (n, K, words).

    Example:
        >>> one = np.zeros((1, 1, 64, 64), bool); one[0, 0, :2] = True
        >>> other = np.zeros((1, 1, 64, 64), bool); other[0, 0, 1:3] = True
        >>> dice_of_copies(pack(one), pack(other)).tolist()
        [0.5]
    """
    own = np.bitwise_count(truth).sum(axis=-1, dtype=np.int64)
    both = np.bitwise_count(truth & copied).sum(axis=-1, dtype=np.int64)
    sizes = own + np.bitwise_count(copied).sum(axis=-1, dtype=np.int64)
    has = own > 0
    dice = np.where(has, 2 * both / np.maximum(sizes, 1), 0.0)
    labels = has.sum(axis=1)
    return np.where(labels > 0, dice.sum(axis=1) / np.maximum(labels, 1), np.nan)


def small_masks(manifest: Manifest, ids: Sequence[str], cache: Path | None = None,
                tell: Callable[[int, int], None] | None = None) -> Packed:
    """Decode the masks of some images.

    Args:
        manifest: scanned, so that files which cannot be read are set aside already.
        ids: of images with a mask row each; one whose masks are empty has an empty mask.
        cache: folder that keeps them between calls; None keeps nothing.
        tell: progress, (done, total).

    Returns:
        (n, K, 64), planes in the order of `manifest.mask_labels`; of a volume the middle slice.
    """
    rows = manifest.objects.filter(pl.col("kind") == "mask").select(
        "id", "label", "locator", "values", "pixels_sha256")
    digest = hashlib.sha256(rows.write_csv().encode() + "\n".join([*ids, *manifest.mask_labels]).encode())
    store = cache / f"small-masks-{digest.hexdigest()[:16]}.npy" if cache else None
    if store and store.is_file():
        held: Packed = np.load(store)
        return held
    of: dict[str, list[tuple[str, str | None, str | None]]] = defaultdict(list)
    for name, label, locator, values, _ in rows.rows():
        of[name].append((label, locator, values))

    def one(name: str) -> NDArray[np.bool_]:
        return _small(manifest, of[name])

    found = np.zeros((len(ids), len(manifest.mask_labels), SIDE, SIDE), bool)
    with ThreadPoolExecutor(2) as pool:
        for k, planes in enumerate(pool.map(one, ids)):
            found[k] = planes
            if tell:
                tell(k + 1, len(ids))
    packed = pack(found)
    if store:
        store.parent.mkdir(parents=True, exist_ok=True)
        part = store.with_suffix(".part.npy")
        np.save(part, packed)
        part.replace(store)
    return packed


def _small(manifest: Manifest, rows: Sequence[tuple[str, str | None, str | None]]) -> NDArray[np.bool_]:
    from bogam.data.readers.read import read_mask
    planes = np.zeros((len(manifest.mask_labels), SIDE, SIDE), bool)
    files = {}
    for place in dict.fromkeys(locator for _, locator, _ in rows if locator):
        read = read_mask(Locator.parse(place), manifest.root).values
        files[place] = read[len(read) // 2] if read.ndim == 3 else read
    for label, locator, which in rows:
        if locator:
            plane = files[locator]
            merged = merge_masks([(label, plane, which or "nonzero")], (label,), plane.shape)
            planes[manifest.mask_labels.index(label)] |= shrink(merged[0])
    return planes
