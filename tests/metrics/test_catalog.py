"""The catalog knows what the report shows, and stays light."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bogam.core.errors import UserError
from bogam.metrics.catalog import catalog, metric_named, metrics_of


def test_lower_is_better_where_it_is() -> None:
    lower = {"false_positive_rate", "false_positive_area", "brier", "calibration_error"}
    assert {name for name, metric in catalog.items() if not metric.higher} == lower
    assert metrics_of("segmentation")[0] == "dice"
    assert metrics_of("classification")[0] == "auc"
    assert "sensitivity" not in metrics_of("classification", 3)


def test_a_near_miss_is_named() -> None:
    with pytest.raises(UserError, match="Did you mean 'accuracy'"):
        metric_named("acuracy")


def test_nothing_heavy_is_imported() -> None:
    code = ("import sys, bogam.metrics.catalog, bogam.evaluate.contrast, bogam.evaluate.summary;"
            "print([m for m in ('torch', 'sklearn', 'scipy', 'matplotlib') if m in sys.modules])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
