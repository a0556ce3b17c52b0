"""What steps on color ask of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bogam.core.errors import UserError, say
from bogam.core.types import FloatArray


def check_color(kind: str, channels: int, where: str = "") -> None:
    """Refuse an image that is not red, green and blue: a grey one has no color to change.

    Args:
        kind: of the augmentation.
        channels: of the image.
        where: such as "case 0412", for the message.
    """
    if channels != 3:
        raise UserError(say(f"{where}, augmentation {kind}" if where else f"augmentation {kind}",
                            f"an image of {channels} channel{'s' * (channels > 1)}", "3: red, green and blue",
                            "Leave it out for grey images; brightness, contrast and fancy-pca take any."))


def mix_channels(matrix: FloatArray, planes: FloatArray) -> NDArray[np.float32]:
    """Return matrix @ planes for three flat channels, float32.

    Written out, because a library's matrix product may add in another order with other numbers of threads, and a
    replay has to give the same bits.

    Example:
        >>> mix_channels(np.eye(3)[::-1], np.array([[1.0], [2.0], [3.0]], np.float32)).ravel().tolist()
        [3.0, 2.0, 1.0]
    """
    mixed = np.empty((3, *planes.shape[1:]), np.float32)
    part = np.empty(planes.shape[1:], np.float32)
    for channel, (red, green, blue) in enumerate(matrix.astype(np.float32)):
        np.multiply(planes[0], red, out=mixed[channel])
        mixed[channel] += np.multiply(planes[1], green, out=part)
        mixed[channel] += np.multiply(planes[2], blue, out=part)
    return mixed
