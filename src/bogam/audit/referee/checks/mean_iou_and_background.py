"""A mean IoU above the Dice: the background was averaged in. What is the IoU of the foreground?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.checks.iou_and_dice import background_words
from bogam.audit.referee.family import Check, Objection, Submission, checks


@checks.register
class MeanIouAndBackground(Check):
    """A mean IoU above the Dice, with the bounds of the foreground's IoU."""

    kind: Literal["mean-iou-and-background"] = "mean-iou-and-background"
    title = "A mean IoU that holds the background"
    why = ("No mean over foreground classes exceeds their Dice, so the background was averaged in. It is large and "
           "easy, and lifts the mean far above what the foreground gets.")
    ask = "What is the IoU of the foreground alone?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield a remark for every row whose mean IoU lies above its Dice, and that has no IoU of the foreground."""
        for row in given.results.rows:
            mean, dice = row.values.get("mean_iou"), row.values.get("dice")
            if mean is None or dice is None or "iou" in row.values or mean.low <= dice.high:
                continue
            words = background_words(mean, dice)
            said = f"Over the same images {words}." if words else \
                "Both cannot be of the same images: even a perfect background would not lift the mean so far."
            yield self.object_to("remark", [row], f"Mean IoU {mean}, Dice {dice}. {said}")
