"""Chest X-ray: lungs, ribs, heart and diaphragm, with the opacities of pneumonia or without."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bogam.core.fields import Share
from bogam.data.phantoms import texture
from bogam.data.phantoms.family import Drawing, Phantom, phantoms
from bogam.data.phantoms.texture import Field

Points = NDArray[np.floating]


@phantoms.register
class ChestXRay(Phantom):
    """Frontal chest radiographs, air dark; pneumonia adds patchy opacities inside the lungs.

    The mask covers the opacities. `difficulty` lowers their strength, and gives normal lungs coarser vessels and
    breast shadows that resemble them.
    """

    kind: Literal["chest-x-ray"] = "chest-x-ray"
    class_shares: tuple[Share, ...] = (0.4, 0.6)
    """Share of normal and pneumonia; they sum to 1."""

    classes: ClassVar[tuple[str, ...]] = ("normal", "pneumonia")
    mask_label: ClassVar[str] = "opacity"
    modality: ClassVar[str] = "CR"
    width_mm: ClassVar[float] = 340.0

    def paint(self, class_index: int, image_index: int, patient: np.random.Generator,
              rng: np.random.Generator) -> Drawing:
        """Paint one exposure; the viewer's left is the patient's right."""
        view = "PA" if patient.random() < 0.7 else "AP"
        drawn = patient.uniform((0.10, 0.70, 0.055, 0.30), (0.17, 0.80, 0.08, 0.37))
        top, base, inner, wide = (float(n) for n in drawn)
        heart = float(patient.uniform(0.12, 0.17)) * (1.15 if view == "AP" else 1.0)
        top, base = top + float(rng.normal(0, 0.008)), base + float(rng.normal(0, 0.012))
        sides = (-1.0, 1.0)
        lungs = [self._lung(side, top, base + 0.02 * side, inner, wide) for side in sides]
        air = sum((texture.fill(points, self.size) for points in lungs), np.zeros(self.size, np.float32))
        air = texture.blur(air, 0.008)
        body = texture.blur(texture.fill(self._body(wide, patient), self.size), 0.012)
        image = self._soft_tissue(body, patient, rng) - np.float32(patient.uniform(0.40, 0.48)) * air
        image += self._heart(heart, base) * np.float32(0.21)
        image += self._vessels(air, inner, patient, rng)
        image += self._bones(top, base, inner, wide, patient)
        image += self._breasts(base, patient) * np.float32(0.05 + 0.05 * self.difficulty)
        mask = np.zeros(self.size, bool)
        if self.classes[class_index] == "pneumonia":
            opacity = self._opacity(air, lungs, patient, rng)
            image += np.float32(0.30 - 0.17 * self.difficulty) * opacity * np.float32(rng.uniform(0.85, 1.15))
            mask = (opacity > 0.4) & (air > 0.5)
        image = np.clip((image + 0.02) * (0.25 + 0.75 * body), 0, 0.97)
        return Drawing(self._mark(image.astype(np.float32), rng), mask, view=view)

    @staticmethod
    def _lung(side: float, top: float, base: float, inner: float, wide: float) -> Points:
        """Return the (y, x) border of one lung; side -1 is the viewer's left. The left lung has the heart's notch."""
        notch = 0.085 if side > 0 else 0.035
        down = np.linspace(0, 1, 24)
        height = base - top
        lateral = inner + 0.05 + (wide - inner - 0.05) * np.sin(np.pi / 2 * np.clip(down * 1.25, 0, 1)) ** 0.75
        medial = inner + 0.02 * (1 - down) + notch * np.clip((down - 0.45) / 0.55, 0, 1) ** 1.2
        outer_edge = np.stack([top + (height + 0.07) * down, 0.5 + side * lateral], axis=1)
        across = np.linspace(lateral[-1], medial[-1], 14)
        share = np.linspace(0, 1, 14)
        lift = 0.10 * np.sin(np.pi * share**0.75) ** 0.9
        dome = np.stack([base + 0.07 - lift + 0.005 * share, 0.5 + side * across], axis=1)
        inner_edge = np.stack([top + height * down[::-1], 0.5 + side * medial[::-1]], axis=1)
        apex = np.stack([top - 0.035 * np.sin(np.pi * np.linspace(0.1, 0.9, 8)),
                         0.5 + side * np.linspace(medial[0], lateral[0], 8)], axis=1)
        return np.concatenate([outer_edge, dome, inner_edge, apex])

    @staticmethod
    def _body(wide: float, patient: np.random.Generator) -> Points:
        """Return the (y, x) border of neck, shoulders and trunk."""
        trunk, shoulder = wide + float(patient.uniform(0.05, 0.10)), float(patient.uniform(0.10, 0.16))
        right = np.array([[-0.05, 0.10], [0.04, 0.11], [shoulder - 0.02, 0.30], [shoulder + 0.04, 0.47],
                          [shoulder + 0.2, 0.50], [shoulder + 0.3, trunk + 0.03], [0.6, trunk], [1.05, trunk + 0.01]])
        smooth = np.stack([np.interp(np.linspace(0, 1, 60), np.linspace(0, 1, len(right)), right[:, k])
                           for k in (0, 1)], axis=1)
        mirrored = smooth[::-1] * (1, -1)
        return np.asarray(np.add(np.concatenate([smooth, mirrored]), (0, 0.5)))

    def _soft_tissue(self, body: Field, patient: np.random.Generator, rng: np.random.Generator) -> Field:
        """Return flesh: brighter below the diaphragm and along the midline."""
        down, across = texture.grid(self.size)
        clouds = texture.smooth_noise(rng, self.size, (5, 5), octaves=3)
        middle = np.exp(-np.square((across - 0.5) / 0.075))
        belly = texture.soft_step(down - 0.74 + 0 * across, 0.12)
        flesh = np.float32(patient.uniform(0.50, 0.58)) + 0.10 * middle + 0.13 * belly + 0.012 * clouds
        windpipe = np.exp(-np.square((across - 0.5) / 0.018)) * (1 - texture.soft_step(down - 0.28, 0.06))
        return np.asarray(body * (flesh - 0.12 * windpipe), np.float32)

    def _heart(self, heart: float, base: float) -> Field:
        """Return the heart's and the great vessels' shadow, 0 to 1."""
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        radii = 1 + 0.08 * np.cos(2 * angle + 0.6)
        body = texture.fill(texture.outline((base - 0.09, 0.565), (0.15, heart), 0.55, radii), self.size)
        arch = texture.fill(texture.outline((0.31, 0.535), (0.06, 0.045), 0.0, np.ones(30)), self.size)
        trunk = texture.fill(np.array([[0.2, 0.455], [0.2, 0.545], [base - 0.1, 0.60], [base, 0.43]]), self.size)
        return texture.blur(np.maximum(np.maximum(body, 0.6 * arch), 0.6 * trunk), 0.012)

    def _vessels(self, air: Field, inner: float, patient: np.random.Generator, rng: np.random.Generator) -> Field:
        """Return the branching vessels of both lungs: thick at the hilum, thin at the rim."""
        coarse = float(patient.uniform(0.7, 1.0)) + 0.5 * self.difficulty
        lines, widths = [], []
        for side in (-1, 1):
            hilum = np.array([0.46, 0.5 + side * (inner + 0.035)])
            for fan in np.linspace(-1.35, 1.35, 15) + rng.normal(0, 0.1, 15):
                length = rng.uniform(0.10, 0.26)
                for twig in (0.0, rng.normal(0, 0.45)):
                    along = length * np.linspace(0.0 if twig == 0 else 0.35, 1, 8)
                    bend = fan + (twig + rng.normal(0, 0.2)) * np.linspace(0, 1, 8)
                    lines.append(hilum + np.stack([along * np.sin(bend), side * along * np.cos(bend)], axis=1))
                    widths.append(float(0.006 * coarse * rng.uniform(0.5, 1.3)))
        drawn = texture.blur(texture.strokes(lines, widths, self.size), 0.006)
        down, across = texture.grid(self.size)
        hila = sum(np.exp(-np.square((down - 0.45) / 0.07) - np.square((across - 0.5 - s * (inner + 0.02)) / 0.035))
                   for s in (-1, 1))
        grain = texture.smooth_noise(rng, self.size, (16, 16), octaves=3, fade=0.8)
        return np.asarray(air * (0.09 * drawn + 0.02 * coarse * grain) + 0.09 * hila, np.float32)

    def _bones(self, top: float, base: float, inner: float, wide: float, patient: np.random.Generator) -> Field:
        """Return ribs, clavicles and spine, added to what lies behind them."""
        back: list[Points] = []
        front: list[Points] = []
        step, drop = (base + 0.10 - top) / 9.5, float(patient.uniform(0.05, 0.10))
        share = np.linspace(0, 1, 24)
        for number in range(10):
            height = top - 0.035 + step * number
            reach = inner + (wide + 0.015 - inner) * min(1.0, 0.55 + 0.15 * number)
            for side in (-1, 1):
                across = 0.5 + side * (inner * 0.6 + (reach - inner * 0.6) * np.sin(share * np.pi / 2))
                down = height - 0.03 * np.sin(np.pi * share * 0.7) + drop * share**3.0 * 1.4
                back.append(np.stack([down, across], axis=1))
                if 1 <= number < 7:
                    start = height + 1.4 * drop - 0.02
                    inward = 0.5 + side * (reach - (reach - inner - 0.06) * share**1.2)
                    front.append(np.stack([start + 0.13 * np.sin(share * np.pi / 2) ** 1.3, inward], axis=1))
        thick = step * float(patient.uniform(0.26, 0.34))
        collar: list[Points] = [np.stack([top + 0.055 - 0.07 * share + 0.02 * np.sin(np.pi * 2 * share),
                            0.5 + s * (0.035 + (wide + 0.02) * share)], 1) for s in (-1, 1)]
        rear, fore, collars = (self._tubes(lines, width) for lines, width in
                               ((back, thick), (front, thick * 0.95), (collar, 0.03)))
        spine = np.zeros(self.size, np.float32)
        for height in np.arange(0.02, 1.0, 0.058):
            spine += texture.fill(np.array([[height, 0.466], [height, 0.534], [height + 0.044, 0.532],
                                            [height + 0.044, 0.468]]), self.size)
        faded = 1 - 0.75 * texture.soft_step(texture.grid(self.size)[0] - base + 0.02, 0.06)
        bone = faded * (0.11 * rear + 0.05 * fore) + 0.12 * collars + 0.05 * texture.blur(spine, 0.006)
        return np.asarray(bone, np.float32)

    def _tubes(self, lines: list[Points], width: float) -> Field:
        """Return lines as hollow bones: the rim denser than the core."""
        widths = [width] * len(lines)
        full = texture.strokes(lines, widths, self.size)
        core = texture.strokes(lines, [width * 0.55] * len(lines), self.size)
        return texture.blur(full - 0.35 * core, 0.004)

    def _breasts(self, base: float, patient: np.random.Generator) -> Field:
        """Return the soft shadows of breasts over the lower lungs, 0 to 1."""
        size = float(patient.uniform(0.0, 0.16))
        shadow = sum((texture.fill(texture.outline((base - 0.04, 0.5 + s * 0.22), (size, size * 1.05), 0, np.ones(40)),
                                   self.size) for s in (-1, 1)), np.zeros(self.size, np.float32))
        return texture.blur(shadow, 0.02)

    def _opacity(self, air: Field, lungs: list[Points], patient: np.random.Generator,
                 rng: np.random.Generator) -> Field:
        """Return the opacity's density, 0 to about 1, inside the lungs."""
        down, across = texture.grid(self.size)
        spots = np.zeros(self.size, np.float32)
        for _ in range(int(patient.integers(1, 4))):
            border = lungs[int(patient.integers(0, 2))]
            middle = border.mean(axis=0) + patient.normal(0, (0.11, 0.05)) + rng.normal(0, 0.012, 2)
            high, wide = np.exp(patient.normal(np.log((0.085, 0.07)), 0.25))
            spots += np.exp(-0.5 * np.square((down - middle[0]) / high) - 0.5 * np.square((across - middle[1]) / wide))
        patches = texture.smooth_noise(rng, self.size, (9, 9), octaves=3, fade=0.6)
        density = np.clip(spots * (1 + 0.28 * patches), 0, 1.15) * air
        return np.asarray(density * max(1.0, 0.7 / max(float(density.max()), 1e-3)), np.float32)

    def _mark(self, image: Field, rng: np.random.Generator) -> Field:
        """Return the image with the lead letter R beside the patient's right shoulder."""
        arc = np.linspace(-np.pi / 2, np.pi / 2, 8)
        bow = np.stack([0.25 + 0.25 * np.sin(arc), 0.25 + 0.3 * np.cos(arc)], axis=1)
        pieces = [np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.25]]), np.concatenate([bow, [[0.5, 0.0]]]),
                  np.array([[0.5, 0.2], [1.0, 0.55]])]
        place, scale = rng.uniform((0.25, 0.02), (0.4, 0.06)), 0.055
        letter = texture.strokes([place + scale * points for points in pieces], [0.009] * 3, self.size)
        return np.asarray(np.maximum(image, np.float32(0.93) * letter), np.float32)
