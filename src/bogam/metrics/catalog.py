"""Every metric by name: its title, its task, which way is better, its scale. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass

from bogam.core.errors import UserError, near_miss, say


@dataclass(frozen=True)
class Metric:
    """What there is to know of a metric without computing it.

    Args:
        name: as in `Estimate.metric` and the recipe's `report.primary`.
        title: as shown.
        task: "segmentation" or "classification".
        higher: whether a higher value is better.
        unit: what differences are told in; "points" are hundredths of the scale.
        points: a difference in the scale times this is one in `unit`.
        range: (low, high) of possible values.
        share: whether it is a plain share of cases, for which exact binomial intervals exist.
        meaning: one sentence.
    """

    name: str
    title: str
    task: str
    higher: bool = True
    unit: str = "points"
    points: float = 100.0
    range: tuple[float, float] = (0.0, 1.0)
    share: bool = False
    meaning: str = ""


_ALL = (
    Metric("dice", "Dice", "segmentation", meaning="Dice per image, in its original geometry, averaged over the "
           "images that have the label; averaged over labels where there are several."),
    Metric("iou", "IoU", "segmentation", meaning="Foreground IoU per image, averaged over the images that have the "
           "label; averaged over labels."),
    Metric("dice_all", "Dice, all images", "segmentation", meaning="Dice per image over all images: an image without "
           "the label counts 1 where nothing is predicted, else 0."),
    Metric("mean_iou", "Mean IoU", "segmentation", meaning="IoU of the label and of its background averaged, per "
           "image, over all images."),
    Metric("false_positive_rate", "False positive rate", "segmentation", higher=False, share=True,
           meaning="Share of the images without the label in which something is predicted."),
    Metric("false_positive_area", "False positive area", "segmentation", higher=False,
           meaning="Share of the area predicted as the label, on images without it."),
    Metric("auc", "AUC", "classification", meaning="Area under the ROC curve, per fold, averaged over folds; with "
           "more than two classes the mean of one-vs-rest."),
    Metric("accuracy", "Accuracy", "classification", share=True, meaning="Share of images put in the right class."),
    Metric("balanced_accuracy", "Balanced accuracy", "classification", meaning="Mean of the classes' recalls."),
    Metric("sensitivity", "Sensitivity", "classification", share=True, meaning="Share of positive images found."),
    Metric("specificity", "Specificity", "classification", share=True,
           meaning="Share of negative images left alone."),
    Metric("f1", "F1", "classification", meaning="Harmonic mean of precision and sensitivity; averaged over classes "
           "where there are more than two."),
    Metric("average_precision", "Average precision", "classification",
           meaning="Area under the precision-recall curve in steps; with more than two classes the mean of "
           "one-vs-rest."),
    Metric("brier", "Brier score", "classification", higher=False, range=(0.0, 2.0), meaning="Squared distance of "
           "the probabilities from the truth; 0 to 1 for two classes, summed over classes where there are more."),
    Metric("calibration_error", "Calibration error", "classification", higher=False,
           meaning="Expected calibration error over ten bins of equal width."),
)
catalog: dict[str, Metric] = {metric.name: metric for metric in _ALL}


def metric_named(name: str) -> Metric:
    """Return what is known of a metric. Raises UserError with the nearest name where there is none.

    Example:
        >>> metric_named("brier").higher
        False
    """
    if name not in catalog:
        raise UserError(say("metric", f"'{name}'", "the name of a metric", near_miss(name, catalog)))
    return catalog[name]


def metrics_of(task: str, classes: int = 2) -> list[str]:
    """Return the names of a task's metrics, the primary one first.

    Args:
        task: "segmentation" or "classification".
        classes: number of classes; sensitivity and specificity are named for two only.

    Example:
        >>> metrics_of("classification", 3)[:4]
        ['auc', 'accuracy', 'balanced_accuracy', 'f1']
    """
    two = {"sensitivity", "specificity"}
    return [m.name for m in _ALL if m.task == task and (classes == 2 or m.name not in two)]
