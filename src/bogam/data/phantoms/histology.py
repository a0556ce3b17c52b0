"""Histology: H&E-like patches with stroma, fat, glands and nuclei, tumor or not."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import cv2
import numpy as np

from bogam.core.fields import Share
from bogam.data.phantoms import texture
from bogam.data.phantoms.family import GOLDEN, Drawing, Phantom, phantoms
from bogam.data.phantoms.texture import Field

HEMATOXYLIN = np.array([0.65, 0.70, 0.29])
EOSIN = np.array([0.09, 0.80, 0.28])
Nucleus = tuple[float, float, float, float, float]
"""Row, column, long and short half-axis (shares of the image), and turn in radians."""


@phantoms.register
class Histology(Phantom):
    """Color patches of breast tissue in hematoxylin and eosin; optical densities of two stains are mixed.

    Tumor patches hold crowded, large, unlike nuclei in nests; the others stroma, fat and a few orderly glands.
    A patient has both kinds of patch in a share of its own, as in IDC. The mask covers the nuclei, in both classes.
    `difficulty` brings density, size and order of the nuclei of the two classes together.
    """

    kind: Literal["histology"] = "histology"
    images_per_patient: tuple[int, int] = (4, 8)
    """(fewest, most) images of one patient; they share stain and tissue."""
    class_shares: tuple[Share, ...] = (0.6, 0.4)
    """Share of normal and tumor over all patches; they sum to 1."""
    bits: Literal[8] = 8
    """Stored bits of one sample; color is 8 bit."""

    classes: ClassVar[tuple[str, ...]] = ("normal", "tumor")
    mask_label: ClassVar[str] = "nucleus"
    modality: ClassVar[str] = "SM"
    width_mm: ClassVar[float] = 0.16

    def class_index(self, patient_index: int, image_index: int) -> int:
        """Return the class of a patch: patients differ in their share of tumor, all have both kinds."""
        turn, share = self._turn(patient_index), self.class_shares[1]
        own_share = share + 0.9 * min(share, 1 - share) * (2 * turn - 1)
        return int((7.3 * turn + (image_index + 1) * GOLDEN) % 1.0 < own_share)

    def paint(self, class_index: int, image_index: int, patient: np.random.Generator,
              rng: np.random.Generator) -> Drawing:
        """Paint one patch: eosin for fibers, holes for fat and lumina, hematoxylin for nuclei."""
        stain = patient.uniform((0.75, 0.38, -0.09), (1.25, 0.8, 0.09))
        scatter = 0.05 + 0.4 * self.difficulty
        bad = float(np.clip(class_index + rng.normal(0, scatter), -0.2, 1.2))
        direction = float(patient.uniform(0, np.pi) + rng.normal(0, 0.3))
        fibers = self._fibers(direction, rng)
        nests = texture.smooth_noise(rng, self.size, (3.5, 3.5), octaves=2)
        nest = texture.soft_step(nests + np.float32(0.9 * bad - 0.9), 0.5)
        holes = self._holes(float(np.clip(1 - bad, 0, 1)), patient, rng)
        cells = self._nuclei(bad, nest, holes, direction, rng)
        grain = texture.smooth_noise(rng, self.size, (30, 30), octaves=2)
        hematoxylin = 0.10 + 0.22 * nest + (0.95 + 0.22 * grain) * cells["dark"] - 0.25 * cells["pale"]
        eosin = (0.55 + 0.22 * fibers + 0.06 * grain) * (1 - 0.25 * nest) * (1 - 0.6 * cells["dark"])
        solid = 1 - holes
        turn = stain[2] * np.array([[1, 0], [0, 1], [0, 0]])
        vectors = [v / np.linalg.norm(v) for v in (HEMATOXYLIN + turn[:, 0], EOSIN + turn[:, 1])]
        density = (np.maximum(hematoxylin, 0)[..., None] * vectors[0] * stain[0]
                   + eosin[..., None] * vectors[1] * stain[1]) * solid[..., None] + 0.035
        image = np.exp(-density.astype(np.float32))
        return Drawing(texture.blur(image, 0.003), (cells["cover"] > 0.5) & (holes < 0.5))

    def _fibers(self, direction: float, rng: np.random.Generator) -> Field:
        """Return wavy fibers along a direction, about -1 to 1.5."""
        rows, columns = self.size
        side = int(np.ceil(np.hypot(rows, columns))) + 2
        flat = texture.smooth_noise(rng, (side, side), (34, 6), octaves=2)
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(np.degrees(direction)), 1.0)
        turn[:, 2] -= ((side - columns) / 2, (side - rows) / 2)
        down, across = np.indices(self.size, dtype=np.float32)
        inverse = cv2.invertAffineTransform(turn)
        bend = texture.smooth_noise(rng, self.size, (3, 3)) * np.float32(0.03 * rows)
        place = [inverse[k, 0] * (across + bend) + inverse[k, 1] * (down + bend) + inverse[k, 2] for k in (0, 1)]
        return np.asarray(cv2.remap(flat, place[0].astype(np.float32), place[1].astype(np.float32),
                                    cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32)

    def _holes(self, share: float, patient: np.random.Generator, rng: np.random.Generator) -> Field:
        """Return fat vacuoles, 0 to 1: many in some normal patches, few in tumor."""
        holes = np.zeros(self.size, np.float32)
        fatty = float(np.clip(patient.normal(0.35, 0.35) + rng.normal(0, 0.3), 0, 1)) * (0.25 + 0.75 * share)
        grid = np.stack(np.meshgrid(np.linspace(0, 1, 6), np.linspace(0, 1, 6), indexing="ij"), -1).reshape(-1, 2)
        region = texture.smooth_noise(rng, (6, 6), (3, 3)).ravel()
        chosen = grid[region > np.quantile(region, 1 - 0.95 * fatty)] if fatty > 0.15 else grid[:0]
        for center in chosen + rng.normal(0, 0.025, chosen.shape):
            axes = rng.uniform(0.065, 0.105, 2)
            radii = 1 + 0.1 * np.cos(np.linspace(0, 4 * np.pi, 28) + rng.uniform(0, 6))
            border = texture.outline((center[0], center[1]), (axes[0], axes[1]), rng.uniform(0, 3), radii)
            vacuole = texture.fill(border, self.size)
            holes = np.maximum(holes, vacuole)
        return texture.blur(holes, 0.004)

    def _nuclei(self, bad: float, nest: Field, holes: Field, direction: float,
                rng: np.random.Generator) -> dict[str, Field]:
        """Return nuclei: "cover" 0 or 1, "dark" the stain they take up, "pale" their open centers."""
        rows, columns = self.size
        places: list[Nucleus] = []
        stroma = int(rng.integers(12, 30))
        for center in rng.uniform(0, 1, (stroma, 2)):
            long = float(rng.uniform(0.014, 0.026))
            places.append((center[0], center[1], long, long * float(rng.uniform(0.2, 0.4)),
                           float(rng.normal(0, 0.3)) - direction))
        if rng.random() < 0.45 + 0.3 * self.difficulty * (bad < 0.5) and bad < 0.75:
            places += self._gland(bad, holes, rng)
        spread, middle = 0.12 + 0.3 * max(bad, 0.0), 0.0155 + 0.009 * max(bad, 0.0)
        for center in self._crowd(nest, bad, rng):
            long = middle * float(np.exp(rng.normal(0, spread)))
            places.append((center[0], center[1], long, long * float(rng.uniform(0.6, 1.0)), float(rng.uniform(0, 3.1))))
        cover, dark = np.zeros(self.size, np.uint8), np.zeros(self.size, np.uint8)
        pale = np.zeros(self.size, np.uint8)
        for y, x, long, short, turn in places:
            point = (round((x * columns - 0.5) * 16), round((y * rows - 0.5) * 16))
            axes = (max(8, round(long * rows * 16)), max(8, round(short * rows * 16)))
            drawn: dict[str, Any] = {"angle": float(np.degrees(turn)), "startAngle": 0, "endAngle": 360,
                                     "thickness": -1, "lineType": cv2.LINE_AA, "shift": 4}
            cv2.ellipse(cover, point, axes, color=255, **drawn)
            cv2.ellipse(dark, point, axes, color=int(rng.integers(150, 256)), **drawn)
            if bad > 0.4 and long > 0.018 and rng.random() < 0.6:
                cv2.ellipse(pale, point, (axes[0] * 6 // 10, axes[1] * 6 // 10), color=255, **drawn)
        shares = [np.asarray(drawing / np.float32(255), np.float32) for drawing in (cover, dark, pale)]
        return {"cover": shares[0], "dark": texture.blur(shares[1], 0.004), "pale": texture.blur(shares[2], 0.006)}

    @staticmethod
    def _crowd(nest: Field, bad: float, rng: np.random.Generator) -> np.ndarray:
        """Return centers inside the nests, none too near to another: a jittered lattice, thinned."""
        count = round(17 - 2.5 * max(bad, 0))
        lattice = np.stack(np.meshgrid(*[(np.arange(count) + 0.5) / count] * 2, indexing="ij"), -1).reshape(-1, 2)
        centers = lattice + rng.normal(0, 0.3 / count, lattice.shape)
        inside = np.clip(centers, 0, 0.999) * nest.shape
        chance = nest[inside[:, 0].astype(int), inside[:, 1].astype(int)] * (0.55 + 0.35 * bad)
        return np.asarray(centers[rng.random(len(centers)) < chance])

    def _gland(self, bad: float, holes: Field, rng: np.random.Generator) -> list[Nucleus]:
        """Open a lumen in `holes` in place and return the nuclei that line it, orderly and side by side."""
        center, radius = rng.uniform(0.2, 0.8, 2), float(rng.uniform(0.07, 0.15))
        radii = 1 + 0.15 * np.cos(2 * np.linspace(0, 2 * np.pi, 60, endpoint=False) + rng.uniform(0, 6))
        lumen = texture.fill(texture.outline((center[0], center[1]), (radius, radius), 0, radii), self.size)
        np.maximum(holes, texture.blur(lumen, 0.005), out=holes)
        places: list[Nucleus] = []
        for ring, apart in ((1.28, 0.036), (1.58, 0.04)):
            count = int(2 * np.pi * radius * ring / apart)
            for k in range(count):
                angle = 2 * np.pi * k / count + float(rng.normal(0, 0.04 + 0.2 * max(bad, 0)))
                reach = radius * ring * float(radii[int(angle / 2 / np.pi * 60) % 60])
                places.append((center[0] + reach * np.cos(angle), center[1] + reach * np.sin(angle),
                               0.017, 0.0125, np.pi / 2 - angle))
        return places
