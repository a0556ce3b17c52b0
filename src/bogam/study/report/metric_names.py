"""What a metric is called in the report, what it means, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass

from bogam.metrics.catalog import catalog


@dataclass(frozen=True)
class MetricName:
    """Words for one metric.

    Args:
        title: as shown in headers and sentences.
        meaning: for the glossary.
        higher: whether a higher value is better.
        unit: of differences: "points" are hundredths of the metric's scale.
        digits: behind the decimal point of a value.
    """

    title: str
    meaning: str
    higher: bool = True
    unit: str = "points"
    digits: int = 3


_MEANINGS = {
    "dice": "Overlap of the predicted and the true area, 2 |A∩B| / (|A| + |B|), computed per image in its original "
            "size and averaged over images that have a lesion. 0 to 1.",
    "iou": "Overlap |A∩B| / |A∪B| per image, averaged over images that have a lesion. 0 to 1.",
    "dice_all": "Dice averaged over all images; an image without lesion counts 1 where nothing was predicted and 0 "
                "otherwise.",
    "mean_iou": "IoU of the lesion and of the background, averaged.",
    "false_positive_rate": "Share of images without lesion in which something was predicted.",
    "false_positive_area": "Share of the image area predicted as lesion, on images without one.",
    "accuracy": "Share of images put in the right class.",
    "balanced_accuracy": "Sensitivity averaged over the classes, so that a rare class counts as much as a frequent "
                         "one.",
    "sensitivity": "Share of positive images found (recall).",
    "specificity": "Share of negative images left alone.",
    "auc": "Area under the ROC curve: the chance that a positive image scores higher than a negative one. Computed "
           "per fold and averaged; undefined in a fold with one class.",
    "average_precision": "Area under the precision-recall curve; its chance level is the share of positive images.",
    "f1": "Harmonic mean of precision and sensitivity.",
    "brier": "Mean squared distance of the predicted probabilities from what is true. Lower is better.",
    "calibration_error": "Mean distance of predicted probability and observed frequency over bins. Lower is better.",
}
_DIGITS = {"false_positive_area": 4}


def metric_name(metric: str) -> MetricName:
    """Return the words for a metric; for one that the report does not know, its own name.

    Example:
        >>> metric_name("dice").title, metric_name("surface_share").title
        ('Dice', 'Surface share')
    """
    known = catalog.get(metric)
    if known is None:
        return MetricName(metric.replace("_", " ").capitalize(), "")
    return MetricName(known.title, _MEANINGS.get(metric, known.meaning), known.higher, known.unit,
                      _DIGITS.get(metric, 3))
