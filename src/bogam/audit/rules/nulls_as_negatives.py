"""Is a label that nobody gave counted as a negative?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

import numpy as np
import polars as pl

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.worth import share_words
from bogam.data.manifest import Manifest
from bogam.data.scan import pixel_digest
from bogam.page.text import listed, many

UNKNOWN = re.compile(r"^(unknown|unclear|uncertain|undetermined|unspecified|unlabell?ed|no[ _-]?label|missing|n/?a|nan|"
                     r"not[ _-]?(specified|available|labell?ed|known|given)|null|none|nil|tbd|todo|\?+|-+|\.+|"
                     r"-1(\.0)?|-9+|9999?)$", re.IGNORECASE)
"""Names of classes that mean that nobody looked, or that somebody looked and could not tell."""
NOTHING = re.compile(r"^(no[ _-]?(findings?|disease|lesion|abnormality)|normal|healthy|negative)$", re.IGNORECASE)
"""Labels that deny all others."""


@rules.register
class NullsAsNegatives(Rule):
    """A label that nobody gave is no negative, whether it hides in a class's name, a blank cell or an empty mask."""

    kind: Literal["nulls-as-negatives"] = "nulls-as-negatives"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning for a class that means unknown, labels that contradict, blanks, and odd empty masks."""
        places = dict(evidence.manifest.images.select("id", "image").rows())
        yield from self._unknown(evidence, places)
        yield from self._several(evidence.manifest, places)
        yield from self._empty_masks(evidence, places)

    def _unknown(self, evidence: Evidence, places: dict[str, str]) -> Iterable[Finding]:
        named = [name for name, label in evidence.classes.items() if UNKNOWN.match(label.strip()) and name in places]
        if named:
            labels = sorted({evidence.classes[name] for name in named})
            yield self.finding(
                "warning", f"{many(len(named), 'image is', 'images are')} of a class that means that nobody knows: "
                           f"{listed(labels)}.", files=[places[name] for name in named],
                why="A network would learn to recognize ignorance, and be scored on it; against another class these "
                    "images count as negatives, which nobody said.",
                worth=_worth(len(named), len(evidence.classes), "accuracy"),
                do=f"Leave them out: data.include: {{{evidence.target}: [the classes that you mean]}}.")

    def _several(self, manifest: Manifest, places: dict[str, str]) -> Iterable[Finding]:
        for target, spec in manifest.target_specs.items():
            if spec.kind != "multilabel":
                continue
            rows = {name: value for name, value in manifest.targets.select("id", target).rows() if name in places}
            denied = [name for name, value in rows.items() if value and len(found := value.split("|")) > 1
                      and any(NOTHING.match(label.strip()) for label in found)]
            if denied:
                yield self.finding(
                    "warning", f"{many(len(denied), 'image bears', 'images bear')} a finding and its denial at once, "
                               f"in {target}.", files=[f"{places[name]}: {rows[name]}" for name in denied],
                    why="One of the two labels is wrong.", do="Correct them, or leave these images out.",
                    worth=f"At least one label of {share_words(len(denied), len(rows))} images is wrong.")
            blank = [name for name, value in rows.items() if value is None]
            if blank and not any(value == "" for value in rows.values()):
                yield self.finding(
                    "warning", f"In {target}, {many(len(blank), 'image is', 'images are')} blank and none is negative.",
                    files=[places[name] for name in blank],
                    why="Only findings were written down. Taken for negatives, the blanks would hold every finding "
                        "that nobody wrote; left out, there is no negative to learn from.",
                    do="Ask what a blank means. Write 0 where somebody looked and found nothing.",
                    worth=_worth(len(blank), len(rows), "accuracy for one finding"))

    def _empty_masks(self, evidence: Evidence, places: dict[str, str]) -> Iterable[Finding]:
        empty = empty_masks(evidence.manifest)
        masked = set(evidence.manifest.objects.filter(pl.col("kind") == "mask")["id"].to_list())
        if not evidence.classes or not empty:
            return
        total = Counter(evidence.classes[name] for name in masked if name in evidence.classes)
        own = Counter(evidence.classes[name] for name in empty if name in evidence.classes)
        odd = sorted(label for label, count in own.items() if count < total[label] / 2 and not NOTHING.match(label))
        named = [name for name in places if name in empty and evidence.classes.get(name) in odd]
        if named:
            words = ", ".join(f"{label}: {own[label]:,} of {total[label]:,}" for label in odd)
            yield self.finding(
                "warning", f"{many(len(named), 'image has', 'images have')} an empty mask in a class where most have "
                           f"something ({words}).", files=[places[name] for name in named],
                why="An empty mask says that somebody looked and found nothing. If nobody drew it, a network is "
                    "punished for finding the lesion.",
                worth=f"{share_words(len(named), sum(total.values()))} images: each tested one scores 0 for finding a "
                      f"lesion, together at most {100 * len(named) / sum(total.values()):.1f} points of mean Dice over "
                      "all.",
                do="Draw the masks, or remove the empty files: then these images take no part.")


def _worth(count: int, total: int, metric: str) -> str:
    return (f"{share_words(count, total)} images: taken for what nobody said they are, they move {metric} over all by "
            f"at most {100 * count / total:.1f} points.")


def empty_masks(manifest: Manifest) -> set[str]:
    """Return the ids of images all of whose masks are empty, as the digests of the scan tell."""
    masks = manifest.objects.filter((pl.col("kind") == "mask") & (pl.col("pixels_sha256").is_not_null()
                                                                  | pl.col("locator").is_null()))
    nothing: dict[tuple[int, ...], str] = {}
    sizes = {name: (slices, rows, columns) for name, slices, rows, columns in
             manifest.images.select("id", "slices", "rows", "columns").rows() if rows}
    state: dict[str, bool] = {}
    for name, locator, digest in masks.select("id", "locator", "pixels_sha256").rows():
        size = sizes.get(name)
        if locator is not None and size is None:
            continue
        if locator is not None and size is not None and size not in nothing:
            nothing[size] = pixel_digest(np.zeros(size if size[0] and size[0] > 1 else size[1:], np.int32))
        state[name] = state.get(name, True) and (locator is None or (size is not None and digest == nothing[size]))
    return {name for name, is_empty in state.items() if is_empty}
