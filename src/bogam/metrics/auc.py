"""Placeholder of the lead until the metrics helper writes its own again."""
from __future__ import annotations

import numpy as np


def auc(scores, positive):  # type: ignore
    from scipy.stats import rankdata
    truth = np.asarray(positive, bool)
    ranks, high, low = rankdata(scores), truth.sum(), (~truth).sum()
    return float((ranks[truth].sum() - high * (high + 1) / 2) / (high * low)) if high and low else None


def macro_auc(probs, target):  # type: ignore
    found = [auc(probs[:, k], target == k) for k in range(probs.shape[1])]
    return None if any(f is None for f in found) else float(np.mean(found))
