"""IoU and Dice of the same masks determine each other, one image at a time; means keep within bounds."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from bogam.audit.referee.family import Check, Objection, Submission, checks
from bogam.audit.referee.printed import EXACT, Printed, decimal
from bogam.audit.referee.results import Row

Span = tuple[Fraction, Fraction]


def iou_of_dice(dice: Fraction) -> Fraction:
    """Return the IoU of one image, or of pooled pixels, whose Dice is given.

    Example:
        >>> float(iou_of_dice(Fraction(2, 3)))
        0.5
    """
    return dice / (2 - dice)


def mean_iou_span(dice: Printed) -> Span:
    """Return the (low, high) that a mean IoU can have where the mean Dice of the same masks prints so.

    IoU = D / (2 - D) bends upwards, so the mean of it is at least its value at the mean Dice (Jensen), and at most the
    mean Dice, since it never exceeds D.
    """
    low, high = (min(Fraction(1), max(Fraction(0), end)) for end in (dice.low, dice.high))
    return iou_of_dice(low), high


def background_words(mean: Printed, dice: Printed) -> str:
    """Return what the foreground's IoU can be if `mean` averages foreground and background, for a sentence; "" where
    no value can."""
    low, high = mean_iou_span(dice)
    low, high = max(low, 2 * mean.low - 1), min(high, 2 * mean.high)
    if low > high:
        return ""
    top = min(Fraction(1), 2 * mean.high - low)
    bottom = max(Fraction(0), 2 * mean.low - high)
    return (f"the IoU of the foreground alone is then {decimal(low, 3)} to {decimal(high, 3)}, and that of the "
            f"background {decimal(bottom, 3)} to {decimal(top, 3)}")


@checks.register
class IouAndDice(Check):
    """An IoU above the Dice of the same class, or below what that Dice allows."""

    kind: Literal["iou-and-dice"] = "iou-and-dice"
    title = "IoU and Dice that no masks have"
    why = ("For one class IoU = Dice / (2 - Dice) per image, so a mean IoU lies between that function of the mean "
           "Dice and the mean Dice itself. A mean over foreground and background is another number and needs another "
           "name: the background is large and easy. So is an average over other images, or over pooled pixels.")
    ask = ("Is the IoU averaged over the background too? Are both of the same class, over the same images, averaged "
           "in the same way? Please give the IoU of the foreground.")

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield rows where the mean IoU lies outside the bounds, and where pooled values break the identity."""
        for row in given.results.rows:
            if {"iou", "dice"} <= row.values.keys():
                yield from self._means(row, row.values["iou"], row.values["dice"])
            if {"iou_pooled", "dice_pooled"} <= row.values.keys():
                yield from self._pooled(row, row.values["iou_pooled"], row.values["dice_pooled"])
            if {"mean_iou", "dice_all"} <= row.values.keys():
                yield from self._with_background(row, row.values["mean_iou"], row.values["dice_all"])

    def _means(self, row: Row, iou: Printed, dice: Printed) -> Iterable[Objection]:
        low, high = mean_iou_span(dice)
        if iou.low > high:
            words = background_words(iou, dice)
            read = f" Read as a mean with the background, {words}." if words else \
                " It is too high even for a mean with the background."
            yield self.object_to("impossible", [row], f"IoU {iou} > Dice {dice}. By its Dice the IoU is "
                                 f"{decimal(low, 3)} to {decimal(high, 3)}.{read}", title="IoU above Dice")
        elif iou.high < low:
            yield self.object_to("impossible", [row], f"IoU {iou} where the Dice is {dice}: by its Dice the IoU is at "
                                 f"least {decimal(low, 3)}.", title="IoU below what its Dice allows")

    def _pooled(self, row: Row, iou: Printed, dice: Printed) -> Iterable[Objection]:
        low, high = (iou_of_dice(min(Fraction(1), max(Fraction(0), end))) for end in (dice.low, dice.high))
        if iou.low > high + EXACT or iou.high < low - EXACT:
            yield self.object_to("impossible", [row], f"Pooled IoU {iou}, pooled Dice {dice}: of the same pixels IoU = "
                                 f"Dice / (2 - Dice), {decimal(low, 3)} to {decimal(high, 3)}.", "pooled",
                                 title="Pooled IoU and Dice that do not agree")

    def _with_background(self, row: Row, mean: Printed, dice: Printed) -> Iterable[Objection]:
        low, high = mean_iou_span(dice)
        if mean.low > (1 + high) / 2 or mean.high < low / 2:
            yield self.object_to("impossible", [row], f"Mean IoU {mean} where the Dice over all images is {dice}: with "
                                 f"any background the mean is {decimal(low / 2, 3)} to "
                                 f"{decimal((1 + high) / 2, 3)}.", "mean", title="A mean IoU that no background gives")
