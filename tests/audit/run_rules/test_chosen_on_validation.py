"""Epoch and threshold: from validation, before the test part was opened."""

from __future__ import annotations

import pytest

from bogam.audit.discipline import digest_of, run_rules

KIND = "chosen-on-validation"


def test_a_run_as_it_should_be_is_not_mentioned(made) -> None:
    assert made.check(KIND, made.record(), made.record(seed=1)) == []
    assert made.check(KIND) == []


def test_other_images_than_validation_are_a_stop(made) -> None:
    chosen = {"ids": digest_of([*made.parts["validation"], "f"]), "images": 3, "time": "2026-01-01T10:00:00+00:00"}
    assert made.check(KIND, made.record(chosen_on=chosen), made.record(seed=1)) == [
        ("stop", "1 run of 2 chose on other images than their validation part.")]


def test_images_that_could_not_be_prepared_do_not_count(made) -> None:
    chosen = {"ids": digest_of(["d"]), "images": 1, "time": "2026-01-01T10:00:00+00:00"}
    assert made.check(KIND, made.record(chosen_on=chosen, set_aside=[["e", "broken"]])) == []


def test_an_image_that_validates_and_tests_is_a_stop(made) -> None:
    parts = {**made.parts, "validation": ["d", "f"]}
    chosen = {"ids": digest_of(["d", "f"]), "images": 2, "time": "2026-01-01T10:00:00+00:00"}
    found = made.check(KIND, made.record(chosen_on=chosen), parts=parts)
    assert found == [("stop", "1 run of 1 have images in their validation part that they also test.")]


def test_a_test_part_opened_before_the_choice_is_a_stop(made) -> None:
    found = made.check(KIND, made.record(test_opened="2026-01-01T09:59:59+00:00"))
    assert found == [("stop", "1 run of 1 opened their test part before epoch and threshold were chosen.")]


@pytest.mark.parametrize(("best", "train", "wrong"), [
    (2, {"select": "score", "min_gain": 0.001}, False), (3, {"select": "score", "min_gain": 0.001}, True),
    (1, {"select": "score", "min_gain": 0.5}, False), (2, {"select": "loss", "min_gain": 0.001}, False),
    (1, {"select": "loss", "min_gain": 0.001}, True), (3, {}, False)])
def test_the_epoch_is_the_one_that_the_log_gives(made, best: int, train: dict, wrong: bool) -> None:
    found = made.check(KIND, made.record(best_epoch=best, train=train))
    assert found == [("stop", "1 run of 1 kept another epoch than their validation scores choose.")] * wrong


def test_no_record_is_a_warning(made) -> None:
    assert made.check(KIND, made.record(chosen_on=None)) == [
        ("warning", "1 run of 1 keep no record of the images on which epoch and threshold were chosen.")]


def test_runs_that_failed_chose_nothing(made) -> None:
    assert made.check(KIND, made.record(status="failed", chosen_on=None)) == []


def test_what_the_choice_of_the_epoch_added_where_it_was_made(made) -> None:
    chosen = {"ids": digest_of([*made.parts["validation"], "f"]), "images": 3, "time": "2026-01-01T10:00:00+00:00"}
    found, = run_rules.parse(KIND).check(made.evidence(made.record(chosen_on=chosen)))
    assert "the best epoch scores up to 10.0 points above the last (1 run)" in found.worth  # of 0.5, 0.7, 0.6
