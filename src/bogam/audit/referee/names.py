"""What a column of a results table means: the usual names of metrics, counts and factors. Names equal the catalog's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bogam.core.errors import UserError, near_miss, say
from bogam.metrics.catalog import catalog

Kind = Literal["metric", "sd", "low", "high", "count", "runs", "classes", "factor", "table", "ignored", "long"]

_SCORES: dict[str, tuple[str, ...]] = {
    "dice": ("dsc", "dice_score", "dice_coefficient", "dice_similarity", "dice_similarity_coefficient", "dice_index",
             "mean_dice", "mdice", "lesion_dice"),
    "iou": ("jaccard", "jaccard_index", "intersection_over_union", "ji", "lesion_iou", "foreground_iou", "fg_iou"),
    "dice_all": ("dice_all_images",),
    "mean_iou": ("miou", "meaniou", "mean_jaccard"),
    "dice_pooled": ("global_dice", "pooled_dice"),
    "iou_pooled": ("global_iou", "pooled_iou"),
    "false_positive_rate": ("fpr",),
    "false_positive_area": (),
    "auc": ("auroc", "roc_auc", "auc_roc", "area_under_curve", "area_under_the_curve", "az"),
    "accuracy": ("acc", "overall_accuracy", "correct"),
    "balanced_accuracy": ("bacc", "bac", "bal_acc", "balanced_acc"),
    "sensitivity": ("recall", "sens", "se", "tpr", "true_positive_rate", "hit_rate"),
    "specificity": ("spec", "sp", "tnr", "true_negative_rate", "selectivity"),
    "precision": ("ppv", "positive_predictive_value"),
    "npv": ("negative_predictive_value",),
    "f1": ("f1_score", "f_score", "f_measure", "f1score", "f1_measure"),
    "average_precision": ("ap", "auprc", "pr_auc", "auc_pr", "aupr"),
    "brier": ("brier_score",),
    "calibration_error": ("ece", "expected_calibration_error"),
    "prevalence": ("prev", "positive_share", "base_rate"),
    "error_rate": ("error", "misclassification_rate"),
    "kappa": ("cohen_kappa", "cohens_kappa", "cohen_s_kappa"),
    "mcc": ("matthews", "matthews_correlation", "matthews_correlation_coefficient", "phi"),
    "false_positives_per_image": ("fp_per_image", "fppi", "fp_image", "false_positives_image", "fps_per_image"),
}
_COUNTS: dict[str, tuple[str, ...]] = {
    "n": ("cases", "images", "test_images", "n_test", "test_n", "n_images", "n_cases", "samples", "n_samples",
          "test_size"),
    "positives": ("n_pos", "pos", "n_positive", "n_positives", "positive", "diseased"),
    "negatives": ("n_neg", "neg", "n_negative", "n_negatives", "negative"),
    "tp": ("true_positives", "true_positive"), "fp": ("false_positives", "false_positive"),
    "tn": ("true_negatives", "true_negative"), "fn": ("false_negatives", "false_negative"),
}
_RUNS: dict[str, tuple[str, ...]] = {"runs": ("repeats", "n_runs", "repetitions"), "folds": ("n_folds", "k_folds"),
                                     "seeds": ("n_seeds",)}
_FACTORS = ("network", "model", "architecture", "backbone", "encoder", "net", "loss", "augmentation", "augment",
            "dataset", "data", "cohort", "modality", "task", "label", "lesion", "class", "target", "fold", "seed",
            "repeat", "run", "split", "part", "subset", "site", "scanner", "view", "prepare", "preprocessing",
            "optimizer", "size", "resolution", "method", "cell", "baseline", "training", "pretraining", "threshold",
            "configuration", "setting", "experiment", "arm", "epochs", "batch", "batch_size", "learning_rate")
_IGNORED = ("note", "notes", "comment", "page", "groups", "patients", "parameters", "params", "flops", "gflops", "macs",
            "time", "time_s", "latency", "fps", "memory", "memory_mb", "best_epoch", "hd", "hd95", "hausdorff",
            "hausdorff_distance", "asd", "assd", "p", "p_value")
_OTHERS: dict[str, Kind] = {"table": "table", "source": "table", "classes": "classes", "n_classes": "classes",
                            "metric": "long", "value": "long"}
TEST_SET = {"dataset", "data", "cohort", "modality", "task", "label", "lesion", "class", "target", "split", "part",
            "subset", "site", "scanner", "view", "fold", "repeat"}
"""Factors that say on what was tested; rows that agree in them were tested on the same cases."""
REPEATS = {"fold", "seed", "repeat", "run"}
"""Factors that number the runs of one configuration."""
SHARES = {"accuracy", "sensitivity", "specificity", "precision", "npv", "error_rate", "false_positive_rate",
          "prevalence"}
"""Metrics that are counts divided by counts of whole cases."""
RAW = {"brier", "false_positives_per_image", "kappa", "mcc"}
"""Metrics whose range is not 0 to 1; printed in percent only where that is stated."""
_SPREADS: dict[Kind, tuple[str, ...]] = {"sd": ("sd", "std", "stdev", "stddev"),
                                         "low": ("low", "lower", "ci_low", "ci_lower", "lo"),
                                         "high": ("high", "upper", "ci_high", "ci_upper", "hi")}


@dataclass(frozen=True)
class Meaning:
    """What a column means.

    Args:
        kind: "metric"; "sd", "low" and "high" of a metric; "count"; "runs"; "classes"; "factor"; "table"; "ignored";
            "long" for the columns `metric` and `value` of a long table.
        name: of the metric, the count or the factor.
        percent: whether the header says percent.
    """

    kind: Kind
    name: str
    percent: bool = False


def plain(header: str) -> str:
    """Return a header in small letters with underscores, without units in brackets.

    Example:
        >>> plain("Dice-score (%)"), plain(" F1 score ")
        ('dice_score', 'f1_score')
    """
    bare = re.sub(r"[\(\[].*?[\)\]]", "", header)
    return re.sub(r"[^0-9a-z]+", "_", bare.lower().replace("%", "")).strip("_")


def _known() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for kind, table in (("metric", _SCORES), ("count", _COUNTS), ("runs", _RUNS)):
        for name, others in table.items():
            for word in (name, *others):
                found[word] = Meaning(kind, name)  # type: ignore[arg-type]
    found |= {name: Meaning("factor", name) for name in _FACTORS}
    found |= {name: Meaning("ignored", name) for name in _IGNORED}
    return found | {name: Meaning(kind, name) for name, kind in _OTHERS.items()}


KNOWN = _known()
METRICS = tuple(_SCORES)
"""Every metric that the referee knows, by the catalog's name where it has one."""


def limits(metric: str) -> tuple[float, float]:
    """Return (low, high) of a metric's possible values.

    Example:
        >>> limits("dice"), limits("mcc"), limits("brier")
        ((0.0, 1.0), (-1.0, 1.0), (0.0, 2.0))
    """
    if metric in catalog:
        return catalog[metric].range
    return {"kappa": (-1.0, 1.0), "mcc": (-1.0, 1.0), "false_positives_per_image": (0.0, float("inf"))}.get(
        metric, (0.0, 1.0))


def higher_is_better(metric: str) -> bool:
    """Return whether a higher value of a metric is better."""
    return catalog[metric].higher if metric in catalog else metric not in ("error_rate", "false_positives_per_image")


def title(metric: str) -> str:
    """Return a metric's name for a sentence.

    Example:
        >>> title("auc"), title("sensitivity"), title("npv"), title("mean_iou")
        ('AUC', 'sensitivity', 'NPV', 'mean IoU')
    """
    if metric in ("npv", "mcc"):
        return metric.upper()
    words = catalog[metric].title if metric in catalog else metric.replace("_", " ").replace("iou", "IoU")
    kept = words[:2].isupper() or words.startswith(("IoU", "Dice", "F1"))
    return words if kept else words[0].lower() + words[1:]


def meaning_of(header: str, stated: Mapping[str, str]) -> Meaning | None:
    """Return what a column means, or None where its name is none that we know.

    Args:
        header: as in the file.
        stated: header to a name of ours, "factor", "table" or "ignore", as the user says.

    Raises:
        UserError: the user's word is none that we know; or the header looks like a metric's name misspelled.
    """
    percent = "%" in header or bool(re.search(r"(^|_)(percent|pct)$", plain(header)))
    bare = re.sub(r"_(percent|pct)$", "", plain(header))
    if header in stated or bare in stated:
        return _stated(header, stated.get(header, stated.get(bare, "")), percent)
    known = _with_spread(bare)
    if known is not None:
        return Meaning(known.kind, known.name, percent)
    words = [word for word, meaning in KNOWN.items() if meaning.kind in ("metric", "count") and len(word) > 2]
    close = difflib.get_close_matches(bare, words, n=1, cutoff=0.8)
    if close:
        raise UserError(say(f"column '{header}'", "a name that is not known", "a name of a metric, a count or a factor",
                            f"Did you mean '{close[0]}'? Rename it, or say --column '{header}={KNOWN[close[0]].name}', "
                            f"'{header}=factor' or '{header}=ignore'."))
    return None


def _with_spread(bare: str) -> Meaning | None:
    if bare in KNOWN:
        return KNOWN[bare]
    for kind, words in _SPREADS.items():
        for word in sorted(words, key=len, reverse=True):
            for rest in (bare.removesuffix(f"_{word}"), bare.removeprefix(f"{word}_")):
                if rest != bare and rest in KNOWN and KNOWN[rest].kind in ("metric", "long"):
                    return Meaning(kind, KNOWN[rest].name)
    if bare in _SPREADS["sd"] + _SPREADS["low"] + _SPREADS["high"]:
        kind = next(k for k, words in _SPREADS.items() if bare in words)
        return Meaning(kind, "value")
    return None


def _stated(header: str, word: str, percent: bool) -> Meaning:
    if word in ("factor", "ignore", "table"):
        return Meaning("ignored" if word == "ignore" else word, plain(header), percent)  # type: ignore[arg-type]
    known = _with_spread(plain(word))
    if known is None or known.kind == "long":
        names = [*METRICS, *_COUNTS, *_RUNS, "classes", "factor", "table", "ignore"]
        raise UserError(say(f"--column {header}", f"'{word}'",
                            "the name of a metric or a count, factor, table or ignore", near_miss(word, names)))
    return Meaning(known.kind, known.name, percent)
