"""Does an image that was made from others lie apart from them, or where only real images belong?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.sides import parts_of
from bogam.page.text import many


@rules.register
class ParentsAcrossSplit(Rule):
    """Augmented and synthetic images belong into training, beside every image that they were made from."""

    kind: Literal["parents-across-split"] = "parents-across-split"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a stop for a child apart from a parent or outside train, a warning where parents are not named."""
        manifest = evidence.manifest
        rows = manifest.images.select("id", "image", "origin", "parents").rows()
        made = [row for row in rows if row[2] != "real"]
        if not made or len(made) == len(rows):
            return
        parts, place = parts_of(manifest), dict(manifest.images.select("id", "image").rows())
        apart, outside, nameless = [], [], []
        for name, _, origin, parents in made:
            sides = parts.get(name, {})
            lost = [p for p in parents or [] if any(parts.get(p, {}).get(at, part) != part for at, part in sides.items())]
            apart += [(name, p, f"{origin} from it") for p in lost]
            if any(part != "train" for part in sides.values()) and not lost:
                outside.append(name)
            if sides and not parents:
                nameless.append(name)
        if apart:
            yield self.finding(
                "stop", f"{many(len({a for a, _, _ in apart}), 'made image lies', 'made images lie')} on another side than "
                        "an image that it was made from.",
                files=[f"{place[a]} from {place.get(b, b)}" for a, b, _ in apart],
                pairs=[pair for pair in apart if pair[1] in place],
                why="What was made from a test picture carries its answer into training; a generator that was trained on "
                    "test pictures carries them all.",
                do="Make such images from the training part of the fold alone, and name their parents.")
        if outside:
            yield self.finding(
                "stop", f"{many(len(outside), 'made image is', 'made images are')} outside the training part.",
                files=[place[i] for i in outside], pairs=[(i, "", "") for i in outside],
                why="Scores on augmented or synthetic images say nothing about patients, and copies count one patient "
                    "several times.",
                do="Keep them in training only, or leave them out.")
        if nameless:
            yield self.finding(
                "warning", f"{many(len(nameless), 'made image names', 'made images name')} no parents.",
                files=[place[i] for i in nameless], pairs=[(i, "", "") for i in nameless],
                why="Nobody can tell whether they were made from test pictures. A split of bogam's own leaves them out.",
                do="Name the parents (column parents, ids parted by |); for a generator, all ids that it was trained on.")
