"""The model folder: everything that a prediction needs, and nothing of the study that made it."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Case, Prediction
from bogam.data.load import Channels
from bogam.models.family import Network, networks
from bogam.predict.device import device_named
from bogam.predict.door import Door
from bogam.predict.forward import forward_cases
from bogam.prepare.family import Step, prepare_steps
from bogam.prepare.geometry import restore
from bogam.prepare.normalize import Normalize

if TYPE_CHECKING:
    import torch

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network with all that stands between a file and its prediction.

    Args:
        module: on its device, in evaluation mode.
        network: its settings.
        task: "classification" or "segmentation".
        labels: class names or mask labels, in the order of the outputs.
        channels: "keep", "gray" or "rgb": how images are read.
        steps: prepare steps before the door.
        door: normalization with fitted statistics.
        thresholds: one probability per label from which it counts as present, chosen on validation.
        digest: of weights and settings.
        facts: what it was trained on: data set, relatives, digests, `train_pixels` (hashes), notes.
        device: where the module lies.
        image_channels: of the images that it was trained on; None: not known, nothing is checked.
    """

    module: torch.nn.Module
    network: Network
    task: str
    labels: tuple[str, ...]
    channels: Channels
    steps: tuple[Step, ...]
    door: Door
    thresholds: tuple[float, ...]
    digest: str
    facts: Mapping[str, Any]
    device: str = "cpu"
    image_channels: int | None = None

    def prepare(self, case: Case) -> Case:
        """Apply the model's prepare steps to a case as read. Raises UserError where it is no case for the model."""
        if self.image_channels not in (None, len(case.image)):
            raise UserError(say(f"case {case.id}", f"an image of {len(case.image)} channels", f"{self.image_channels}, "
                                "as the model was trained on", "Convert it, or train with `data.channels: gray`."))
        for step in self.steps:
            case = step.apply(case)
        return case

    def predict(self, cases: Iterable[Case], batch: int = 16,
                refused: Callable[[str, UserError], None] | None = None,
                alter: Callable[[Case], Case] | None = None) -> Iterator[tuple[Case, Prediction]]:
        """Yield each case as read with its prediction in the original geometry.

        Args:
            cases: as read.
            batch: cases per forward pass.
            refused: told the id of a case that cannot be prepared, and why; it is left out. None: it is raised.
            alter: done to each prepared case, without moving anything in it; for tests of robustness.
        """
        originals: deque[Case] = deque()

        def prepared() -> Iterator[Case]:
            for case in cases:
                try:
                    ready = self.prepare(case.but(masks=None, boxes=None, points=None, targets={}))
                except UserError as error:
                    if refused is None:
                        raise
                    refused(case.id, error)
                    continue
                originals.append(case)
                yield ready if alter is None else alter(ready)

        for ready, probs in forward_cases(self.module, prepared(), self.door, task=self.task, device=self.device,
                                          batch=batch):
            original = originals.popleft()
            whole = restore(probs, ready.history, original.shape) if self.task == "segmentation" else probs
            yield original, Prediction(ready.id, np.asarray(whole, np.float32), self.digest, original.spacing_mm)


def save_model(folder: Path, module: torch.nn.Module, *, network: Network, task: str, labels: tuple[str, ...],
               channels: str, image_channels: int, steps: tuple[Step, ...], door: Door,
               thresholds: tuple[float, ...], facts: Mapping[str, Any]) -> str:
    """Write `weights.safetensors` and `model.json`; return the model's digest."""
    from bogam.predict.weights import save_weights
    save_weights(folder / "weights.safetensors", module)
    head = {"format": FORMAT, "task": task, "labels": list(labels), "network": network.to_yaml(),
            "image_channels": image_channels, "channels": channels, "prepare": [s.to_yaml() for s in steps],
            "normalize": door.normalize.to_yaml(), "statistics": dict(door.statistics),
            "thresholds": list(thresholds), "facts": dict(facts),
            "not_a_medical_device": "For research only; not a medical device."}
    total = hashlib.sha256((folder / "weights.safetensors").read_bytes())
    total.update(json.dumps(head, sort_keys=True).encode())
    head["digest"] = total.hexdigest()[:16]
    (folder / "model.json").write_text(json.dumps(head, indent=1, ensure_ascii=False), encoding="utf-8")
    return str(head["digest"])


def find_model(folder: Path) -> Path:
    """Return the folder with `model.json`: the given one, or its `model/`. Raises UserError where there is none."""
    for place in (folder, folder / "model"):
        if (place / "model.json").is_file():
            return place
    if not folder.is_dir():
        got = "a file" if folder.exists() else "nothing of that name"
        raise UserError(say(str(folder), got, "the folder of a finished run"))
    inside = sorted(p.parent.parent.as_posix() for p in folder.glob("runs/*/*/model/model.json"))
    hint = f"Name one of its {len(inside)} runs:\n  " + "\n  ".join(inside[:8]) + (
        f"\n  ... and {len(inside) - 8} more" if len(inside) > 8 else "") if inside else (
        "Name the folder of a finished run.")
    raise UserError(say(str(folder), "a folder without model/model.json", "a finished run", hint))


def load_model(folder: Path, device: str = "cpu") -> Model:
    """Load a model folder, or the one inside a run's folder, onto a device ("auto": a GPU where there is one)."""
    device = device_named(device)
    from bogam.predict.weights import load_weights
    place = find_model(folder)
    try:
        head = json.loads((place / "model.json").read_text(encoding="utf-8"))
        found = head["format"]
    except (ValueError, KeyError, TypeError):
        raise UserError(say(str(place / "model.json"), "a file that is no model of bogam's", "what a run wrote",
                            "Copy the folder again, or train anew.")) from None
    if found != FORMAT:
        raise UserError(say(str(place / "model.json"), f"format {found}", str(FORMAT),
                            "Use the version of bogam that wrote it."))
    network = networks.parse(head["network"])
    module = network.bare().build(head["image_channels"], len(head["labels"]), 0)
    load_weights(place / "weights.safetensors", module)
    normalize = prepare_steps.parse(head["normalize"])
    assert isinstance(normalize, Normalize)
    return Model(module.eval().to(device), network, head["task"], tuple(head["labels"]), head["channels"],
                 tuple(prepare_steps.parse(s) for s in head["prepare"]), Door(normalize, head["statistics"]),
                 tuple(head["thresholds"]), head["digest"], head["facts"], device, head["image_channels"])
