"""How many pictures are counted more than once?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules, some


@rules.register
class Copies(Rule):
    """Identical and similar pictures, masks and derived files: how many samples there really are."""

    kind: Literal["copies"] = "copies"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the arithmetic of images and masks, and the copies found."""
        manifest = evidence.manifest
        masks = manifest.objects.filter((pl.col("kind") == "mask") & pl.col("locator").is_not_null()).height
        if masks:
            yield self.finding("note", f"{len(manifest)} images; {masks} mask files are not counted as images.",
                               why=f"Counted together they would seem to be {len(manifest) + masks} images.")
        origins = Counter(manifest.images["origin"].to_list())
        if origins["synthetic"] == len(manifest):
            yield self.finding("note", "All images are synthetic: what is learned here says nothing about patients.")
        elif origins["real"] < len(manifest):
            yield self.finding("warning", f"{origins['derived']} images are derived and {origins['synthetic']} synthetic.",
                               why="They are no samples of their own; they belong to the side of their parents.",
                               do="Leave them out, and let training augment.")
        hashes = manifest.images.filter(pl.col("pixels_sha256").is_not_null())
        twice = hashes.filter(pl.col("pixels_sha256").is_duplicated())
        if twice.height:
            different = len(manifest) - twice.height + twice["pixels_sha256"].n_unique()
            sets = [" = ".join(rows["image"].to_list())
                    for _, rows in twice.group_by("pixels_sha256", maintain_order=True)]
            yield self.finding("warning", f"{twice['pixels_sha256'].n_unique()} pictures occur more than once: "
                                          f"{len(manifest)} files, {different} different pictures.",
                               detail=some(sets, 4), files=tuple(sets[:50]),
                               why="A copy adds no information, and on the other side of a split it is a leak.",
                               do="They are kept on one side; remove them to count honestly.")
        if evidence.near is not None:
            if evidence.near.pairs:
                names = dict(manifest.images.select("id", "image").rows())
                lines = [f"{names.get(a, a)} ~ {names.get(b, b)}, r = {r:.3f}" for a, b, r in evidence.near.pairs]
                yield self.finding("warning", evidence.near.note, detail=some(lines, 4), files=tuple(lines[:50]),
                                   why="They may be several images of one lesion or patient.",
                                   do="Where patients are unknown they are kept on one side.")
            elif evidence.near.threshold is None:
                yield self.finding("note", evidence.near.note)
