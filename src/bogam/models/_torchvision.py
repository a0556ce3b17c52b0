"""The one door to torchvision: its networks, for 1 or 3 channels, with random or published weights."""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from torch import nn

from bogam.core.errors import UserError, near_miss, say
from bogam.models._torchvision_ops import declare_operators

OFFLINE = "BOGAM_OFFLINE"
"""Environment variable: with any value but 0, published weights are never fetched, only read."""


@dataclass(frozen=True)
class Source:
    """Where a network's pieces are: its published weights' class, first convolution and last layer by name."""

    weights: str
    first: str
    last: str


SOURCES = {
    "resnet18": Source("ResNet18_Weights", "conv1", "fc"),
    "resnet50": Source("ResNet50_Weights", "conv1", "fc"),
    "densenet121": Source("DenseNet121_Weights", "features.conv0", "classifier"),
    "mobilenet_v3_small": Source("MobileNet_V3_Small_Weights", "features.0.0", "classifier.3"),
    "mobilenet_v3_large": Source("MobileNet_V3_Large_Weights", "features.0.0", "classifier.3"),
    "vgg16": Source("VGG16_Weights", "features.0", "classifier.6"),
}


def torchvision_models() -> Any:
    """Return the module `torchvision.models`, made importable beside a CPU build of torch."""
    declare_operators()
    import torchvision.models
    return torchvision.models


def build_torchvision(name: str, channels: int, outputs: int, weights: str = "none") -> nn.Module:
    """Return a classification network of torchvision.

    With 1 channel the three kernels of the first convolution are summed: the network answers as the RGB network
    does to the gray image in all three channels.

    Args:
        name: a key of `SOURCES`.
        channels: 1 or 3.
        outputs: logits; the last layer always starts anew.
        weights: "none"; "imagenet" (torchvision's IMAGENET1K_V1, the same recipe for all networks); or a file of this
            network's weights, for 1 or 3 channels and any number of outputs.

    Returns:
        A module from (B, channels, Y, X) to (B, outputs), weights drawn from torch's default generator.

    Raises:
        UserError: other channels, or weights that cannot be had or do not fit.
    """
    if channels not in {1, 3}:
        raise UserError(say(f"network {name}", f"{channels} channels", "1 or 3",
                            "Set `data.channels` to gray or rgb."))
    module: nn.Module = getattr(torchvision_models(), name)(weights=None, num_classes=outputs)
    _adapt_first(module, SOURCES[name].first, channels)
    if weights != "none":
        where, state = _published(name) if weights == "imagenet" else _from_file(name, weights)
        _load(module, SOURCES[name], state, f"weights {where} for {name}")
    return module


def published_file(name: str) -> tuple[str, Path]:
    """Return the address of a network's published weights, and the file under which torch keeps them."""
    url: str = getattr(torchvision_models(), SOURCES[name].weights).IMAGENET1K_V1.url
    return url, Path(torch.hub.get_dir()) / "checkpoints" / PurePosixPath(url).name


def _published(name: str) -> tuple[str, Mapping[str, Any]]:
    url, file = published_file(name)
    do = (f"Download {url} on a machine with network access, and save it as {file}; or keep it anywhere and set "
          f"`weights: FILE`.")
    if not file.is_file() and os.environ.get(OFFLINE, "0") not in {"", "0"}:
        raise UserError(say(f"network {name}", f"weights: imagenet with {OFFLINE} set and no file {file.name}",
                            f"the file in {file.parent}", do))
    try:
        entry = getattr(torchvision_models(), SOURCES[name].weights).IMAGENET1K_V1
        return file.name, entry.get_state_dict(progress=False, check_hash=True, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        if file.is_file():
            raise UserError(_unreadable(file, error)) from error
        raise UserError(say(f"network {name}", f"no published weights ({error})", f"{file.name} from {url}",
                            do)) from error


def _from_file(name: str, weights: str) -> tuple[str, Mapping[str, Any]]:
    file = Path(weights).expanduser()
    if not file.is_file():
        raise UserError(say(f"network {name}", f"weights: {weights}, which is no file",
                            "none, imagenet, or a .pth or .safetensors file",
                            near_miss(weights, ("none", "imagenet")) if file.parent == Path() else ""))
    try:
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file
            return file.name, load_file(file)
        return file.name, torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # a foreign file can fail in any way, and each is the user's to put right
        raise UserError(_unreadable(file, error)) from error


def _unreadable(file: Path, error: Exception) -> str:
    return say(str(file), f"a file that does not load ({type(error).__name__})", "weights as torch.save or safetensors "
               "write them", "Is it complete? Download it again.")


def _adapt_first(module: nn.Module, path: str, channels: int) -> None:
    old = module.get_submodule(path)
    assert isinstance(old, nn.Conv2d)
    if old.in_channels == channels:
        return
    new = nn.Conv2d(channels, old.out_channels, old.kernel_size,  # type: ignore[arg-type]
                    old.stride, old.padding, bias=old.bias is not None)  # type: ignore[arg-type]
    with torch.no_grad():
        new.weight.copy_(_fit_kernel(old.weight, channels))
        if old.bias is not None and new.bias is not None:
            new.bias.copy_(old.bias)
    owner, _, leaf = path.rpartition(".")
    setattr(module.get_submodule(owner), leaf, new)


def _fit_kernel(kernel: torch.Tensor, channels: int) -> torch.Tensor:
    """Sum RGB kernels to one, or share one among three, so that a gray image gives the same features."""
    if kernel.shape[1] == channels:
        return kernel
    gray = kernel.sum(dim=1, keepdim=True)
    return gray if channels == 1 else gray.expand(-1, channels, -1, -1) / channels


def _load(module: nn.Module, source: Source, state: Mapping[str, Any], where: str) -> None:
    if not isinstance(state, Mapping) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise UserError(say(where, "a file of another layout", "names and tensors of one network (a state_dict)"))
    own = module.state_dict()
    found = {_modern_name(name): tensor for name, tensor in state.items()}
    first = f"{source.first}.weight"
    if first in found and found[first].ndim == 4 and found[first].shape[1] in {1, 3}:
        found[first] = _fit_kernel(found[first], own[first].shape[1])
    head = f"{source.last}."
    kept = {name: tensor for name, tensor in found.items() if not name.startswith(head)}
    needed = {name for name in own if not name.startswith(head) and not name.endswith("num_batches_tracked")}
    missing, extra = sorted(needed - set(kept)), sorted(set(kept) - set(own))
    wrong = sorted(name for name in set(kept) & set(own) if kept[name].shape != own[name].shape)
    if missing or extra or wrong:
        faults = ", ".join(f"{len(names)} {what} ({names[0]}{', ...' if len(names) > 1 else ''})" for what, names in
                           (("missing", missing), ("unknown", extra), ("of another shape", wrong)) if names)
        raise UserError(say(where, f"weights of another network: {faults}", f"{len(needed)} tensors that fit",
                            "Use the file that was made for this network."))
    module.load_state_dict(kept, strict=False)


def _modern_name(name: str) -> str:
    """Drop the prefix that our wrapper adds, and rewrite DenseNet's old names (norm.1 is norm1 today)."""
    return re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2.", name.removeprefix("network."))
