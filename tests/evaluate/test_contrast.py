"""Verdicts: numbers worked by hand, what stops a verdict, and how often it is wrong."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest

from bogam.core.errors import UserError
from bogam.evaluate.contrast import holm, verdicts

Cells = list[tuple[dict[str, str], pl.DataFrame]]


def study(rng: np.random.Generator, axes: dict[str, list[str]], effects: dict[str, float] | None = None, *,
          groups: int = 45, each: int = 2, folds: int = 3, seeds: int = 2, patient: float = 0.05, run: float = 0.02,
          fold: float = 0.0, noise: float = 0.1) -> Cells:
    """Make the tables of a study in which a label adds its effect, and all else is noise of stated size.

    Patients, runs and folds each have their own effect in each cell; sizes are those of a difference of two cells.
    """
    group = np.repeat(np.arange(groups), each)
    part = group % folds
    ids, names = np.array([f"i{k:04d}" for k in range(len(group))]), np.array([f"g{g:03d}" for g in group])
    base = 0.7 + rng.normal(0, 0.1, groups)[group]
    cells = []
    for labels in product(*axes.values()):
        mean = base + sum((effects or {}).get(label, 0.0) for label in labels)
        mean = mean + (rng.normal(0, patient, groups)[group] + rng.normal(0, fold, folds)[part]) / np.sqrt(2)
        frames = []
        for number in range(seeds):
            dice = mean + (rng.normal(0, run, folds)[part] + rng.normal(0, noise, len(group))) / np.sqrt(2)
            frames.append(pl.DataFrame({"repeat": 0, "fold": part, "seed": number, "id": ids, "group": names,
                                        "part": "test", "label": "lesion", "dice": dice, "has_lesion": True}))
        cells.append((dict(zip(axes, labels, strict=True)), pl.concat(frames)))
    return cells


TWO = {"augment": ["none", "geometric"]}
SIX = {"augment": ["none", "geometric", "filter"], "loss": ["bce", "tversky"]}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_effect_is_the_mean_over_runs_and_other_axes() -> None:
    cells = study(rng(), SIX, {"geometric": 0.10, "tversky": 0.05})
    found = {(v.factor, v.level): v for v in verdicts(cells, SIX, "dice", {"augment": "none"}, resamples=200)}
    assert list(found) == [("augment", "geometric"), ("augment", "filter"), ("loss", "tversky")]
    mean = {tuple(labels.values()): frame.group_by("fold", "seed").agg(pl.col("dice").mean())["dice"].mean()
            for labels, frame in cells}
    by_hand = np.mean([mean["geometric", loss] - mean["none", loss] for loss in SIX["loss"]])
    verdict = found["augment", "geometric"]
    assert verdict.effect == pytest.approx(100 * by_hand)
    assert [s.at for s in verdict.simple] == [{"loss": "bce"}, {"loss": "tversky"}]
    assert np.mean([s.effect for s in verdict.simple]) == pytest.approx(verdict.effect)
    assert verdict.interaction == pytest.approx(abs(verdict.simple[0].effect - verdict.simple[1].effect))
    assert verdict.interaction_p is not None
    assert 0 < verdict.interaction_p <= 1
    assert verdict.outcome == "helped"
    assert verdict.words == (f"Geometric augmentation: +{verdict.effect:.1f} Dice points (95 % interval "
                             f"{verdict.low:.1f} to {verdict.high:.1f}): helped.")
    assert found["loss", "tversky"].words.startswith("Tversky instead of BCE loss: ")


def test_p_interval_and_holm_agree() -> None:
    for seed in range(25):
        found = verdicts(study(rng(seed), SIX, {"geometric": 0.03}), SIX, "dice", {}, resamples=100)
        assert [v.p_holm for v in found] == holm([v.p for v in found])
        for v in found:
            assert v.low is not None
            assert v.high is not None
            assert v.p is not None
            assert v.p_holm is not None
            assert (v.p < 0.05) == (v.low > 0 or v.high < 0)
            assert (v.outcome in ("helped", "hurt")) == (v.p_holm < 0.05 and not -1 <= v.low <= v.high <= 1)
            assert v.detectable is not None
            assert v.detectable > (v.high - v.low) / 2


def test_lower_is_better_for_an_error() -> None:
    cells = [(labels, frame.rename({"dice": "predicted_share"}).with_columns(has_lesion=pl.lit(False)))
             for labels, frame in study(rng(), TWO, {"geometric": 0.1})]
    found = verdicts(cells, TWO, "false_positive_area", {}, resamples=100)[0]
    assert found.effect is not None
    assert found.effect > 5
    assert found.outcome == "hurt"


@pytest.mark.parametrize("folds", [1, 3])
def test_one_seed_gives_no_verdict(folds: int) -> None:
    found = verdicts(study(rng(), TWO, {"geometric": 0.2}, folds=folds, seeds=1), TWO, "dice", {}, resamples=100)[0]
    assert found.outcome == "no verdict"
    assert "training noise not measured" in found.words
    assert "no verdict" in found.words
    assert found.effect is not None
    assert found.effect > 10
    assert (found.low, found.high, found.p, found.p_holm, found.detectable) == (None,) * 5


def test_no_difference_only_inside_the_margin() -> None:
    quiet = {"patient": 0.005, "run": 0.001, "noise": 0.005}
    found = verdicts(study(rng(), TWO, **quiet), TWO, "dice", {}, resamples=100)[0]
    assert found.outcome == "no difference"
    assert "no difference beyond the margin of 1.0" in found.words
    tight = verdicts(study(rng(), TWO, **quiet), TWO, "dice", {}, margin=0.0005, resamples=100)[0]
    assert tight.outcome == "not shown"
    assert "no difference shown; smallest detectable difference" in tight.words


def test_a_small_effect_with_a_wide_interval_is_not_shown() -> None:
    found = verdicts(study(rng(), TWO), TWO, "dice", {}, margin=0.03, resamples=100)[0]
    assert found.effect is not None
    assert found.low is not None
    assert found.high is not None
    assert abs(found.effect) < 3
    assert found.low < -3 or found.high > 3
    assert found.outcome == "not shown"


def test_holm_by_hand() -> None:
    assert holm([0.04, None, 0.01, 0.03]) == pytest.approx([0.06, None, 0.03, 0.06])
    assert holm([0.9, 0.6]) == [1.0, 1.0]


def test_runs_that_a_cell_lacks_are_left_out_of_its_contrasts_only() -> None:
    cells = study(rng(), SIX)
    cells[2] = (cells[2][0], cells[2][1].filter((pl.col("fold") != 1) | (pl.col("seed") != 0)))
    found = {v.level: v for v in verdicts(cells, SIX, "dice", {}, resamples=100)}
    assert any("5 of 6 runs are shared" in c for c in found["geometric"].cautions)
    assert not any("shared" in c for c in found["filter"].cautions)
    cells[2] = (cells[2][0], cells[2][1].head(0))
    found = {v.level: v for v in verdicts(cells, SIX, "dice", {}, resamples=100)}
    assert any("1 of 2 combinations" in c for c in found["geometric"].cautions)
    assert len(found["geometric"].simple) == 1


def test_pairs_by_image() -> None:
    cells = study(rng(), TWO)
    lost = cells[1][1].filter(pl.col("id") != "i0007")
    missing = verdicts([cells[0], (cells[1][0], lost)], TWO, "dice", {}, resamples=100)[0]
    both = [(labels, frame.filter(pl.col("id") != "i0007")) for labels, frame in cells]
    assert missing.effect == pytest.approx(verdicts(both, TWO, "dice", {}, resamples=100)[0].effect)
    assert any("test images are missing" in c for c in missing.cautions)


def test_cautions_and_faults() -> None:
    cells = study(rng(), SIX, groups=12)
    found = verdicts(cells, SIX, "dice", {}, resamples=100, cautions={"did not converge": [2]})
    assert "1 of the 4 cells behind it did not converge." in found[0].cautions
    assert not any("converge" in c for c in found[1].cautions)
    assert any("12 groups, fewer than 30" in c for c in found[0].cautions)
    with pytest.raises(UserError, match="one of none, geometric, filter"):
        verdicts(cells, SIX, "dice", {"augment": "all"}, resamples=100)
    same = [(labels, cells[0][1]) for labels, _ in cells]
    assert {v.outcome for v in verdicts(same, SIX, "dice", {}, resamples=100)} == {"no verdict"}


def test_an_undefined_metric_gives_no_verdict_and_no_nan() -> None:
    cells = [(labels, frame.with_columns(has_lesion=pl.lit(False))) for labels, frame in study(rng(), TWO)]
    found = verdicts(cells, TWO, "dice", {}, resamples=50)[0]
    assert found.effect is None
    assert found.outcome == "no verdict"
    assert "no verdict" in found.words


SHAPES = {"mixed": {}, "runs": {"run": 0.04, "patient": 0.02}, "one split": {"folds": 1, "seeds": 3, "run": 0.03},
          "folds": {"fold": 0.015}}


def rejected(count: int, effect: float, **shape: float) -> float:
    hits = 0
    for seed in range(count):
        cells = study(rng(seed), TWO, {"geometric": effect}, **shape)  # type: ignore[arg-type]
        found = verdicts(cells, TWO, "dice", {}, margin=1e-9, resamples=100, seed=seed)[0]
        hits += found.outcome in ("helped", "hurt")
    return hits / count


@pytest.mark.parametrize("shape", ["mixed", "one split"])
def test_false_alarms_are_near_alpha(shape: str) -> None:
    assert 0.01 <= rejected(200, 0.0, **SHAPES[shape]) <= 0.09


def test_a_true_effect_is_found() -> None:
    assert rejected(60, 0.08) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("shape", list(SHAPES))
def test_false_alarms_are_near_alpha_in_many_studies(shape: str) -> None:
    """With three folds and no effect of folds the rate is about 0.02: the part of folds is never below 0."""
    assert 0.01 <= rejected(1000, 0.0, **SHAPES[shape]) <= 0.07
