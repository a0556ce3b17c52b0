"""Sizes, channels and depths of the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules, some

ODD = 0.5


@rules.register
class PictureSizes(Rule):
    """Pictures much smaller or narrower than the rest, and mixtures of depth, channels or format."""

    kind: Literal["picture-sizes"] = "picture-sizes"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the range of sizes, and warnings for odd ones and for mixtures."""
        images = evidence.manifest.images.drop_nulls(["rows", "columns"])
        if not images.height:
            return
        rows, columns = images["rows"], images["columns"]
        yield self.finding("note", f"Sizes: {rows.min()} to {rows.max()} rows, {columns.min()} to {columns.max()} "
                                   "columns.")
        middle = float(rows.median() or 0) * float(columns.median() or 0)  # type: ignore[arg-type]
        odd = [f"{name} ({r} x {c})" for name, r, c in images.select("image", "rows", "columns").rows()
               if r * c < ODD**2 * middle or max(r, c) > 4 * min(r, c)]
        if odd and len(odd) < images.height / 4:
            yield self.finding("warning", f"{len(odd)} pictures are much smaller or narrower than the rest.",
                               detail=some(odd, 5), files=tuple(odd[:50]),
                               why="Cut-off patches and thumbnails are often mistakes; padding teaches borders.",
                               do="Look at them; leave them out if they are remnants.")
        for column, what in (("bits", "depths (bits)"), ("channels", "numbers of channels"),
                             ("format", "file formats")):
            counts = Counter(v for v in images[column].to_list() if v is not None)
            if len(counts) > 1:
                words = ", ".join(f"{value}: {count}" for value, count in counts.most_common())
                by_class: dict[str, Counter[str]] = {}
                for name, value in images.select("id", column).rows():
                    if name in evidence.classes:
                        by_class.setdefault(evidence.classes[name], Counter())[str(value)] += 1
                yield self.finding(
                    "warning", f"Different {what}: {words}.",
                    detail="; ".join(f"{label}: {dict(c)}" for label, c in sorted(by_class.items())),
                    why="A network can read the source of an image from it, and with the source the class.",
                    do="Set data.channels to gray or rgb; check that no class has a format of its own.")
