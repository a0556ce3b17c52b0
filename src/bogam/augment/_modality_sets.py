"""Sets for one modality in three strengths, each step with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]
STRENGTHS = ("light", "medium", "strong")


@dataclass(frozen=True)
class Row:
    """One step of a modality's sets.

    Args:
        kind: of the augmentation.
        reason: why it belongs to the modality, in one line.
        light, medium, strong: its fields at each strength; None: not in that set.
    """

    kind: str
    reason: str
    light: Fields | None
    medium: Fields | None
    strong: Fields | None


def _both(low: float, high: float) -> list[float]:
    return [low, high]


def _factor(most: float) -> list[float]:
    return [round(1 / most, 3), most]


def _flip(kind: str, reason: str) -> Row:
    return Row(kind, reason, *({"probability": 0.5} for _ in STRENGTHS))


def _rotate(reason: str, *degrees: float) -> Row:
    return Row("rotate", reason, *({"probability": 0.5, "angle_degrees": _both(-most, most)} for most in degrees))


def _shift(reason: str, *shares: float, deep: bool = False) -> Row:
    """Return a shift along rows and columns; of a volume along its slices too, where that is `deep`."""
    axes = ("down", "right", "deep") if deep else ("down", "right")
    return Row("shift", reason, *({"probability": 0.5, **{axis: _both(-most, most) for axis in axes}}
                                  for most in shares))


def _zoom(reason: str, *factors: float) -> Row:
    return Row("zoom", reason, *({"probability": 0.5, "factor": _factor(most)} for most in factors))


def _gamma(reason: str, *factors: float) -> Row:
    return Row("gamma", reason, *({"probability": 0.5, "gamma": _factor(most)} for most in factors))


def _window(reason: str, *center_and_width: tuple[float, float]) -> Row:
    return Row("window-jitter", reason, *({"probability": 0.5, "center": _both(-center, center),
                                           "width": _factor(width)} for center, width in center_and_width))


def _color(reason: str, *strengths: tuple[float, float, float], contrast: bool = True) -> Row:
    """Return color jitter of (brightness and contrast, saturation, hue); contrast turns black surroundings grey."""
    return Row("color-jitter", reason, *(
        {"probability": 0.5, "brightness": _factor(light), "contrast": _factor(light if contrast else 1.0),
         "saturation": _both(round(2 - color, 3), color), "hue_degrees": _both(-hue, hue)}
        for light, color, hue in strengths))


def _range(kind: str, field: str, reason: str, *ranges: list[float] | list[int] | None, chance: float = 0.25) -> Row:
    return Row(kind, reason, *(None if value is None else {"probability": chance, field: value} for value in ranges))


MODALITIES: Mapping[str, tuple[str, tuple[Row, ...]]] = {
    "ultrasound": ("B-mode, the probe at the top. No vertical flip: depth has a direction, and shadow and enhancement "
                   "lie behind what casts them.", (
        _flip("flip-horizontal", "The probe can be held either way round; leave it out where the side is a label."),
        _rotate("The probe tilts in its plane.", 5, 10, 15),
        _shift("The object lies anywhere across and in depth.", 0.03, 0.06, 0.1),
        _zoom("Imaging depth is set by hand.", 1.05, 1.12, 1.25),
        _gamma("Dynamic range and grey map are set by hand and differ by vendor.", 1.1, 1.25, 1.5),
        _range("gain-ramp", "gain", "Time-gain compensation is set by hand.", _both(-0.05, 0.05), _both(-0.1, 0.1),
               _both(-0.15, 0.15), chance=0.5),
        _range("gaussian-blur", "sigma_px", "Frequency and focus differ.", _both(0.3, 0.6), _both(0.3, 0.9),
               _both(0.3, 1.3)),
        _range("speckle-noise", "sigma", "Speckle differs with frequency and compounding.", None, _both(0.03, 0.1),
               _both(0.05, 0.15)),
        _range("ultrasound-shadow", "loss", "Contact, ribs and gas cast shadows; only strong, as a shadow is also a "
               "sign of malignancy.", None, None, _both(0.05, 0.25)))),
    "mammography": ("Nothing that smooths: calcifications are a few pixels wide. No vertical flip: the oblique view "
                    "has an up and a down.", (
        _flip("flip-horizontal", "The left breast mirrors the right; leave it out where the side is a label or images "
              "were all turned to one side."),
        _rotate("The breast is laid on by hand.", 5, 10, 15),
        _shift("The breast is laid on by hand.", 0.02, 0.05, 0.08),
        _zoom("Compression spreads tissue more or less.", 1.05, 1.1, 1.2),
        Row("elastic", "Compression moves tissue against tissue.", None,
            {"probability": 0.25, "cells": [4, 4], "shift": [0.05, 0.15]},
            {"probability": 0.25, "cells": [4, 4], "shift": [0.1, 0.25]}),
        _gamma("Processing for display differs by vendor; a moved window would turn the air around the breast grey.",
               1.1, 1.25, 1.5),
        _range("unsharp", "amount", "Edge enhancement differs by vendor.", None, _both(0.1, 0.4), _both(0.1, 0.8)),
        _range("noise", "sigma", "Dose follows the thickness of the breast.", _both(0.002, 0.008),
               _both(0.004, 0.015), _both(0.005, 0.03)))),
    "x-ray": ("Chest and trunk. No left-right flip: the heart, the stomach and the aortic arch have a side, and a "
              "mirrored chest is a diagnosis.", (
        _rotate("The patient leans.", 3, 7, 12),
        _shift("The field is set by hand.", 0.02, 0.05, 0.1),
        _zoom("Patients and distances differ in size.", 1.05, 1.1, 1.25),
        _window("Processing for display differs by vendor.", (0.04, 1.1), (0.08, 1.25), (0.12, 1.5)),
        _gamma("So does the display curve.", 1.1, 1.2, 1.4),
        _range("unsharp", "amount", "Edge enhancement differs by vendor.", None, _both(0.1, 0.5), _both(0.2, 1.0)),
        _range("scatter", "fraction", "Bedside images are taken without a grid.", None, _both(0.05, 0.2),
               _both(0.1, 0.4)),
        _range("noise", "sigma", "Dose differs between devices and patients.", _both(0.003, 0.01),
               _both(0.005, 0.02), _both(0.01, 0.05)),
        _range("low-resolution", "zoom", "Detectors and stored sizes differ.", None, _both(0.7, 1.0), _both(0.5, 1.0)),
        _range("grid-line", "amplitude", "A stationary grid shows its lines.", None, None, _both(0.003, 0.015)))),
    "ct": ("Axial slices or volumes. No flips: liver, spleen and heart have a side. Grey is calibrated in Hounsfield "
           "units, so grey levels move little.", (
        _rotate("The patient lies a little turned.", 5, 10, 15),
        _shift("The field of view is set by hand.", 0.03, 0.05, 0.1, deep=True),
        _zoom("Patients and fields of view differ in size.", 1.05, 1.12, 1.25),
        _window("Calibration drifts by a few Hounsfield units; more than that teaches to ignore them.", (0.01, 1.03),
                (0.02, 1.06), (0.04, 1.12)),
        _range("noise", "sigma", "Dose and slice thickness differ.", _both(0.005, 0.015), _both(0.01, 0.03),
               _both(0.01, 0.06)),
        _range("gaussian-blur", "sigma_px", "Soft reconstruction kernels.", _both(0.3, 0.6), _both(0.3, 0.9),
               _both(0.3, 1.2)),
        _range("sharpen", "amount", "Sharp reconstruction kernels.", _both(0.1, 0.4), _both(0.2, 0.8),
               _both(0.3, 1.5)),
        _range("low-resolution", "zoom", "Matrix and field of view differ.", None, _both(0.7, 1.0), _both(0.5, 1.0)),
        _range("ring", "amplitude", "Detector elements drift.", None, None, _both(0.01, 0.04)))),
    "mr": ("Slices or volumes. No flips: a brain looks symmetric, a lesion's side is not. Grey has no unit and differs "
           "from scan to scan.", (
        _rotate("The head or body lies a little turned.", 5, 10, 20),
        _shift("The field of view is set by hand.", 0.03, 0.05, 0.1, deep=True),
        _zoom("Patients and fields of view differ in size.", 1.05, 1.12, 1.25),
        _gamma("Contrast follows the sequence's times.", 1.1, 1.25, 1.5),
        _range("bias-field", "ratio", "Receive coils are uneven.", _both(1.05, 1.3), _both(1.1, 1.6), _both(1.2, 2.2),
               chance=0.5),
        _range("rician-noise", "sigma", "Magnitude images have Rician noise.", _both(0.005, 0.015), _both(0.01, 0.03),
               _both(0.01, 0.06)),
        _range("low-resolution", "zoom", "Matrices differ.", None, _both(0.7, 1.0), _both(0.5, 1.0)),
        _range("ghosting", "intensity", "Patients breathe, swallow and move.", None, _both(0.1, 0.4),
               _both(0.2, 0.7), chance=0.15),
        _range("spikes", "amplitude", "Discharges leave stripes; rare.", None, None, _both(0.01, 0.04), chance=0.1))),
    "histology": ("H&E in color, on white glass. Right angles only: other turns would bring black corners into white "
                  "glass.", (
        _flip("flip-horizontal", "A section has no side."),
        _flip("flip-vertical", "A section has no upright."),
        Row("quarter-turn", "A section has no upright.", *({"probability": 0.75} for _ in STRENGTHS)),
        Row("stain-jitter", "Laboratories stain more or less; the largest difference between them.",
            {"probability": 0.5, "factor": [0.9, 1.1], "shift": [-0.005, 0.005]},
            {"probability": 0.75, "factor": [0.8, 1.2], "shift": [-0.01, 0.01]},
            {"probability": 0.75, "factor": [0.6, 1.5], "shift": [-0.03, 0.03]}),
        _color("Scanners differ in lamp and white balance.", (1.05, 1.05, 2), (1.1, 1.1, 4), (1.2, 1.2, 8)),
        _range("gaussian-blur", "sigma_px", "Scanners focus on points; tissue between them is soft.", None,
               _both(0.3, 0.8), _both(0.3, 1.3)),
        _range("jpeg-compression", "quality", "Slides are stored as JPEG.", [70, 95], [50, 95], [30, 95]))),
    "fundus": ("Color, the disk of the eye on black. No vertical flip: arcades are alike, the field is not.", (
        _flip("flip-horizontal", "The left eye mirrors the right; leave it out where the side is a label."),
        _rotate("Head and camera tilt; the disk turns on black.", 10, 20, 45),
        _shift("The eye is fixed on by hand.", 0.02, 0.04, 0.06),
        _zoom("Fields of view differ.", 1.05, 1.1, 1.2),
        _color("Flash, pigment and lens color differ.", (1.1, 1.1, 4), (1.25, 1.2, 8), (1.4, 1.3, 12),
               contrast=False),
        _range("bias-field", "ratio", "The flash falls unevenly through a pupil that is too small.", None,
               _both(1.1, 1.4), _both(1.2, 2.0)),
        _range("gaussian-blur", "sigma_px", "Cataract and focus; small, as microaneurysms are small.", _both(0.3, 0.5),
               _both(0.3, 0.7), _both(0.3, 1.0)),
        _range("noise", "sigma", "Small pupils leave little light.", None, _both(0.003, 0.01), _both(0.005, 0.03)),
        _range("jpeg-compression", "quality", "Cameras store JPEG.", [75, 95], [60, 95], [40, 95]))),
    "endoscopy": ("Color video. All flips and turns: the scope rolls freely, and the wall has no side.", (
        _flip("flip-horizontal", "The scope rolls freely."),
        _flip("flip-vertical", "The scope rolls freely."),
        _rotate("The scope rolls freely; corners are black already.", 15, 30, 60),
        _zoom("The distance to the wall differs.", 1.1, 1.25, 1.5),
        Row("optical-distortion", "Wide-angle lenses differ.", None, {"probability": 0.25, "corner": [-0.1, 0.1]},
            {"probability": 0.25, "corner": [-0.2, 0.2]}),
        _color("Light source and white balance differ.", (1.1, 1.1, 4), (1.25, 1.2, 8), (1.4, 1.3, 12),
               contrast=False),
        _range("motion-blur", "length_px", "Scope and wall move.", [1.5, 3.0], [2.0, 5.0], [2.0, 9.0]),
        _range("gaussian-blur", "sigma_px", "The wall leaves the focus; fluid on the lens.", None, _both(0.3, 0.9),
               _both(0.3, 1.5)),
        _range("noise", "sigma", "Gain is high in the dark.", None, _both(0.005, 0.015), _both(0.01, 0.03)),
        _range("jpeg-compression", "quality", "Video is compressed.", [60, 95], [45, 95], [25, 95]))),
}
"""Modality to what its images are like, and its steps in the order in which they act: warps, tones, filters."""


def steps_of(modality: str, strength: str) -> tuple[dict[str, Fields], ...]:
    """Return the steps of one modality at one strength, as a recipe writes them."""
    found = ((row.kind, getattr(row, strength)) for row in MODALITIES[modality][1])
    return tuple({kind: dict(fields)} for kind, fields in found if fields is not None)
