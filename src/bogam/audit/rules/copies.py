"""How many pictures are counted more than once?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.worth import by_image, joined
from bogam.data.duplicates import THRESHOLDS
from bogam.page.text import many


@rules.register
class Copies(Rule):
    """Identical, transformed and similar pictures: how many samples there really are."""

    kind: Literal["copies"] = "copies"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the copies found, the three kinds apart."""
        yield from self._identical(evidence)
        yield from self._transformed(evidence)
        yield from self._similar(evidence)

    def _identical(self, evidence: Evidence) -> Iterable[Finding]:
        sets = evidence.same.identical
        if not sets:
            return
        names = dict(evidence.manifest.images.select("id", "image").rows())
        total = len(evidence.manifest)
        different = total - sum(len(ids) - 1 for ids in sets)
        yield self.finding("warning", f"{many(len(sets), 'picture occurs', 'pictures occur')} more than once: "
                                      f"{many(total, 'image')}, {different:,} different.",
                           detail="Rows, columns and every grey or color value are equal, whatever the file format.",
                           files=[" = ".join(names[i] for i in ids) for ids in sets],
                           pairs=[(ids[0], ids[1], "identical") for ids in sets],
                           worth=by_image(sets, total, "a twin"),
                           why="A copy adds no information, and on the other side of a split it is a leak.",
                           do="A split of bogam's own keeps copies on one side; remove them to count honestly.")

    def _transformed(self, evidence: Evidence) -> Iterable[Finding]:
        pairs = evidence.same.copies
        if not pairs:
            return
        names = dict(evidence.manifest.images.select("id", "image").rows())
        images = len({i for pair in pairs for i in (pair.first, pair.other)})
        yield self.finding("warning", f"{many(len(pairs), 'pair')} of pictures among {images:,} images are the same "
                                      "picture, transformed.",
                           detail="Each pair was laid over each other and agrees in its finest detail.",
                           files=[f"{names[p.first]} ~ {names[p.other]} ({', '.join(p.how)})" for p in pairs],
                           pairs=[(p.first, p.other, ", ".join(p.how)) for p in pairs],
                           worth=by_image(joined((p.first, p.other) for p in pairs), len(evidence.manifest), "a twin"),
                           why="They are not independent samples, and on two sides of a split they are a leak.",
                           do="A split of bogam's own keeps them on one side; remove them to count honestly.")

    def _similar(self, evidence: Evidence) -> Iterable[Finding]:
        near = evidence.near
        if near is None:
            return
        if near.threshold is None:
            yield self.finding("note", near.note)
            return
        known = {name: row for name, *row in
                 evidence.manifest.images.select("id", "image", pl.col("id").alias("own"), "patient").rows()}
        same = {frozenset(pair) for pair in evidence.same.joined()}
        same |= {frozenset((a, b)) for ids in evidence.same.identical for a in ids for b in ids}
        pairs = [(known[a], known[b], r) for a, b, r in near.pairs
                 if a in known and b in known and frozenset((a, b)) not in same]
        given = evidence.manifest.patient == "given"
        across = [p for p in pairs if p[0][2] != p[1][2]] if given else pairs
        detail = "Identical and transformed ones are not counted here."
        if near.threshold != THRESHOLDS[0]:
            detail += f" Below {near.threshold} too many pictures of this set resemble each other to tell."
        words = f"(thumbnails correlate by {near.threshold} or more)"
        if given and len(pairs) > len(across):
            one = many(len(pairs) - len(across), "pair of similar pictures is", "pairs of similar pictures are each")
            yield self.finding("note", f"{one} of one patient {words}.", detail=detail)
        if across:
            shown = [f"{one[0]} ~ {other[0]}, r = {r:.3f}" for one, other, r in across]
            images = len({row[0] for p in across for row in p[:2]})
            of = "of different patients" if given else f"among {images:,} images"
            yield self.finding(
                "warning", f"{many(len(across), 'pair')} of similar pictures {of} {words}.", detail=detail, files=shown,
                pairs=[(one[1], other[1], f"correlation {r:.3f}") for one, other, r in across],
                worth=by_image(joined((one[1], other[1]) for one, other, _ in across), len(evidence.manifest),
                               "a similar picture"),
                why="They may show one person under two ids, or merely look alike." if given else
                    "They may be several images of one lesion or patient.",
                do="Look at some; patients are kept apart as declared." if given else
                   "Where patients are unknown, a split of bogam's own keeps them on one side.")
