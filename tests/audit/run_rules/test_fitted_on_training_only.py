"""What is fitted sees training images and no others."""

from __future__ import annotations

from bogam.audit.discipline import digest_of

KIND = "fitted-on-training-only"


def test_the_training_part_is_right_and_nothing_fitted_needs_no_record(made) -> None:
    assert made.check(KIND, made.record()) == []
    assert made.check(KIND, made.record(fitted=None, fitted_on=None)) == []


def test_more_than_the_training_part_is_a_stop(made) -> None:
    everything = [i for ids in made.parts.values() for i in ids]
    found = made.check(KIND, made.record(fitted_on={"ids": digest_of(everything), "images": 7}))
    assert found == [("stop", "1 run of 1 fitted normalize on other images than their training part.")]


def test_no_record_is_a_warning(made) -> None:
    assert made.check(KIND, made.record(fitted_on=None)) == [
        ("warning", "1 run of 1 keep no record of the images on which statistics were fitted.")]
