"""Sizes, channels and depths of the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.page.text import many

ODD = 0.5
MIXTURES = (
    ("bits", "depths (bits)", "Levels are scaled by each file's own range; check that files of different depth look "
                              "alike."),
    ("channels", "numbers of channels", "Set data.channels to gray or rgb."),
    ("format", "file formats", "Find out where the files come from."))


@rules.register
class PictureSizes(Rule):
    """Pictures much smaller or narrower than the rest, and mixtures of depth, channels or format."""

    kind: Literal["picture-sizes"] = "picture-sizes"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the range of sizes, and warnings for odd ones and for mixtures."""
        images = evidence.manifest.images.drop_nulls(["rows", "columns"])
        if not images.height:
            return
        sizes = list(images.select("rows", "columns").rows())
        (usual, often), = Counter(sizes).most_common(1)
        rows, columns = (sorted(s[k] for s in sizes) for k in (0, 1))
        if often == len(sizes):
            words = f"Size: {usual[0]} rows x {usual[1]} columns, all of them."
        else:
            words = f"Sizes: {rows[0]} to {rows[-1]} rows, {columns[0]} to {columns[-1]} columns."
            if often > len(sizes) / 2:
                words += f" {often:,} of {len(sizes):,} have {usual[0]} x {usual[1]}."
        yield self.finding("note", words)
        middle = rows[len(rows) // 2] * columns[len(columns) // 2]
        odd = [f"{name} ({r} x {c})" for name, r, c in images.select("image", "rows", "columns").rows()
               if r * c < ODD**2 * middle or max(r, c) > 4 * min(r, c)]
        if odd and len(odd) < images.height / 4:
            yield self.finding("warning", f"{many(len(odd), 'picture is', 'pictures are')} much smaller or narrower "
                                          "than the rest.", files=odd,
                               why="Cut-off patches and thumbnails are often mistakes; padding teaches borders.",
                               do="Look at them; leave them out if they are remnants.")
        for column, what, do in MIXTURES:
            yield from self._mixture(evidence, column, what, do)

    def _mixture(self, evidence: Evidence, column: str, what: str, do: str) -> Iterable[Finding]:
        per_class: dict[str, Counter[str]] = {}
        counts: Counter[str] = Counter()
        for name, value in evidence.manifest.images.select("id", column).rows():
            if value is not None:
                counts[str(value)] += 1
                if name in evidence.classes:
                    per_class.setdefault(evidence.classes[name], Counter())[str(value)] += 1
        if len(counts) < 2:
            return
        yield self.finding(
            "warning", f"Different {what}: {_words(counts)}.",
            detail="; ".join(f"{label} ({_words(found)})" for label, found in sorted(per_class.items())),
            why="A network can read the source of an image from it" + (
                "; whether the class as well, the rule shortcuts measures." if per_class else "."), do=do)


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{value}: {count:,}" for value, count in counts.most_common())
