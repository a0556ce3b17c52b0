"""Images that nobody labeled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.worth import share_words
from bogam.page.text import many


@rules.register
class MissingLabels(Rule):
    """A missing label is not a negative: such images take no part."""

    kind: Literal["missing-labels"] = "missing-labels"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning for images without a class, and without a mask where others have one."""
        manifest = evidence.manifest
        names = dict(manifest.images.select("id", "image").rows())
        if evidence.target:
            lacking = [names[i] for i in manifest.images["id"].to_list() if i not in evidence.classes]
            if lacking:
                yield self.finding("warning", f"{many(len(lacking), 'image has', 'images have')} no {evidence.target}.",
                                   files=lacking,
                                   why="Nobody looked: to count them as negative would be wrong.",
                                   worth=_worth(len(lacking), len(names), "accuracy"),
                                   do="They take no part in a classification; label them or leave them out.")
        masked = set(manifest.objects.filter(pl.col("kind") == "mask")["id"].to_list())
        if masked:
            bare = [name for i, name in names.items() if i not in masked]
            if bare:
                yield self.finding("warning", f"{many(len(bare), 'image has', 'images have')} no mask.", files=bare,
                                   worth=_worth(len(bare), len(names), "mean Dice"),
                                   why="No mask means that nobody looked, not that there is nothing; an empty mask "
                                       "says that.",
                                   do="They take no part in a segmentation; add an empty mask where nothing is there.")


def _worth(lacking: int, total: int, metric: str) -> str:
    return (f"{share_words(lacking, total)} images: counted as negatives they would move {metric} over all by at most "
            f"{100 * lacking / total:.1f} points.")
