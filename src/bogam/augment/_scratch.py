"""Memory for what lives within one step only, lent again and again.

A fresh array of a megabyte costs more than most of what is written to it: the system hands out zeroed pages each time.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np

from bogam.core.types import Array

_KEPT_BYTES = 8 * 2 ** 20
_local = threading.local()


def lend(name: str, shape: tuple[int, ...], dtype: Any) -> Array:
    """Return an array of this thread's own, its content undefined, that the next call with this name gives again.

    It must not leave the step that asked for it. Above 8 MB the array is fresh, so that nothing large stays behind.

    Example:
        >>> lend("example", (2, 3), np.float32).shape
        (2, 3)
    """
    kind = np.dtype(dtype)
    size = math.prod(shape) * kind.itemsize
    if size > _KEPT_BYTES:
        return np.empty(shape, kind)
    held: Array | None = getattr(_local, name, None)
    if held is None or held.size < size:
        held = np.empty(size, np.uint8)
        setattr(_local, name, held)
    lent: Array = held[:size].view(kind).reshape(shape)
    return lent
