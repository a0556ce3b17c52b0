"""RIGA: retinal fundus photographs on which six ophthalmologists drew disc and cup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from bogam.core.types import Task
from bogam.data.datasets.family import Dataset, datasets


@datasets.register
class Riga(Dataset):
    """Fundus photographs of three sources; copies with the outlines of disc and cup drawn on them are left out."""

    kind: Literal["riga"] = "riga"
    title: ClassVar[str] = "RIGA (retinal fundus images for glaucoma analysis)"
    tasks: ClassVar[tuple[Task, ...]] = ("segmentation",)
    modality: ClassVar[str] = "OP"
    labels: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[Mapping[str, int | None]] = {
        "images": None, "site/BinRushed": 195, "site/Magrabia": 95, "site/MESSIDOR": None, "patients": None}
    sources: ClassVar[Mapping[str, str]] = {"*": "https://zenodo.org/records/8009107"}
    group: ClassVar[str] = "the person, who stands nowhere; both eyes of one person may be there"
    licence: ClassVar[str] = "as its page at Deep Blue Data states; none was read for this file"
    citation: ClassVar[str] = ("Almazroa et al. Retinal fundus images for glaucoma analysis: the RIGA dataset. SPIE "
                               "Medical Imaging, 2018, 10579.")
    url: ClassVar[str] = "https://deepblue.lib.umich.edu/data/concern/data_sets/3b591905z"
    steps: ClassVar[tuple[str, ...]] = (
        "Open https://deepblue.lib.umich.edu/data/concern/data_sets/3b591905z and download BinRushed, Magrabia and "
        "MESSIDOR.",
        "Unpack them side by side into one folder.",
        "Give that folder to bogam; to train on the outlines, make masks of the drawn copies first.")
    patient: ClassVar[str] = "absent"
    defects: ClassVar[tuple[str, ...]] = (
        "Each photograph (image1prime) comes with six copies on which outlines are drawn (image1-1 to image1-6): the "
        "copies are no images, and the outlines are no mask files.",
        "BinRushed1 holds no undrawn photographs; BinRushed1-Corrected does.",
        "The part from MESSIDOR shares its photographs with every other set that is made of MESSIDOR.",
        "The folder MagrabiFemale is spelled without the last a, some names begin with a capital, and one photograph "
        "is missing beside its copies.")
    layout: ClassVar[str] = "flat"
    site: ClassVar[str] = r"(?:^|/)(?P<site>BinRushed|Magrabia|MESSIDOR)/"
    file_pattern: ClassVar[str] = (r"(?:^|/)(?:BinRushed\d?(?:-Corrected)?|MagrabiaMale|MagrabiFemale|MESSIDOR)/"
                                   r"[Ii]mage\d+(?:prime|-\d)\.(?:tiff?|jpe?g)$")
    left_out: ClassVar[str] = r"(?:^|/)[Ii]mage\d+-\d\.(?:tiff?|jpe?g)$"
