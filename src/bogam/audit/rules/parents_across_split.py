"""Does a picture that was made from another lie on another side than what it was made from?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.sides import places, torn
from bogam.audit.worth import from_memory, keys_of, share_words
from bogam.data.same.evidence import Child
from bogam.page.text import many


@rules.register
class ParentsAcrossSplit(Rule):
    """Augmented and synthetic images belong to training, together with all that they were made from."""

    kind: Literal["parents-across-split"] = "parents-across-split"
    needs_split: ClassVar[bool] = True
    hard: ClassVar[bool] = True

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop for children whose parents lie in another part, and for derived images outside training.

        Parents are those that the manifest declares, also the images that a generator learned from, and those that
        names and pictures tell. Children of one parent that is not in the set may not lie on two sides either.
        """
        manifest, where = evidence.manifest, places(evidence.manifest)
        names = dict(manifest.images.select("id", "image").rows())
        if where:
            yield from self._across(evidence.same.children, where, names)
            outside = [name for name, origin in manifest.images.select("id", "origin").rows()
                       if origin != "real" and set(where.get(name, {}).values()) - {"train"}]
            if outside and any(o == "real" for o in manifest.images["origin"].to_list()):
                yield self.finding(
                    "stop", f"{many(len(outside), 'made image lies', 'made images lie')} outside training: derived or "
                            "synthetic.", files=[names[i] for i in outside],
                    pairs=[(i, "", "derived or synthetic") for i in outside],
                    why="A score on made pictures is no score on patients.", worth=_share(outside, where),
                    do="Remove them from validation and test; let training augment.")
        orphans = [name for name, origin, parents in manifest.images.select("id", "origin", "parents").rows()
                   if origin == "synthetic" and not parents]
        if orphans and len(orphans) < len(manifest):
            yield self.finding(
                "warning", f"{many(len(orphans), 'synthetic image does', 'synthetic images do')} not name the images "
                           "that the generator learned from.", files=[names[i] for i in orphans],
                why="If one of those lies in the test part, the generator has carried it into training.",
                do="Give a column `parents` with their ids.")

    def _across(self, children: Iterable[Child], where: dict[str, dict[tuple[int, int], str]],
                names: dict[str, str]) -> Iterable[Finding]:
        first: dict[str, str] = {}
        related: list[tuple[str, str, tuple[Child, str]]] = []
        for child in children:
            other = child.parent or first.setdefault(child.source, child.child)
            if other != child.child:
                related.append((child.child, other, (child, other)))
        found = torn(related, where)
        rows = [*found.tests, *found.others]
        if not rows:
            return
        made = many(len({child.child for child, _ in rows}), "image lies", "images lie")
        yield self.finding(
            "stop", f"{made} on another side than the image that it was made from.",
            detail=f"{len(found.tests)} across the test part, {len(found.others)} between training and validation; "
                   f"known from: {', '.join(sorted({child.by for child, _ in rows}))}.",
            files=[f"{names[child.child]} from {names[other]}" if child.parent else
                   f"{names[child.child]} and {names[other]}, both from {child.source}" for child, other in rows],
            pairs=[(child.child, other, f"known from {child.by}") for child, other in rows],
            worth=from_memory(keys_of((child.child, other) for child, other in rows), where,
                              "a relative (parent, child or sibling)", bool(found.tests)),
            why="Augmented copies across a split are the answer itself: a network that learns nothing scores high.",
            do="Split first, and augment the training part only; bogam does so while it trains.")


def _share(made: Sequence[str], where: dict[str, dict[tuple[int, int], str]]) -> str:
    """Return how far made images can move the test score."""
    tested = [name for name, parts in where.items() if "test" in parts.values()]
    among = len(set(made) & set(tested))
    if not among:
        return ""
    return (f"{share_words(among, len(tested))} test images are made: the score over all differs from that over real "
            f"ones by at most {100 * among / len(tested):.1f} points.")
