"""Decode every picture of a manifest once: sizes, depths, digests of the pixels, and files that cannot be used."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bogam.core.cores import cores
from bogam.core.errors import FileProblem
from bogam.core.types import Array
from bogam.data.locator import Locator
from bogam.data.look_store import LookStore
from bogam.data.looks import open_store, take_look
from bogam.data.manifest import Manifest, table

_FILE = "scan.parquet"
_COLUMNS: dict[str, Any] = {
    "key": pl.String, "pixels_sha256": pl.String, "rows": pl.Int32, "columns": pl.Int32, "slices": pl.Int32,
    "channels": pl.Int32, "bits": pl.Int32, "format": pl.String, "mean_level": pl.Float64, "scanner": pl.String,
    "modality": pl.String, "view": pl.String, "laterality": pl.String, "note": pl.String, "problem": pl.String}
_READ = ("pixels_sha256", "rows", "columns", "slices", "channels", "bits", "format", "mean_level")
_FACTS = ("scanner", "modality", "view", "laterality")
_VERSION = "3"
_BATCH = 32

Progress = Callable[[int, int], None]
"""Called with (done, total)."""


def pixel_digest(image: Array) -> str:
    """Return the SHA-256 of an array's type, shape and values: equal pictures have equal digests.

    Example:
        >>> pixel_digest(np.zeros((1, 2, 3), np.uint8)) == pixel_digest(np.zeros((1, 3, 2), np.uint8))
        False
    """
    plain = np.ascontiguousarray(image)
    total = hashlib.sha256(f"{plain.dtype.str}{plain.shape}".encode())
    total.update(plain.data)
    return total.hexdigest()


def scan(manifest: Manifest, cache: Path | None = None, *, threads: int | None = None,
         progress: Progress | None = None, resize_masks: bool | None = None) -> Manifest:
    """Read every image and every mask once and fill what only pixels tell.

    Args:
        manifest: as `layout.recognize` returned it.
        cache: folder for the results, keyed by path, size and time of change, so that a second scan decodes nothing
            that has not changed. It also keeps a look at each picture (see `looks`). None: nothing is kept.
        threads: how many at once; None: one per core, at most 8.
        progress: told how many are done.
        resize_masks: what becomes of an image whose mask has another size: False, it is set aside; True, it stays, to
            be resized when the case is loaded (a volume's mask cannot be: set aside); None, not decided: it stays.

    Returns:
        The manifest with pixels_sha256, rows, columns, slices (1 for a flat image), channels, bits, format, bytes and
        mean_level (mean of the stored values) of the images filled, and pixels_sha256 of the masks. An image that
        cannot be read, or one of whose masks cannot, is moved to `set_aside`. How masks and files were read is added
        to `notes`; masks whose size differs from the image are named there, if they were not set aside.
    """
    masks = manifest.objects.filter((pl.col("kind") == "mask") & pl.col("locator").is_not_null())
    wanted = [("image", loc) for loc in manifest.images["image"].to_list()]
    wanted += [("mask", loc) for loc in masks["locator"].unique(maintain_order=True).to_list()]
    sizes = _stat(manifest.root, {Locator.parse(loc).path for _, loc in wanted})
    root = manifest.root.resolve().as_posix()  # one cache may serve several data sets
    keys = {(kind, loc): _key(kind, f"{root}/{loc}", sizes[Locator.parse(loc).path]) for kind, loc in wanted}
    known = _load(cache)
    todo = [(kind, loc) for kind, loc in keys if keys[kind, loc] not in known]
    store = None if cache is None else open_store(cache)
    fresh = _read_all(manifest.root, todo, threads, progress, len(keys), store)
    if store is not None:
        store.flush()
    for pair, row in zip(todo, fresh, strict=True):
        known[keys[pair]] = {"key": keys[pair], **row}
    if cache is not None and todo:
        _save(cache, known)
    results = {pair: known[key] for pair, key in keys.items()}
    return _filled(manifest, masks, results, sizes, resize_masks)


def mask_notes(manifest: Manifest) -> tuple[str, ...]:
    """Return what a scan noted on how the masks were read."""
    return tuple(n for n in manifest.notes if n.startswith(("Masks read as", "WARNING: masks")))


def _stat(root: Path, paths: Iterable[str]) -> dict[str, tuple[int, int]]:
    found = {}
    for path in paths:
        try:
            status = (root / path).stat()
            found[path] = (status.st_size, status.st_mtime_ns)
        except OSError:
            found[path] = (-1, 0)
    return found


def _key(kind: str, locator: str, size: tuple[int, int]) -> str:
    return f"{_VERSION}|{kind}|{locator}|{size[0]}|{size[1]}"


def _load(cache: Path | None) -> dict[str, dict[str, Any]]:
    path = None if cache is None else cache / _FILE
    if path is None or not path.is_file():
        return {}
    try:
        return {row["key"]: row for row in pl.read_parquet(path).select(list(_COLUMNS)).iter_rows(named=True)}
    except (pl.exceptions.PolarsError, OSError):
        return {}


def _save(cache: Path, known: dict[str, dict[str, Any]]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    part = cache / f"{_FILE}.{os.getpid()}"
    table(list(known.values()), _COLUMNS).write_parquet(part)
    part.replace(cache / _FILE)


def _read_all(root: Path, todo: Sequence[tuple[str, str]], threads: int | None, progress: Progress | None,
              total: int, store: LookStore | None) -> list[dict[str, Any]]:
    done = total - len(todo)
    if not todo:
        return []
    if progress is not None:
        progress(done, total)
    batches = [todo[i:i + _BATCH] for i in range(0, len(todo), _BATCH)]
    rows: list[dict[str, Any]] = []

    def read(batch: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        return [_read_mask(root, loc) if kind == "mask" else _read_image(root, loc, store) for kind, loc in batch]

    with ThreadPoolExecutor(threads or min(8, cores())) as pool:
        for found in pool.map(read, batches):
            rows.extend(found)
            if progress is not None:
                progress(done + len(rows), total)
    return rows


def _read_image(root: Path, locator: str, store: LookStore | None) -> dict[str, Any]:
    from bogam.data.readers.read import read_picture
    try:
        picture = read_picture(Locator.parse(locator), root)
    except FileProblem as error:
        return {"problem": error.problem}
    image = picture.image
    digest = pixel_digest(image)
    if store is not None and digest not in store:
        store.put(digest, take_look(picture))
    return {"pixels_sha256": digest, "rows": image.shape[-2], "columns": image.shape[-1],
            "slices": image.shape[1] if image.ndim == 4 else 1, "channels": image.shape[0], "bits": picture.bits,
            "format": picture.format, "mean_level": float(image.mean(dtype=np.float64)),
            "note": "\n".join(picture.notes), **{name: picture.facts.get(name) for name in _FACTS}}


def _read_mask(root: Path, locator: str) -> dict[str, Any]:
    from bogam.data.readers.read import read_mask
    try:
        reading = read_mask(Locator.parse(locator), root)
    except FileProblem as error:
        return {"problem": error.problem}
    values = reading.values
    return {"pixels_sha256": pixel_digest(values), "rows": values.shape[-2], "columns": values.shape[-1],
            "slices": values.shape[0] if values.ndim == 3 else 1, "mean_level": float(np.mean(values != 0)),
            "note": reading.note}


def _unfit(image: dict[str, Any], own: Sequence[tuple[str, dict[str, Any]]], resize: bool) -> str | None:
    """Return the problem of a mask whose size differs from its image's and that loading would refuse."""
    for locator, mask in own:
        if _size(mask) != _size(image) and not (resize and mask["slices"] == image["slices"] == 1):
            fix = "" if mask["slices"] > 1 or image["slices"] > 1 else (
                " If not, `data: {resize_masks: true}` fits it to the image (nearest neighbor).")
            return (f"its mask {locator} is {_words(_size(mask))} pixels, and the image {_words(_size(image))}. "
                    f"Was it saved from another image?{fix}")
    return None


def _size(row: dict[str, Any]) -> tuple[int, ...]:
    return row["slices"], row["rows"], row["columns"]


def _words(size: tuple[int, ...]) -> str:
    return " x ".join(map(str, size if size[0] > 1 else size[1:]))


def _mask_digests(manifest: Manifest, results: dict[tuple[str, str], dict[str, Any]]) -> pl.Series:
    return pl.Series("pixels_sha256", [results["mask", locator].get("pixels_sha256") if kind == "mask" and locator
                                       else None for kind, locator in
                                       manifest.objects.select("kind", "locator").iter_rows()], dtype=pl.String)


def _filled(manifest: Manifest, masks: pl.DataFrame, results: dict[tuple[str, str], dict[str, Any]],
            sizes: dict[str, tuple[int, int]], resize: bool | None) -> Manifest:
    of: dict[str, list[str]] = {}
    for id, locator in masks.select("id", "locator").unique(maintain_order=True).iter_rows():
        of.setdefault(id, []).append(locator)
    kept: list[str] = []
    aside: list[dict[str, str]] = []
    unlike: list[str] = []
    images, readings = Counter[str](), Counter[str]()
    columns: dict[str, list[Any]] = {name: [] for name in (*_READ, *_FACTS, "bytes")}
    for id, locator in manifest.images.select("id", "image").iter_rows():
        row = results["image", locator]
        for name in (*_READ, *_FACTS):
            columns[name].append(row.get(name))
        columns["bytes"].append(max(0, sizes[Locator.parse(locator).path][0]))
        own = [(m, results["mask", m]) for m in of.get(id, [])]
        problem = row.get("problem") or next((f"its mask {m} {r['problem']}" for m, r in own if r.get("problem")), None)
        if not problem and resize is not None:
            problem = _unfit(row, own, resize)
        if problem:
            aside.append({"file": locator, "problem": problem})
            continue
        kept.append(id)
        images.update(n for n in (row.get("note") or "").split("\n") if n)
        readings.update(r.get("note") or "as it is" for _, r in own)
        unlike.extend(id for _, r in own if _size(r) != _size(row))
    filled = manifest.images.with_columns(
        *(pl.Series(name, columns[name], dtype=manifest.images.schema[name]) for name in (*_READ, "bytes")),
        *(pl.coalesce(pl.col(name), pl.Series(name, columns[name], dtype=pl.String)).alias(name) for name in _FACTS))
    notes = [f"Files: {note} ({number} images)." for note, number in images.most_common()]
    notes += [f"Masks read as: {note} ({number} files)." for note, number in readings.most_common()]
    if unlike:
        notes.append(f"WARNING: masks of {len(set(unlike))} images have another size than the image ({unlike[0]}"
                     f"{', ...' if len(set(unlike)) > 1 else ''}). " + (
                         "They are resized to the image (nearest neighbor)." if resize else
                         "Such images are set aside unless the recipe says data: {resize_masks: true}."))
    if aside:
        notes.append(f"WARNING: {len(aside)} images could not be used and were set aside ({aside[0]['file']} "
                     f"{aside[0]['problem']}{'; ...' if len(aside) > 1 else ''}).")
    objects = manifest.objects.with_columns(_mask_digests(manifest, results))
    whole = manifest.but(images=filled, objects=objects, notes=(*manifest.notes, *notes),
                         set_aside=pl.concat([manifest.set_aside, table(aside, manifest.set_aside.schema)]))
    return whole.take(kept) if aside else whole
