"""What was drawn, in words that fit under a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bogam.augment.family import Augment, Drawn

_SILENT = {"augment", "measured", "sides", "seed", "partners", "shares", "views", "view", "min_visible", "spacing_mm"}

_VOLUMES = ("tilt_degrees", "deep", "depth_cells")


def describe(entry: Drawn) -> list[str]:
    """Return one entry of a history as lines: its name with its numbers, then its partners or chains.

    Example:
        >>> describe({"augment": "rotate", "angle_degrees": -14.2345})
        ['rotate: angle_degrees -14.2']
        >>> describe({"augment": "mixup", "share": 0.8, "partners": [{"id": "b", "steps": []}], "shares": [0.8, 0.2]})
        ['mixup: share 0.8', '  20 % of b']
        >>> describe({"augment": "gain-ramp", "gain": [0.1, -0.05, 0.0, 0.02, 0.12]})
        ['gain-ramp: gain -0.05 to 0.12']
    """
    numbers = [f"{name} {_word(value)}" for name, value in entry.items() if name not in _SILENT and not _is_nil(value)]
    lines = [f"{entry['augment']}: {', '.join(numbers)}" if numbers else str(entry["augment"])]
    shares = entry.get("shares")
    for number, partner in enumerate(entry.get("partners", ())):
        before = " > ".join(step["augment"] for step in partner["steps"])
        part = f"{100 * shares[number + 1]:.0f} % of " if shares else "from "
        lines.append(f"  {part}{partner['id']}" + (f" after {before}" if before else ""))
    if "views" in entry:
        lines += _view(entry)
    return lines


def _view(entry: Drawn) -> list[str]:
    number = entry.get("view", 1)
    if number == 0:
        return ["  the image itself"]
    view = entry["views"][number - 1]
    lines = [f"  {100 * view['share']:.0f} % the image"]
    for chain in view["chains"]:
        share = 100 * (1 - view["share"]) * chain["weight"]
        lines.append(f"  {share:.0f} % {' > '.join(step['augment'] for step in chain['steps']) or 'the image'}")
    return lines


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, (list, tuple)):
        flat = [v for v in value if not isinstance(v, (list, tuple, Mapping, str))]
        if len(flat) != len(value):
            return f"{len(value)}"
        if len(flat) > 4:
            return f"{_word(min(flat))} to {_word(max(flat))}"
        return f"({', '.join(_word(v) for v in value)})"
    return f"{len(value)}" if isinstance(value, Mapping) else str(value)


def _is_nil(value: Any) -> bool:
    """Tell whether a value is a list of zeros: a range or a shift that does nothing."""
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(part == 0 for part in value)


def ranges(step: Augment, axes: int = 2) -> list[str]:
    """Return the settings of a step as lines: from where its numbers are drawn.

    Args:
        step: of which the settings are.
        axes: 2 for a picture, which leaves out what acts on volumes alone; 3 for a volume.

    Example:
        >>> from bogam.augment.zoom import Zoom
        >>> ranges(Zoom())
        ['factor from 0.9 to 1.1']
    """
    lines = []
    for name in type(step).model_fields:
        value = getattr(step, name)
        beside = ("kind", "probability", "steps", "min_visible", *(_VOLUMES if axes == 2 else ()))
        if name in beside or _is_nil(value):
            continue
        pair = isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, float) for v in value)
        lines.append(f"{name} from {_word(value[0])} to {_word(value[1])}" if pair else f"{name} {_word(value)}")
    return lines
