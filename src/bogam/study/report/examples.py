"""Best, median and worst cases: which to show, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bogam.page.blocks import Block, Gallery, Paragraph, Thumb
from bogam.page.document import Section
from bogam.page.picture import outlined, thumbnail
from bogam.page.text import clean, many, number
from bogam.study.report.cells import done, models, tested_rows, title
from bogam.study.results import CellResult, StudyResult


@dataclass(frozen=True, eq=False)
class ExampleCase:
    """One picture in the report.

    Args:
        id: of the image.
        cell: name of the cell that predicted it; "" for a picture of the data set.
        image: (Y, X) grey or (Y, X, 3) RGB, uint8.
        truth: (Y, X), nonzero inside the true mask; None: not drawn.
        predicted: (Y, X), nonzero inside the predicted mask; None: not drawn.
        score: of this image, such as its Dice; None where there is none.
        caption: a few words.
        role: "best", "median", "worst" or "".
        probabilities: class to predicted probability, for classification.
        truth_label: true class, for classification.
    """

    id: str
    cell: str
    image: NDArray[np.uint8]
    truth: NDArray[np.generic] | None = None
    predicted: NDArray[np.generic] | None = None
    score: float | None = None
    caption: str = ""
    role: str = ""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    truth_label: str = ""


@dataclass(frozen=True)
class Pick:
    """A test image that the report wants to show: of which run, why, and its score."""

    id: str
    repeat: int
    fold: int
    seed: int
    role: str
    score: float


Filler = Callable[[CellResult, Sequence[Pick]], Sequence[ExampleCase]]
"""fill(cell, picks): load the pictures and predictions of the picked images."""


def picks(cell: CellResult, task: str, each: int = 1) -> list[Pick]:
    """Return the best, median and worst test images of a cell, `each` of them, each image once.

    Scores: Dice averaged over labels, on images with a lesion; probability given to the true class. Of several
    repeats and seeds the first counts.

    Example:
        >>> rows = pl.DataFrame({"repeat": 0, "fold": 0, "seed": 0, "id": list("abc"), "dice": [0.1, 0.9, 0.5],
        ...                      "has_lesion": True})
        >>> [(p.role, p.id) for p in picks(CellResult("", {}, False, [], rows), "segmentation")]
        [('best', 'b'), ('median', 'c'), ('worst', 'a')]
    """
    rows = tested_rows(cell)
    if not rows.height:
        return []
    if task == "segmentation":
        if "dice" not in rows.columns:
            return []
        rows = rows.filter(pl.col("has_lesion")) if "has_lesion" in rows.columns else rows
        rows = rows.drop_nulls("dice").group_by("repeat", "fold", "seed", "id").agg(pl.col("dice").mean().alias("s"))
    else:
        probs = [c for c in rows.columns if c.startswith("prob_")]
        rows = rows.drop_nulls("target")
        if not probs or not rows.height:
            return []
        table = rows.select([f"prob_{i}" for i in range(len(probs))]).to_numpy()
        rows = rows.with_columns(pl.Series("s", table[np.arange(rows.height), rows["target"].to_numpy()]))
    rows = rows.filter(pl.col("s").is_finite()).sort("repeat", "fold", "seed").unique("id", keep="first")
    rows = rows.sort(["s", "id"], descending=[True, False])
    count = rows.height
    each = min(each, count // 3) if count >= 3 else 0
    middle = (count - each) // 2
    places = ([("best", i) for i in range(each)] + [("median", middle + i) for i in range(each)]
              + [("worst", count - 1 - i) for i in range(each)])
    found = [rows.row(place, named=True) for _, place in places]
    return [Pick(r["id"], r["repeat"], r["fold"], r["seed"], role, float(r["s"]))
            for (role, _), r in zip(places, found, strict=True)]


def chosen_cells(result: StudyResult, most: int = 6) -> list[CellResult]:
    """Return the cells whose cases are shown: the first ones, in the order of the study."""
    return [cell for cell in models(result) if done(cell)][:most]


def collect(result: StudyResult, examples: Sequence[ExampleCase] | Filler) -> list[ExampleCase]:
    """Return the examples, asking a callable for those that the report picks."""
    if not callable(examples):
        return list(examples)
    cells = chosen_cells(result)
    each = 3 if len(cells) == 1 else 2 if len(cells) <= 3 else 1
    return [case for cell in cells for case in examples(cell, picks(cell, result.task, each))]


def examples_section(result: StudyResult, cases: Sequence[ExampleCase]) -> Section:
    """Return the chapter with best, median and worst cases, cell by cell."""
    score = "Dice" if result.task == "segmentation" else "probability given to the true class"
    if not cases:
        return Section("examples", "Best, median and worst cases",
                       [Paragraph("No pictures of test cases were kept with this study.")])
    words = (f"Test images of each combination, chosen by rule and not by hand: the highest, the middle and the "
             f"lowest {score}.")
    if result.task == "segmentation":
        words += (" Solid blue outline: the true mask. Dashed orange outline: the prediction. Images without a lesion "
                  "have no Dice and are not among them.")
    blocks: list[Block] = [Paragraph(words)]
    titles = {cell.name: title(cell) for cell in result.cells}
    for name in dict.fromkeys(case.cell for case in cases):
        here = [case for case in cases if case.cell == name]
        blocks.append(Gallery(titles.get(name, clean(name)), [_thumb(case) for case in here], large=True))
    left = len([c for c in models(result) if done(c)]) - len({case.cell for case in cases})
    if left > 0:
        blocks.append(Paragraph(f"{many(left, 'more combination')} not shown here.", small=True))
    return Section("examples", "Best, median and worst cases", blocks)


def _thumb(case: ExampleCase) -> Thumb:
    has_mask = case.truth is not None or case.predicted is not None
    uri = outlined(case.image, case.truth, case.predicted) if has_mask else thumbnail(case.image, 360)
    head = case.role.capitalize()
    if case.score is not None:
        head = f"{head}: {number(case.score, 3)}" if head else number(case.score, 3)
    lines = [clean(case.id)]
    if case.truth_label:
        lines.append(f"True class: {clean(case.truth_label)}")
    if case.probabilities:
        best = sorted(case.probabilities.items(), key=lambda item: -item[1])[:3]
        lines.append("Predicted: " + ", ".join(f"{clean(label)} {number(prob, 2)}" for label, prob in best))
    if case.caption:
        lines.append(clean(case.caption))
    return Thumb(uri, clean(f"{case.role} case {case.id}. {' '.join(lines[1:])}").strip(), head or clean(case.id),
                 lines if head else lines[1:])
