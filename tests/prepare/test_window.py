from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.prepare.window import Window, window_range


def ct(values, dtype=np.int16, history=()):
    return Case("ct", np.array([[values]], dtype), (-1024.0, 3071.0), "hu", history=history)


def test_8_bit_maps_the_range_as_the_standard_says():
    # C.11.2.1.2.1: center 40, width 401 shows -160.5 .. 239.5
    done = Window(source="recipe", center=40, width=401).apply(ct([-1000, -160, 40, 240, 3000]))
    assert done.image.tolist() == [[[0, 0, 128, 255, 255]]]
    assert done.image.dtype == np.uint8
    assert (done.levels, done.level_unit) == ((0.0, 255.0), "none")
    assert done.history[-1]["range"] == [-160.5, 239.5]
    assert done.history[-1]["unit"] == "hu"


def test_agrees_with_pydicom():
    from pydicom.dataset import Dataset
    from pydicom.pixels import apply_windowing
    header = Dataset()
    header.BitsStored, header.PixelRepresentation = 8, 0
    header.PhotometricInterpretation = "MONOCHROME2"
    header.WindowCenter, header.WindowWidth = 100.0, 61.0
    image = np.arange(256, dtype=np.uint8)[None, None]
    low, high = window_range(100, 61)
    ours = (np.clip(image[0].astype(float), low, high) - low) / (high - low) * 255
    assert np.allclose(apply_windowing(image[0], header), ours)
    assert np.abs(Window(source="recipe", center=100, width=61).apply(
        Case("a", image, (0, 255))).image[0] - ours).max() <= 0.5 + 1e-4


def test_keep_stays_at_full_depth_and_takes_a_wider_type_only_where_needed():
    done = Window(source="recipe", center=40, width=401, depth="keep").apply(ct([-1000, 40, 3000]))
    assert done.image.dtype == np.int16
    assert done.levels == (-160.0, 240.0)  # half levels round to the even neighbor
    assert (done.image.ravel().tolist(), done.level_unit) == ([-160, 40, 240], "hu")
    wide = Window(source="recipe", center=300, width=801, depth="keep")
    raw = Case("mr", np.array([[[0, 5000]]], np.uint16), (0, 65535))
    assert wide.apply(raw).image.dtype == np.int16  # the window begins below 0
    assert wide.apply(raw).levels == (-100.0, 700.0)
    far = Window(source="recipe", center=0, width=120001, depth="keep").apply(raw)
    assert far.image.dtype == np.float32


def test_stored_window_comes_from_the_file():
    read = {"step": "read", "facts": {"window": [50.0, 101.0]}}
    assert Window(source="stored").apply(ct([0, 50, 100], history=(read,))).history[-1]["range"] == [-0.5, 99.5]
    exact = {"step": "read", "facts": {"window": [50.0, 100.0], "window_function": "LINEAR_EXACT"}}
    assert Window(source="stored").apply(ct([0, 50, 100], history=(exact,))).history[-1]["range"] == [0.0, 100.0]
    with pytest.raises(UserError, match=r"case ct.*holds no window.*percentile"):
        Window(source="stored").apply(ct([0, 1]))


def test_percentile_gives_levels_to_a_case_that_has_none():
    image = np.arange(101, dtype=np.float32).reshape(1, 1, 101)
    done = Window(percentile=(10, 90), depth="keep").apply(Case("a", image, None))
    assert done.levels == (10.0, 90.0)
    assert done.history[-1]["range"] == [10.0, 90.0]


def test_blank_and_broken_pictures_are_refused():
    with pytest.raises(UserError, match="blank"):
        Window().apply(ct([7, 7, 7]))
    with pytest.raises(UserError, match="NaN"):
        Window().apply(ct([1, np.nan], np.float32))


@pytest.mark.parametrize("fields", [{"source": "recipe"}, {"source": "recipe", "center": 1}, {"center": 1, "width": 2},
                                    {"source": "recipe", "center": 1, "width": 1}, {"percentile": (5, 5)},
                                    {"percentile": (0, 101)}])
def test_settings_that_do_not_fit_together(fields):
    with pytest.raises(ValidationError):
        Window(**fields)
