"""All copies in a set of pictures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.cores import cores
from bogam.core.types import FloatArray
from bogam.data.look_store import SMALL
from bogam.data.same import candidates
from bogam.data.same.court import Court
from bogam.data.same.features import ONE_WAY, Features, code_of, crossing, features_of, nothing, per_picture, stacked
from bogam.data.same.frame import Frame, frame_of, inner, of_whole
from bogam.data.same.verify import Copy, Proposal


def proposals(voted: FloatArray, alike: FloatArray) -> list[list[Proposal]]:
    """Return the proposals, those for one pair together; an upright one first."""
    found: dict[tuple[int, int], list[Proposal]] = {}
    for first, other, kind, correlation in alike:
        one = Proposal(int(first), int(other), symmetry=int(kind), sign=-1 if correlation < 0 else 1)
        found.setdefault((min(one.first, one.other), max(one.first, one.other)), []).append(one)
    for first, other, mirrored in voted:
        two = Proposal(int(first), int(other), mirrored=bool(mirrored))
        found.setdefault((min(two.first, two.other), max(two.first, two.other)), []).append(two)
    kept = []
    for _, several in sorted(found.items()):
        seen: dict[tuple[bool, int, int], Proposal] = {}
        for proposal in several:  # the same from either side is one
            seen.setdefault((proposal.mirrored, proposal.symmetry if proposal.symmetry not in (5, 6) else 5,
                             proposal.sign), proposal)
        kept.append(list(seen.values()))
    return kept


def find_copies(number: int, pictures: Callable[[int], NDArray[np.uint8]], small: Callable[[int], NDArray[np.uint8]],
                files: Sequence[str] | None = None, progress: Callable[[int, int], None] | None = None) -> list[Copy]:
    """Find the pictures that are copies of each other, each pair verified by alignment.

    Args:
        number: of pictures, none of them blank. Of one edge or line alone no copy is sought.
        pictures: place to (Y, X) uint8, 128 at most, as `looks.Looks.picture`.
        small: place to (64, 64) uint8.
        files: name of the volume or film that a picture is a slice or frame of, "" for none.
        progress: called with (done, total).

    Notes:
        No pairs are compared but those that local features or upright codes propose. Time and memory:
        `benchmarks/duplicates.py`.
    """
    if number < 2:
        return []
    threads = min(8, cores())
    most = per_picture(number)
    frames: dict[int, Frame] = {k: frame for k in range(number) if (frame := frame_of(pictures(k))) is not None}

    def within(k: int) -> NDArray[np.uint8]:
        return inner(pictures(k), frames.get(k))

    def upright(k: int) -> NDArray[np.uint8]:
        if k not in frames:
            return small(k)
        return np.asarray(cv2.resize(within(k), (SMALL, SMALL), interpolation=cv2.INTER_AREA))

    def seen(k: int) -> tuple[Features, FloatArray]:
        if crossing(within(k)) < ONE_WAY:
            return nothing()
        return features_of(within(k), most), code_of(upright(k))

    own_threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with ThreadPoolExecutor(threads) as pool:
            features, codes = (list(part) for part in zip(*pool.map(seen, range(number)), strict=True))
        descriptors, owners = stacked(features)
        search = candidates.search_apart if sys.platform == "darwin" else candidates.search
        voted, alike = search(descriptors, owners, np.stack(codes))

        def same_file(first: int, other: int) -> bool:
            return files is not None and bool(files[first]) and files[first] == files[other]

        court = Court(proposals(voted, alike), within, features.__getitem__, same_file, number)
        copies = court.copies(threads, progress)
    finally:
        cv2.setNumThreads(own_threads)
    return [replace(copy, matrix=of_whole(copy.matrix, pictures(copy.first).shape, frames.get(copy.first),
                                          pictures(copy.other).shape, frames.get(copy.other)))
            if copy.first in frames or copy.other in frames else copy for copy in copies]
