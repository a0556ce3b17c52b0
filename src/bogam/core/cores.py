"""How many processor cores there are for this process."""

from __future__ import annotations

import os


def cores() -> int:
    """Return how many cores this process may use: fewer than the machine has where a scheduler allots them.

    Example:
        >>> 1 <= cores() <= os.cpu_count()
        True
    """
    allotted = getattr(os, "sched_getaffinity", None)  # Linux only
    return len(allotted(0)) if allotted is not None else os.cpu_count() or 1
