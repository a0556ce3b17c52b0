"""Marks that betray where a picture came from: borders, burnt-in text, callipers, corner markers, colored overlays."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bogam.core.types import Array

VERSION = 4
"""Raise it when `marks_of` changes what it returns: what was measured before is then measured anew."""

Gray = NDArray[np.uint8]
Box = tuple[int, int, int, int]

FLAT_SHARE = 0.02
"""A row or column belongs to a border while its grey values spread over no more than this share of the range."""
SIDE = 256
"""Marks other than borders are looked for in a picture shrunk to this longer side; it is never enlarged."""
SMALLEST = 96
"""A picture whose longer side is smaller shows no text that could be told from texture."""
GAPS = (0.03, 0.06)
"""Widest space between strokes of one word, as a share of the longer side: for small and for large letters."""
EDGE = 60
"""Step between neighbors, of 255 grey levels, that a burnt-in stroke makes."""
GREY = 12
"""Distance of the channels, of 255, up to which a pixel is grey; three quarters of a grey picture are."""
CROSS = 32
"""Grey levels by which the arms of a calliper stand out from what lies between them."""
ARMS = (2, 3, 4, 6)
"""Lengths of a calliper's arms in pixels, at `SIDE` or below."""
LETTER = 65
"""Grey levels by which a corner marker stands out from its surroundings."""


def marks_of(image: Array, levels: tuple[float, float] | None) -> dict[str, float]:
    """Return name to value of what can be told from one picture's pixels.

    `border_top`, `border_bottom`, `border_left`, `border_right`: share of the height or width that is a uniform border.
    `text`: words of burnt-in text. `callipers`: crosses, two at least, as a measurement has. `markers`: single bright
    signs near the edge, such as the L or R of an X-ray or the logo of a scanner. `overlay`: share of colored pixels in
    a picture that is grey otherwise. Pictures below `SMALLEST` pixels have none of the last four.

    Args:
        image: (C, Y, X), as stored.
        levels: (low, high) of the grey scale; None: the picture's own range.

    Example:
        >>> framed = np.zeros((1, 10, 10), np.uint8)
        >>> framed[0, 2:, 1:] = np.arange(72).reshape(8, 9)
        >>> marks_of(framed, None)["border_top"], marks_of(framed, None)["border_left"]
        (0.2, 0.1)

    Notes:
        About 4 ms of one core at 512 x 512. How well it finds: `benchmarks/marks.py`.
    """
    low, high = levels or (float(image.min()), float(image.max()))
    found = borders(image, FLAT_SHARE * (float(high) - float(low)))
    found |= {"text": 0.0, "callipers": 0.0, "markers": 0.0, "overlay": 0.0}
    if max(image.shape[-2:]) < SMALLEST or min(image.shape[-2:]) < 16 or not high > low:
        return found
    channels = [_shrunk(channel, low, high) for channel in image]
    gray = channels[0]
    if len(channels) == 3:
        spread = np.max(channels, axis=0) - np.min(channels, axis=0)
        if float((spread <= GREY).mean()) >= 0.75:
            found["overlay"] = float((spread > EDGE).mean())
        gray = np.asarray(np.max(channels, axis=0), np.uint8)
    words = text_boxes(gray)
    found["text"] = float(len(words))
    pluses = sum(not _inside((x, y, 0, 0), words) for x, y in crosses(gray))
    found["callipers"] = float(pluses) if pluses >= 2 else 0.0
    found["markers"] = float(sum(not _inside(box, words) for box in letters(gray)))
    return found


def borders(image: Array, limit: float) -> dict[str, float]:
    """Return the share of the height or width on each side whose grey values spread over no more than `limit`."""
    found: dict[str, float] = {}
    for axis, (before, after) in ((2, ("top", "bottom")), (1, ("left", "right"))):
        spread = (image.max(axis=axis).astype(np.float64) - image.min(axis=axis)).max(axis=0)
        busy: Any = np.flatnonzero(spread > limit)
        size = image.shape[3 - axis]
        found[f"border_{before}"] = float(busy[0] / size) if len(busy) else 1.0
        found[f"border_{after}"] = float((size - 1 - busy[-1]) / size) if len(busy) else 1.0
    return found


def _shrunk(channel: Array, low: float, high: float) -> Gray:
    """Return a channel at `SIDE` pixels at most, its grey scale as 0 to 255."""
    scale = SIDE / max(channel.shape)
    plain = channel if channel.dtype in (np.uint8, np.uint16) else channel.astype(np.float32)
    if scale < 1:
        size = (max(1, round(channel.shape[1] * scale)), max(1, round(channel.shape[0] * scale)))
        plain = cv2.resize(plain, size, interpolation=cv2.INTER_AREA)
    if plain.dtype == np.uint8 and (low, high) == (0, 255):
        return np.asarray(plain, np.uint8)
    share = (np.nan_to_num(plain.astype(np.float32)) - np.float32(low)) * np.float32(255 / (high - low))
    return np.asarray(np.clip(share, 0, 255), np.uint8)


def text_boxes(gray: Gray) -> list[Box]:
    """Return (x, y, width, height) of words: many steep steps along a row, in a band that ends sharply above and below.

    Args:
        gray: (Y, X), its longer side at most `SIDE`.
    """
    side = max(gray.shape)
    steep = (cv2.absdiff(gray[:, 1:], gray[:, :-1]) > EDGE).astype(np.uint8)
    words: list[Box] = []
    for gap in GAPS:
        joined = cv2.morphologyEx(steep, cv2.MORPH_CLOSE, np.ones((1, max(3, round(gap * side))), np.uint8))
        joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        x, y, w, h, area = cv2.connectedComponentsWithStats(joined, connectivity=4)[2][1:].T
        fit = (h >= 4) & (h <= 0.09 * side) & (w >= 1.4 * h) & (area >= 0.5 * w * h)
        for k in np.flatnonzero(fit):
            box = (int(x[k]), int(y[k]), int(w[k]), int(h[k]))
            if not _inside(box, words) and _is_word(gray, steep, *box):
                words.append(box)
    return words


def _is_word(gray: Gray, steep: Gray, x: int, y: int, w: int, h: int) -> bool:
    """Say whether a box holds a word; a long one with nothing above and below may be fainter."""
    share = steep[y:y + h, x:x + w].mean()
    if share < 0.15:
        return False
    pad = max(2, h // 2)
    bands = [steep[start:end, x:x + w] for start, end in ((max(0, y - 1 - pad), max(0, y - 1)),
                                                          (y + h + 1, y + h + 1 + pad))]
    beside = max((band.mean() for band in bands if band.size), default=0.0)
    if beside > 0.12:
        return False
    box = gray[y:y + h, x:x + w + 1]
    dark, bright = np.percentile(box, (20, 92))
    stroke = box > (dark + bright) / 2
    turns = np.sort((stroke[:, 1:] != stroke[:, :-1]).sum(axis=1))[h // 4:].mean()
    clear = share >= 0.3 or (beside <= 0.02 and turns >= 7)
    return bool(clear and bright >= 140 and turns >= 4.5 and turns * h >= 2.0 * w)


def crosses(gray: Gray) -> list[tuple[int, int]]:
    """Return (x, y) of upright crosses: two arms brighter than the four corners between them."""
    edge, rows, columns = ARMS[-1], *gray.shape
    gray = np.asarray(cv2.copyMakeBorder(gray, edge, edge, edge, edge, cv2.BORDER_REPLICATE), np.uint8)
    corners = {step: _corner(gray, step, edge) for step in range(2, edge + 1)}
    best = np.zeros(corners[2].shape, np.uint8)
    for arm in ARMS:
        across = cv2.erode(gray, np.ones((1, 2 * arm + 1), np.uint8))
        both = cv2.min(across, cv2.erode(gray, np.ones((2 * arm + 1, 1), np.uint8)))[edge:-edge, edge:-edge]
        corner = corners[arm]
        for step in range(max(2, arm // 2 + 1), arm):
            corner = cv2.max(corner, corners[step])
        best = cv2.max(best, cv2.subtract(both, corner))
    found = cv2.connectedComponentsWithStats((best > CROSS).astype(np.uint8))[3][1:]
    places = [(round(float(x)), round(float(y))) for x, y in found]
    return [(x, y) for x, y in places if ARMS[0] < x < columns - 1 - ARMS[0] and ARMS[0] < y < rows - 1 - ARMS[0]]


def _corner(gray: Gray, step: int, edge: int) -> Gray:
    """Return the brightest of the four pixels `step` away along both diagonals, without an outer rim of `edge`."""
    rows, columns = gray.shape
    low, high = (slice(edge - step, rows - edge - step), slice(edge + step, rows - edge + step))
    left, right = (slice(edge - step, columns - edge - step), slice(edge + step, columns - edge + step))
    return np.asarray(cv2.max(cv2.max(gray[low, left], gray[low, right]),
                              cv2.max(gray[high, left], gray[high, right])), np.uint8)


def letters(gray: Gray) -> list[Box]:
    """Return (x, y, width, height) of single bright signs near the edge of the picture, each in a darker ring."""
    side = max(gray.shape)
    rows, columns = gray.shape
    around = round(0.11 * side) | 1
    raised = cv2.morphologyEx(gray, cv2.MORPH_TOPHAT, np.ones((around, around), np.uint8))
    count, names, boxes, _ = cv2.connectedComponentsWithStats((raised > LETTER).astype(np.uint8), connectivity=8)
    if count < 2:
        return []
    x, y, w, h, area = (boxes[1:, k] for k in range(5))
    middle_x, middle_y = x + w / 2, y + h / 2
    central = (np.abs(middle_x - columns / 2) < 0.22 * columns) & (np.abs(middle_y - rows / 2) < 0.35 * rows)
    fit = ((h >= max(4, 0.018 * side)) & (h <= 0.11 * side) & (w >= max(2, 0.008 * side)) & (w <= 0.09 * side)
           & (w >= 0.25 * h) & (w <= 1.5 * h) & (area >= 0.2 * w * h) & (area <= 0.9 * w * h) & ~central)
    found = []
    for number in np.flatnonzero(fit):
        box = (int(x[number]), int(y[number]), int(w[number]), int(h[number]))
        if _stands_out(gray, names, int(number) + 1, box):
            found.append(box)
    return found


def _stands_out(gray: Gray, names: NDArray[np.int32], number: int, box: Box, ring: int = 3) -> bool:
    x, y, w, h = box
    top, left = max(0, y - ring), max(0, x - ring)
    near, own = gray[top:y + h + ring, left:x + w + ring], names[top:y + h + ring, left:x + w + ring]
    outside = np.ones(near.shape, bool)
    outside[max(0, y - 1 - top):y + h + 1 - top, max(0, x - 1 - left):x + w + 1 - left] = False
    if not outside.any():
        return False
    return bool(np.percentile(near[own == number], 75) - np.percentile(near[outside], 95) > LETTER)


def _inside(box: Box, words: list[Box]) -> bool:
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return any(wx - h <= x <= wx + w + h and wy - 2 <= y <= wy + h + 2 for wx, wy, w, h in words)
