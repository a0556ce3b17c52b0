"""Is one picture a copy of another? Candidates are laid over each other; what agrees to the finest detail is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bogam.data.same.align import GRID, match, symmetry, to_grid
from bogam.data.same.compare import Likeness, compare, glance
from bogam.data.same.features import Features, canvas

# The thresholds below were set on breast ultrasound, hippocampus slices, malaria cells and children's chest X-rays (the
# training part), as stored and shrunk to 28 and 48 pixels: copies of 40 kinds on one side; neighboring slices, pictures
# of one patient and look-alikes on the other; `BENT_ALIKE` on phantoms of a chest, too. Agreement is a median
# correlation in a fine, a middle and a coarse band (`compare`). In a set full of look-alikes (`Rigor`) more is asked of
# small pictures: `pixel` is the side of a pixel in pixels of `GRID`, 1 for 128 pixels and more, 4.6 for 28.
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
SHARP, SHARP_SMALL = 0.94, 0.01
"""Agreement of the finest detail that no two exposures reach, and more for each further unit of `pixel`."""
STIFF, STIFF_FINE, STIFF_MIDDLE = 0.12, 0.4, 0.82
"""A flow that departs from an affine map by no more than 0.12 of 128 pixels: slices 1 mm apart depart by 0.15."""
NEARLY_STIFF, NEARLY_SHARP = 0.14, 0.88
SOFTENED, SOFTENED_MIDDLE, SOFTENED_COARSE = 0.45, 0.87, 0.98
"""Fine detail weaker by 2 ** 0.45 in one of the two: blurred, and the coarser bands agree."""
NOISY, NOISY_FINE, NOISY_MIDDLE, NOISY_COARSE, NOISY_GAIN = 0.12, 0.9, 0.84, 0.7, 0.02
"""Fine detail stronger by 2 ** 0.12 in one, and not in agreement: noisy, if a flow cannot make them agree better."""
WORN_FINE, WORN_MIDDLE, WORN_GAIN, WORN_CURVE = 0.8, 0.985, 0.02, 0.2
"""Only the finest detail is worn, as by compression: no flow mends it, and none departs from an affine map by more than
0.2 for each unit of `pixel`."""
MENDED = 0.4
"""Share of the finest detail's disagreement that a flow may mend: noise it cannot mend, neighboring slices it can."""
LEAST_SHARE = 0.4
"""Share of features that agree, where they proposed the map, below which no blurred or noisy copy is recognized."""
MOST_CURVE = 1.0
"""Departure from an affine map, for each unit of `pixel`, beyond which noise does not explain it in any set."""
SHARP_CURVE, SOFTENED_CURVE, NOISY_CURVE = (0.3, 0.4), (1.0, 0.25), (0.0, 0.33)
"""Departure from an affine map that such copies may have among look-alikes: a + b * `pixel`. Else it is not limited."""
BENT_FAR, BENT_NEAR, BENT_MIDDLE, BENT_COARSE = 0.92, 0.96, 0.98, 0.985
"""Agreement under a flow; the higher one where the straight map agrees well already, as for neighboring slices."""
BENT_ALIKE, BENT_MOST = 0.05, 0.985
"""More agreement of the finest detail among look-alikes, up to `BENT_MOST`. Small ones, of 64 pixels and less, can all
be bent onto each other: there, nothing is called a distorted copy."""
SAME_FILE = 0.97
"""Agreement of the finest detail asked of two slices of one volume, or two frames of one film."""


@dataclass(frozen=True)
class Rigor:
    """How much is asked of a pair, by how alike different pictures of the set are.

    Args:
        tight: 0 where they are unlike each other, 1 in a set full of look-alikes, such as chest X-rays of 28 pixels.
    """

    tight: float = 0.0

    def limit(self, line: tuple[float, float], pixel: float) -> float:
        """Return the limit a + b * pixel of a full set, wider where it is less full, infinite where it is not."""
        return (line[0] + line[1] * pixel) / self.tight if self.tight else np.inf


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


def verdict(like: Likeness, agreeing: int, share: float, rigor: Rigor, same_file: bool = False
            ) -> Literal["straight", "bent"] | None:
    """Judge a pair that was laid over each other; None: no copy.

    Args:
        like: of `compare`.
        agreeing: features that agree with the map; 0 where the map came from elsewhere.
        share: of the features with a counterpart at all.
        rigor: of the set.
        same_file: slices of one volume, or frames of one film.
    """
    fine, middle, coarse = like.straight
    if same_file:
        return "straight" if fine >= SAME_FILE and like.curve <= STIFF else None
    clear = not agreeing or share >= LEAST_SHARE
    tilt, small = abs(like.energy.fine - like.energy.coarse), rigor.tight * (like.pixel - 1)
    if (fine >= SHARP + SHARP_SMALL * small and middle >= 0.9 and like.curve <= rigor.limit(SHARP_CURVE, like.pixel)) \
            or (like.curve <= NEARLY_STIFF and fine >= NEARLY_SHARP and middle >= 0.9) \
            or (like.curve <= STIFF and fine >= STIFF_FINE and middle >= STIFF_MIDDLE) \
            or (fine >= WORN_FINE and min(middle, coarse) >= WORN_MIDDLE and like.curve <= WORN_CURVE * like.pixel
                and like.curved.fine - fine <= WORN_GAIN) \
            or (clear and tilt >= SOFTENED and middle >= SOFTENED_MIDDLE and coarse >= SOFTENED_COARSE
                and like.curve <= rigor.limit(SOFTENED_CURVE, like.pixel)) \
            or (clear and tilt >= NOISY and fine <= NOISY_FINE and middle >= NOISY_MIDDLE and coarse >= NOISY_COARSE
                and like.curve <= min(rigor.limit(NOISY_CURVE, like.pixel), MOST_CURVE * like.pixel)
                and like.curved.middle - middle <= NOISY_GAIN and like.curved.fine - fine <= MENDED * (1 - fine)):
        return "straight"
    near = float(np.clip((fine - 0.6) / 0.15, 0, 1))
    far = min(BENT_FAR + near * (BENT_NEAR - BENT_FAR) + BENT_ALIKE * rigor.tight, BENT_MOST)
    if agreeing >= BENT_MANY and share >= BENT_SHARE and small < 1 and like.curved.middle >= BENT_MIDDLE \
            and like.curved.coarse >= BENT_COARSE and like.curved.fine >= far:
        return "bent"
    return None


class Laid(NamedTuple):
    """What is seen of a pair that was laid over each other: features agreeing, their share, the comparison."""

    agreeing: int
    share: float
    like: Likeness


def lay(proposal: Proposal, pictures: Callable[[int], NDArray[np.uint8]], features: Callable[[int], Features]
        ) -> Laid | None:
    """Lay two pictures over each other as proposed; None where a first look shows that it is not worth it."""
    first, other = pictures(proposal.first), pictures(proposal.other)
    agreeing, share, least, bend = 0, 0.0, SEEN, False
    if proposal.symmetry < 0:
        found = match(features(proposal.first), features(proposal.other), proposal.mirrored)
        if found is None:
            return None
        agreeing, share = found.agreeing, found.agreeing / found.matched
        matrix = to_grid(found.matrix)
        if agreeing >= MANY and share >= MOST_OF_THEM:
            least = -1.0
        else:
            least = SEEN_OF_FEW if agreeing <= FEW else SEEN_BY_FEATURES
        bend = agreeing >= BENT_MANY and share >= BENT_SHARE
    else:
        matrix = symmetry(proposal.symmetry, canvas(first, GRID).shape, canvas(other, GRID).shape)
    if glance(first, other, matrix, proposal.sign) < least:
        return None
    like = compare(first, other, matrix, exact=proposal.symmetry >= 0, bend=bend, sign=proposal.sign)
    return None if like is None else Laid(agreeing, share, like)


def judge(proposal: Proposal, laid: Laid, rigor: Rigor, same_file: bool = False) -> Copy | None:
    """Say whether two pictures that were laid over each other are copies."""
    like = laid.like
    kind = verdict(like, laid.agreeing, laid.share, rigor, same_file)
    if kind is None:
        return None
    best = like.straight if kind == "straight" else like.curved
    return Copy(proposal.first, proposal.other, kind, max(best), tuple(float(v) for v in like.matrix.ravel()),
                like.energy.fine - like.energy.coarse, like.changed, proposal.sign < 0)
