"""The pictures that findings show: read once, made small, kept in the cache."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from bogam.audit.family import MOST_FILES, Finding
from bogam.core.errors import FileProblem
from bogam.core.types import Picture
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest
from bogam.page.blocks import Pair, Pairs, Thumb
from bogam.page.picture import thumbnail, to_uint8
from bogam.page.text import class_name, clean

SHOWN = 6
"""Pairs of pictures that a finding shows; all are in its list."""
SIDE = 240
UNSEEN = ("identity",)
"""Rules whose findings lie in headers and names, where the picture shows nothing of it."""
_HEAD = "data:image/jpeg;base64,"


def pairs_of(finding: Finding, ids: Mapping[str, str], most: int = SHOWN) -> list[tuple[str, str, str]]:
    """Return what a finding shows: its pairs, or where it has none its files that are images, each alone.

    Args:
        finding: of the audit.
        ids: image (locator) to id.
        most: at most so many.
    """
    if finding.pairs or finding.rule in UNSEEN:
        return list(finding.pairs[:most])
    return [(ids[file], "", "") for file in finding.files if file in ids][:most]


def pictures_of(findings: Iterable[Finding], manifest: Manifest, cache: Path | None = None,
                progress: Callable[[int, int], None] | None = None) -> dict[str, str]:
    """Return id to a small JPEG as data URI, of every picture that a finding shows.

    Args:
        findings: of the audit.
        manifest: where the images lie; its `pixels_sha256` names a picture in the cache.
        cache: folder that keeps small pictures between calls; None keeps nothing.
        progress: called with (done, total).

    Returns:
        Only what is in the manifest and can be read.
    """
    rows = {name: (image, pixels) for name, image, pixels in
            manifest.images.select("id", "image", "pixels_sha256").rows()}
    names = {image: name for name, (image, _) in rows.items()}
    wanted = dict.fromkeys(i for f in findings for pair in pairs_of(f, names) for i in pair[:2] if i in rows)
    made = {}
    for done, name in enumerate(wanted, 1):
        image, pixels = rows[name]
        held = None if cache is None or not pixels else cache / "pictures" / f"{pixels[:32]}-{SIDE}.jpg"
        if held is not None and held.is_file():
            made[name] = _HEAD + base64.b64encode(held.read_bytes()).decode("ascii")
        else:
            uri = _small(image, manifest.root)
            if uri is not None:
                made[name] = uri
                if held is not None:
                    _keep(held, base64.b64decode(uri.removeprefix(_HEAD)))
        if progress is not None:
            progress(done, len(wanted))
    return made


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def _small(image: str, root: Path) -> str | None:
    """Return one picture small; None where the file cannot be read any more, which the scan would have named."""
    from bogam.data.readers.read import read_picture
    try:
        return thumbnail(flat(read_picture(Locator.parse(image), root)), SIDE)
    except FileProblem:
        return None


def flat(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a picture as (Y, X) or (Y, X, 3) uint8, its grey scale `levels` as 0 to 255; of a volume the middle slice.
    """
    image = picture.image
    if image.ndim == 4:
        image = image[:, image.shape[1] // 2]
    return to_uint8(image[0] if image.shape[0] == 1 else np.moveaxis(image[:3], 0, -1), picture.levels)


def side_by_side(finding: Finding, manifest: Manifest, classes: Mapping[str, str],
                 pictures: Mapping[str, str]) -> Pairs | None:
    """Return the pictures of a finding, two by two, with file, class and part below each; None where it has none."""
    rows = {name: (image, part) for name, image, part in manifest.images.select("id", "image", "part").rows()}
    names = {image: name for name, (image, _) in rows.items()}

    def thumb(name: str) -> Thumb | None:
        if name not in pictures:
            return None
        image, part = rows[name]
        shown = clean("/".join(image.split("/")[-2:]))
        label = class_name(classes[name]) if name in classes else None
        lines = [clean(words) for words in (label, f"{part} part" if part else None) if words]
        return Thumb(pictures[name], f"Image {clean(name)}", shown, lines)

    made = []
    for one, other, caption in pairs_of(finding, names):
        left, right = thumb(one), thumb(other) if other else None
        if left is None or (other and right is None):
            continue
        made.append(Pair(left, right, clean(caption)))
    if not made:
        return None
    every = len(finding.pairs) or sum(file in names for file in finding.files)
    some = f"The first {len(made)} of {every}" + (" or more" if every == MOST_FILES else "")
    return Pairs(some if every > len(made) else "The pictures", made)
