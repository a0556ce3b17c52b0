"""Is one picture a copy of another? Candidates are laid over each other; what agrees to the finest detail is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bogam.data.same.align import GRID, Match, match, scaled, symmetry
from bogam.data.same.compare import Likeness, compare, glance
from bogam.data.same.features import SIDE, Features, canvas

SEEN = 0.55
"""First look (`glance`) from which on a pair is laid over whose map is known to be exact."""
SEEN_BY_FEATURES = 0.68
"""The same where features propose the map."""
FEW, SEEN_OF_FEW = 12, 0.5
"""A pair with so few agreeing features is laid over at a lower first look: small and soft pictures have few."""
MANY, MOST_OF_THEM = 18, 0.72
"""... and one in which so many features, and so large a share, agree: distorted copies look unlike at first."""
BENT_MANY, BENT_SHARE = 12, 0.5
"""Agreeing features, and their share, below which nothing is called a distorted copy."""

# The thresholds below were set on breast ultrasound, hippocampus slices, malaria cells and children's chest X-rays (the
# training part): copies of 40 kinds on one side; neighboring slices, pictures of one patient and look-alikes on the
# other. Agreement is a median correlation in a fine, a middle and a coarse band (`compare`).
SHARP = 0.94
"""Agreement of the finest detail that no two exposures reach; slices 1 mm apart reach 0.93."""
STIFF, STIFF_FINE, STIFF_MIDDLE = 0.12, 0.4, 0.82
"""A flow that departs from an affine map by no more than 0.12 of 128 pixels: slices 1 mm apart depart by 0.15."""
NEARLY_STIFF, NEARLY_SHARP = 0.14, 0.88
SOFTENED, SOFTENED_MIDDLE, SOFTENED_COARSE = 0.45, 0.87, 0.98
"""Fine detail weaker by 2 ** 0.45 in one of the two: blurred, and the coarser bands agree."""
NOISY, NOISY_FINE, NOISY_MIDDLE, NOISY_COARSE, NOISY_GAIN = 0.12, 0.9, 0.84, 0.7, 0.02
"""Fine detail stronger by 2 ** 0.12 in one, and not in agreement: noisy, if a flow cannot make them agree better."""
BENT_FAR, BENT_NEAR, BENT_MIDDLE, BENT_COARSE = 0.92, 0.96, 0.98, 0.985
"""Agreement under a flow; the higher one where the straight map agrees well already, as for neighboring slices."""
SAME_FILE = 0.97
"""Agreement of the finest detail asked of two slices of one volume, or two frames of one film."""


class Proposal(NamedTuple):
    """A pair to be laid over each other, and how."""

    first: int
    other: int
    mirrored: bool = False
    symmetry: int = -1
    sign: int = 1


@dataclass(frozen=True)
class Copy:
    """One picture is a copy of another.

    Args:
        first: one picture, by its place.
        other: the other one.
        kind: "straight": flips, turns, scale, shift, crop, tones, blur, noise; "bent": distorted.
        agreement: in the finest band that settles it, 0 to 1.
        matrix: six numbers, point (x, y) of the other to the first, both enlarged to a longest side of `GRID`.
        detail: logarithm (base 2) of fine detail in the other over that in the first.
        changed: share of the squares that do not agree (text, callipers).
        inverted: light and dark are exchanged.
    """

    first: int
    other: int
    kind: Literal["straight", "bent"]
    agreement: float
    matrix: tuple[float, ...]
    detail: float
    changed: float
    inverted: bool


def verdict(like: Likeness, agreeing: int, share: float, same_file: bool = False) -> Literal["straight", "bent"] | None:
    """Judge a pair that was laid over each other; None: no copy.

    Args:
        like: of `compare`.
        agreeing: features that agree with the map; 0 where the map came from elsewhere.
        share: of the features with a counterpart at all.
        same_file: slices of one volume, or frames of one film.
    """
    fine, middle, coarse = like.straight
    if same_file:
        return "straight" if fine >= SAME_FILE and like.curve <= STIFF else None
    tilt = abs(like.energy.fine - like.energy.coarse)
    if (fine >= SHARP and middle >= 0.9) \
            or (like.curve <= NEARLY_STIFF and fine >= NEARLY_SHARP and middle >= 0.9) \
            or (like.curve <= STIFF and fine >= STIFF_FINE and middle >= STIFF_MIDDLE) \
            or (tilt >= SOFTENED and middle >= SOFTENED_MIDDLE and coarse >= SOFTENED_COARSE) \
            or (tilt >= NOISY and fine <= NOISY_FINE and middle >= NOISY_MIDDLE and coarse >= NOISY_COARSE
                and like.curved.middle - middle <= NOISY_GAIN):
        return "straight"
    near = float(np.clip((fine - 0.6) / 0.15, 0, 1))
    if agreeing >= BENT_MANY and share >= BENT_SHARE and like.curved.middle >= BENT_MIDDLE \
            and like.curved.coarse >= BENT_COARSE and like.curved.fine >= BENT_FAR + near * (BENT_NEAR - BENT_FAR):
        return "bent"
    return None


def judge(proposal: Proposal, pictures: Callable[[int], NDArray[np.uint8]], features: Callable[[int], Features],
          same_file: bool = False) -> Copy | None:
    """Lay two pictures over each other as proposed, and say whether they are copies."""
    first, other = pictures(proposal.first), pictures(proposal.other)
    found: Match | None = None
    if proposal.symmetry < 0:
        found = match(features(proposal.first), features(proposal.other), proposal.mirrored)
        if found is None:
            return None
        matrix = scaled(found.matrix, GRID / SIDE, GRID / SIDE)
    else:
        matrix = symmetry(proposal.symmetry, canvas(first, GRID).shape, canvas(other, GRID).shape)
    seen = glance(first, other, matrix, proposal.sign)
    agreeing, share = (found.agreeing, found.agreeing / found.matched) if found else (0, 0.0)
    if seen < (SEEN_BY_FEATURES if found else SEEN) and not (
            found and ((agreeing <= FEW and seen >= SEEN_OF_FEW) or (agreeing >= MANY and share >= MOST_OF_THEM))):
        return None
    like = compare(first, other, matrix, exact=found is None, sign=proposal.sign,
                   bend=agreeing >= BENT_MANY and share >= BENT_SHARE)
    if like is None:
        return None
    kind = verdict(like, agreeing, share, same_file)
    if kind is None:
        return None
    best = like.straight if kind == "straight" else like.curved
    return Copy(proposal.first, proposal.other, kind, max(best), tuple(float(v) for v in like.matrix.ravel()),
                like.energy.fine - like.energy.coarse, like.changed, proposal.sign < 0)


def judge_all(groups: Sequence[Sequence[Proposal]], pictures: Callable[[int], NDArray[np.uint8]],
              features: Callable[[int], Features], same_file: Callable[[int, int], bool], threads: int,
              progress: Callable[[int, int], None] | None = None) -> list[Copy]:
    """Judge many pairs; of the proposals for one pair the first that is a copy counts."""
    def one(proposals: Sequence[Proposal]) -> Copy | None:
        for proposal in proposals:
            found = judge(proposal, pictures, features, same_file(proposal.first, proposal.other))
            if found is not None:
                return found
        return None

    def some(batch: Sequence[Sequence[Proposal]]) -> list[Copy]:
        return [found for proposals in batch if (found := one(proposals)) is not None]

    batches = [groups[start:start + 64] for start in range(0, len(groups), 64)]
    copies: list[Copy] = []
    with ThreadPoolExecutor(threads) as pool:
        for done, found in enumerate(pool.map(some, batches), 1):
            copies += found
            if progress:
                progress(min(done * 64, len(groups)), len(groups))
    return copies
