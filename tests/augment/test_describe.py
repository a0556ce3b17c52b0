"""What stands under a picture: what was drawn, and nothing that did nothing."""

from bogam.augment.describe import describe, ranges
from bogam.augment.rotate import Rotate
from bogam.augment.shift import Shift


def test_a_picture_is_not_told_of_what_acts_on_volumes_alone() -> None:
    assert ranges(Shift()) == ["down from -0.1 to 0.1", "right from -0.1 to 0.1"]
    assert ranges(Shift(), 3) == [*ranges(Shift()), "deep from -0.1 to 0.1"]


def test_zeros_and_what_was_not_drawn_are_left_out() -> None:
    assert ranges(Rotate(), 3) == ["angle_degrees from -15 to 15"]
    tilted = {"augment": "rotate", "angle_degrees": 3.0, "tilt_degrees": [0.0, 2.0], "spacing_mm": [1.0, 1.0, 1.0]}
    assert describe(tilted) == ["rotate: angle_degrees 3, tilt_degrees (0, 2)"]
    assert describe({**tilted, "tilt_degrees": [0.0, 0.0]}) == ["rotate: angle_degrees 3"]


def test_long_lists_are_told_by_their_ends_and_lists_of_things_by_their_number() -> None:
    steps = {"augment": "grid-distortion", "rows": [1.2, 0.8, 1.0, 1.1, 0.9]}
    assert describe(steps) == ["grid-distortion: rows 0.8 to 1.2"]
    assert describe({"augment": "ultrasound-shadow", "shadows": [{"loss": 0.2}, {"loss": 0.3}]}) == \
        ["ultrasound-shadow: shadows 2"]
