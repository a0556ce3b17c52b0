"""Lines of an anti-scatter grid."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment.grid_line import GridLine

LINES = {"amplitude": 0.1, "period_px": 4.0, "tilt_degrees": 0.0, "phase": 0.0, "direction": "columns"}


@pytest.mark.parametrize(("dtype", "levels"), [("u1", (0, 255)), ("u2", (0, 4095)), ("i2", (-1000, 1000)),
                                               ("f4", (0.0, 1.0))])
def test_period_amplitude_and_direction(dtype, levels):
    low, span = levels[0], levels[1] - levels[0]
    image = np.full((1, 5, 8), low + 0.5 * span).astype(dtype)
    made = (GridLine.filter(image, levels, LINES).astype(float)[0] - low) / span
    assert np.allclose(made[0], [0.6, 0.5, 0.4, 0.5] * 2, atol=0.005)
    assert np.allclose(made, made[:1])
    rows = (GridLine.filter(image, levels, {**LINES, "direction": "rows"}).astype(float)[0] - low) / span
    assert np.allclose(rows[:, 0], [0.6, 0.5, 0.4, 0.5, 0.6], atol=0.005)


def test_a_tilt_turns_the_lines():
    image = np.full((1, 300, 300), 0.5, np.float32)
    made = GridLine.filter(image, (0.0, 1.0), {**LINES, "period_px": 6.0, "tilt_degrees": 10.0})[0] - 0.5
    spectrum = np.abs(np.fft.rfft2(made))
    row, column = np.unravel_index(spectrum.argmax(), spectrum.shape)
    assert np.hypot(min(row, 300 - row), column) == pytest.approx(300 / 6, abs=1)
    assert np.degrees(np.arctan2(min(row, 300 - row), column)) == pytest.approx(10, abs=1)
    y, x = 123, 211
    across = x * np.cos(np.radians(10)) + y * np.sin(np.radians(10))
    assert made[y, x] == pytest.approx(0.1 * np.cos(2 * np.pi * across / 6), abs=1e-3)


def test_finer_than_pixels_is_refused():
    with pytest.raises(ValueError, match="pixels cannot show finer lines"):
        GridLine(period_px=(1.5, 3.0))
