"""Are masks, crops or augmented copies counted as samples?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.data.same.drawn import is_drawn
from bogam.data.same.names import children_by_name
from bogam.page.text import many

MOST_DRAWN = 0.6
"""Where more of the images than this are flat drawings, they are the data."""


@rules.register
class DerivedFiles(Rule):
    """A file that was made from another file of the set is no sample of its own."""

    kind: Literal["derived-files"] = "derived-files"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning for masks among the images and one for augmented copies, with the arithmetic of counts."""
        place = dict(evidence.manifest.images.select("id", "image").rows())
        real = {name for name, origin in evidence.manifest.images.select("id", "origin").rows() if origin == "real"}
        named = [n for n in children_by_name(place) if n.child in real]
        copies = [c for c in (evidence.near.copies if evidence.near else ()) if c.one in real and c.other in real]
        confirmed = {frozenset((c.one, c.other)) for c in copies}
        drawn = self._drawn(evidence, real)
        masks = {n.child: n.parent for n in named if n.kind == "mask" and (n.child in drawn or not drawn)}
        masks |= {name: "" for name in drawn if name not in masks}
        children = {n.child: (n.parent, "by its name") for n in named
                    if n.kind == "derived" or (n.kind == "copy" and frozenset((n.child, n.parent)) in confirmed)}
        for copy in copies:
            if copy.made and copy.one not in children and copy.other not in children:
                children[copy.other] = (copy.one, copy.how)
        children = {child: found for child, found in children.items() if child not in masks}
        total, rest = len(place), len(place) - len(masks) - len(children)
        sum_ = f"{total:,} images = {rest:,} pictures" + (
            f" + {many(len(masks), 'mask')}" if masks else "") + (
            f" + {many(len(children), 'augmented copy', 'augmented copies')}" if children else "")
        if masks:
            yield self.finding(
                "warning", f"{many(len(masks), 'mask is', 'masks are')} counted as images: {sum_}.",
                files=[place[m] + (f" (mask of {place[p]})" if p else "") for m, p in masks.items()],
                pairs=[(m, p, "mask") for m, p in masks.items()],
                why="A mask holds the answer and shows no patient; the set is smaller than it seems.",
                do="Put masks into a folder of their own (images/ and masks/), or beside the images as NAME_mask.png.")
        if children:
            yield self.finding(
                "warning", f"{many(len(children), 'augmented copy is', 'augmented copies are')} counted as images: {sum_}.",
                files=[f"{place[c]} from {place[p] if p else 'a picture that is not here'}: {how}"
                       for c, (p, how) in children.items()],
                pairs=[(c, p, how) for c, (p, how) in children.items()],
                why="Copies are no samples; divided at random they carry test pictures into training.",
                do="Leave them out and let training augment, or name their parents in a table (columns origin, parents).")

    def _drawn(self, evidence: Evidence, real: set[str]) -> set[str]:
        looks = evidence.looks
        if looks is None:
            return set()
        found = {name for name in looks.picture if name in real and is_drawn(looks.picture[name][None])}
        return found if len(found) <= MOST_DRAWN * max(len(looks.picture), 1) else set()
