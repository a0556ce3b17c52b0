"""Steps x batch against the size of the set."""

from __future__ import annotations

KIND = "epoch-coverage"


def rows(**row) -> list[dict]:
    return [{"epoch": 1, "steps": 94, "batch": 64, "images": 12000, "validation_images": 2, **row}]


def test_half_an_epoch_is_named_with_its_numbers(made) -> None:
    found = made.check(KIND, made.record(epochs=rows()))
    assert found == [("warning", "An epoch of 1 run saw 50 % of the training images or more, not all: 94 steps of 64 "
                                 "make 6,016 of 12,000.")]


def test_a_whole_epoch_and_an_old_log_say_nothing(made) -> None:
    assert made.check(KIND, made.record(epochs=rows(steps=188))) == []
    assert made.check(KIND, made.record(epochs=[{"epoch": 1, "images": 12000}])) == []
    assert made.check(KIND, made.record(epochs=[])) == []


def test_part_of_the_validation_images_is_named_too(made) -> None:
    found = made.check(KIND, made.record(epochs=rows(steps=188, validation_images=1)))
    assert found == [("warning", "1 run validated on 1 of 2 validation images.")]
