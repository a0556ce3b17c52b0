"""The partners of a mix: who they are, what is done to them before it, and what becomes of masks, boxes and targets.

A partner is drawn from the training part of the fold, never from the batch at hand, by the key of the step that takes
it: (seed, epoch, id, occurrence, position). The steps before the mix are drawn for it anew, under a key of its own
(its id and that of the case that takes it), so it looks as a case of that epoch may look; earlier mixes are left out:
a partner is always one real case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.augment.apply_cpu import read_levels, write_levels
from bogam.augment.family import Augment, Drawn
from bogam.core.errors import UserError, say
from bogam.core.seeds import KeyedGenerator
from bogam.core.types import Array, Case

if TYPE_CHECKING:
    from bogam.augment.plan import Plan

Read = Callable[[str], Case]
Window = tuple[slice, slice]

VISIBLE = 0.5
"""A box stays where at least this share of its area is still to be seen, and shrinks to what is."""
PHYSICAL = ("hu", "suv")
"""Units in which a number means the same in every case."""


@dataclass(frozen=True)
class Partners:
    """The training part of a fold, from which mixes draw.

    Args:
        ids: of the training part.
        case: id to prepared case.
    """

    ids: tuple[str, ...]
    case: Read

    @cached_property
    def marked(self) -> tuple[str, ...]:
        """Ids of the cases with a mask that is not empty; reads every case once."""
        found = []
        for name in self.ids:
            masks = self.case(name).masks
            if masks is not None and masks.any():
                found.append(name)
        return tuple(found)


def draw_partners(plan: Plan, position: int, rng: np.random.Generator, keyed: KeyedGenerator, epoch: int, name: str,
                  occurrence: int) -> list[dict[str, Any]]:
    """Return the partners of one mix: ``{"id": ..., "steps": what was drawn for it}`` each, all different.

    Args:
        plan, position: its steps, and the place of the mix among them.
        rng: the mix's own generator, after its own draw.
        keyed: for the generators of the partners' steps; it may be the one that `rng` came from.
        epoch, name, occurrence: of the case that takes the partners.

    Raises:
        UserError: the training part has too few other cases.
    """
    part, pool = plan.steps[position], plan.partners
    if pool is None:
        raise UserError(say(f"augmentation {part.kind}", "no training cases", "some to draw partners from",
                            "Mixes need a training part: that of a recipe, or the plan's `partners`."))
    among = pool.marked if part.needs_lesion else pool.ids
    if len(among) <= part.partners and len(set(among) - {name}) < part.partners:
        what = "other training cases with a mask that is not empty" if part.needs_lesion else "other training cases"
        raise UserError(say(f"case {name}, augmentation {part.kind}", f"{len(set(among) - {name})} {what}",
                            f"at least {part.partners}", "Leave it out, or use fewer folds."))
    chosen: list[str] = []
    while len(chosen) < part.partners:
        other = among[int(rng.integers(len(among)))]
        if other != name and other not in chosen:
            chosen.append(other)
    drawn = []
    for number, other in enumerate(chosen):
        entries = []
        for place, step in enumerate(plan.steps[:position]):
            if step.group in ("mix", "branch"):
                continue
            own = keyed.at(plan.seed, "partner", epoch, name, occurrence, position, number, other, place)
            if own.random() < step.probability:
                entries.append(plan.draw_step(step, own, pool.case(other)))
        drawn.append({"id": other, "steps": entries})
    return drawn


def mix_in(case: Case, part: type[Augment], drawn: Drawn, read: Read | None,
           apply: Callable[[Case, Sequence[Drawn]], Case]) -> tuple[Case, dict[str, Any]]:
    """Return the mixed case and its entry in the history: what was drawn, the partners with their steps, the shares.

    Args:
        case: as it is at the step's place.
        part, drawn: the mix, and what `Plan.draw` returned for it.
        read: id to prepared case.
        apply: carries out drawn steps on a partner.

    Raises:
        UserError: no access to the partners; a partner of another size, or without masks where the case has some;
            points, of which a mix would leave two of each; a volume where the part knows only pictures.
    """
    where = f"case {case.id}, augmentation {drawn['augment']}"
    if read is None:
        raise UserError(say(where, "no access to the partners", f"the cases {_ids(drawn)}", "Give `read`."))
    if case.points is not None:
        raise UserError(say(where, "a case with points", "one without: of two cases each point would be there twice"))
    if case.image.ndim == 4 and not part.volumes:
        raise UserError(say(where, f"a volume of shape {case.image.shape}", "a picture (C, Y, X)",
                            "Leave it out, or slice the volume."))
    if part.needs_lesion and case.masks is None:
        raise UserError(say(where, "a case without masks", "one in which somebody looked for lesions"))
    cases, record = [case], []
    for entry in drawn["partners"]:
        other = read(entry["id"])
        _check_alike(where, case, other)
        other = apply(_asked_for(other, case), entry["steps"])
        record.append({"id": entry["id"], "steps": list(other.history)})
        cases.append(_on_levels_of(case, other, where))
    mixed, shares = part.mix(cases, drawn)
    entry = {**drawn, "partners": record} | ({} if shares is None else {"shares": list(shares)})
    return mixed.but(targets=mixed_targets([c.targets for c in cases], shares)), entry


def _ids(drawn: Drawn) -> str:
    return ", ".join(str(entry["id"]) for entry in drawn["partners"])


def _asked_for(other: Case, case: Case) -> Case:
    """Return a partner with what the case itself has, and without a history: a classification warps no masks."""
    return other.but(history=(), points=None, points_inside=None, masks=None if case.masks is None else other.masks,
                     boxes=None if case.boxes is None else other.boxes,
                     box_labels=() if case.boxes is None else other.box_labels)


def _check_alike(where: str, case: Case, other: Case) -> None:
    if other.image.shape != case.image.shape:
        raise UserError(say(where, f"partner {other.id} of shape {other.image.shape}", f"{case.image.shape}",
                            "Add a resize step to `prepare`, or set `data.channels` to gray or rgb."))
    for name in ("masks", "boxes"):
        if getattr(case, name) is not None and getattr(other, name) is None:
            raise UserError(say(where, f"partner {other.id} without {name}", "one in which somebody looked for them"))


def _on_levels_of(case: Case, other: Case, where: str) -> Case:
    """Return the partner with its grey values on the case's scale.

    Values in physical units stay. Others are read as shares of the partner's levels and written over the case's.
    """
    if other.image.dtype == case.image.dtype and other.level_unit == case.level_unit and (
            other.levels == case.levels or case.level_unit in PHYSICAL):
        return other
    if other.levels is None or case.levels is None or (
            other.level_unit != case.level_unit and {other.level_unit, case.level_unit} & set(PHYSICAL)):
        raise UserError(say(where, f"partner {other.id} with {other.image.dtype} pixels, levels {other.levels} in "
                            f"{other.level_unit}", f"{case.image.dtype}, {case.levels} in {case.level_unit}, or levels "
                            "on both sides", "Put a window step into 'prepare'."))
    return other.but(image=write_levels(read_levels(other.image, other.levels), case.levels, case.image.dtype),
                     levels=case.levels)


def mixed_targets(targets: Sequence[Mapping[str, Any]], shares: Sequence[float] | None) -> dict[str, Any]:
    """Return the targets of a mix: a value that all agree on, a mapping value to share, or None where unknown.

    Args:
        targets: of the case and its partners.
        shares: of each; None: where they disagree, nobody knows.

    Example:
        >>> mixed_targets([{"class": "benign"}, {"class": "malignant"}], (0.75, 0.25))
        {'class': {'benign': 0.75, 'malignant': 0.25}}
    """
    mixed: dict[str, Any] = {}
    for name in targets[0]:
        found = [(other.get(name), 1.0 if shares is None else shares[k]) for k, other in enumerate(targets)]
        found = [(value, share) for value, share in found if share > 0]
        if all(value == found[0][0] for value, _ in found):
            mixed[name] = found[0][0]
        elif shares is None or any(value is None for value, _ in found):
            mixed[name] = None
        else:
            mixed[name] = {}
            for value, share in found:
                for one, part in (value.items() if isinstance(value, Mapping) else ((value, 1.0),)):
                    mixed[name][one] = mixed[name].get(one, 0.0) + part * share
    return mixed


def sources(case: Case) -> dict[tuple[str, bool], float]:
    """Return what a case is made of: (id of a source, whether its sides have changed places) to its share.

    The shares are those in the class target.

    Example:
        >>> entry = {"augment": "mixup", "partners": [{"id": "b", "steps": []}], "shares": [0.75, 0.25]}
        >>> sources(Case("a", np.zeros((1, 1, 1), np.uint8), None, history=(entry,)))
        {('a', False): 0.75, ('b', False): 0.25}
    """
    found = {(case.id, False): 1.0}
    for entry in case.history:
        if "augment" not in entry:
            continue
        if "sides" in entry:
            found = {(name, not mirrored): share for (name, mirrored), share in found.items()}
        if "shares" in entry:
            own, *others = entry["shares"]
            found = {source: share * own for source, share in found.items()}
            for partner, share in zip(entry["partners"], others, strict=True):
                source = (partner["id"], sum("sides" in step for step in partner["steps"]) % 2 == 1)
                found[source] = found.get(source, 0.0) + share
    return found


def paste(cases: Sequence[Case], pieces: Sequence[tuple[int, Window, Window]]) -> Case:
    """Return the first case with rectangles of the others laid over it, image and masks alike.

    Args:
        cases: the case and its partners.
        pieces: (number of the case, rows and columns to fill, rows and columns to take) of the same size; number 0
            takes from the case as it was.
    """
    case = cases[0]
    image, masks = case.image.copy(), None if case.masks is None else case.masks.copy()
    filled = np.zeros(case.shape, bool)
    boxes: list[tuple[Case, NDArray[np.bool_], tuple[int, int]]] = []
    for number, to, taken in pieces:
        image[(..., *to)] = cases[number].image[(..., *taken)]
        if masks is not None:
            masks[(..., *to)] = cases[number].masks[(..., *taken)]  # type: ignore[index]
        if case.boxes is not None:
            shown = np.zeros(case.shape, bool)
            shown[taken] = True
            boxes.append((cases[number], shown, (to[0].start - taken[0].start, to[1].start - taken[1].start)))
        filled[to] = True
    made = case.but(image=image, masks=masks)
    if case.boxes is None:
        return made
    return with_boxes(made, [(case, ~filled, (0, 0)), *boxes])


def paste_where(cases: Sequence[Case], plane: NDArray[np.bool_]) -> Case:
    """Return the first of two cases with the second wherever `plane` (Y, X) is true, image and masks alike."""
    case, other = cases
    image = join(case.image, other.image, plane)
    masks = None if case.masks is None or other.masks is None else join(case.masks, other.masks, plane)
    made = case.but(image=image, masks=masks)
    if case.boxes is None:
        return made
    return with_boxes(made, [(case, ~plane, (0, 0)), (other, plane, (0, 0))])


def join(under: Array, over: Array, plane: NDArray[np.bool_]) -> Array:
    """Return planes (K, Y, X): `over` where `plane` (Y, X) is true, else `under`."""
    if under.dtype != over.dtype:
        return np.where(plane, over, under)
    joined, shown = under.copy(), plane.view(np.uint8)
    for target, taken in zip(joined, over, strict=True):
        cv2.copyTo(taken, shown, target)
    return joined


def with_boxes(made: Case, parts: Sequence[tuple[Case, NDArray[np.bool_], tuple[int, int]]]) -> Case:
    """Return a case with the boxes of which enough is seen, each shrunk to what is seen of it and moved.

    Args:
        made: to receive them.
        parts: (case, what of it is seen (Y, X), rows and columns by which it moves).
    """
    rows: list[Array] = []
    labels: list[str] = []
    for case, shown, (down, right) in parts:
        names = case.box_labels or ("",) * len(case.boxes)  # type: ignore[arg-type]
        for box, label in zip(case.boxes, names, strict=True):  # type: ignore[arg-type]
            y0, x0 = np.floor(box[:2]).astype(int)
            y1, x1 = np.ceil(box[2:]).astype(int)
            inside = shown[y0:y1, x0:x1]
            if not inside.any() or inside.mean() < VISIBLE:
                continue
            y, x = np.flatnonzero(inside.any(axis=1)) + y0, np.flatnonzero(inside.any(axis=0)) + x0
            low, high = np.maximum(box[:2], [y[0], x[0]]), np.minimum(box[2:], [y[-1] + 1, x[-1] + 1])
            rows.append(np.concatenate([low, high]) + np.array([down, right, down, right]))
            labels.append(label)
    return made.but(boxes=np.array(rows, np.float64).reshape(-1, 4),
                    box_labels=tuple(labels) if any(case.box_labels for case, *_ in parts) else ())
