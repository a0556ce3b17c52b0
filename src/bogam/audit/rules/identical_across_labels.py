"""Is one picture filed under two labels?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.worth import joined, share_words, wrong_at_least
from bogam.page.text import many


@rules.register
class IdenticalAcrossLabels(Rule):
    """The same pixels with two labels: one of the two is wrong."""

    kind: Literal["identical-across-labels"] = "identical-across-labels"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning per set: identical, transformed, and similar pictures with different labels."""
        if not evidence.classes:
            return
        names, classes = dict(evidence.manifest.images.select("id", "image").rows()), evidence.classes
        sets = [ids for ids in evidence.same.identical if len({classes.get(i) for i in ids} - {None}) > 1]
        if sets:
            yield self.finding("warning", f"{many(len(sets), 'picture is', 'pictures are')} filed under two labels.",
                               files=[" = ".join(f"{names[i]} ({classes.get(i, 'no label')})" for i in ids)
                                      for ids in sets],
                               pairs=[(ids[0], ids[1], "identical") for ids in sets], worth=_worth(sets, classes),
                               why="One of the two labels is wrong; the model cannot learn both.",
                               do="Ask who labeled them; correct or remove them.")
        copies = [p for p in evidence.same.copies if p.first in classes and p.other in classes
                  and classes[p.first] != classes[p.other]]
        if copies:
            bear = ("pair of transformed pictures bears", "pairs of transformed pictures bear")
            yield self.finding("warning", f"{many(len(copies), *bear)} different labels.",
                               files=[f"{names[p.first]} ({classes[p.first]}) ~ {names[p.other]} ({classes[p.other]}), "
                                      f"{', '.join(p.how)}" for p in copies],
                               pairs=[(p.first, p.other, ", ".join(p.how)) for p in copies],
                               worth=_worth(joined((p.first, p.other) for p in copies), classes),
                               why="They are one picture: one of the two labels is wrong.",
                               do="Ask who labeled them; correct or remove them.")
        same = {frozenset(pair) for pair in evidence.same.joined()}
        same |= {frozenset((a, b)) for ids in evidence.same.identical for a in ids for b in ids}
        pairs = [(a, b, r) for a, b, r in (evidence.near.pairs if evidence.near else ())
                 if a in classes and b in classes and a in names and b in names
                 and classes[a] != classes[b] and frozenset((a, b)) not in same]
        near = [f"{names[a]} ({classes[a]}) ~ {names[b]} ({classes[b]}), r = {r:.3f}" for a, b, r in pairs]
        words = ("pair of similar pictures bears", "pairs of similar pictures bear")
        if near:
            yield self.finding("warning", f"{many(len(near), *words)} different labels.",
                               files=near, pairs=[(a, b, f"correlation {r:.3f}") for a, b, r in pairs],
                               worth="If similar pictures show one lesion: " + _worth(
                                   joined((a, b) for a, b, _ in pairs), classes, "a"),
                               why="They may show one lesion that was labeled twice, or merely look alike.",
                               do="Look at them.")


def _worth(sets: Collection[Collection[str]], classes: Mapping[str, str], first: str = "A") -> str:
    """Return the least number of wrong labels as points, for pictures of one set that bear one right label."""
    wrong = wrong_at_least(sets, classes)
    return (f"{first}t least {share_words(wrong, len(classes))} labels {'is' if wrong == 1 else 'are'} wrong: over all "
            f"images, no model that answers alike for them can come above {100 * (1 - wrong / len(classes)):.1f} % "
            "accuracy.")
