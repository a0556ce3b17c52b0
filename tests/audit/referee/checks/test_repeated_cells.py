"""Identical values in different cells."""

from __future__ import annotations

from itertools import product

import numpy as np

from bogam.audit.referee.checks.repeated_cells import extra_rows

KIND = "repeated-cells"


def grid(digits: int, seed: int = 0, apart: float = 0.01) -> list[dict[str, str]]:
    """Twelve cells with effects of their factors; IoU goes along with Dice but for noise of sd `apart`."""
    rng = np.random.default_rng(seed)
    rows = []
    for network, loss, augment in product("ab", "xy", "pqr"):
        dice = 0.6 + 0.05 * "ab".index(network) + 0.1 * "pqr".index(augment) + rng.normal(0, 0.01)
        rows.append({"network": network, "loss": loss, "augment": augment, "dice": f"{dice:.{digits}f}",
                     "iou": f"{dice / (2 - dice) + 0.02 + rng.normal(0, apart):.{digits}f}"})
    return rows


def copied(digits: int, seed: int = 0, apart: float = 0.01) -> list[dict[str, str]]:
    rows = grid(digits, seed, apart)
    rows[7] |= {"dice": rows[4]["dice"], "iou": rows[4]["iou"]}
    return rows


def test_a_copied_row_of_four_digits_is_suspicious(objections) -> None:
    for seed in range(5):
        found, = objections(KIND, *copied(4, seed))
        assert found.severity == "suspicious"
        assert found.lines == (5, 8)
        assert "By chance" in found.numbers


def test_where_one_metric_follows_from_the_other_a_copy_may_be_chance(objections) -> None:
    for seed in range(5):
        found, = objections(KIND, *copied(3, seed, apart=0.0005))
        assert found.severity == "remark"
        chance = float(found.numbers.rstrip(".").rpartition(" ")[2])
        assert 0.01 <= chance < 0.6


def test_without_copies_nothing(objections) -> None:
    assert [objections(KIND, *grid(3, seed)) for seed in range(5)] == [[]] * 5


def test_two_digits_say_too_little(objections) -> None:
    assert objections(KIND, *copied(2)) == []


def test_one_metric_says_too_little(objections) -> None:
    rows = [{k: v for k, v in row.items() if k != "iou"} for row in copied(4)]
    assert objections(KIND, *rows) == []


def test_rates_that_follow_from_two_counts_are_not_six_witnesses(objections) -> None:
    # 20 positive, 20 negative cases: cells land on few values, and all their rates repeat together
    rng = np.random.default_rng(3)
    rows = []
    for k in range(12):
        tp, tn = int(rng.integers(16, 19)), int(rng.integers(15, 18))
        fp = 20 - tn
        rows.append({"network": f"net{k}", "sensitivity": f"{tp / 20:.4f}", "specificity": f"{tn / 20:.4f}",
                     "accuracy": f"{(tp + tn) / 40:.4f}", "precision": f"{tp / (tp + fp):.4f}",
                     "f1": f"{2 * tp / (20 + tp + fp):.4f}"})
    found, = objections(KIND, *rows)
    assert found.severity == "remark"


def test_the_same_configuration_is_no_repeat(objections) -> None:
    rows = grid(4)
    assert objections(KIND, *rows, rows[0] | {"seed": "1"}) == []


def test_baselines_without_skill_are_no_repeat(objections) -> None:
    plain = {"dice": "0.0000", "iou": "0.0000"}
    assert objections(KIND, *grid(4), {"network": "empty", **plain}, {"network": "nothing", **plain}) == []


def test_three_alike_are_two_repeats(row) -> None:
    rows = [row(network=n, dice="0.7") for n in "abc"]
    rows = [type(r)(k, "", r.factors, r.values) for k, r in enumerate(rows)]
    assert extra_rows([(rows[0], rows[1]), (rows[1], rows[2]), (rows[0], rows[2])]) == 2
