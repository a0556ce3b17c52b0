"""Mammogram: breast in CC or MLO view with a mass or microcalcifications, benign or malignant, or none."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np

from bogam.core.fields import Count, Share
from bogam.data.phantoms import texture
from bogam.data.phantoms.family import Drawing, Phantom, phantoms
from bogam.data.phantoms.texture import Field


@phantoms.register
class Mammogram(Phantom):
    """Full-field mammograms: fat, gland and strands, pectoral muscle in MLO, one finding at most.

    A finding is a mass (round and smooth when benign, spiculated when malignant) or a cluster of calcifications
    (few, round and alike when benign; many, fine and unlike when malignant). The mask covers the mass without its
    spicules, or the hull of the cluster. Images of a patient alternate between CC and MLO of the same breast.
    """

    kind: Literal["mammogram"] = "mammogram"
    images_per_patient: tuple[Count, Count] = (2, 2)
    """(fewest, most) images of one patient; they share tissue and finding."""
    class_shares: tuple[Share, ...] = (0.3, 0.3, 0.4)
    """Share of benign, malignant and normal; they sum to 1."""

    classes: ClassVar[tuple[str, ...]] = ("benign", "malignant", "normal")
    mask_label: ClassVar[str] = "lesion"
    modality: ClassVar[str] = "MG"
    width_mm: ClassVar[float] = 180.0

    def paint(self, class_index: int, image_index: int, patient: np.random.Generator,
              rng: np.random.Generator) -> Drawing:
        """Paint one view, chest wall on the left edge; a right breast is mirrored at the end."""
        side = str(patient.choice(["L", "R"]))
        view = ("CC", "MLO")[image_index % 2]
        height, reach = patient.uniform((0.56, 0.55), (0.66, 0.82))
        wedge = patient.uniform((0.26, 0.5), (0.42, 0.72))
        nipple = (0.5 if view == "CC" else float(height), float(reach))
        breast = texture.fill(self._outline(view, nipple, patient), self.size)
        inner = np.clip(texture.blur(breast, 0.03) * 2 - 1, 0, 1)
        image, dense = self._tissue(nipple, inner, patient, rng)
        if view == "MLO":
            image = self._add_muscle(image, float(wedge[0]), float(wedge[1]), rng)
        mask = np.zeros(self.size, bool)
        if self.classes[class_index] != "normal":
            spread = 0.1 + 0.35 * self.difficulty
            bad = float(np.clip(class_index + patient.normal(0, spread), -0.3, 1.4))
            kind = "mass" if patient.random() < 0.6 else "calcifications"
            place = self._place(nipple, breast, patient, rng)
            add = self._add_mass if kind == "mass" else self._add_calcifications
            image, finding = add(image, dense, place, max(bad, 0.0), patient, rng)
            mask = (finding > 0.5) & (breast > 0.5)
        skin = breast * (1 - inner) * inner
        image = (image * inner + np.float32(0.35) * skin + np.float32(0.07) * breast) * breast + np.float32(0.012)
        if side == "R":
            image, mask = image[:, ::-1], mask[:, ::-1]
        return Drawing(np.ascontiguousarray(image, np.float32), mask, view=view, laterality=side)

    @staticmethod
    def _outline(view: str, nipple: tuple[float, float], patient: np.random.Generator) -> np.ndarray:
        """Return the (y, x) points of the breast's border; wider below the nipple in MLO."""
        angle = np.linspace(-np.pi / 2, np.pi / 2, 120)
        upper, lower = float(patient.uniform(0.36, 0.46)), float(patient.uniform(0.36, 0.46))
        if view == "MLO":
            upper, lower = nipple[0] + 0.06, min(lower, 0.97 - nipple[0])
        across = nipple[1] * np.cos(angle) ** (0.8 if view == "CC" else 0.95)
        down = nipple[0] + np.where(angle < 0, upper, lower) * np.sin(angle)
        bump = 0.022 * np.exp(-np.square(angle / 0.055))
        edge = np.stack([down, across + bump], axis=1)
        return np.concatenate([[[edge[0, 0], -0.1]], edge, [[edge[-1, 0], -0.1]]])

    def _tissue(self, nipple: tuple[float, float], inner: Field, patient: np.random.Generator,
                rng: np.random.Generator) -> tuple[Field, Field]:
        """Return the grey levels of fat and gland, and the share of gland."""
        down, across = texture.grid(self.size)
        larger = (self.size[0] * 9 // 8, self.size[1] * 9 // 8)
        clouds = texture.window_of(texture.smooth_noise(patient, larger, (5, 5), octaves=5, fade=0.62), self.size, rng)
        fine = texture.smooth_noise(rng, self.size, (22, 22), octaves=3, fade=0.8)
        distance = np.sqrt(np.square((down - nipple[0]) / 0.36) + np.square((across - nipple[1] * 0.62) / 0.36))
        density = float(patient.uniform(-0.9, 0.4))
        dense = texture.soft_step((density + 0.85 * clouds - 1.1 * (distance - 0.75)).astype(np.float32), 0.9)
        strands = self._strands(nipple, patient, rng)
        image = (0.17 + 0.05 * clouds * inner + 0.27 * dense * (1 + 0.16 * clouds) + 0.09 * strands * (0.4 + dense)
                 + 0.018 * fine)
        return np.clip(image, 0.02, 1).astype(np.float32), dense

    def _strands(self, nipple: tuple[float, float], patient: np.random.Generator, rng: np.random.Generator) -> Field:
        """Return thin bright lines that run towards the nipple: ducts and ligaments."""
        lines, widths = [], []
        for fan in np.linspace(-1.25, 1.25, 34) + patient.normal(0, 0.06, 34):
            start, stop = rng.uniform(0.05, 0.3), rng.uniform(0.4, 0.95)
            along = np.linspace(start, stop, 14)
            bend = rng.normal(0, 0.35) * along**2 + np.cumsum(rng.normal(0, 0.025, 14))
            lines.append(np.stack([nipple[0] + along * np.sin(fan + bend), nipple[1] - along * np.cos(fan + bend)], 1))
            widths.append(float(rng.uniform(0.002, 0.009)))
        return texture.blur(texture.strokes(lines, widths, self.size), 0.005)

    def _place(self, nipple: tuple[float, float], breast: Field, patient: np.random.Generator,
               rng: np.random.Generator) -> tuple[float, float]:
        """Return a center inside the breast, at the same distance behind the nipple in both views."""
        depth = float(patient.uniform(0.25, 0.7))
        reach = 0.22 * np.sqrt(1 - (1 - depth) ** 2)
        return (nipple[0] + float(patient.uniform(-1, 1)) * reach + float(rng.normal(0, 0.03)),
                nipple[1] * (1 - depth) + float(rng.normal(0, 0.015)))

    def _add_mass(self, image: Field, dense: Field, place: tuple[float, float], bad: float,
                  patient: np.random.Generator, rng: np.random.Generator) -> tuple[Field, Field]:
        """Add a mass: a dense body, and spicules that grow with malignancy."""
        radius = float(np.clip(np.exp(patient.normal(np.log(0.055), 0.3)), 0.03, 0.11))
        angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
        radii = np.ones(120)
        for order in range(2, 14):
            size = 0.05 / order**0.5 + 0.13 * bad / order**0.4 * (order > 3)
            radii += size * rng.normal() * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
        axes = (radius * float(patient.uniform(0.8, 1.05)), radius * float(patient.uniform(0.95, 1.25)))
        body = texture.fill(texture.outline(place, axes, float(rng.uniform(0, 3)), np.maximum(radii, 0.45)), self.size)
        lines, widths = [], []
        for fan in rng.uniform(0, 2 * np.pi, round(26 * min(bad, 1.3))):
            along = radius * np.linspace(0.7, 1.4 + 1.9 * bad * rng.random(), 6)
            bend = fan + rng.normal(0, 0.12) * np.linspace(0, 1, 6)
            lines.append(np.stack([place[0] + along * np.sin(bend), place[1] + along * np.cos(bend)], 1))
            widths.append(float(rng.uniform(0.002, 0.007)))
        spicules = texture.blur(texture.strokes(lines, widths, self.size), 0.004)
        strength = float(0.46 - 0.3 * self.difficulty) * float(patient.uniform(0.8, 1.25))
        grain = texture.smooth_noise(rng, self.size, (20, 20), octaves=2)
        soft = texture.blur(body, 0.004 + 0.008 * self.difficulty + 0.006 * min(bad, 1.0))
        added = strength * soft * (1 + 0.12 * grain) + 0.6 * strength * spicules * (1 - soft)
        return (image + added * (1 - 0.3 * dense)).astype(np.float32), body

    def _add_calcifications(self, image: Field, dense: Field, place: tuple[float, float], bad: float,
                            patient: np.random.Generator, rng: np.random.Generator) -> tuple[Field, Field]:
        """Add a cluster of bright specks; the mask is the cluster's hull, a little widened."""
        bad = min(bad, 1.2)
        count = int(rng.integers(6, 11) + round(rng.uniform(8, 18) * bad))
        spread = np.array([0.035 + 0.025 * bad, 0.03]) * float(patient.uniform(0.8, 1.2))
        turn = float(patient.uniform(0, np.pi))
        offsets = np.clip(rng.normal(size=(count, 2)), -1.8, 1.8) * spread
        turned = offsets @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        specks = np.zeros(self.size, np.float32)
        strength = float(0.65 - 0.4 * self.difficulty) * float(patient.uniform(0.85, 1.15))
        for center in np.asarray(place) + turned:
            size = float(np.exp(rng.normal(np.log(0.0075 - 0.003 * bad), 0.12 + 0.3 * bad)))
            axes = (size, size * float(1 + abs(rng.normal(0, 0.9)) * bad))
            dot = texture.fill(texture.outline((center[0], center[1]), axes, rng.uniform(0, 3), np.ones(12)), self.size)
            specks = np.maximum(specks, np.float32(rng.uniform(1 - 0.5 * bad / 1.2, 1)) * dot)
        corners = ((np.asarray(place) + turned)[:, ::-1] * self.size[::-1]).astype(np.float32)
        hull = cv2.convexHull(corners)[:, 0, ::-1] / np.asarray(self.size, np.float32)
        middle = hull.mean(axis=0)
        finding = texture.fill(middle + (hull - middle) * 1.15 + np.sign(hull - middle) * 0.008, self.size)
        haze = 0.05 * bad * texture.blur(finding, 0.02)
        return (image + strength * texture.blur(specks, 0.0022) + haze).astype(np.float32), finding

    def _add_muscle(self, image: Field, wide: float, long: float, rng: np.random.Generator) -> Field:
        """Add the pectoral muscle: a bright wedge in the upper corner at the chest wall."""
        bow = np.linspace(0, 1, 20)
        edge = np.stack([long * bow, wide * (1 - bow) + 0.05 * np.sin(np.pi * bow)], axis=1)
        wedge = texture.blur(texture.fill(np.concatenate([[[-0.1, -0.1], [-0.1, wide + 0.05]], edge, [[long, -0.1]]]),
                                          self.size), 0.01)
        fibers = texture.smooth_noise(rng, self.size, (10, 10), octaves=2)
        across = texture.grid(self.size)[1]
        level = 0.58 - 0.18 * across + 0.02 * fibers + 0.12 * image
        return np.asarray(image * (1 - wedge) + wedge * level, np.float32)
