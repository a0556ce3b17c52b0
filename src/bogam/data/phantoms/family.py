"""What a phantom is: settings from which any image of any patient can be drawn, always the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from bogam.core.errors import say
from bogam.core.fields import Count, Share
from bogam.core.registry import Family, Part
from bogam.core.seeds import generator
from bogam.core.types import Array, Case, FloatArray
from bogam.data.phantoms import texture

GOLDEN = 0.6180339887498949
Pixels = Annotated[int, Field(ge=32, le=4096)]


@dataclass(frozen=True)
class Drawing:
    """What a phantom paints before a scanner sees it.

    Args:
        image: (Y, X) or (Y, X, 3) float32, 0 to 1.
        mask: (Y, X) bool, the finding; all false where there is none.
        view: DICOM view position, or "".
        laterality: "L", "R" or "".
    """

    image: texture.Field
    mask: NDArray[np.bool_]
    view: str = ""
    laterality: str = ""


@dataclass(frozen=True, eq=False)
class PhantomImage:
    """One drawn image with everything that is known of it.

    Args:
        id: patient and running number, such as "p0012_1"; file names are made of it.
        image: (C, Y, X), uint8 for 8 bits, else uint16.
        masks: (1, Y, X) uint8, 0 or 1; the plane's label is the phantom's `mask_label`.
        boxes: (N, 4) float64 rows (y0, x0, y1, x1), half-open, in pixels: one per connected piece of the mask.
        label: the class.
        patient: such as "p0012"; counts from 1.
        site: "site-a" or "site-b".
        scanner: manufacturer and model.
        modality: DICOM modality.
        view: DICOM view position, or "".
        laterality: "L", "R" or "".
        spacing_mm: (y, x) distance of neighboring pixels.
        bits: stored bits; the grey range is 0 to 2**bits - 1.
    """

    id: str
    image: Array
    masks: NDArray[np.uint8]
    boxes: FloatArray
    label: str
    patient: str
    site: str
    scanner: texture.Scanner
    modality: str
    view: str
    laterality: str
    spacing_mm: tuple[float, float]
    bits: int

    def to_case(self) -> Case:
        """Return the image as a case, without a way through files."""
        return Case(id=self.id, image=self.image, levels=(0.0, float(2**self.bits - 1)), patient=self.patient,
                    spacing_mm=self.spacing_mm, masks=self.masks, boxes=self.boxes,
                    box_labels=(self.label,) * len(self.boxes), targets={"class": self.label})


class Phantom(Part):
    """Settings of a phantom data set. Image k of patient p depends on the settings, p and k alone."""

    classes: ClassVar[tuple[str, ...]]
    mask_label: ClassVar[str]
    modality: ClassVar[str]
    width_mm: ClassVar[float]
    """Width of the field of view."""

    images: Count = 120
    """How many images in all."""
    size: tuple[Pixels, Pixels] = (128, 128)
    """(rows, columns) in pixels."""
    difficulty: Share = 0.5
    """0: findings stand out and the classes hardly overlap; 1: faint findings, classes overlap much."""
    images_per_patient: tuple[Count, Count] = (1, 3)
    """(fewest, most) images of one patient; they share tissue and finding."""
    sites: Literal[1, 2] = 2
    """1: all from site A; 2: patients alternate between two sites whose scanners differ."""
    class_shares: tuple[Share, ...]
    """Share of each class, in the order of the classes; they sum to 1."""
    bits: Literal[8, 12, 16] = 8
    """Stored bits of one sample."""
    seed: int = Field(0, ge=0)
    """Another seed, other patients."""

    @field_validator("images_per_patient")
    @classmethod
    def _check_range(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise ValueError(f"got {value}, expected (fewest, most). Swap the two.")
        return value

    @model_validator(mode="after")
    def _check_shares(self) -> Phantom:
        if len(self.class_shares) != len(self.classes) or abs(sum(self.class_shares) - 1) > 1e-6:
            raise ValueError(say("class_shares", self.class_shares, f"{len(self.classes)} numbers that sum to 1",
                                 f"One per class: {', '.join(self.classes)}."))
        return self

    def patients(self) -> list[int]:
        """Return how many images each patient has; the numbers sum to `images`.

        Example:
            >>> from bogam.data.phantoms.family import phantoms
            >>> sum(phantoms.parse({"histology": {"images": 25}}).patients())
            25
        """
        counts: list[int] = []
        low, high = self.images_per_patient
        while (left := self.images - sum(counts)) > 0:
            drawn = int(generator(self.seed, "phantom", self.kind, len(counts), "images").integers(low, high + 1))
            counts.append(min(drawn, left))
        return counts

    def scanner(self, patient_index: int) -> texture.Scanner:
        """Return the scanner of a patient's site: patients take turns."""
        return texture.SCANNERS[patient_index % self.sites]

    def class_index(self, patient_index: int, image_index: int) -> int:
        """Return the class of an image: here the same for all images of a patient, shares kept closely."""
        return self._class_at(self._turn(patient_index))

    def _turn(self, patient_index: int) -> float:
        """Return a number in [0, 1) per patient, spread evenly over any run of patients."""
        start = float(generator(self.seed, "phantom", self.kind, "classes").random())
        return (start + patient_index * GOLDEN) % 1.0

    def _class_at(self, share: float) -> int:
        edges = np.cumsum(self.class_shares)
        return min(int(np.searchsorted(edges, share, side="right")), len(self.classes) - 1)

    def draw(self, patient_index: int, image_index: int) -> PhantomImage:
        """Draw one image.

        Args:
            patient_index: 0 or more; patients beyond `patients()` exist too.
            image_index: 0 or more, the number of the image within the patient.

        Returns:
            The image with masks, boxes, class and origin; equal for equal settings and indices.
        """
        patient = generator(self.seed, "phantom", self.kind, patient_index)
        rng = generator(self.seed, "phantom", self.kind, patient_index, image_index)
        index = self.class_index(patient_index, image_index)
        scanner = self.scanner(patient_index)
        drawing = self.paint(index, image_index, patient, rng)
        image = texture.scan(drawing.image, scanner, self.bits, rng)
        name = f"p{patient_index + 1:04d}"
        mask = np.ascontiguousarray(drawing.mask, dtype=np.uint8)
        return PhantomImage(
            id=f"{name}_{image_index + 1}", masks=mask[None], boxes=boxes_of(mask), label=self.classes[index],
            image=np.ascontiguousarray(image[None] if image.ndim == 2 else np.moveaxis(image, 2, 0)),
            patient=name, site=scanner.site, scanner=scanner, modality=self.modality, view=drawing.view,
            laterality=drawing.laterality, bits=self.bits,
            spacing_mm=(self.width_mm / self.size[1],) * 2)

    def paint(self, class_index: int, image_index: int, patient: np.random.Generator,
              rng: np.random.Generator) -> Drawing:
        """Paint the scene; `patient` draws what all images of the patient share, `rng` what is this image's own."""
        raise NotImplementedError


def boxes_of(mask: NDArray[np.uint8]) -> FloatArray:
    """Return (N, 4) half-open boxes (y0, x0, y1, x1) of the connected pieces of a mask; (0, 4) where it is empty.

    Example:
        >>> boxes_of(np.array([[0, 0, 0], [0, 1, 1]], np.uint8)).tolist()
        [[1.0, 1.0, 2.0, 3.0]]
    """
    found = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:].astype(np.float64)
    left, top, wide, high = found[:, 0], found[:, 1], found[:, 2], found[:, 3]
    return np.stack([top, left, top + high, left + wide], axis=1)


phantoms: Family[Phantom] = Family("phantom", "bogam.data.phantoms", Phantom,
                                   engine=("texture", "write", "dicom_write"))
