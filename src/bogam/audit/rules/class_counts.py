"""How many images has each class?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.worth import share_words
from bogam.page.text import class_name, is_numeral

FEW = 20
RARE = 0.1


@rules.register
class ClassCounts(Rule):
    """Counts per class; a class too small to learn or to test."""

    kind: Literal["class-counts"] = "class-counts"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the counts, and a warning for a class with fewer than 20 images or a share below 10 %."""
        counts = Counter(evidence.classes.values())
        if not counts:
            return
        total = sum(counts.values())
        words = ", ".join(f"{_named(name)} {count:,} ({share(count / total)})"
                          for name, count in sorted(counts.items()))
        largest, often = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
        yield self.finding("note", f"Classes: {words}.",
                           worth=f"To answer {class_name(largest)} always is right in {100 * often / total:.1f} % of "
                                 "images: only what lies above that (of balanced accuracy: above "
                                 f"{100 / len(counts):.1f} %) was learned." if len(counts) > 1 else "")
        if len(counts) == 1:
            yield self.finding("warning", f"All images are of one class, {next(iter(counts))}.",
                               why="Nothing can be told apart.", do="Check data.target and the folder.")
        small = [name for name, count in counts.items() if count < FEW or count / total < RARE]
        if small and len(counts) > 1:
            few = ", ".join(class_name(name) for name in sorted(small))
            yield self.finding("warning", f"Few images of {few}.", detail=words,
                               why="Accuracy hides a class that is never found, and intervals will be wide.",
                               worth=_worth(small, counts, total),
                               do="Read balanced accuracy and AUC; consider train.class_weights: balanced.")


def _named(label: str) -> str:
    return f"{class_name(label)}:" if is_numeral(label) else label


def _worth(small: Sequence[str], counts: Counter[str], total: int) -> str:
    missed = sum(counts[name] for name in small)
    return (f"{share_words(missed, total)} images: a model that never finds them loses {100 * missed / total:.1f} "
            f"points of accuracy, and {100 * len(small) / len(counts):.1f} of balanced accuracy.")


def share(part: float) -> str:
    """Return a share as whole percents, without a false 0 or 100.

    Example:
        >>> share(0.5), share(0.001), share(0.999)
        ('50 %', '< 1 %', '> 99 %')
    """
    if 0 < part < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < part < 1 else f"{100 * part:.0f} %"
