"""Which labels does a simple model, which never saw them, hold for almost impossible?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.audit.out_of_fold import deal_folds, linear, probabilities
from bogam.core.types import FloatArray
from bogam.data.duplicates import groups
from bogam.metrics.auc import macro_auc
from bogam.page.text import many

GOOD = 0.9
"""Area under the curve below which the model says nothing: it cannot tell the classes well enough to accuse a label."""
UNLIKELY = 0.05
"""Probability of the given label below which it is named."""
USUAL = 0.01
"""Share of images above which it is a warning; where no label was touched, 0.7 % at most were named, the hard ones."""
FEWEST = 100
MOST = 20_000
"""Images that the model is fitted to; of a larger set every n-th."""
SIDE, COMPONENTS = 32, 64


@rules.register
class SuspiciousLabels(Rule):
    """Images whose label a linear model over small pictures, fitted to the others, holds for almost impossible."""

    kind: Literal["suspicious-labels"] = "suspicious-labels"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield the labels with an out-of-fold probability below 0.05; a warning where they are more than 1 %.

        The model keeps silent where it does not tell the classes with an AUC of 0.9, out of fold.
        """
        looks = evidence.looks
        if looks is None or len(set(evidence.classes.values())) < 2:
            return
        ids = [name for name in evidence.manifest.images["id"].to_list()
               if name in evidence.classes and name in looks.small]
        ids = ids[::-(-len(ids) // MOST) or 1]
        images = Counter(evidence.classes[name] for name in ids)
        every = sorted(label for label in images if images[label] >= 10)
        ids = [name for name in ids if evidence.classes[name] in every]
        if len(ids) < FEWEST or len(every) < 2:
            return
        group = groups(evidence.manifest, ["patient", "duplicate"], evidence.near)[0]
        target = np.array([every.index(evidence.classes[name]) for name in ids], np.int64)
        probs, good = judged(np.stack([looks.small[name] for name in ids]), target, [group[name] for name in ids])
        named = suspects(probs, target) if good >= GOOD else []
        if not named:
            return
        places = dict(evidence.manifest.images.select("id", "image").rows())
        files = [f"{places[ids[k]]} ({every[target[k]]}; the model says {every[int(probs[k].argmax())]}, "
                 f"{probs[k].max():.3f})" for k in named]
        severity: Literal["warning", "note"] = "warning" if len(named) > USUAL * len(ids) else "note"
        verb = "label looks", "labels look"
        yield self.finding(
            severity, f"{many(len(named), *verb)} wrong to a simple model (of {len(ids):,} images).",
            detail=f"A linear model over pictures of {SIDE} x {SIDE}, fitted to the other images, tells the classes "
                   f"with AUC {good:.3f} and gives these labels a probability below {UNLIKELY}.",
            files=files, why="Wrong labels cap what can be reached, and in a test part they count against the better "
                             "model. Many of these may be right and merely hard: up to 7 in 1,000 were named where no "
                             "label was touched.",
            do="Let somebody who knows look at them, without showing the model's answer. Never correct the test part "
               "by a model.",
            worth=f"At most {100 * len(named) / len(ids):.1f} points of accuracy, if all were wrong.",
            pairs=[(ids[k], "", f"filed as {every[target[k]]}, looks like {every[int(probs[k].argmax())]}")
                   for k in named])


def judged(pictures: NDArray[np.uint8], target: NDArray[np.int64], own: Sequence[str]) -> tuple[FloatArray, float]:
    """Return what a linear model, which never saw an image's group, says of it, and its AUC (0 where undefined).

    Args:
        pictures: (n, Y, X) small and grey.
        target: (n,) class index.
        own: (n,) group of each image.
    """
    probs = probabilities(components(pictures), target, deal_folds(own, target), linear)
    return probs, 0.0 if np.isnan(probs).any() else macro_auc(probs, target) or 0.0


def suspects(probs: FloatArray, target: NDArray[np.int64]) -> list[int]:
    """Return the places of the images whose given label has a probability below `UNLIKELY`, the least likely first."""
    given = probs[np.arange(len(target)), target]
    return [int(k) for k in np.argsort(given, kind="stable") if given[k] < UNLIKELY]


def components(pictures: NDArray[np.uint8]) -> FloatArray:
    """Return the main components of small pictures (n, Y, X): (n, `COMPONENTS` at most), of mean square 1.

    The root of a component's spread is left in it, so that the last ones, which hold noise, weigh less. The labels have
    no part in it: it may be fitted to all images.
    """
    flat = np.stack([cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA).ravel() for picture in pictures])
    centered = flat.astype(np.float32) / 255
    centered -= centered.mean(axis=0)
    centered /= centered.std(axis=0) + 1e-3
    _, axes = np.linalg.eigh(centered.T @ centered / len(centered))
    found = centered @ axes[:, ::-1][:, :min(COMPONENTS, len(flat) - 1)]
    scaled = found / np.sqrt(found.std(axis=0) + 1e-6)
    return np.asarray(scaled / (np.sqrt((scaled**2).mean()) + 1e-12), np.float64)
