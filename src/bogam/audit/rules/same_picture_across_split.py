"""Does one picture lie on two sides of the split, as it is or transformed?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.sides import places, torn, unfit
from bogam.audit.worth import from_memory, keys_of
from bogam.page.text import many

TWIN = "a twin"


@rules.register
class SamePictureAcrossSplit(Rule):
    """An identical or transformed picture in training and in test lets a network answer from memory."""

    kind: Literal["same-picture-across-split"] = "same-picture-across-split"
    needs_split: ClassVar[bool] = True

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop for identical, and for transformed, pictures in the test part and another; else a warning.

        Transformed pictures that hang together in a group of more than 5 % of the set are a warning: then the
        threshold does not fit the set.
        """
        where = places(evidence.manifest)
        if not where:
            return
        names = dict(evidence.manifest.images.select("id", "image").rows())
        sets = torn(((ids[i], other, ids) for ids in evidence.same.identical for i in range(len(ids))
                     for other in ids[i + 1:]), where)
        for found, test in ((sets.tests, True), (sets.others, False)):
            torn_sets = [ids for ids in dict.fromkeys(found) if test or ids not in sets.tests]
            if torn_sets:
                lie = many(len(torn_sets), "identical picture lies", "identical pictures lie")
                yield self._say(test, lie,
                                [" = ".join(names[i] for i in ids) for ids in torn_sets],
                                [(ids[0], other, "identical") for ids in torn_sets for other in ids[1:]],
                                from_memory(keys_of(torn_sets), where, TWIN, test))
        large = unfit(evidence.same, len(evidence.manifest))
        pairs = torn(((p.first, p.other, p) for p in evidence.same.copies), where)
        for found_pairs, test in ((pairs.tests, True), (pairs.others, False)):
            for doubtful in (False, True):
                kept = [p for p in found_pairs if (p.first in large) == doubtful]
                if kept:
                    words = many(len(kept), "pair of transformed pictures lies", "pairs of transformed pictures lie")
                    yield self._say(test, words,
                                    [f"{names[p.first]} ~ {names[p.other]} ({', '.join(p.how)})" for p in kept],
                                    [(p.first, p.other, ", ".join(p.how)) for p in kept],
                                    from_memory(keys_of((p.first, p.other) for p in kept), where, TWIN, test), doubtful)

    def _say(self, test: bool, words: str, files: list[str], pairs: list[tuple[str, str, str]], worth: str,
             doubtful: bool = False) -> Finding:
        between = "the test part and another" if test else "training and validation"
        detail = ("More than 5 % of the set hang together by such pairs: the threshold does not fit this set, so this "
                  "is no stop.") if doubtful else ""
        return self.finding(
            "stop" if test and not doubtful else "warning", f"{words} on two sides: {between}.", detail=detail,
            files=files, pairs=pairs, worth=worth,
            why="The model has seen the answer: scores on such images say nothing about new patients." if test else
                "Epoch and threshold are then chosen on images whose answer was seen.",
            do="Let bogam split (split: {kind: kfold}), which keeps them together, or remove them from one side.")
