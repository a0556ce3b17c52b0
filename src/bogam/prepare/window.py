"""Window and level: choose the grey range that matters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from bogam.core.errors import UserError, say
from bogam.core.fields import Range
from bogam.core.types import Array, Case
from bogam.prepare.family import Step, prepare_steps
from bogam.prepare.levels import check_finite


def window_range(center: float, width: float, function: str = "linear") -> tuple[float, float]:
    """Return the (low, high) grey values of a window, as the DICOM Standard defines them.

    Args:
        center, width: in the unit of the image; width 1 or more ("linear": more than 1).
        function: "linear" (the Standard's default, low = center - width/2, high = low + width - 1) or
            "linear-exact" (high = low + width).

    Example:
        >>> window_range(2048, 4096)
        (0.0, 4095.0)
        >>> window_range(40, 400, "linear-exact")
        (-160.0, 240.0)

    References:
        DICOM PS3.3, C.11.2.1.2 (VOI LUT Function).
    """
    low = center - width / 2
    return low, low + (width - 1 if function == "linear" else width)


def to_8_bit(image: Array, low: float, high: float) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Map low to 0 and high to 255, rounded to the nearest; what lies outside is clipped.

    Example:
        >>> to_8_bit(np.array([-5, 0, 2048, 4095, 9000], np.int16), 0, 4095)
        array([  0,   0, 128, 255, 255], dtype=uint8)
    """
    share = (image.astype(np.float32) - np.float32(low)) / np.float32(high - low)
    return np.asarray(np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8))


def _holding(dtype: np.dtype[Any], low: float, high: float) -> np.dtype[Any]:
    """Return the image's type, or the next one that holds a range which reaches outside it."""
    if dtype.kind == "f":
        return dtype
    for candidate in (dtype, np.dtype(np.int16)):
        info = np.iinfo(candidate)
        if info.min <= low and high <= info.max:
            return candidate
    return np.dtype(np.float32)


@prepare_steps.register
class Window(Step):
    """Keep one grey range: what lies below becomes its lowest level, what lies above its highest."""

    kind: Literal["window"] = "window"
    source: Literal["recipe", "stored", "percentile"] = "percentile"
    """recipe: `center` and `width`; stored: the window in the DICOM file; percentile: of each picture's own pixels."""
    center: float | None = None
    """Middle of the window in the image's unit; with source: recipe."""
    width: Annotated[float, Field(ge=1)] | None = None
    """Width of the window in the image's unit; with source: recipe."""
    percentile: Range = (0.5, 99.5)
    """(low, high) in percent of the pixels; with source: percentile."""
    function: Literal["linear", "linear-exact"] = "linear"
    """How DICOM turns center and width into a range, with source: recipe; a stored window brings its own (a sigmoid
    is read as linear)."""
    depth: Literal["8-bit", "keep"] = "8-bit"
    """8-bit: 0 to 255; keep: the values as they are, clipped, at full depth."""

    @model_validator(mode="after")
    def _fits_together(self) -> Window:
        given = [name for name in ("center", "width") if getattr(self, name) is not None]
        if self.source == "recipe" and len(given) < 2:
            raise ValueError(say("window", f"{' and '.join(given) or 'neither center nor width'}", "center and width",
                                 "Write both, or choose source: stored or percentile."))
        if self.source != "recipe" and given:
            raise ValueError(say("window", f"{' and '.join(given)} with source: {self.source}",
                                 "them only with source: recipe"))
        if self.width is not None and self.function == "linear" and self.width <= 1:
            raise ValueError(say("window", f"width {self.width:g}", "more than 1", "Or function: linear-exact."))
        low, high = self.percentile
        if not 0 <= low < high <= 100:
            raise ValueError(say("window.percentile", f"({low:g}, {high:g})", "0 <= low < high <= 100"))
        return self

    def apply(self, case: Case) -> Case:
        """Return the case in its window; its levels are the window's range, in the history as well.

        8-bit: uint8, levels (0, 255), unit none. keep: the image's type (or int16 or float32 where a window reaches
        outside it), its unit, and range ends rounded to whole levels for integer images.

        Raises:
            UserError: source is stored and the file holds no window, the window is empty (a blank picture), or
                pixels are not finite.
        """
        check_finite(case, "window")
        low, high = self._range(case)
        if not high > low:
            raise UserError(say(f"case {case.id}, step window", f"the range ({low:g}, {high:g})", "low < high",
                                "Is the picture blank?"))
        if self.depth == "8-bit":
            return case.but(image=to_8_bit(case.image, low, high), levels=(0.0, 255.0), level_unit="none",
                            history=(*case.history, self.entry(range=[low, high], unit=case.level_unit)))
        dtype = _holding(case.image.dtype, low, high)
        if dtype.kind != "f":
            low, high = float(np.rint(low)), float(np.rint(high))
        image = np.clip(case.image.astype(np.float32 if dtype.kind == "f" else np.int32), low, high).astype(dtype)
        return case.but(image=image, levels=(low, high),
                        history=(*case.history, self.entry(range=[low, high], unit=case.level_unit)))

    def _range(self, case: Case) -> tuple[float, float]:
        if self.source == "percentile":
            low, high = np.percentile(case.image, self.percentile)
            return float(low), float(high)
        if self.source == "recipe":
            assert self.center is not None
            assert self.width is not None
            return window_range(self.center, self.width, self.function)
        read = next((entry for entry in case.history if entry["step"] == "read"), {})
        stored = read.get("facts", {}).get("window")
        if stored is None:
            raise UserError(say(f"case {case.id}, step window", "a file that holds no window", "WindowCenter and "
                                "WindowWidth", "Choose source: percentile, or recipe with center and width."))
        exact = str(read["facts"].get("window_function") or "").upper() == "LINEAR_EXACT"
        low, high = window_range(float(stored[0]), float(stored[1]), "linear-exact" if exact else "linear")
        return low, high
