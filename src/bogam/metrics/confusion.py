"""What follows from the table of true and predicted classes: sensitivity, specificity, accuracy, F1.

Every function here takes tables of shape (..., classes, classes), rows true, columns predicted, and returns an array
of shape (...): nan where undefined. For two classes the second is positive.
"""

from __future__ import annotations

import numpy as np

from bogam.core.errors import UserError, say
from bogam.core.types import Array, FloatArray
from bogam.metrics.resamples import mean_of_defined, ratio


def confusion_matrix(target: Array, predicted: Array, classes: int, weights: Array | None = None) -> FloatArray:
    """Count cases by true and predicted class.

    Args:
        target, predicted: (n,) class indices.
        classes: how many.
        weights: (n,) or (R, n), how often each case counts; None: once.

    Returns:
        (classes, classes) or (R, classes, classes), rows true, columns predicted.

    Raises:
        UserError: an index lies outside 0 .. classes - 1.

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """
    for name, index in (("target", target), ("predicted", predicted)):
        if len(index) and (np.min(index) < 0 or np.max(index) >= classes):
            raise UserError(say(f"confusion matrix, {name}", f"classes {int(np.min(index))} to {int(np.max(index))}",
                                f"0 to {classes - 1}"))
    flat = np.asarray(target, np.int64) * classes + np.asarray(predicted, np.int64)
    once = np.ones(len(flat)) if weights is None else np.asarray(weights, np.float64)
    table = once @ np.eye(classes * classes)[flat]
    return np.asarray(table.reshape(*table.shape[:-1], classes, classes), np.float64)


def accuracy(table: FloatArray) -> FloatArray:
    """Return the share of cases put in the right class; nan without cases.

    Example:
        >>> float(accuracy(np.array([[3.0, 1.0], [0.0, 4.0]])))
        0.875
    """
    return ratio(np.trace(table, axis1=-2, axis2=-1), table.sum(axis=(-2, -1)))


def recalls(table: FloatArray) -> FloatArray:
    """Return each class's share of its cases that were found, (..., classes); nan for a class without cases."""
    return ratio(np.diagonal(table, axis1=-2, axis2=-1), table.sum(axis=-1))


def sensitivity(table: FloatArray) -> FloatArray:
    """Return the share of positive cases found (recall of the second of two classes).

    Example:
        >>> float(sensitivity(np.array([[3.0, 1.0], [1.0, 4.0]])))
        0.8
    """
    return np.asarray(recalls(table)[..., 1])


def specificity(table: FloatArray) -> FloatArray:
    """Return the share of negative cases left alone (recall of the first of two classes).

    Example:
        >>> float(specificity(np.array([[3.0, 1.0], [1.0, 4.0]])))
        0.75
    """
    return np.asarray(recalls(table)[..., 0])


def balanced_accuracy(table: FloatArray) -> FloatArray:
    """Return the mean of the classes' recalls; for two classes, of sensitivity and specificity.

    A class without cases is left out; nan where fewer than two classes have cases, since the recall of one class alone
    says nothing.

    Example:
        >>> round(float(balanced_accuracy(np.array([[3.0, 1.0], [1.0, 4.0]]))), 3)
        0.775
        >>> float(balanced_accuracy(np.array([[3.0, 1.0], [0.0, 0.0]])))
        nan
    """
    return mean_of_defined(recalls(table), least=2)


def f1(table: FloatArray) -> FloatArray:
    """Return the harmonic mean of precision and sensitivity: of the second of two classes, else averaged over classes.

    Returns:
        0 to 1; a class that nobody has and nobody predicted has no F1: nan, or left out of the mean. It is 0 where the
        class is only predicted.

    Example:
        >>> float(f1(np.array([[3.0, 1.0], [1.0, 4.0]])))
        0.8
    """
    right = np.diagonal(table, axis1=-2, axis2=-1)
    each = ratio(2 * right, table.sum(axis=-1) + table.sum(axis=-2))
    return np.asarray(each[..., 1]) if table.shape[-1] == 2 else mean_of_defined(each)
