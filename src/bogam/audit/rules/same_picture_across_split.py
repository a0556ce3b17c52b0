"""Does one picture, transformed, lie on two sides of the split?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.sides import parts_of, torn
from bogam.page.text import many


@rules.register
class SamePictureAcrossSplit(Rule):
    """A re-encoded, flipped, cropped or filtered copy on the other side is the same leak as the picture itself."""

    kind: Literal["same-picture-across-split"] = "same-picture-across-split"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop for copies between the test part and another, a warning for other parts."""
        if evidence.near is None:
            return
        place = dict(evidence.manifest.images.select("id", "image").rows())
        pairs = [(c.one, c.other, f"{c.how} ({c.agreement:.3f})") for c in evidence.near.copies
                 if c.one in place and c.other in place]
        tests, others = torn(pairs, parts_of(evidence.manifest))
        for severity, found, between in (("stop", tests, "the test part and another"),
                                         ("warning", others, "training and validation")):
            if found:
                yield self.finding(
                    "stop" if severity == "stop" else "warning",
                    f"{many(len(found), 'pair')} of pictures on two sides show one picture: {between}.",
                    files=[f"{place[a]} = {place[b]}: {how}" for a, b, how in found], pairs=found,
                    detail="Each pair was laid over each other and agrees to the finest detail.",
                    why="Whoever has seen the one knows the answer to the other.",
                    do="Remove one of each, or let bogam split (split: {kind: kfold}), which keeps them together.")
