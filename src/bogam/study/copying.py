"""Stamp the cells of a study that do not beat the copier, which its baselines hold already."""

from __future__ import annotations

from dataclasses import replace

from bogam.evaluate.copying import COPIERS, STAMP, against_copier
from bogam.study.results import StudyResult


def with_copying(result: StudyResult, primary: str, resamples: int, alpha: float, seed: int) -> StudyResult:
    """Return the result with every trained cell compared with the copier, and stamped where it does not beat it.

    Args:
        result: of `collect`.
        primary: metric to compare by.
        resamples, alpha, seed: of the intervals, as for the verdicts; each cell has its own, uncorrected.
    """
    copied = next((c.cases for c in result.cells if c.baseline and c.name == COPIERS[result.task]), None)
    if copied is None or not copied.height:
        return result
    found = {cell.name: against_copier(cell.name, cell.cases, copied, primary, resamples, seed, 1 - alpha)
             for cell in result.cells if not cell.baseline and cell.cases.height}
    cells = [replace(cell, stamps=(*cell.stamps, STAMP.lower())) if cell.name in found and found[cell.name].stamped
             else cell for cell in result.cells]
    return replace(result, cells=cells, copying=tuple(found.values()))
