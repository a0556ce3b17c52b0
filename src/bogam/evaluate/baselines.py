"""What a score must beat: predictors that hardly look, or look only at 32 x 32 pixels. No network, no training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, near_miss, say
from bogam.core.seeds import seed_of
from bogam.core.types import Case, Task

Floats = NDArray[np.float32]
_SIDE = 32
_COMPONENTS = 64
_ROWS = 256


class Images(Protocol):
    """Prepared images of one part of a fold; masks (K, Y, X), all of one size."""

    @property
    def ids(self) -> Sequence[str]:
        """Return the ids in order."""

    @property
    def case(self) -> Callable[[str], Case]:
        """Return the function from an id to its case."""


def baselines(task: Task) -> list[str]:
    """Return the names of a task's baselines, the simplest first.

    Example:
        >>> baselines("segmentation")
        ['empty-mask', 'mean-mask', 'nearest-mask']
    """
    return list(_NAMES[task])


def predict_baseline(name: str, train: Images, test: Images, labels: int, seed: int,
                     classes: Mapping[str, int] | None = None) -> dict[str, Floats]:
    """Fit one baseline on the training images and say what it predicts for the test images.

    - `majority-class`: each class's share of the training images, the same for all.
    - `nearest-neighbor`: 1 for the class of the training image whose thumbnail lies nearest (Euclidean), else 0.
    - `linear-probe`: logistic regression (L2, C = 1) on the first 64 whitened principal components of the
      standardized thumbnails.
    - `empty-mask`: 0 everywhere.
    - `mean-mask`: each pixel's share of training masks that cover it.
    - `nearest-mask`: the mask of the training image whose thumbnail correlates best.

    A thumbnail is the image as a share of its levels (as stored where unknown), at most 32 x 32 pixels per channel.
    Of several equally near training images the first counts.

    Args:
        name: one of `baselines`.
        train: training part; for segmentation, images with masks None (nobody looked) are passed over.
        test: whom to predict; its labels and masks are not read.
        labels: number of classes, or of mask planes.
        seed: for the principal components.
        classes: training id to class index, for classification; training images that have none are passed over.

    Returns:
        id to (classes,) or (K, Y, X) float32 in [0, 1], masks in prepared geometry; arrays may be shared between ids
        and are read-only.

    Raises:
        UserError: the name is unknown, no training image is labeled, images differ in size, or are volumes.
    """
    known = {part: task for task, parts in _NAMES.items() for part in parts}
    if name not in known:
        raise UserError(say("baseline", f"'{name}'", "the name of a baseline", near_miss(name, known)))
    if known[name] == "classification":
        told = [i for i in train.ids if classes is not None and i in classes]
        _check_any(told, name, "a class")
        assert classes is not None
        predicted = _CLASS[name](train, test, told, np.array([classes[i] for i in told]), labels, seed)
    else:
        told = [] if name == "empty-mask" else [i for i in train.ids if train.case(i).masks is not None]
        if name != "empty-mask":
            _check_any(told, name, "a mask")
        predicted = _MASK[name](train, test, told, labels)
    for probs in predicted.values():
        probs.setflags(write=False)
    return predicted


def _check_any(told: list[str], name: str, what: str) -> None:
    if not told:
        raise UserError(say(f"baseline {name}", f"no training image with {what}", "at least one",
                            "Look at the labels of the training part."))


def thumbnail(case: Case, channels: int) -> Floats:
    """Return an image's share of its levels, shrunk to at most 32 x 32 pixels by area, as one row of numbers.

    Args:
        case: image (C, Y, X).
        channels: 1 (the mean of the channels) or 3 (a grey image three times).

    Example:
        >>> thumbnail(Case("a", np.array([[[0, 255]]], np.uint8), (0, 255)), 1).tolist()
        [0.0, 1.0]
    """
    if case.image.ndim != 3:
        raise UserError(say(f"case {case.id}", f"an image of shape {case.image.shape}", "a picture (C, Y, X)",
                            "Slice the volume; baselines know no volumes."))
    low, high = case.levels if case.levels is not None else (0.0, 1.0)
    height, width = case.shape
    size = (min(_SIDE, width), min(_SIDE, height))
    image = case.image.astype(np.float32)
    planes = np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in image])
    planes = (planes - low) / (high - low)
    if len(planes) != channels:
        planes = np.repeat(planes, channels, axis=0) if channels > 1 else planes.mean(axis=0)
    return planes.astype(np.float32).ravel()


def _thumbnails(train: Images, told: list[str], test: Images) -> tuple[Floats, Floats]:
    channels = len(train.case(told[0]).image)
    rows = [[thumbnail(part.case(i), channels) for i in ids] for part, ids in ((train, told), (test, list(test.ids)))]
    sizes = {len(row) for part in rows for row in part}
    if len(sizes) > 1:
        raise UserError(say("baselines", "prepared images of different size", "one size",
                            "Add a resize step to 'prepare'."))
    width = sizes.pop()
    return np.array(rows[0]).reshape(-1, width), np.array(rows[1]).reshape(-1, width)


def most_alike(known: Floats, asked: Floats, handicap: Floats | float = 0.0) -> NDArray[np.intp]:
    """Return for each asked row the index of the known row with the greatest product less its handicap.

    With rows of mean 0 and length 1 and no handicap that is the row that correlates best; the first of several.

    Args:
        known: (n, d), one row or more.
        asked: (m, d).
        handicap: (n,) or a number.

    Example:
        >>> most_alike(np.array([[1.0, 0], [0, 1]], np.float32), np.array([[0.6, 0.8]], np.float32)).tolist()
        [1]
    """
    best = [np.argmax(asked[k:k + _ROWS] @ known.T - handicap, axis=1) for k in range(0, len(asked), _ROWS)]
    return np.concatenate(best) if best else np.zeros(0, np.intp)


def _majority_class(train: Images, test: Images, told: list[str], target: NDArray[np.intp], labels: int,
                    seed: int) -> dict[str, Floats]:
    share = (np.bincount(target, minlength=labels) / len(target)).astype(np.float32)
    return dict.fromkeys(test.ids, share)


def _nearest_neighbor(train: Images, test: Images, told: list[str], target: NDArray[np.intp], labels: int,
                      seed: int) -> dict[str, Floats]:
    known, asked = _thumbnails(train, told, test)
    nearest = most_alike(known, asked, (known ** 2).sum(axis=1) / 2)  # the least Euclidean distance
    return dict(zip(test.ids, np.eye(labels, dtype=np.float32)[target[nearest]], strict=True))


def _linear_probe(train: Images, test: Images, told: list[str], target: NDArray[np.intp], labels: int,
                  seed: int) -> dict[str, Floats]:
    if len(np.unique(target)) == 1:
        return _majority_class(train, test, told, target, labels, seed)
    known, asked = components(*_thumbnails(train, told, test), seed)
    return dict(zip(test.ids, logistic(known, target, asked, labels), strict=True))


def components(known: Floats, asked: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return the first 64 whitened principal components of standardized rows, both fitted on the known ones.

    Args:
        known: (n, d), two rows or more.
        asked: (m, d).
        seed: of the randomized decomposition.

    Returns:
        (n, c) and (m, c) float32; c is 64, or less where n - 1 or d is.
    """
    from sklearn.decomposition import PCA
    mean, spread = known.mean(axis=0), known.std(axis=0)
    spread[spread < 1e-6] = 1.0
    known, asked = (known - mean) / spread, (asked - mean) / spread
    parts = min(_COMPONENTS, len(known) - 1, known.shape[1])
    pca = PCA(parts, whiten=True, svd_solver="randomized", random_state=seed_of(seed, "linear-probe") % 2**32)
    shown = pca.fit_transform(known)
    return shown, pca.transform(asked) if len(asked) else np.zeros((0, shown.shape[1]), np.float32)


def logistic(known: Floats, target: NDArray[np.intp], asked: Floats, labels: int) -> Floats:
    """Return (m, labels) probabilities of a logistic regression (L2, C = 1); 0 for a class that no known row has.

    Args:
        known, asked: (n, c) and (m, c), of similar spread.
        target: (n,) class index; two different ones at least.
        labels: number of classes.
    """
    from sklearn.linear_model import LogisticRegression
    model = LogisticRegression(max_iter=2000).fit(known, target)
    probs = np.zeros((len(asked), labels), np.float32)
    if len(asked):
        probs[:, np.unique(target)] = model.predict_proba(asked)
    return probs


def _empty_mask(train: Images, test: Images, told: list[str], labels: int) -> dict[str, Floats]:
    empty: dict[tuple[int, ...], Floats] = {}
    return {i: empty.setdefault(shape, np.zeros((labels, *shape), np.float32))
            for i in test.ids for shape in (test.case(i).shape,)}


def _mean_mask(train: Images, test: Images, told: list[str], labels: int) -> dict[str, Floats]:
    first = _mask(train, told[0])
    total = np.zeros(first.shape, np.int64)
    for i in told:
        _check_size(i, _mask(train, i).shape, first.shape)
        total += _mask(train, i)
    for i in test.ids:
        _check_size(i, test.case(i).shape, first.shape[1:])
    return dict.fromkeys(test.ids, (total / len(told)).astype(np.float32))


def _nearest_mask(train: Images, test: Images, told: list[str], labels: int) -> dict[str, Floats]:
    known, asked = (_centered(rows) for rows in _thumbnails(train, told, test))
    nearest = [told[k] for k in most_alike(known, asked)]
    masks = {i: _mask(train, i).astype(np.float32) for i in set(nearest)}
    for i, neighbor in zip(test.ids, nearest, strict=True):
        _check_size(i, test.case(i).shape, masks[neighbor].shape[1:])
    return {i: masks[neighbor] for i, neighbor in zip(test.ids, nearest, strict=True)}


def _centered(rows: Floats) -> Floats:
    """Return rows of mean 0 and length 1, whose products are correlations; a constant row becomes 0."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(length > 1e-6, length, 1.0)).astype(np.float32)


def _mask(part: Images, id: str) -> NDArray[np.uint8]:
    masks = part.case(id).masks
    assert masks is not None
    return masks


def _check_size(id: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if shape != expected:
        raise UserError(say(f"case {id}", f"shape {shape}", f"{expected}, the first training image's",
                            "Add a resize step to 'prepare'."))


_CLASS = {"majority-class": _majority_class, "nearest-neighbor": _nearest_neighbor, "linear-probe": _linear_probe}
_MASK = {"empty-mask": _empty_mask, "mean-mask": _mean_mask, "nearest-mask": _nearest_mask}
_NAMES: dict[str, list[str]] = {"classification": list(_CLASS), "segmentation": list(_MASK), "detection": []}
