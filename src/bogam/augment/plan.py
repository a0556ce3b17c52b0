"""Draw the steps of a sample, fuse neighbors of one kind, apply them, and repeat them from a history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bogam.augment import apply_cpu
from bogam.augment.family import Augment, Drawn, augmentations, draw_entry
from bogam.augment.maps import Bend
from bogam.augment.partners import Partners, Read, draw_partners, mix_in
from bogam.augment.sides import Sides, exchange, is_mirror
from bogam.core.errors import UserError, near_miss, say
from bogam.core.seeds import KeyedGenerator
from bogam.core.types import Case

Find = Callable[[str], type[Augment]]
Step = tuple[type[Augment], Drawn]
_LOWEST = np.zeros(1, np.float32)


class Plan:
    """A list of augmentations and a seed.

    The written order is the meaning; fusing changes only the cost and the number of interpolations. What is drawn for
    a sample depends on (seed, epoch, the case's id, occurrence, position in the list) and on nothing else: not on the
    order of the calls, the process or the thread.

    Args:
        steps: in the order in which they act.
        seed: of the run.
        partners: the training cases from which mixes draw; only they need it.
        sides: labels that change places where a step mirrors; None: no label names a side.

    Example:
        >>> import numpy as np
        >>> from bogam.augment.flip_horizontal import FlipHorizontal
        >>> plan = Plan([FlipHorizontal(probability=1.0)], seed=0)
        >>> case = Case("a", np.array([[[1, 2, 3]]], np.uint8), (0, 255))
        >>> drawn = plan.draw(case, epoch=0)
        >>> drawn
        ({'augment': 'flip-horizontal'},)
        >>> plan.apply(case, drawn).image.tolist()
        [[[3, 2, 1]]]
    """

    def __init__(self, steps: Sequence[Augment], seed: int, partners: Partners | None = None,
                 sides: Sides | None = None) -> None:
        self.steps = tuple(steps)
        self.seed = seed
        self.partners = partners
        self.sides = sides
        self._parts = {step.kind: type(step) for step in self.steps}
        self._local = threading.local()

    def __reduce__(self) -> tuple[type[Plan], tuple[tuple[Augment, ...], int, Partners | None, Sides | None]]:
        return Plan, (self.steps, self.seed, self.partners, self.sides)

    def draw(self, case: Case, epoch: int, occurrence: int = 0) -> tuple[dict[str, Any], ...]:
        """Return one entry per step that happens, in order: ``{"augment": kind, ...}``, fit for JSON.

        A step that does not happen leaves no entry.

        Args:
            case: as prepared.
            epoch: which pass over the training part.
            occurrence: how often the same case came before in this epoch, for samplers that repeat.
        """
        try:
            keyed: KeyedGenerator = self._local.keyed
        except AttributeError:
            keyed = self._local.keyed = KeyedGenerator()
        entries: list[dict[str, Any]] = []
        at = keyed.under(self.seed, "augment", epoch, case.id, occurrence)
        for position, step in enumerate(self.steps):
            rng = at(position)
            if rng.random() < step.probability:
                entries.append(self.draw_step(step, rng, case))
                if step.group == "mix":
                    entries[-1]["partners"] = draw_partners(self, position, rng, keyed, epoch, case.id, occurrence)
        return tuple(entries)

    def draw_step(self, step: Augment, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return the entry of a step that happens, with the labels that it makes change places."""
        entry = draw_entry(step, rng, case)
        if self.sides is not None and is_mirror(type(step), entry, len(case.shape)):
            entry["sides"] = self.sides.to_dict()
        return entry

    def apply(self, case: Case, drawn: Sequence[Mapping[str, Any]]) -> Case:
        """Return the augmented case; its history ends with what was drawn and measured. The input is left alone.

        Arrays that no step changed are shared with the input.

        Raises:
            UserError: a tone or noise on a case without levels; a volume in a step that knows only pictures, or the
            other way round; an image with NaN.
        """
        return _apply(case, drawn, self._find, self.partners.case if self.partners is not None else None)

    @property
    def views(self) -> int:
        """How many views of each case `apply_views` returns: more than one where a branch asks for consistency."""
        return 1 + sum(getattr(step, "views", 0) for step in self.steps
                       if step.group == "branch" and getattr(step, "consistency", 0) > 0)

    @property
    def consistency(self) -> float:
        """Weight of the divergence between the answers to the views; 0 without views."""
        return float(sum(getattr(step, "consistency", 0.0) for step in self.steps if step.group == "branch"))

    def apply_views(self, case: Case, drawn: Sequence[Mapping[str, Any]]) -> list[Case]:
        """Return all views of a case, its plain one first; steps before and after the branch are the same in all."""
        number = self.views
        if number == 1:
            return [self.apply(case, drawn)]
        place = next((k for k, entry in enumerate(drawn) if "views" in entry), None)
        if place is None:
            return [self.apply(case, drawn)] * number
        case = self.apply(case, drawn[:place])
        return [self.apply(case, [{**drawn[place], "view": view}, *drawn[place + 1:]]) for view in range(number)]

    def _find(self, kind: str) -> type[Augment]:
        return self._parts.get(kind) or _find(kind)


def replay(case: Case, history: Sequence[Mapping[str, Any]], read: Read | None = None) -> Case:
    """Repeat on a prepared case, bit for bit, the augmentations of a history; entries of other kinds are passed over.

    Args:
        case: as prepared, before augmentation.
        history: of the augmented case, or any part of it that came from `Plan.draw` or `Plan.apply`.
        read: id to prepared case, for the partners of mixes; only they need it.
    """
    return _apply(case, [entry for entry in history if "augment" in entry], _find, read)


def _find(kind: str) -> type[Augment]:
    try:
        return augmentations.get(kind)
    except ValueError:
        raise UserError(say("history", f"augmentation '{kind}'", "one that this version has",
                            near_miss(kind, augmentations.names()))) from None


def _apply(case: Case, drawn: Sequence[Mapping[str, Any]], find: Find, read: Read | None) -> Case:
    if not drawn:
        return case
    apply_cpu.check_finite(case)
    given = case.image
    done: dict[int, Mapping[str, Any]] = {}
    for run in fuse([(find(entry["augment"]), entry) for entry in drawn]):
        part, entry = run[0]
        if part.group in ("mix", "branch"):
            def carry_out(other: Case, steps: Sequence[Drawn]) -> Case:
                return _apply(other, steps, find, None)
            case, done[id(entry)] = (mix_in(case, part, entry, read, carry_out) if part.group == "mix"
                                     else part.branch(case, entry, carry_out))
            given = case.image  # it may be a partner's: not to be written to
            continue
        case, entries = _apply_run(case, run, own=not np.may_share_memory(case.image, given))
        done.update((id(entry), after) for (_, entry), after in zip(run, entries, strict=True))
    return case.but(history=(*case.history, *(done[id(entry)] for entry in drawn)))  # in the written order


def fuse(steps: Sequence[Step]) -> list[list[Step]]:
    """Return the steps as runs that are carried out as one: neighboring warps, neighboring tones, others singly.

    A tone that measures the image begins a run of its own, so that it sees what the steps before it made. A warp goes
    past tones to join the warps before them where none of the tones measures anything and all leave the lowest grey
    level, with which warps fill, as it is: the image is then interpolated once.
    """
    runs: list[list[Step]] = []
    group = ""
    for step in steps:
        part, drawn = step
        if part.group == "warp" and group == "tone" and len(runs) > 1 and runs[-2][0][0].group == "warp" \
                and all(map(_keeps_fill, runs[-1])):
            runs[-2].append(step)
            continue
        if part.group != group or group not in ("warp", "tone") or "measured" in drawn:
            runs.append([])
        runs[-1].append(step)
        group = part.group
    return runs


def _keeps_fill(step: Step) -> bool:
    return "measured" not in step[1] and float(apply_cpu.bend(_LOWEST, [step])[0]) <= 0.0


def _apply_run(case: Case, run: list[Step], own: bool) -> tuple[Case, list[Drawn]]:
    first, drawn = run[0]
    _check_axes(case, run)
    if first.group == "warp":
        moves = [Bend(part.source, entry) if part.bends else part.matrix(entry, case.shape) for part, entry in run]
        least = max(entry.get("min_visible", 0.0) for _, entry in run)
        case = apply_cpu.warp(case, *moves, min_visible=least)
        for _, entry in run:
            if "sides" in entry:
                case = exchange(case, entry["sides"])
        return case, [entry for _, entry in run]
    if first.group == "tone":
        levels = apply_cpu.check_levels(case, drawn["augment"])
        if "measured" in drawn and drawn["measured"] is None:
            level = apply_cpu.read_levels(case.image, levels)
            run = [(first, {**drawn, "measured": first.measure(level, drawn)}), *run[1:]]
        return case.but(image=apply_cpu.tone(case.image, levels, run, own)), [entry for _, entry in run]
    levels_or_none = apply_cpu.check_levels(case, drawn["augment"]) if first.needs_levels else case.levels
    return case.but(image=first.filter(case.image, levels_or_none, drawn)), [drawn]


def _check_axes(case: Case, run: list[Step]) -> None:
    volume = case.image.ndim == 4
    for part, drawn in run:
        if volume and not (part.volumes or part.group == "tone"):
            raise UserError(say(f"case {case.id}, augmentation {drawn['augment']}",
                                f"a volume of shape {case.image.shape}", "a picture (C, Y, X)",
                                "Leave it out, or slice the volume; warps, tones and most filters take volumes."))
        if not volume and not part.pictures:
            raise UserError(say(f"case {case.id}, augmentation {drawn['augment']}",
                                f"a picture of shape {case.image.shape}", "a volume (C, Z, Y, X)",
                                "Leave it out, or stack the slices to volumes."))
