"""Are masks, augmented copies or synthetic pictures counted as samples?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.worth import by_image, joined, share_words
from bogam.page.text import many


@rules.register
class DerivedFiles(Rule):
    """A mask, a crop, an augmented or a synthetic picture is no sample: the arithmetic of what is counted."""

    kind: Literal["derived-files"] = "derived-files"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the counts, and warnings for what was made from other files but is counted with them."""
        manifest = evidence.manifest
        objects = manifest.objects.filter((pl.col("kind") == "mask") & pl.col("locator").is_not_null())
        files = objects["locator"].str.split("#").list.first().n_unique() if objects.height else 0
        total = len(manifest)
        if files:
            yield self.finding("note", f"{total + files:,} files = {many(total, 'image')} + "
                                       f"{many(files, 'mask file')}, which are not counted as images.")
        names = dict(manifest.images.select("id", "image").rows())
        yield from self._masks(evidence, names)
        yield from self._children(evidence, names)
        origins = Counter(manifest.images["origin"].to_list())
        if total and origins["synthetic"] == total:
            yield self.finding("note", "All images are synthetic: what is learned here says nothing about patients.")
        elif origins["derived"] + origins["synthetic"]:
            made = origins["derived"] + origins["synthetic"]
            yield self.finding("warning", f"{many(total, 'image')} = {total - made:,} real + {origins['derived']:,} "
                                          f"derived + {origins['synthetic']:,} synthetic.",
                               why="Those are no samples of their own; they belong to the side of their parents.",
                               do="Leave them out, and let training augment.")

    def _masks(self, evidence: Evidence, names: dict[str, str]) -> Iterable[Finding]:
        masks = [*evidence.same.masks, *(evidence.same.blank if evidence.same.masks else ())]
        if masks:
            total = len(evidence.manifest)
            yield self.finding(
                "warning", f"{many(len(masks), 'mask is', 'masks are')} counted as images: {total:,} = "
                           f"{many(total - len(masks), 'image')} + {many(len(masks), 'mask')}.",
                detail="They have a few flat grey levels, or are blank.", files=[names[i] for i in masks],
                pairs=[(i, "", "a mask?") for i in masks],
                why="A mask is no sample: it shows the answer, and the number of samples is not what it seems.",
                do="Move them beside their images (a.png, a_mask.png) or into a folder of masks.",
                worth=f"{share_words(len(masks), total)} files show the answer: in a test part drawn from all, at most "
                      f"{100 * len(masks) / total:.1f} points of accuracy, on average. And intervals look "
                      f"{math.sqrt(total / max(1, total - len(masks))):.2f} times narrower than those of "
                      f"{many(total - len(masks), 'image')}.")

    def _children(self, evidence: Evidence, names: dict[str, str]) -> Iterable[Finding]:
        apart = {*evidence.same.masks, *evidence.same.blank}
        declared = {c.child for c in evidence.same.children if c.by == "declared"}
        rows: dict[str, tuple[str, str, str]] = {}
        for child in evidence.same.children:
            if child.child not in declared and child.child not in apart:
                rows[child.child] = (child.parent, child.source, child.by)
        for pair in evidence.same.copies:
            if pair.made and pair.first not in rows and pair.other not in rows:
                rows[pair.other] = (pair.first, "", "picture: " + ", ".join(pair.how))
        if rows:
            total = len(evidence.manifest)
            yield self.finding(
                "warning", f"{many(len(rows), 'image seems', 'images seem')} to be made from other images: {total:,} = "
                           f"{total - len(rows):,} + {len(rows):,} derived.",
                files=[f"{names[i]} from {names[parent] if parent else source} ({by})"
                       for i, (parent, source, by) in rows.items()],
                pairs=[(parent, i, by) for i, (parent, _, by) in rows.items() if parent],
                worth=by_image(joined((i, parent or f"from {source}") for i, (parent, source, _) in rows.items()),
                               total, "a relative"),
                why="Turned, blurred, cropped or otherwise augmented copies add no samples, and across a split they "
                    "are the answer itself.",
                do="Remove them, and let training augment; a split of bogam's own keeps them with their parents.")
