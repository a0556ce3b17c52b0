"""Has an image several masks of one label?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.worth import share_words
from bogam.page.text import many


@rules.register
class SeveralMasks(Rule):
    """Several mask files of one image and label are merged into one mask: one score then stands for all of them."""

    kind: Literal["several-masks"] = "several-masks"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the images with several mask files of one label; a note where most have, since the set is made so."""
        masks = evidence.manifest.objects.filter((pl.col("kind") == "mask") & pl.col("locator").is_not_null())
        if not masks.height:
            return
        counts = masks.group_by("id", "label").agg(
            pl.len().alias("masks"), pl.col("pixels_sha256").drop_nulls().n_unique().alias("different"),
            pl.col("pixels_sha256").is_not_null().sum().alias("known"))
        several: dict[str, int] = {}
        twice: set[str] = set()
        for name, number, different, known in counts.select("id", "masks", "different", "known").rows():
            if number > 1:
                several[name] = max(number, several.get(name, 0))
                twice |= {name} if different < known else set()
        if not several:
            return
        places = dict(evidence.manifest.images.select("id", "image").rows())
        named = [name for name in places if name in several]
        total = masks["id"].n_unique()
        severity: Literal["warning", "note"] = "warning" if len(named) <= total / 2 else "note"
        how_many = Counter(several.values())
        detail = f"{', '.join(f'{count:,} with {number}' for number, count in sorted(how_many.items()))}." + (
            f" In {many(len(twice), 'image')} two of them are equal." if twice else "")
        yield self.finding(
            severity, f"{many(len(named), 'image has', 'images have')} several masks of one label, which are merged.",
            detail=detail, files=[f"{places[name]}: {several[name]} masks" for name in named],
            pairs=[(name, "", f"{several[name]} masks") for name in named],
            why="They may be several lesions, or several people's outlines of one. Merged, one score stands for all: a "
                "small lesion that is missed beside a large one hardly counts.",
            worth=f"{share_words(len(named), total)} images with masks: a tool that reads one mask of each scores them "
                  f"against another truth, which moves mean Dice by at most {100 * len(named) / total:.1f} points.",
            do="Look at some, and say with the results that masks were merged. If they are different things, give them "
               "different labels; if they are several people's outlines, choose one beforehand.")
