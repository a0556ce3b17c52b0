"""What a training leaves on disk after each epoch, so that a kill loses at most the current one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from bogam.core.errors import UserError, say


def save_last(folder: Path, state: Mapping[str, Any]) -> None:
    """Write `last.pt`: everything that the next epoch needs."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "last.pt.part"
    torch.save(dict(state), part)
    os.replace(part, folder / "last.pt")


def load_last(folder: Path) -> dict[str, Any] | None:
    """Read `last.pt` (tensors and plain values only), or None where no epoch was finished."""
    path = folder / "last.pt"
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise UserError(say(str(path), f"a file that does not load ({type(error).__name__})", "a checkpoint",
                            "Delete the run's folder to train it anew.")) from error
    return state
