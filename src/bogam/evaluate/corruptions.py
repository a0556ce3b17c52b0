"""What can be wrong with an image, in five severities: parts of the augmentation catalog, each at a stated strength.

A corruption acts where augmentation acts: on the prepared image, in the resolution and on the grey range that the
network sees. Its random part depends on (seed, corruption, id), on no key of a training, and is the same in all five
severities: the same shadow grows deeper, the same grain louder. Severity 1 is what a reader hardly notices, 3 what
is plainly worse, 5 what would mostly be taken again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bogam.augment.family import Augment, augmentations, draw_entry
from bogam.augment.plan import replay
from bogam.core.errors import UserError, near_miss, say
from bogam.core.seeds import generator
from bogam.core.types import Case

SEVERITIES = (1, 2, 3, 4, 5)
Strengths = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Corruption:
    """One way in which an image can be worse.

    Args:
        name: for tables.
        kind: the augmentation that does it.
        setting: its field that grows with severity.
        strengths: the field's value at severities 1 to 5.
        either: whether the opposite (1 / value of a factor, -value of a sum) happens to half of the images.
        fixed: other fields.
    """

    name: str
    kind: str
    setting: str
    strengths: Strengths
    either: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def part(self, severity: int, opposite: bool = False) -> Augment:
        """Return the augmentation at one severity, always done."""
        strength = self.strengths[severity - 1]
        if opposite:
            strength = 1 / strength if self.either == "factor" else -strength
        whole = type(self.strengths[0]) is int
        value = [int(strength)] * 2 if whole else [float(strength)] * 2
        return augmentations.parse({self.kind: {**self.fixed, self.setting: value, "probability": 1.0}})


def _noise(kind: str = "noise", strengths: Strengths = (0.015, 0.03, 0.05, 0.08, 0.12)) -> Corruption:
    return Corruption(kind.removesuffix("-noise"), kind, "sigma", strengths)


_BLUR = Corruption("blur", "gaussian-blur", "sigma_px", (0.5, 0.8, 1.2, 1.8, 2.5))
_COARSE = Corruption("low resolution", "low-resolution", "zoom", (0.8, 0.65, 0.5, 0.35, 0.25))
_JPEG = Corruption("JPEG", "jpeg-compression", "quality", (60, 40, 25, 15, 8))
_CONTRAST = Corruption("low contrast", "contrast", "factor", (0.9, 0.75, 0.6, 0.45, 0.3), fixed={"about": "mean"})
_BRIGHTNESS = Corruption("brightness", "brightness", "add", (0.05, 0.1, 0.15, 0.22, 0.3), "sum")
_GAMMA = Corruption("gamma", "gamma", "gamma", (1.2, 1.45, 1.8, 2.3, 3.0), "factor")
_MOTION = Corruption("motion blur", "motion-blur", "length_px", (2.0, 3.0, 5.0, 7.0, 10.0))
_UNEVEN = Corruption("uneven field", "bias-field", "ratio", (1.2, 1.45, 1.8, 2.2, 2.7))

GENERAL = (_noise(), _BLUR, _COARSE, _JPEG, _CONTRAST, _BRIGHTNESS, _GAMMA)
CORRUPTIONS: Mapping[str, tuple[Corruption, ...]] = {
    "ultrasound": (
        _noise("speckle-noise", (0.06, 0.12, 0.2, 0.3, 0.4)), _BLUR, _COARSE, _JPEG, _CONTRAST, _GAMMA,
        Corruption("gain ramp", "gain-ramp", "gain", (0.08, 0.14, 0.2, 0.27, 0.35), "sum"),
        Corruption("shadow", "ultrasound-shadow", "loss", (0.1, 0.2, 0.3, 0.4, 0.5), fixed={"shadows": [2, 2]})),
    "mammography": (
        _noise("noise", (0.01, 0.02, 0.04, 0.06, 0.1)), _BLUR, _COARSE, _CONTRAST, _GAMMA,
        Corruption("scatter", "scatter", "fraction", (0.1, 0.2, 0.3, 0.4, 0.55))),
    "x-ray": (
        _noise("noise", (0.01, 0.025, 0.045, 0.07, 0.1)), _BLUR, _COARSE, _JPEG, _CONTRAST, _GAMMA,
        Corruption("scatter", "scatter", "fraction", (0.1, 0.2, 0.3, 0.45, 0.6)),
        Corruption("grid lines", "grid-line", "amplitude", (0.01, 0.02, 0.035, 0.05, 0.08))),
    "ct": (
        _noise("noise", (0.01, 0.025, 0.05, 0.08, 0.12)), _BLUR, _COARSE, _CONTRAST,
        Corruption("sharp kernel", "sharpen", "amount", (0.5, 1.0, 1.8, 2.8, 4.0)),
        Corruption("rings", "ring", "amplitude", (0.015, 0.03, 0.05, 0.08, 0.12))),
    "mr": (
        _noise("rician-noise", (0.02, 0.04, 0.07, 0.11, 0.16)), _BLUR, _COARSE, _CONTRAST, _GAMMA, _UNEVEN,
        Corruption("ghosting", "ghosting", "intensity", (0.2, 0.35, 0.5, 0.7, 0.9)),
        Corruption("spikes", "spikes", "amplitude", (0.015, 0.03, 0.05, 0.08, 0.12))),
    "histology": (  # nuclei are a few pixels wide and color carries the diagnosis: gentler where those go
        Corruption("blur", "gaussian-blur", "sigma_px", (0.4, 0.6, 0.9, 1.3, 1.8)),
        Corruption("low resolution", "low-resolution", "zoom", (0.9, 0.75, 0.6, 0.45, 0.35)),
        Corruption("JPEG", "jpeg-compression", "quality", (90, 75, 60, 40, 25)),
        _BRIGHTNESS, _CONTRAST, _noise("noise", (0.01, 0.025, 0.045, 0.07, 0.1)),
        Corruption("stain", "stain-jitter", "factor", (1.1, 1.25, 1.45, 1.7, 2.0), "factor", {"shift": [0.0, 0.0]})),
    "fundus": (_noise("noise", (0.01, 0.025, 0.045, 0.07, 0.1)), _BLUR, _COARSE, _JPEG, _CONTRAST, _GAMMA, _UNEVEN),
    "endoscopy": (_noise(), _BLUR, _MOTION, _COARSE, _JPEG, _CONTRAST, _GAMMA),
    "general": GENERAL,
}
"""Modality to its corruptions; "general" where the modality is not known."""

_CODES = {"US": "ultrasound", "MG": "mammography", "CR": "x-ray", "DX": "x-ray", "XR": "x-ray", "RG": "x-ray",
          "CT": "ct", "MR": "mr", "SM": "histology", "GM": "histology", "OP": "fundus", "ES": "endoscopy"}


def modality_named(code: str | None) -> str:
    """Return the name in `CORRUPTIONS` of a DICOM modality, "general" for an unknown one, or the name itself.

    Raises:
        UserError: neither a code nor a name.

    Example:
        >>> modality_named("US"), modality_named("mr"), modality_named(None)
        ('ultrasound', 'mr', 'general')
    """
    if code is None:
        return "general"
    if code.lower() in CORRUPTIONS:
        return code.lower()
    if len(code) == 2 and code.isupper():
        return _CODES.get(code, "general")
    raise UserError(say("--modality", f"'{code}'", "a modality", near_miss(code, CORRUPTIONS)))


def corrupt(case: Case, corruption: Corruption, severity: int, seed: int = 0) -> Case:
    """Return a prepared case with one corruption; masks and targets are left alone.

    Args:
        case: as prepared, with levels.
        corruption, severity: what, and how much from 1 to 5.
        seed: of the bench, not of a training.
    """
    opposite = bool(corruption.either) and float(generator(seed, "robustness", "side", case.id).random()) < 0.5
    part = corruption.part(severity, opposite)
    rng = generator(seed, "robustness", corruption.name, case.id)
    return replay(case, [draw_entry(part, rng, case)])
