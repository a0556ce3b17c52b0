"""A gain that is paid for elsewhere is said."""

from bogam.evaluate.companions import with_companions
from bogam.evaluate.findings import Verdict


def verdict(metric: str, effect: float, half: float, level: str = "tversky") -> Verdict:
    return Verdict(metric, "loss", level, "bce", effect, effect - half, effect + half, 0.01, 0.02, "helped")


def test_a_worse_companion_becomes_a_caution() -> None:
    [found] = with_companions([verdict("dice", 12.9, 2.0)], [verdict("false_positive_rate", 30.0, 5.0)])
    assert found.cautions == (
        "At the same time the false positive rate got worse: +30.0 points (25.0 to 35.0).",)


def test_higher_is_better_is_respected() -> None:
    [found] = with_companions([verdict("sensitivity", -3, 1)], [verdict("specificity", 4.0, 1.0)])
    assert "specificity got better: +4.0" in found.cautions[0]


def test_unclear_or_other_contrasts_say_nothing() -> None:
    beside = [verdict("false_positive_rate", 3.0, 5.0), verdict("false_positive_rate", 30.0, 5.0, "focal")]
    assert with_companions([verdict("dice", 12.9, 2.0)], beside)[0].cautions == ()
