"""Pictures of the data set for the data page, drawn at random from each class."""

from __future__ import annotations

import numpy as np

from bogam.core.errors import BogamError
from bogam.core.seeds import generator
from bogam.core.types import Case
from bogam.page.picture import to_uint8
from bogam.study.report.data_page import class_of
from bogam.study.report.examples import ExampleCase
from bogam.study.results import StudyResult


def gallery(result: StudyResult, most: int = 12, seed: int = 0) -> list[ExampleCase]:
    """Return up to `most` pictures, the same number per class; a file that cannot be read is left out.

    Notes:
        Reads `most` files. Of a volume the middle slice is shown.
    """
    from bogam.data.load import load_case

    classes = class_of(result)
    resize = bool((result.recipe.get("data") or {}).get("resize_masks"))
    names = classes["class"].unique().sort().to_list()
    found = []
    for name in names[:most]:
        ids = classes.filter(classes["class"] == name)["id"].sort().to_list()
        count = min(len(ids), max(1, most // len(names)))
        for place in sorted(generator(seed, "gallery", name).permutation(len(ids))[:count].tolist()):
            try:
                found.append(picture_of(load_case(result.manifest, ids[place], resize_masks=resize), name))
            except BogamError:
                continue
    return found


def picture_of(case: Case, caption: str) -> ExampleCase:
    """Return a case as a picture for the report, its grey scale `levels` as 0 to 255."""
    image, masks = case.image, case.masks
    if image.ndim == 4:
        middle = image.shape[1] // 2
        image, masks = image[:, middle], None if masks is None else masks[:, middle]
    flat = image[0] if image.shape[0] == 1 else np.moveaxis(image[:3], 0, -1)
    truth = np.max(masks, axis=0) if masks is not None and masks.any() else None
    return ExampleCase(case.id, "", to_uint8(flat, case.levels), truth, None, None, caption)
