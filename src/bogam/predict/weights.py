"""A network's weights on disk, as safetensors."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from bogam.core.errors import UserError, say


def save_weights(path: Path, module: torch.nn.Module) -> None:
    """Write a network's weights as safetensors, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}, part)
    os.replace(part, path)


def load_weights(path: Path, module: torch.nn.Module) -> None:
    """Load a network's weights from safetensors. Raises UserError where they are missing, broken or of another one."""
    try:
        held = load_file(path)
    except FileNotFoundError:
        raise UserError(say(str(path), "no such file", "the weights of the model folder",
                            "Was the run interrupted before its end?")) from None
    except SafetensorError as error:
        raise UserError(say(str(path), f"a file that cannot be read ({error})", "weights as safetensors",
                            "Copy it again, or train anew.")) from None
    try:
        module.load_state_dict(held)
    except RuntimeError as error:
        raise UserError(say(str(path), "weights of another network", "those of the network in the model folder",
                            str(error).splitlines()[0])) from error
