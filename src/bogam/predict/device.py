"""Where to compute."""

from __future__ import annotations

from bogam.core.errors import UserError, say


def device_named(device: str) -> str:
    """Return "cpu", "cuda" or "cuda:N"; "auto" takes a GPU where there is one.

    Raises:
        UserError: no such device, or a GPU is asked for and torch finds none.
    """
    import torch
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu":
        return device
    kind, _, number = device.partition(":")
    if kind != "cuda" or (number and not number.isdigit()):
        raise UserError(say("--device", device, "auto, cpu, cuda or cuda:N"))
    if not torch.cuda.is_available() or int(number or 0) >= torch.cuda.device_count():
        raise UserError(say("--device", device, f"one of the {torch.cuda.device_count()} GPUs that torch finds",
                            "Use cpu, or install a CUDA build of torch and its driver."))
    return device
