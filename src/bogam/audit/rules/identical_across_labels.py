"""Is one picture filed under two labels?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.page.text import many


@rules.register
class IdenticalAcrossLabels(Rule):
    """The same pixels with two labels: one of the two is wrong."""

    kind: Literal["identical-across-labels"] = "identical-across-labels"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning per set: identical pixels, and similar pictures, with different labels."""
        if not evidence.classes:
            return
        images = evidence.manifest.images.filter(pl.col("pixels_sha256").is_not_null())
        pairs = []
        for _, rows in images.group_by("pixels_sha256", maintain_order=True):
            labels = {evidence.classes.get(i) for i in rows["id"].to_list()} - {None}
            if len(labels) > 1:
                pairs.append(" = ".join(f"{n} ({evidence.classes.get(i, 'no label')})"
                                        for i, n in rows.select("id", "image").rows()))
        if pairs:
            yield self.finding("warning", f"{many(len(pairs), 'picture is', 'pictures are')} filed under two labels.",
                               files=pairs, why="One of the two labels is wrong; the model cannot learn both.",
                               do="Ask who labeled them; correct or remove them.")
        yield from self._copies(evidence)
        names = dict(images.select("id", "image").rows())
        hashes = dict(images.select("id", "pixels_sha256").rows())
        near = [f"{names[a]} ({evidence.classes[a]}) ~ {names[b]} ({evidence.classes[b]}), r = {r:.3f}"
                for a, b, r in (evidence.near.pairs if evidence.near else ())
                if a in evidence.classes and b in evidence.classes and a in names and b in names
                and evidence.classes[a] != evidence.classes[b] and hashes[a] != hashes[b]]
        words = ("pair of similar pictures bears", "pairs of similar pictures bear")
        if near:
            yield self.finding("warning", f"{many(len(near), *words)} different labels.",
                               files=near, why="They may show one lesion that was labeled twice, or merely look alike.",
                               do="Look at them.")

    def _copies(self, evidence: Evidence) -> Iterable[Finding]:
        place, classes = dict(evidence.manifest.images.select("id", "image").rows()), evidence.classes
        pixels = dict(evidence.manifest.images.select("id", "pixels_sha256").rows())
        found = [(c.one, c.other, f"{classes[c.one]} and {classes[c.other]}: {c.how}")
                 for c in (evidence.near.copies if evidence.near else ())
                 if c.one in classes and c.other in classes and classes[c.one] != classes[c.other]
                 and (pixels.get(c.one) is None or pixels.get(c.one) != pixels.get(c.other))]
        if found:
            yield self.finding(
                "warning", f"{many(len(found), 'pair')} of images show one picture under two labels.",
                files=[f"{place[a]} = {place[b]}: {how}" for a, b, how in found], pairs=found,
                why="One of the two labels is wrong; the model cannot learn both.",
                do="Ask who labeled them; correct or remove them.")
