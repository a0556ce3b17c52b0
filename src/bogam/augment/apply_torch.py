"""Carry out the drawn steps of a whole batch on tensors: the same plan as `apply_cpu`, one `grid_sample` for its warps.

What differs from the path case by case: grey levels stay fractions between steps instead of being rounded after each,
a tone is read from a table of 4096 shares, and a mirror is sampled like any other warp. So images agree to about one
grey level of 8 bit, masks in all but some pixels of their outlines; `tests/augment/test_apply_torch.py` states how far.
Fields of noise are drawn on the CPU and agree exactly. Steps without a tensor form are done case by case; their names
are kept in `by_case`.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from bogam.augment._noise import normal_field
from bogam.augment.apply_cpu import bend, check_finite, check_levels, write_levels
from bogam.augment.family import Augment, Drawn
from bogam.augment.maps import Bend, Move, at_nodes, first_step, invert, join, source_of
from bogam.augment.plan import Plan, fuse
from bogam.core.types import Case

Step = tuple[type[Augment], Drawn]
_SHARES = 4096
_ORDER = ("warp", "tone")


def obstacle(plan: Plan, axes: int = 2) -> str | None:
    """Return why a plan cannot be carried out on tensors, or None where it can.

    Args:
        axes: of the images in space, 2 or 3.
    """
    if axes != 2:
        return "volumes are augmented case by case"
    if plan.sides is not None:
        return "labels that a mirror exchanges are exchanged case by case"
    kinds = [step.kind for step in plan.steps if step.group in ("mix", "branch")]
    return f"{', '.join(kinds)}: other cases and views are mixed case by case" if kinds else None


class BatchApplier:
    """Augments batches of pictures on one device.

    Args:
        plan: without mixes, branches and sides, see `obstacle`.
        device: where the tensors live; the steps' maps and curves are worked out on the CPU and sent there.
    """

    def __init__(self, plan: Plan, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self.by_case: set[str] = set()
        self._parts = {step.kind: type(step) for step in plan.steps}

    def apply(self, cases: Sequence[Case],
              drawn: Sequence[Sequence[Drawn]]) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the augmented images and masks of a batch.

        Args:
            cases: of one shape (C, Y, X), with levels; all with as many masks, or all without.
            drawn: what the plan drew for each.

        Returns:
            (B, C, Y, X) float32, grey levels, not rounded; (B, K, Y, X) float32 of 0 and 1, or None without masks.

        Raises:
            UserError: a case without levels, or with NaN.
        """
        for case, steps in zip(cases, drawn, strict=True):
            check_finite(case)
            check_levels(case, steps[0]["augment"] if steps else "batch")
        stack = np.stack([case.image for case in cases])
        image = torch.from_numpy(stack if stack.dtype in (np.uint8, np.int16, np.float32) else stack.astype(np.float32))
        levels = torch.tensor([case.levels for case in cases], dtype=torch.float32, device=self.device)
        low, width = levels[:, 0, None, None, None], (levels[:, 1] - levels[:, 0])[:, None, None, None]
        share = (image.to(self.device, non_blocking=True).float() - low) / width
        masks = None
        if cases[0].masks is not None:
            masks = torch.from_numpy(np.stack([case.masks for case in cases if case.masks is not None]))
            masks = masks.to(self.device, non_blocking=True).float()
        todo = [deque(fuse([(self._parts[entry["augment"]], entry) for entry in steps])) for steps in drawn]
        while any(todo):
            kind = self._next(todo)
            rows = [row for row, runs in enumerate(todo) if runs and _kind(runs[0]) == kind]
            runs = [todo[row].popleft() for row in rows]
            if kind == "warp":
                share, masks = self._warp(share, masks, rows, runs)
            elif kind == "tone":
                share = _put(share, rows, self._tone(share[rows], runs))
            else:
                found = _FILTERS[kind](share[rows], [run[0][1] for run in runs]) if kind in _FILTERS else None
                if found is None:
                    self.by_case.add(kind)
                    found = torch.stack([_by_case(share[row], cases[row], run[0])
                                         for row, run in zip(rows, runs, strict=True)]).to(self.device)
                share = _put(share, rows, found)
        return share * width + low, masks

    def _next(self, todo: Sequence[deque[list[Step]]]) -> str:
        """Return the kind of run that most cases wait for; warps before tones before others where it is equal."""
        waiting = Counter(_kind(runs[0]) for runs in todo if runs)
        order = {kind: place for place, kind in enumerate(_ORDER)}
        return min(waiting, key=lambda kind: (-waiting[kind], order.get(kind, len(order)), kind))

    def _warp(self, share: torch.Tensor, masks: torch.Tensor | None, rows: list[int],
              runs: list[list[Step]]) -> tuple[torch.Tensor, torch.Tensor | None]:
        shape = (share.shape[-2], share.shape[-1])
        grid = self._grid([join([Bend(part.source, entry) if part.bends else part.matrix(entry, shape)
                                 for part, entry in run], 2) for run in runs], shape)
        moved = functional.grid_sample(share[rows], grid, "bilinear", "zeros", align_corners=False)
        if masks is not None:
            looked_up = functional.grid_sample(masks[rows], grid, "nearest", "zeros", align_corners=False)
            masks = _put(masks, rows, looked_up)
        return _put(share, rows, moved), masks

    def _grid(self, chains: Sequence[Sequence[Move]], shape: tuple[int, int]) -> torch.Tensor:
        """Return (n, Y, X, 2): for each pixel the place to read from, (x, y) in [-1, 1] from edge to edge."""
        height, width = shape
        y = torch.arange(height, dtype=torch.float32, device=self.device)[:, None]
        x = torch.arange(width, dtype=torch.float32, device=self.device)[None]
        grid = torch.empty(len(chains), height, width, 2, device=self.device)
        tables: dict[int, list[tuple[int, np.ndarray[Any, Any]]]] = {}
        straight: list[tuple[int, list[float]]] = []
        for place, moves in enumerate(chains):
            only = moves[0] if len(moves) == 1 and not isinstance(moves[0], Bend) else None
            if only is not None and not any(only[2][:2]):
                straight.append((place, [value for row in invert(only)[:2] for value in row]))
                continue
            step, planes = at_nodes(lambda nodes, moves=moves: source_of(moves, nodes, shape),  # type: ignore[misc]
                                    shape, first_step(shape))
            tables.setdefault(step, []).append((place, planes))
        if straight:
            places, numbers = zip(*straight, strict=True)
            rows = torch.tensor(numbers, device=self.device).reshape(-1, 6, 1, 1)
            grid[list(places), ..., 0] = rows[:, 3] * y + rows[:, 4] * x + rows[:, 5]
            grid[list(places), ..., 1] = rows[:, 0] * y + rows[:, 1] * x + rows[:, 2]
        for step, held in tables.items():
            nodes = torch.from_numpy(np.stack([planes for _, planes in held])).to(self.device)
            if step > 1:
                nodes = functional.interpolate(nodes, scale_factor=float(step), mode="bilinear", align_corners=False)
                nodes = nodes[:, :, step:step + height, step:step + width]
            grid[[place for place, _ in held]] = nodes.flip(1).permute(0, 2, 3, 1)
        size = torch.tensor([width, height], dtype=torch.float32, device=self.device)
        return grid.mul_(2).add_(1).div_(size).sub_(1)

    def _tone(self, share: torch.Tensor, runs: list[list[Step]]) -> torch.Tensor:
        """Return shares bent by each case's own curve, read from a table with straight lines between its entries."""
        share = share.clamp(0, 1)
        ramp = np.linspace(0, 1, _SHARES, dtype=np.float32)
        tables = []
        for row, run in enumerate(runs):
            part, entry = run[0]
            if "measured" in entry and entry["measured"] is None:
                entry = {**entry, "measured": part.measure(share[row].cpu().numpy(), entry)}
            tables.append(bend(ramp, [(part, entry), *run[1:]]))
        table = torch.from_numpy(np.stack(tables).astype(np.float32)).to(self.device)
        place = share.flatten(1) * (_SHARES - 1)
        below = place.long().clamp_(max=_SHARES - 2)
        low, high = table.gather(1, below), table.gather(1, below + 1)
        return torch.lerp(low, high, place - below).view_as(share)


def _kind(run: Sequence[Step]) -> str:
    part, entry = run[0]
    return part.group if part.group in _ORDER else str(entry["augment"])


def _put(whole: torch.Tensor, rows: list[int], some: torch.Tensor) -> torch.Tensor:
    if len(rows) == len(whole):
        return some
    whole = whole.clone()
    whole[rows] = some
    return whole


def _by_case(share: torch.Tensor, case: Case, step: Step) -> torch.Tensor:
    part, entry = step
    levels = check_levels(case, entry["augment"])
    image = write_levels(share.cpu().numpy(), levels, case.image.dtype)
    made = part.filter(image, levels, entry).astype(np.float32)
    return torch.from_numpy((made - np.float32(levels[0])) / np.float32(levels[1] - levels[0]))


def _gaussian_blur(share: torch.Tensor, entries: Sequence[Drawn]) -> torch.Tensor | None:
    """Blur with a Gaussian, cut at three standard deviations, the image mirrored at its edges; None where it reaches
    beyond the mirrored image."""
    radii = [math.ceil(3 * entry["sigma_px"]) for entry in entries]
    most = max(radii)
    height, width = share.shape[-2:]
    if most >= min(height, width):
        return None
    far = torch.arange(-most, most + 1, dtype=torch.float64)
    kernels = []
    for radius, entry in zip(radii, entries, strict=True):
        sigma = entry["sigma_px"]
        bell = torch.exp(-far ** 2 / (2 * sigma ** 2)) if radius else (far == 0).double()
        bell[far.abs() > radius] = 0
        kernels.append(bell / bell.sum())
    channels = share.shape[1]
    kernel = torch.stack(kernels).float().to(share.device).repeat_interleave(channels, 0)[:, None]
    flat = share.reshape(1, -1, height, width)
    for pad, shape in (((0, 0, most, most), (-1, 1, 2 * most + 1, 1)), ((most, most, 0, 0), (-1, 1, 1, 2 * most + 1))):
        flat = functional.conv2d(functional.pad(flat, pad, mode="reflect"), kernel.reshape(shape),
                                 groups=flat.shape[1])
    return flat.view_as(share)


def _noise(share: torch.Tensor, entries: Sequence[Drawn]) -> torch.Tensor:
    """Add the very fields that the path case by case adds."""
    shape = tuple(share.shape[1:])
    fields = np.stack([normal_field("noise", entry["seed"], shape) * np.float32(entry["sigma"]) for entry in entries])
    return (share.clamp(0, 1) + torch.from_numpy(fields).to(share.device)).clamp(0, 1)


_FILTERS: dict[str, Callable[[torch.Tensor, Sequence[Drawn]], torch.Tensor | None]] = {
    "gaussian-blur": _gaussian_blur, "noise": _noise}
