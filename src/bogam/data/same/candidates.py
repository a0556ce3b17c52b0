"""Which pairs of pictures are worth aligning: by votes of local features, and by upright codes. Not all pairs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bogam.core.types import FloatArray
from bogam.data.same.features import MIRROR, symmetries

NEIGHBORS = 4
"""Nearest descriptors of other pictures that a feature votes for."""
FAR = 260.0
"""Distance of descriptors (of norm 512) from which on a match has no vote."""
VOTED = 6
"""Pictures aligned with one picture, at most, for its local features."""
LEAST_VOTES = 1.2
ALIKE = 5
"""Pictures aligned with one picture, at most, for its upright code."""
LEAST_ALIKE = 0.7
EXACT = 6_000
"""Number of codes up to which their neighbors are sought exactly."""
_STEP = 4096


def _faiss() -> Any:
    import faiss

    return faiss


def _lists(number: int) -> int:
    """Return the number of cells that vectors are sorted into."""
    return int(2 ** np.clip(np.round(np.log2(max(number, 1)) / 2 + 1.5), 4, 16))


def _sorted_index(vectors: NDArray[Any], kind: str) -> Any:
    """Return an index of cells over (K, D) vectors; `kind` is "bytes" (uint8 values) or "half" (unit vectors)."""
    faiss = _faiss()
    size, lists = vectors.shape[1], _lists(len(vectors))
    coarse = faiss.IndexFlatL2(size) if lists <= 1024 else faiss.IndexHNSWFlat(size, 16)
    quantizer = faiss.ScalarQuantizer
    index = faiss.IndexIVFScalarQuantizer(coarse, size, lists,
                                          quantizer.QT_8bit_direct if kind == "bytes" else quantizer.QT_fp16)
    index.by_residual = False
    index.cp.niter, index.cp.seed, index.cp.min_points_per_centroid = 6, 1, 1
    if lists > 1024:
        index.quantizer_trains_alone = 2
    sample = vectors[:: max(1, len(vectors) // (lists * 40))]
    index.train(sample.astype(np.float32))
    for start in range(0, len(vectors), 100_000):
        index.add(vectors[start:start + 100_000].astype(np.float32))
    index.nprobe = 6
    return index


def voted(descriptors: NDArray[np.uint8], owners: NDArray[np.int32], number: int) -> Iterator[tuple[int, int, bool]]:
    """Yield (picture, other, mirrored) for pictures whose local features vote for each other.

    Args:
        descriptors: (K, 128) of all pictures.
        owners: (K,) the picture of each, ascending.
        number: of pictures.
    """
    if len(descriptors) < 2:
        return
    index = _sorted_index(descriptors, "bytes")
    starts = np.searchsorted(owners, np.arange(number + 1))
    first = 0
    while first < number:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + _STEP, side="right")) - 1)
        block = descriptors[starts[first]:starts[last]]
        votes: list[NDArray[Any]] = []
        for mirrored in (False, True):
            if len(block):
                square, found = index.search((block[:, MIRROR] if mirrored else block).astype(np.float32),
                                             NEIGHBORS * 2)
                votes.append(_votes(square, found, owners, owners[starts[first]:starts[last]], mirrored))
        if votes:
            yield from _best(np.concatenate(votes))
        first = last


def _votes(square: FloatArray, found: NDArray[np.int64], owners: NDArray[np.int32], own: NDArray[np.int32],
           mirrored: bool) -> NDArray[Any]:
    """Return rows (picture, other, mirrored, votes), summed; a feature votes for another picture once."""
    others = np.where(found >= 0, owners[np.maximum(found, 0)], -1)
    weight = np.where((others >= 0) & (others != own[:, None]), np.maximum(0, FAR - np.sqrt(np.maximum(square, 0))), 0)
    place = np.cumsum(weight > 0, axis=1)
    rows, columns = np.nonzero((weight > 0) & (place <= NEIGHBORS))
    keys = own[rows].astype(np.int64) * (len(owners) + 1) + others[rows, columns]
    same, back = np.unique(keys, return_inverse=True)
    total = np.bincount(back, weight[rows, columns] / FAR, minlength=len(same))
    return np.column_stack([same // (len(owners) + 1), same % (len(owners) + 1), np.full(len(same), mirrored), total])


def _best(rows: NDArray[Any]) -> Iterator[tuple[int, int, bool]]:
    rows = rows[rows[:, 3] >= LEAST_VOTES]
    rows = rows[np.lexsort((rows[:, 1], -rows[:, 3], rows[:, 0]))]
    before, taken = -1, 0
    for picture, other, mirrored, _ in rows:
        taken = taken + 1 if picture == before else 1
        before = picture
        if taken <= VOTED:
            yield int(picture), int(other), bool(mirrored)


def alike(codes: FloatArray) -> Iterator[tuple[int, int, int, float]]:
    """Yield (picture, other, symmetry, correlation) for pictures whose codes agree after one of the 8 symmetries.

    A negative correlation is that of an inverted picture.

    Args:
        codes: (N, 256), norm 1; zeros are left out.
    """
    whole = np.flatnonzero(np.abs(codes).max(axis=1) > 0) if len(codes) else np.zeros(0, np.int64)
    if len(whole) < 2:
        return
    exact = len(whole) <= EXACT
    if exact:
        index = _faiss().IndexFlatIP(codes.shape[1])
        index.add(codes[whole])
    else:
        index = _sorted_index(codes[whole], "half")
    for start in range(0, len(whole), _STEP // 16):
        block = whole[start:start + _STEP // 16]
        queries = np.concatenate([symmetries(codes[k]) for k in block])
        score, found = index.search(np.concatenate([queries, -queries]), ALIKE + 1)
        if not exact:
            score = 1 - score / 2  # of unit vectors: squared distance to correlation
        score = np.hstack(np.split(score, 2)).reshape(len(block), -1)
        found = np.hstack(np.split(found, 2)).reshape(len(block), -1)
        each = np.arange(score.shape[1])
        symmetry, inverted = each // (2 * ALIKE + 2), each % (2 * ALIKE + 2) > ALIKE
        for k, scores, others in zip(block, score, found, strict=True):
            seen: set[int] = set()
            for place in np.argsort(-scores, kind="stable"):
                other = int(whole[others[place]]) if others[place] >= 0 else int(k)
                if scores[place] < LEAST_ALIKE or len(seen) == ALIKE:
                    break
                if other != k and other not in seen:
                    seen.add(other)
                    sign = -1 if inverted[place] else 1
                    yield int(k), other, int(symmetry[place]), sign * float(scores[place])


def search(descriptors: NDArray[np.uint8], owners: NDArray[np.int32], codes: FloatArray) -> tuple[FloatArray, ...]:
    """Return what `voted` and `alike` yield, as arrays (V, 3) and (A, 4), float64."""
    return (np.array(list(voted(descriptors, owners, len(codes))), np.float64).reshape(-1, 3),
            np.array(list(alike(codes)), np.float64).reshape(-1, 4))


def search_apart(descriptors: NDArray[np.uint8], owners: NDArray[np.int32], codes: FloatArray
                 ) -> tuple[FloatArray, ...]:
    """Do the same as `search` in a process of its own.

    On macOS faiss and torch each bring an OpenMP runtime, and a process that has loaded both may crash in either.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        np.savez(folder / "in.npz", descriptors=descriptors, owners=owners, codes=codes)
        subprocess.run([sys.executable, "-m", __name__, scratch], check=True)
        with np.load(folder / "out.npz") as held:
            return held["voted"], held["alike"]


def _main(folder: Path) -> None:
    with np.load(folder / "in.npz") as held:
        found = search(held["descriptors"], held["owners"], held["codes"])
    np.savez(folder / "out.npz", voted=found[0], alike=found[1])


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
