"""Small pictures inside a page: thumbnails and outlines of masks, as data URIs."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, say

TRUTH_RGB = (86, 180, 233)
PREDICTED_RGB = (245, 150, 50)


def to_uint8(image: NDArray[np.generic], levels: tuple[float, float] | None) -> NDArray[np.uint8]:
    """Return a picture's grey scale `levels` as 0 to 255; without levels its lowest to highest value.

    Args:
        image: any shape and real dtype.

    Example:
        >>> to_uint8(np.array([0, 500, 1000, 2000]), (0, 1000)).tolist()
        [0, 128, 255, 255]
    """
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    low, high = levels if levels is not None else (float(values.min()), float(values.max()))
    share = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return np.asarray(np.rint(np.clip(share, 0, 1) * 255), dtype=np.uint8)


def thumbnail(image: NDArray[np.uint8], size: int = 160) -> str:
    """Return a picture as a JPEG data URI, its longer side `size` pixels.

    Args:
        image: (Y, X) grey or (Y, X, 3) RGB, uint8.

    Raises:
        UserError: for another shape or dtype: a range is never guessed here, see `to_uint8`.
    """
    return _jpeg(_sized(_rgb(image), size))


def outlined(image: NDArray[np.uint8], truth: NDArray[np.generic] | None, predicted: NDArray[np.generic] | None,
             size: int = 360) -> str:
    """Return a picture with the truth's outline (solid, blue) and the prediction's (dashed, orange) as a data URI.

    Args:
        image: (Y, X) grey or (Y, X, 3) RGB, uint8.
        truth, predicted: (Y, X), nonzero inside; None: not drawn.
    """
    canvas = _sized(_rgb(image), size)
    for mask, color, dashed in ((truth, TRUTH_RGB, False), (predicted, PREDICTED_RGB, True)):
        if mask is None:
            continue
        if mask.shape != image.shape[:2]:
            raise UserError(say("overlay", f"a mask of shape {mask.shape}", f"that of the image, {image.shape[:2]}"))
        inside = cv2.resize((np.asarray(mask) != 0).astype(np.uint8), (canvas.shape[1], canvas.shape[0]),
                            interpolation=cv2.INTER_NEAREST)
        contours, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for contour in contours:
            for color_here, width in (((0, 0, 0), 4), (color, 2)):
                _draw(canvas, contour.reshape(-1, 2), color_here, width, dashed)
    return _jpeg(canvas)


OUTLINES_RGB = (TRUTH_RGB, PREDICTED_RGB, (120, 220, 120), (230, 130, 210), (240, 228, 66))
"""Colors of several masks in one picture, in order; a sixth begins anew."""


def with_outlines(image: NDArray[np.uint8], masks: NDArray[np.generic] | None, size: int) -> NDArray[np.uint8]:
    """Return a picture (Y, X, 3) with the outline of each mask in a color of its own.

    Args:
        image: (Y, X) grey or (Y, X, 3) RGB, uint8.
        masks: (K, Y, X), one half and more counts as inside; None: nothing is drawn.
        size: of the longer side in pixels.
    """
    canvas = _sized(_rgb(image), size)
    for number, mask in enumerate(() if masks is None else np.asarray(masks, np.float32)):
        inside = cv2.resize((mask >= 0.5).astype(np.uint8), (canvas.shape[1], canvas.shape[0]),
                            interpolation=cv2.INTER_NEAREST)
        contours, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for contour in contours:
            _draw(canvas, contour.reshape(-1, 2), (0, 0, 0), 4, False)
            _draw(canvas, contour.reshape(-1, 2), OUTLINES_RGB[number % len(OUTLINES_RGB)], 2, False)
    return canvas


def write_png(path: Path, image: NDArray[np.generic]) -> None:
    """Write a picture (Y, X) or (Y, X, 3) RGB, uint8 or uint16, without loss; any name of file.

    Raises:
        UserError: another shape or dtype.
    """
    if image.dtype not in (np.uint8, np.uint16) or not (image.ndim == 2 or image.shape[2:] == (3,)):
        raise UserError(say(str(path), f"an image of shape {image.shape}, {image.dtype}",
                            "(Y, X) or (Y, X, 3), uint8 or uint16"))
    done, code = cv2.imencode(".png", np.ascontiguousarray(image[..., ::-1] if image.ndim == 3 else image))
    assert done
    path.write_bytes(code.tobytes())


def _draw(canvas: NDArray[np.uint8], points: NDArray[np.int32], color: tuple[int, int, int], width: int,
          dashed: bool) -> None:
    if not dashed or len(points) < 20:
        cv2.polylines(canvas, [points], True, color, width, cv2.LINE_AA)
        return
    for start in range(0, len(points), 14):
        cv2.polylines(canvas, [points[start:start + 8]], False, color, width, cv2.LINE_AA)


def _rgb(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    is_color = image.ndim == 3 and image.shape[2] == 3
    if image.dtype != np.uint8 or not (image.ndim == 2 or is_color) or 0 in image.shape:
        raise UserError(say("thumbnail", f"an image of shape {image.shape}, {image.dtype}",
                            "(Y, X) or (Y, X, 3), uint8"))
    return np.ascontiguousarray(image if is_color else np.repeat(image[..., None], 3, axis=2))


def _sized(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    scale = size / max(image.shape[:2])
    shape = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    how = cv2.INTER_AREA if scale <= 1 else cv2.INTER_NEAREST if scale >= 3 else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(image, shape, interpolation=how), dtype=np.uint8)


def _jpeg(image: NDArray[np.uint8]) -> str:
    options = [cv2.IMWRITE_JPEG_QUALITY, 84, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    done, code = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise UserError(say("thumbnail", f"an image of shape {image.shape} that cannot be encoded", "a JPEG"))
    return "data:image/jpeg;base64," + base64.b64encode(code.tobytes()).decode("ascii")
