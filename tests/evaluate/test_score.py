"""Scores of single cases, by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bogam.core.types import Case, Prediction
from bogam.evaluate.score import SEGMENTATION, classification_schema, score, score_mask


def mask(*rows: str) -> np.ndarray:
    return np.array([[int(c) for c in row] for row in rows], np.uint8)


def test_a_mask_by_hand() -> None:
    #   predicted 3 pixels, truth 4, both 2 of 8
    found = score_mask(mask("1110", "0000"), mask("0110", "0110"))
    assert (found["tp"], found["fp"], found["fn"], found["tn"]) == (2, 1, 2, 3)
    assert found["dice"] == pytest.approx(4 / 7)
    assert found["iou"] == pytest.approx(2 / 5)
    assert found["has_lesion"] is True
    assert found["false_positive"] is None
    assert found["predicted_share"] == pytest.approx(3 / 8)


def test_an_image_without_the_label() -> None:
    quiet = score_mask(mask("00", "00"), mask("00", "00"))
    assert (quiet["dice"], quiet["iou"], quiet["has_lesion"], quiet["false_positive"]) == (1, 1, False, False)
    alarm = score_mask(mask("10", "00"), mask("00", "00"))
    assert (alarm["dice"], alarm["iou"], alarm["has_lesion"], alarm["false_positive"]) == (0, 0, False, True)
    missed = score_mask(mask("00", "00"), mask("11", "00"))
    assert (missed["dice"], missed["has_lesion"], missed["false_positive"]) == (0, True, None)


def case(name: str, masks: np.ndarray | None = None) -> Case:
    return Case(name, np.zeros((1, 2, 2), np.uint8), (0, 255), masks=masks)


def test_segmentation_has_a_row_per_case_and_label() -> None:
    truth = np.stack([mask("11", "00"), mask("00", "00")])
    probs = np.stack([np.array([[0.5, 0.4], [0.1, 0.1]]), np.array([[0.5, 0.1], [0.1, 0.1]])]).astype(np.float32)
    table, masks = score([(case(n, truth), Prediction(n, probs, "m")) for n in "ab"], task="segmentation",
                         labels=("mass", "duct"), thresholds=(0.4, 0.6), classes={}, groups={"a": "p1"}, part="test")
    assert table.schema == pl.Schema(SEGMENTATION)
    assert table.select("id", "group", "label", "dice", "false_positive").rows() == [
        ("a", "p1", "mass", 1.0, None), ("a", "p1", "duct", 1.0, False),
        ("b", "b", "mass", 1.0, None), ("b", "b", "duct", 1.0, False)]
    assert masks["a"].tolist() == [[[1, 1], [0, 0]], [[0, 0], [0, 0]]]


def test_classification_has_a_row_per_case() -> None:
    told = [(case(n), Prediction(n, np.array(p, np.float32), "m")) for n, p in (("a", (0.7, 0.3)), ("b", (0.9, 0.1)))]
    table, masks = score(told, task="classification", labels=("well", "sick"), thresholds=(0.5, 0.25),
                         classes={"a": 0, "b": 1}, groups={}, part="validation")
    assert table.schema == pl.Schema(classification_schema(2))
    assert table.select("id", "part", "target", "predicted").rows() == [("a", "validation", 0, 1),
                                                                        ("b", "validation", 1, 0)]
    assert table["prob_1"].to_list() == pytest.approx([0.3, 0.1])
    assert masks == {}


def test_nothing_to_score_is_an_empty_table() -> None:
    table, masks = score([], task="segmentation", labels=("m",), thresholds=(0.5,), classes={}, groups={})
    assert table.height == 0
    assert table.schema == pl.Schema(SEGMENTATION)
    assert masks == {}
