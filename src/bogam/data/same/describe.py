"""What was done to a copy, in words."""

from __future__ import annotations

import numpy as np

from bogam.core.types import FloatArray
from bogam.data.same.align import GRID, symmetry
from bogam.data.same.verify import Copy

WHOLE = 0.02
"""Share of the longest side that the corners may be off in two pictures of one extent."""
TURNED_DEG = 2.0
SOFTER = 0.2
"""Fine detail stronger by 2 ** 0.2 in one picture: the other was blurred, or it is noisy."""
PARTLY = 0.02


def describe(copy: Copy, first: tuple[int, int], other: tuple[int, int]) -> tuple[tuple[str, ...], bool]:
    """Return what distinguishes two copies, and whether it is what augmentation does rather than storing.

    Args:
        copy: of `verify`.
        first: (Y, X) of the first picture.
        other: (Y, X) of the other one.

    Returns:
        Words such as ("mirrored", "blurred or noisy"); True for odd angles, distortion, blur and noise.
    """
    words: list[str] = []
    matrix = np.array(copy.matrix).reshape(2, 3)
    made = copy.kind == "bent"
    sizes = [tuple(side * GRID / max(shape) for side in shape) for shape in (first, other)]
    kind = _whole(matrix, sizes[0], sizes[1])
    if kind is not None:
        words += [w for w in (_SYMMETRIES[kind],) if w]
    else:
        u, stretch, v = np.linalg.svd(matrix[:, :2])
        mirrored = bool(np.linalg.det(matrix[:, :2]) < 0)
        turn = u @ (np.diag([1.0, -1.0]) if mirrored else np.eye(2)) @ v if mirrored else u @ v
        if mirrored:
            turn = turn @ np.diag([-1.0, 1.0])
            words.append("mirrored")
        angle = float(np.degrees(np.arctan2(turn[1, 0], turn[0, 0])))
        odd = abs((angle + 45) % 90 - 45)
        if odd > TURNED_DEG:
            words.append(f"turned by {abs(angle):.0f} degrees")
            made = True
        elif abs(angle) > 45:
            words.append(f"turned by {90 * round(abs(angle) / 90)} degrees")
        if stretch[0] > 1.06 * stretch[1] and abs(_skew(matrix)) > 0.03:
            words.append("sheared")
            made = True
        words.append("shifted, zoomed or cropped")
    if copy.kind == "bent":
        words.append("distorted")
    if copy.inverted:
        words.append("light and dark exchanged")
    if abs(copy.detail) >= SOFTER:
        words.append("blurred or noisy")
        made = True
    if copy.changed >= PARTLY:
        words.append("changed in parts")
    return tuple(words) or ("stored anew or with other tones",), made


_SYMMETRIES = ("", "mirrored left to right", "mirrored top to bottom", "turned by 180 degrees",
               "mirrored along the diagonal", "turned by 90 degrees", "turned by 90 degrees",
               "mirrored along the diagonal")


def _skew(matrix: FloatArray) -> float:
    """Return the cosine of the angle between the two axes after the map."""
    columns = matrix[:, :2] / np.linalg.norm(matrix[:, :2], axis=0)
    return float(columns[:, 0] @ columns[:, 1])


def _whole(matrix: FloatArray, first: tuple[float, ...], other: tuple[float, ...]) -> int | None:
    """Return the symmetry that maps the whole of one picture to the whole of the other, where it is one."""
    height, width = other
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [0, height - 1, 1], [width - 1, height - 1, 1]], float)
    for kind in range(8):
        ideal = symmetry(kind, first, other)  # type: ignore[arg-type]
        if float(np.hypot(*(corners @ (ideal - matrix).T).T).max()) < WHOLE * GRID:
            return kind
    return None
