"""Cases as files and pictures: names that every system takes, the slice to show."""

from __future__ import annotations

import hashlib
import re

import numpy as np

from bogam.core.types import Array, Case


def file_name(name: str) -> str:
    """Return an id as part of a file's name; a digest follows where letters had to be replaced.

    Example:
        >>> file_name("benign-12"), file_name("benign (1)")
        ('benign-12', 'benign-1-eec8')
    """
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80]
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:4]}"


def middle_slice(case: Case) -> tuple[Array, Array | None]:
    """Return what to show of a case: (Y, X) or (Y, X, 3), and its masks (K, Y, X); of a volume the middle slice."""
    image, masks = case.image, case.masks
    if image.ndim == 4:
        middle = image.shape[1] // 2
        image, masks = image[:, middle], None if masks is None else masks[:, middle]
    return (image[0] if len(image) != 3 else np.moveaxis(image, 0, -1)), masks
