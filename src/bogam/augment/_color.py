"""What steps on color ask of an image."""

from __future__ import annotations

from bogam.core.errors import UserError, say


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
