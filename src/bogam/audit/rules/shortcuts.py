"""Can the class be told without looking at what the picture shows?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.origin import Trait, traits
from bogam.audit.out_of_fold import Area, area, deal_folds, probabilities, small_tree
from bogam.core.types import FloatArray
from bogam.data.duplicates import groups
from bogam.page.text import class_name, listed

FEWEST = 20
"""Images, and `FEWEST_GROUPS` groups, that a class needs to be judged."""
FEWEST_GROUPS = 10
TOGETHER = "all traits of origin together"
BEYOND = 0.55
"""An AUC is worth a word where the lower end of its interval lies above this."""


@dataclass(frozen=True, eq=False)
class Told:
    """How well one trait tells one class from the others."""

    trait: Trait
    label: str
    area: Area
    scores: FloatArray


@rules.register
class Shortcuts(Rule):
    """A class that size, file, marks or source give away: a network learns these first, and no disease."""

    kind: Literal["shortcuts"] = "shortcuts"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning where one trait alone tells a class, out of fold, with an interval above chance.

        Groups (patients, or where they are unknown similar pictures) are never divided. The intervals hold together
        for all traits and classes looked at.
        """
        ids = [name for name in evidence.manifest.images["id"].to_list() if name in evidence.classes]
        group = groups(evidence.manifest, ["patient", "duplicate"], evidence.near)[0]
        own = [group[name] for name in ids]
        labels = _judged(evidence, ids, own)
        if len(labels) < 1:
            return
        every = sorted({evidence.classes[name] for name in ids})
        target = np.array([every.index(evidence.classes[name]) for name in ids], np.int64)
        known = traits(evidence, ids)
        origin = [trait for trait in known if not trait.content]
        if len(origin) > 1:
            known.append(Trait(TOGETHER, np.hstack([trait.values for trait in origin])))
        found = told(known, labels, every, target, own)
        best: dict[str, Told] = {}
        for one in found:
            if one.area.low > BEYOND and (one.trait.name not in best
                                          or one.area.value > best[one.trait.name].area.value):
                best[one.trait.name] = one
        for content in (False, True):
            chosen = sorted((b for b in best.values() if b.trait.content == content),
                            key=lambda b: (b.trait.name == TOGETHER, -b.area.value))
            if chosen:
                rest = class_name(every[0]) if len(every) == 2 else "the rest"
                how = (f"Out of fold, no {_unit(evidence)} divided; the intervals hold together for all {len(found)} "
                       "looks.")
                yield self._said(chosen, ids, content, rest, how)

    def _said(self, chosen: Sequence[Told], ids: Sequence[str], content: bool, rest: str, how: str) -> Finding:
        first = chosen[0]
        others = [f"from {one.trait.name} {class_name(one.label)}, {one.area}" for one in chosen[1:]]
        points = 100 * (max(one.area.value for one in chosen) - 0.5)
        return self.finding(
            "warning",
            f"From {first.trait.name} alone, {class_name(first.label)} can be told from {rest}: {first.area}.",
            detail=(f"Also {listed(others)}. " if others else "") + how,
            why=("It may be the disease itself, or the machine and its settings; a network uses it either way."
                 if content else
                 "This is where a picture came from, not what it shows. A network learns it first, and it is gone on "
                 "pictures from elsewhere."),
            do=("Report this AUC beside the network's; test on data from another source." if content else
                "Report this AUC beside the network's; compare within one value of it, remove the marks, or get all "
                "classes from one source. External data show what is left."),
            worth=f"Up to {points:.0f} points of AUC above chance, without any anatomy.",
            pairs=_extremes(first, ids))


def told(found: Sequence[Trait], labels: Sequence[str], every: Sequence[str], target: NDArray[np.int64],
         own: Sequence[str]) -> list[Told]:
    """Return how well each trait tells each class; the level of the intervals is shared among all of them.

    Args:
        found: traits.
        labels: classes to judge, one against the rest; of two classes the second alone.
        every: all classes, in the order of `target`.
        target: (n,) class index.
        own: (n,) group of each image.
    """
    fold = deal_folds(own, target)
    level = 1 - 0.05 / max(1, len(found) * len(labels))
    made = []
    for trait in found:
        scores = probabilities(trait.values, target, fold, small_tree)
        for label in labels:
            place = every.index(label)
            measured = area(scores[:, place], target == place, fold, own, level)
            if measured is not None:
                made.append(Told(trait, label, measured, scores[:, place]))
    return made


def _judged(evidence: Evidence, ids: Sequence[str], own: Sequence[str]) -> list[str]:
    """Return the classes with enough images and groups inside and outside; one of the two where there are two."""
    images = Counter(evidence.classes[name] for name in ids)
    inside: dict[str, set[str]] = {}
    for name, group in zip(ids, own, strict=True):
        inside.setdefault(evidence.classes[name], set()).add(group)
    fit = [label for label in sorted(images) if min(images[label], len(ids) - images[label]) >= FEWEST
           and len(inside[label]) >= FEWEST_GROUPS
           and len({g for other, groups in inside.items() if other != label for g in groups}) >= FEWEST_GROUPS]
    return fit[1:] if len(images) == 2 and len(fit) == 2 else fit


def _extremes(told: Told, ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return three pairs: pictures that the trait takes most surely for the class, beside least surely."""
    order = np.argsort(np.nan_to_num(told.scores, nan=0.5), kind="stable")
    return [(ids[int(high)], ids[int(low)], f"by {told.trait.name}: most, and least, like {class_name(told.label)}")
            for high, low in zip(order[::-1][:3], order[:3], strict=True)]


def _unit(evidence: Evidence) -> str:
    return "patient" if evidence.manifest.patient == "given" else "group of similar pictures"
