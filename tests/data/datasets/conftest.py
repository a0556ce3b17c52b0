"""Small files for folders in the published layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

Put = Callable[..., Path]


@pytest.fixture
def put() -> Put:
    """Return a function that writes a small grey picture."""
    def write(path: Path, value: int = 7, bits: int = 8) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.arange(30).reshape(5, 6) + value
        Image.fromarray(pixels.astype(np.uint8 if bits == 8 else np.uint16)).save(path)
        return path
    return write


@pytest.fixture
def put_volume() -> Put:
    """Return a function that writes a small NIfTI volume."""
    def write(path: Path, highest: int = 200, shape: tuple[int, ...] = (6, 5, 4)) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.arange(int(np.prod(shape))).reshape(shape) % (highest + 1)
        nibabel.save(nibabel.Nifti1Image(values.astype(np.uint8), np.eye(4)), path)
        return path
    return write
