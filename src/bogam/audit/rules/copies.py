"""How many pictures are counted more than once?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.data.duplicates import THRESHOLDS
from bogam.page.text import many


@rules.register
class Copies(Rule):
    """Identical and similar pictures, masks and derived files: how many samples there really are."""

    kind: Literal["copies"] = "copies"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the arithmetic of images and masks, and the copies found."""
        manifest = evidence.manifest
        masks = manifest.objects.filter((pl.col("kind") == "mask") & pl.col("locator").is_not_null())
        files = masks["locator"].str.split("#").list.first().n_unique() if masks.height else 0
        if files:
            yield self.finding("note", f"{many(len(manifest), 'image')}; {many(files, 'mask file')} beside them are "
                                       "not counted as images.",
                               why=f"Counted together they would seem to be {len(manifest) + files} images.")
        yield from self._origins(evidence)
        yield from self._identical(evidence)
        yield from self._transformed(evidence)
        yield from self._similar(evidence)

    def _origins(self, evidence: Evidence) -> Iterable[Finding]:
        total = len(evidence.manifest)
        origins = Counter(evidence.manifest.images["origin"].to_list())
        if total and origins["synthetic"] == total:
            yield self.finding("note", "All images are synthetic: what is learned here says nothing about patients.")
        elif origins["derived"] + origins["synthetic"]:
            yield self.finding("warning", f"Of {many(total, 'image')}, {origins['derived']} are derived and "
                                          f"{origins['synthetic']} synthetic.",
                               why="They are no samples of their own; they belong to the side of their parents.",
                               do="Leave them out, and let training augment.")

    def _identical(self, evidence: Evidence) -> Iterable[Finding]:
        images = evidence.manifest.images
        twice = images.filter(pl.col("pixels_sha256").is_not_null() & pl.col("pixels_sha256").is_duplicated())
        if not twice.height:
            return
        sets = [" = ".join(rows["image"].to_list())
                for _, rows in twice.group_by("pixels_sha256", maintain_order=True)]
        pairs = [(rows["id"][0], other, "the same pixels") for _, rows in
                 twice.group_by("pixels_sha256", maintain_order=True) for other in rows["id"][1:]]
        different = images.height - twice.height + len(sets)
        yield self.finding("warning", f"{many(len(sets), 'picture occurs', 'pictures occur')} more than once: "
                                      f"{many(images.height, 'image')}, {different:,} different.",
                           files=sets, pairs=pairs, why="A copy adds no information, and on the other side of a split it is a leak.",
                           do="A split of bogam's own keeps copies on one side; remove them to count honestly.")

    def _transformed(self, evidence: Evidence) -> Iterable[Finding]:
        place = dict(evidence.manifest.images.select("id", "image").rows())
        found = [(c.one, c.other, f"{c.how} ({c.agreement:.3f})") for c in (evidence.near.copies if evidence.near else ())
                 if c.kind == "transformed" and c.one in place and c.other in place]
        if found:
            yield self.finding(
                "warning", f"{many(len(found), 'pair')} of images show one picture, transformed.",
                files=[f"{place[a]} = {place[b]}: {how}" for a, b, how in found], pairs=found,
                detail="Each pair was laid over each other and agrees to the finest detail.",
                why="A re-encoded, flipped, cropped or filtered copy is no sample of its own.",
                do="A split of bogam's own keeps them on one side; remove one of each to count honestly.")

    def _similar(self, evidence: Evidence) -> Iterable[Finding]:
        near = evidence.near
        if near is None:
            return
        if near.threshold is None:
            yield self.finding("note", near.note)
            return
        known = {name: row for name, *row in
                 evidence.manifest.images.select("id", "image", "pixels_sha256", "patient").rows()}
        same = {frozenset((c.one, c.other)) for c in near.copies}
        pairs = [(known[a], known[b], r) for a, b, r in near.pairs if a in known and b in known
                 and frozenset((a, b)) not in same
                 and (known[a][1] is None or known[a][1] != known[b][1])]
        given = evidence.manifest.patient == "given"
        across = [p for p in pairs if p[0][2] != p[1][2]] if given else pairs
        detail = "Identical ones are not counted here."
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
                why="They may show one person under two ids, or merely look alike." if given else
                    "They may be several images of one lesion or patient.",
                do="Look at some; patients are kept apart as declared." if given else
                   "Where patients are unknown, a split of bogam's own keeps them on one side.")
