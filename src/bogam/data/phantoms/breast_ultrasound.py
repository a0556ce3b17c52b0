"""Breast ultrasound: skin, fat, gland and muscle in speckle, with a benign or malignant lesion, or none."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bogam.core.fields import Share
from bogam.data.phantoms import texture
from bogam.data.phantoms.family import Drawing, Phantom, phantoms
from bogam.data.phantoms.texture import Field


@phantoms.register
class BreastUltrasound(Phantom):
    """B-mode images of the breast with one lesion at most, as in BUSI.

    A malignancy score, 0 on average for benign and 1 for malignant, drives outline, shape, halo and what lies
    behind the lesion (enhancement or shadow); `difficulty` widens its spread and lowers the lesion's contrast.
    Fat lobules and dropped-out columns, which are in no mask, imitate lesions.
    """

    kind: Literal["breast-ultrasound"] = "breast-ultrasound"
    class_shares: tuple[Share, ...] = (0.55, 0.28, 0.17)
    """Share of benign, malignant and normal; they sum to 1."""

    classes: ClassVar[tuple[str, ...]] = ("benign", "malignant", "normal")
    mask_label: ClassVar[str] = "lesion"
    modality: ClassVar[str] = "US"
    width_mm: ClassVar[float] = 40.0

    def paint(self, class_index: int, image_index: int, patient: np.random.Generator,
              rng: np.random.Generator) -> Drawing:
        """Paint one view: layers, lobules, lesion, attenuation, speckle."""
        side = str(patient.choice(["L", "R"]))
        image, depths = self._tissue(patient, rng)
        self._add_lobules(image, depths, patient, rng)
        lesion = np.zeros(self.size, np.float32)
        loss = np.zeros(self.size, np.float32)
        if self.classes[class_index] != "normal":
            score = float(class_index + patient.normal(0, 0.12 + 0.4 * self.difficulty))
            image, lesion, loss = self._add_lesion(image, depths, score, patient, rng)
        image *= self._attenuation(loss, patient, rng)
        scale = self.size[0] / 128
        grain = (max(0.55, 0.65 * scale), max(0.75, 1.15 * scale))
        image *= texture.speckle(rng, self.size, grain, 0.7)
        image = np.clip(texture.blur(image, 0.0032), 0, 1)
        return Drawing(image, lesion > 0.5, view=str(rng.choice(["RAD", "ARAD"])), laterality=side)

    def _tissue(self, patient: np.random.Generator, rng: np.random.Generator) -> tuple[Field, tuple[float, float]]:
        """Paint the layers; return the echo levels and the mean depths at which gland begins and ends."""
        down, _ = texture.grid(self.size)
        larger = (self.size[0] * 5 // 4, self.size[1] * 5 // 4)
        fat_end, gland_end = float(patient.uniform(0.14, 0.36)), float(patient.uniform(0.68, 0.92))
        skin_end = float(patient.uniform(0.03, 0.07))
        fat_level, gland_level, muscle_level = patient.uniform((0.26, 0.42, 0.16), (0.42, 0.66, 0.34))
        tissue = texture.smooth_noise(patient, larger, (9, 4), octaves=3, fade=0.7)
        septa = texture.smooth_noise(patient, larger, (float(patient.uniform(9, 14)), float(patient.uniform(2.5, 5))))
        fibers = texture.smooth_noise(patient, larger, (30, 5), octaves=2)
        tissue, septa, fibers = (texture.window_of(f, self.size, rng) for f in (tissue, septa, fibers))
        waves = [texture.smooth_noise(rng, (1, self.size[1]), (1, 3)) * np.float32(0.025) for _ in range(3)]
        in_fat = texture.soft_step(down - skin_end - 0.3 * waves[0], 0.008)
        in_gland = texture.soft_step(down - fat_end - 1.6 * waves[1] - 0.02 * tissue, 0.02)
        in_muscle = texture.soft_step(down - gland_end - waves[2], 0.012)
        fascia = np.exp(-np.square((down - gland_end - waves[2]) / np.float32(0.012)))
        strands = texture.ridges(septa + 0.3 * fibers, 0.22) * np.clip(0.55 + 0.45 * tissue, 0.1, 1.4)
        fat = fat_level * (1 + 0.12 * tissue) + 0.28 * strands
        gland = gland_level * (1 + 0.2 * tissue + 0.16 * np.maximum(septa, 0) + 0.12 * fibers) + 0.16 * strands
        muscle = muscle_level * (1 + 0.3 * fibers) + 0.25 * texture.ridges(fibers, 0.2)
        skin = 0.75 + 0.1 * fibers
        image = skin * (1 - in_fat) + in_fat * (fat * (1 - in_gland) + gland * in_gland)
        image = image * (1 - in_muscle) + muscle * in_muscle + np.float32(0.3) * fascia
        return np.maximum(image, np.float32(0.03)).astype(np.float32), (fat_end, gland_end)

    def _add_lobules(self, image: Field, depths: tuple[float, float], patient: np.random.Generator,
                     rng: np.random.Generator) -> None:
        """Darken a few soft ovals in place: fat lobules, which belong to no mask."""
        for _ in range(int(rng.poisson(0.6 + 1.8 * self.difficulty))):
            center = (float(rng.uniform(depths[0] * 0.6, depths[1])), float(rng.uniform(0, 1)))
            axes = (float(rng.uniform(0.03, 0.08)), float(rng.uniform(0.06, 0.17)))
            radii = 1 + 0.12 * self._wobble(rng, 64, 2, 5)
            lobule = texture.blur(texture.fill(texture.outline(center, axes, rng.normal(0, 0.2), radii), self.size),
                                  float(rng.uniform(0.005, 0.015)))
            image *= 1 - np.float32(rng.uniform(0.15, 0.25 + 0.25 * self.difficulty)) * lobule

    @staticmethod
    def _wobble(rng: np.random.Generator, count: int, low: int, high: int) -> NDArray[np.float64]:
        """Return a smooth periodic curve of standard deviation 1 with harmonics low to high."""
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        orders = np.arange(low, high + 1)
        weights, phases = rng.normal(size=len(orders)) / orders**0.5, rng.uniform(0, 2 * np.pi, len(orders))
        curve = (weights[:, None] * np.cos(orders[:, None] * angle + phases[:, None])).sum(axis=0)
        return np.asarray(curve / max(float(curve.std()), 1e-6))

    def _add_lesion(self, image: Field, depths: tuple[float, float], score: float, patient: np.random.Generator,
                    rng: np.random.Generator) -> tuple[Field, Field, Field]:
        """Return the image with a lesion, the lesion's coverage, and its attenuation per pixel."""
        hard, spread = self.difficulty, 0.1 + 0.5 * self.difficulty
        bad = float(np.clip(score, -0.2, 1.3))
        features = bad + spread * 0.5 * patient.standard_normal(4)
        ragged, tall, halo, shadow = np.clip(features, 0, 1.3)
        long = float(np.exp(patient.normal(np.log(0.15 + 0.03 * bad), 0.35)))
        long = float(np.clip(long * rng.uniform(0.8, 1.2), 0.06, 0.32))
        aspect = float(np.clip((0.58 + 0.42 * tall) * np.exp(rng.normal(0, 0.12)), 0.35, 1.35))
        top = min(long * aspect, 0.28)
        place = patient.uniform((depths[0] * 0.8 + top * 0.6, 0.2), (max(depths[1] - top * 0.4, 0.45), 0.8))
        center = (float(np.clip(place[0] + rng.normal(0, 0.04), 0.1 + top, 0.92 - top)),
                  float(np.clip(place[1] + rng.normal(0, 0.08), 0.12, 0.88)))
        smooth, lobes, spikes = (self._wobble(g, 180, a, b)
                                 for g, a, b in ((patient, 2, 3), (rng, 3, 7), (rng, 8, 22)))
        radii = 1 + 0.07 * smooth + (0.03 + 0.12 * ragged) * lobes + 0.07 * ragged * np.maximum(spikes, -0.5)
        points = texture.outline(center, (top, long), float(patient.normal(0, 0.15) + rng.normal(0, 0.1)),
                                 np.maximum(radii, 0.35))
        lesion = texture.fill(points, self.size)
        cyst = bool(patient.random() < 0.3 * (1 - bad))
        background = float(mean_under(image, texture.blur(lesion, 0.06)))
        contrast = float(np.clip(patient.normal(0.25 + 0.4 * hard, 0.04 + 0.1 * hard), 0.08, 0.9))
        level = background * (0.12 + 0.2 * hard if cyst else contrast)
        inside = texture.smooth_noise(rng, self.size, (14, 14), octaves=2)
        soft = texture.blur(lesion, 0.004 + 0.016 * float(ragged) * (0.5 + 0.5 * hard) + 0.005 * hard)
        rim = np.clip(texture.blur(lesion, 0.035) * 4, 0, 1) * (1 - soft)
        image = image + np.float32(0.22 * halo - 0.02) * rim * (1 + 0.3 * inside)
        keep = np.float32(0.25 * hard)
        filled = np.float32(level) * (1 + np.float32(0.05 if cyst else 0.18 + 0.1 * ragged) * inside)
        image = image * (1 - soft) + soft * (filled * (1 - keep) + image * np.float32(level / background) * keep)
        back = (1.6 if cyst else 0.75) - 2.2 * float(shadow) * (1 - 0.35 * hard)
        return image.astype(np.float32), lesion, lesion * np.float32(back)

    def _attenuation(self, gain: Field, patient: np.random.Generator, rng: np.random.Generator) -> Field:
        """Return the factor of depth, of what the lesion lets through, and of columns with poor contact."""
        down, across = texture.grid(self.size)
        depth = np.exp(-np.float32(patient.uniform(0.2, 1.1)) * down)
        behind, strength = np.ones(self.size, np.float32), np.float32(patient.uniform(1.5, 3.2))
        if gain.any():
            through = np.cumsum(gain, axis=0, dtype=np.float32) - gain
            through = texture.blur(through / np.float32(self.size[0]), 0.035)
            behind = np.exp(np.clip(strength * through, -1.7, 0.5))
        columns = np.ones((1, self.size[1]), np.float32)
        for _ in range(int(rng.poisson(0.5 + 0.8 * self.difficulty))):
            middle, width = rng.uniform(0, 1), rng.uniform(0.02, 0.07)
            columns -= np.float32(rng.uniform(0.15, 0.55)) * np.exp(-np.square((across - middle) / width))
        dropped = 1 - (1 - np.maximum(columns, 0.2)) * texture.soft_step(down - rng.uniform(0.08, 0.4), 0.1)
        return np.asarray(depth * behind * dropped * np.float32(patient.uniform(0.8, 1.2)), np.float32)


def mean_under(image: Field, weights: Field) -> float:
    """Return the mean of an image under weights."""
    return float((image * weights).sum() / max(float(weights.sum()), 1e-6))
