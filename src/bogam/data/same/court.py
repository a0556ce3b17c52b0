"""Judge the proposed pairs of a set, as strictly as its look-alikes demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bogam.data.same.features import Features
from bogam.data.same.verify import BENT_MANY, BENT_SHARE, Copy, Laid, Proposal, Rigor, judge, lay

SAMPLE = 150
"""Pictures by which a set is judged."""
ALIKE = 0.93
"""Agreement in the middle band from which on two pictures resemble each other."""
FREE, FULL = 0.03, 0.15
"""Share of pictures among look-alikes up to which nothing more is asked of a pair, and from which on everything is."""

Key = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Court:
    """The pairs of a set, and what is needed to judge them.

    Args:
        groups: proposals, those for one pair together.
        pictures: place to (Y, X) uint8.
        features: place to local features.
        same_file: whether two pictures are slices of one volume.
        number: of pictures.
    """

    groups: Sequence[Sequence[Proposal]]
    pictures: Callable[[int], NDArray[np.uint8]]
    features: Callable[[int], Features]
    same_file: Callable[[int, int], bool]
    number: int
    _laid: dict[Proposal, Laid | None] = field(default_factory=dict, init=False)

    def _lay(self, proposal: Proposal) -> Laid | None:
        """Lay a pair over each other, unless the sample for `resemblance` did so already."""
        if proposal in self._laid:
            return self._laid[proposal]
        return lay(proposal, self.pictures, self.features)

    def copies(self, threads: int, progress: Callable[[int, int], None] | None = None) -> list[Copy]:
        """Return the pairs that are copies; of the proposals for one pair the first that is one counts."""
        with ThreadPoolExecutor(threads) as pool:
            rigor = Rigor(float(np.clip((self.resemblance(pool) - FREE) / (FULL - FREE), 0, 1)))

            def some(batch: Sequence[Sequence[Proposal]]) -> list[Copy]:
                return [found for group in batch if (found := self.one(group, rigor)) is not None]

            batches = [self.groups[start:start + 64] for start in range(0, len(self.groups), 64)]
            copies: list[Copy] = []
            for done, found in enumerate(pool.map(some, batches), 1):
                copies += found
                if progress:
                    progress(min(done * 64, len(self.groups)), len(self.groups))
        return copies

    def one(self, group: Sequence[Proposal], rigor: Rigor) -> Copy | None:
        """Return the first proposal for a pair that is a copy."""
        for proposal in group:
            for way, laid in self._ways(proposal, rigor):
                found = judge(way, laid, rigor, self.same_file(proposal.first, proposal.other))
                if found:
                    return found
        return None

    def _ways(self, proposal: Proposal, rigor: Rigor) -> Iterator[tuple[Proposal, Laid]]:
        """Yield a pair as it was laid over each other, and where many features agree the other way round too.

        A flow starts from one of the two: it may find its way from the sharper one and not from the noisier. Among
        look-alikes, where many features agree everywhere, one way has to do.
        """
        laid = self._lay(proposal)
        if laid is None:
            return
        yield proposal, laid
        if rigor.tight < 1 and laid.agreeing >= BENT_MANY and laid.share >= BENT_SHARE:
            back = proposal._replace(first=proposal.other, other=proposal.first)
            again = lay(back, self.pictures, self.features)
            if again is not None:
                yield back, again

    def resemblance(self, pool: ThreadPoolExecutor) -> float:
        """Return the share of pictures that resemble two others which do not resemble each other.

        Copies of one picture resemble each other too, however many there are: a family of them is no sign of
        look-alikes, a chain is. Taken from `SAMPLE` pictures, evenly spaced.
        """
        by_pair: dict[Key, Sequence[Proposal]] = {}
        near: dict[int, list[Key]] = defaultdict(list)
        for group in self.groups:
            first, other = sorted((group[0].first, group[0].other))
            if not self.same_file(first, other):
                by_pair[first, other] = group
                near[first].append((first, other))
                near[other].append((first, other))
        centers = range(0, self.number, max(1, self.number // SAMPLE))
        around = sorted({key for center in centers for key in near[center]})
        seen = self._seen(around, by_pair, pool)
        chains, closed = 0, []
        for center in centers:
            others = [a + b - center for a, b in near[center] if seen[a, b] == "alike"]
            pairs = [(min(x, y), max(x, y)) for k, x in enumerate(others) for y in others[:k]]
            if all(pair in by_pair for pair in pairs):
                closed.append(pairs)
            else:
                chains += 1
        seen |= self._seen(sorted({pair for pairs in closed for pair in pairs} - set(seen)), by_pair, pool)
        return (chains + sum(not all(seen[pair] for pair in pairs) for pairs in closed)) / max(1, len(centers))

    def _seen(self, keys: Sequence[Key], by_pair: Mapping[Key, Sequence[Proposal]], pool: ThreadPoolExecutor
              ) -> dict[Key, str]:
        return dict(zip(keys, pool.map(lambda key: self._likeness(by_pair[key]), keys), strict=True))

    def _likeness(self, group: Sequence[Proposal]) -> str:
        """Return "copy" for a pair that is one by any measure, "alike" for one that might be, "" else."""
        word = ""
        for proposal in group:
            laid = self._laid[proposal] = lay(proposal, self.pictures, self.features)
            if laid is None:
                continue
            if judge(proposal, laid, Rigor(1.0)):
                return "copy"
            if max(laid.like.straight.middle, laid.like.curved.middle) > ALIKE:
                word = "alike"
        return word
