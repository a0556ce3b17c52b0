"""Tables of classes: what is undefined is nan, and weights count cases."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.metrics.confusion import accuracy, balanced_accuracy, confusion_matrix, f1, sensitivity, specificity


def test_by_hand() -> None:
    table = confusion_matrix(np.array([0, 0, 0, 0, 1, 1, 1, 1, 1]), np.array([0, 0, 0, 1, 1, 1, 1, 1, 0]), 2)
    assert table.tolist() == [[3, 1], [1, 4]]
    found = [float(f(table)) for f in (sensitivity, specificity, accuracy, balanced_accuracy, f1)]
    assert found == pytest.approx([0.8, 0.75, 7 / 9, 0.775, 0.8])


def test_a_missing_class_is_undefined_not_zero() -> None:
    table = confusion_matrix(np.array([0, 0]), np.array([0, 0]), 2)
    assert np.isnan([sensitivity(table), balanced_accuracy(table), f1(table)]).all()
    assert specificity(table) == accuracy(table) == 1.0


def test_three_classes_leave_an_absent_one_out() -> None:
    table = confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 3)
    assert float(balanced_accuracy(table)) == pytest.approx(0.75)
    assert float(f1(table)) == pytest.approx(2 / 3)


def test_each_row_of_weights_gives_a_table() -> None:
    tables = confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2, np.array([[1.0, 1, 1], [0, 3, 1]]))
    assert sensitivity(tables).tolist() == [0.5, 0.25]
    assert np.isnan(specificity(tables)[1])


def test_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match="expected 0 to 1"):
        confusion_matrix(np.array([0, 2]), np.array([0, 1]), 2)
