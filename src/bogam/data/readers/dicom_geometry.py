"""Where slices lie in the patient: order along the normal, distances, gaps, tilt."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bogam.core.errors import FileProblem
from bogam.core.types import FloatArray

Position = tuple[float, ...]
_SAME_DIRECTION = 1e-3
_SAME_PLACE_MM = 0.01


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices in order.

    Args:
        order: index of each slice among those given, ascending along the normal.
        step_mm: distance of neighbors (the median), or None for a single slice.
        affine: (4, 4) from (z, y, x, 1) to (x, y, z, 1) in millimetres, DICOM patient axes: left, posterior, superior.
        notes: gaps and tilt, one clause each.
    """

    order: tuple[int, ...]
    step_mm: float | None
    affine: FloatArray
    notes: tuple[str, ...]


def normal_of(orientation: Position) -> FloatArray:
    """Return the unit vector along which slices of an orientation (row direction, column direction) are stacked.

    Example:
        >>> normal_of((1, 0, 0, 0, 1, 0)).tolist()
        [0.0, 0.0, 1.0]
    """
    return np.asarray(np.cross(orientation[:3], orientation[3:]), np.float64)


def along_normal(position: Position, orientation: Position) -> float:
    """Return the place of a slice along its own normal, in millimetres."""
    return float(np.dot(position, normal_of(orientation)))


def stack_slices(file: str, positions: Sequence[Position | None], orientations: Sequence[Position | None],
                 spacing_mm: tuple[float, float], sort: bool = True) -> Stack:
    """Order slices along their normal and describe the stack.

    Args:
        file: name for messages.
        positions: (x, y, z) of the first pixel of each slice, millimetres.
        orientations: row direction and column direction of each slice, six numbers.
        spacing_mm: (dy, dx).
        sort: put them in order; else the given order must already be one, ascending or descending.

    Raises:
        FileProblem: a slice without position, several orientations, or two slices at one place.
    """
    placed = [(p, o) for p, o in zip(positions, orientations, strict=True) if p is not None and o is not None]
    if len(placed) < len(positions):
        raise FileProblem(file, f"is no volume: {len(positions) - len(placed)} of {len(positions)} slices have no "
                                "position or orientation")
    first = np.array(placed[0][1])
    groups = Counter(tuple(np.round(np.array(o) - first, 2) + 0.0) for _, o in placed
                     if np.abs(np.array(o) - first).max() > _SAME_DIRECTION)
    if groups:
        sizes = sorted([len(placed) - sum(groups.values()), *groups.values()], reverse=True)
        raise FileProblem(file, f"is no single volume: its {len(placed)} slices lie in {len(sizes)} orientations "
                                f"({', '.join(map(str, sizes))} slices); keep one of them per series")
    places = np.array([along_normal(p, placed[0][1]) for p, _ in placed])
    order = np.argsort(places, kind="stable") if sort else np.arange(len(places))
    steps = np.diff(places[order])
    if not sort and len(steps) and steps.mean() < 0:
        steps = -steps
    _check_steps(file, steps, sort)
    return _describe(order, steps, [placed[i][0] for i in order], placed[0][1], spacing_mm)


def _check_steps(file: str, steps: FloatArray, sort: bool) -> None:
    double = int((np.abs(steps) < _SAME_PLACE_MM).sum())
    if double:
        raise FileProblem(file, f"is no single volume: {double} slices lie where another one lies (several echoes, "
                                "phases or times, or copies); keep one of them per position")
    if not sort and (steps < 0).any():
        raise FileProblem(file, "is no volume in stored order: its frames go back and forth")


def _describe(order: np.ndarray, steps: FloatArray, positions: list[Position], orientation: Position,
              spacing_mm: tuple[float, float]) -> Stack:
    across = np.array(orientation[:3], np.float64)
    down = np.array(orientation[3:], np.float64)
    step = float(np.median(steps)) if len(steps) else None
    notes: list[str] = []
    travel = normal_of(orientation)
    if step is not None:
        odd = np.abs(steps - step) > max(_SAME_PLACE_MM, 0.01 * step)
        missing = int(np.round(steps[steps > 1.5 * step] / step - 1).sum())
        if odd.any():
            notes.append(f"gaps: {int(odd.sum())} of {len(steps)} distances between slices differ from {step:.3f} mm, "
                         f"the largest is {steps.max():.3f} mm (about {missing} slices missing)")
        travel = (np.array(positions[-1]) - np.array(positions[0])) / max(len(steps), 1) / step
        lean = np.degrees(np.arccos(np.clip(abs(travel @ normal_of(orientation)) / np.linalg.norm(travel), 0, 1)))
        if lean > 0.5 and not odd.any():
            notes.append(f"slices are sheared by {lean:.1f} degrees (gantry tilt), not corrected")
        if odd.any():
            travel = normal_of(orientation) * np.sign(travel @ normal_of(orientation))
    affine = np.eye(4)
    affine[:3, 0] = travel * (step or 1.0)
    affine[:3, 1], affine[:3, 2] = down * spacing_mm[0], across * spacing_mm[1]
    affine[:3, 3] = positions[0]
    return Stack(tuple(int(i) for i in order), step, affine, tuple(notes))


def folder_name(paths: Sequence[os.PathLike[str]]) -> str:
    """Return the folder that holds a series, for messages."""
    return os.path.dirname(os.fspath(paths[0])) or "."
