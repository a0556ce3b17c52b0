"""Labels that name a side of the body, and what a mirror makes of them.

A mirrored image shows a mirrored body: what was the left lung now looks like a right one, and has to be called so. That
holds for every warp that turns left into right hands: a flip left and right, a flip top and bottom (which is a flip
left and right, turned by half a circle), a flip along the slices. Two of them make a turn, after which all names are
right again. Rotations, shifts, zooms and bends change no side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bogam.augment.family import Augment, Drawn
from bogam.core.errors import UserError, near_miss, say
from bogam.core.types import Case


@dataclass(frozen=True)
class Sides:
    """What a mirror exchanges.

    Args:
        names: each label with a side to the label of the other side, both ways.
        order: for each output, the number of the output that takes its place.
    """

    names: Mapping[str, str]
    order: tuple[int, ...]

    @classmethod
    def of(cls, pairs: Mapping[str, str], labels: Sequence[str]) -> Sides:
        """Return the sides of a recipe.

        Args:
            pairs: label to the label of the other side, one way or both.
            labels: of the outputs, in order.

        Raises:
            UserError: a label that is no output's, or that has two other sides.

        Example:
            >>> Sides.of({"left": "right"}, ["heart", "left", "right"]).order
            (0, 2, 1)
        """
        names: dict[str, str] = {}
        for one, other in pairs.items():
            for label in (one, other):
                if label not in labels:
                    raise UserError(say("data.sides", f"'{label}'", f"a label of {', '.join(labels)}",
                                        near_miss(label, labels)))
            for label, opposite in ((one, other), (other, one)):
                if names.setdefault(label, opposite) != opposite or one == other:
                    raise UserError(say("data.sides", f"'{label}' opposite to '{opposite}' and '{names[label]}'",
                                        "one other side for each label"))
        return cls(names, tuple(labels.index(names.get(label, label)) for label in labels))

    def to_dict(self) -> dict[str, Any]:
        """Return what the history keeps beside a mirror."""
        return {"names": dict(self.names), "order": list(self.order)}


def is_mirror(part: type[Augment], drawn: Drawn, axes: int) -> bool:
    """Tell whether a drawn step turns left into right hands."""
    if part.group != "warp" or not part.mirrors:
        return False
    matrix = np.array(part.matrix(drawn, (8,) * axes))
    return bool(np.linalg.det(matrix[:-1, :-1]) < 0)


def exchange(case: Case, sides: Mapping[str, Any]) -> Case:
    """Return a case in which masks, box labels and targets of the two sides have changed places.

    Args:
        case: just mirrored.
        sides: as `Sides.to_dict` wrote it.
    """
    names, order = sides["names"], list(sides["order"])
    masks = case.masks
    if masks is not None and len(masks) == len(order) and order != sorted(order):
        masks = masks[order]
    targets = {name: ({names.get(v, v): share for v, share in value.items()} if isinstance(value, Mapping)
                      else names.get(value, value) if isinstance(value, str) else value)
               for name, value in case.targets.items()}
    labels = tuple(names.get(label, label) for label in case.box_labels)
    return case.but(masks=masks, box_labels=labels, targets=targets)


def mirroring(steps: Iterable[Augment]) -> list[str]:
    """Return the kinds among the steps, and within their chains, that can mirror."""
    found = []
    for step in steps:
        found += [step.kind] if step.mirrors else mirroring(getattr(step, "steps", ()))
    return found
