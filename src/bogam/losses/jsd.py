"""Jensen-Shannon divergence: how far the answers to several views of one image lie apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def jsd(logits: torch.Tensor, views: int) -> torch.Tensor:
    """Return the mean over views of KL(p of the view || mean p), averaged over images, labels and pixels.

    Args:
        logits: (views x B, classes) for exclusive classes by softmax, or (views x B, K, Y, X) for a yes or no per
            label and pixel by sigmoid; all images of one view stand together.
        views: how many, 2 or more.

    Returns:
        A scalar in float32, in nats: 0 where all views are judged alike, at most ln(views).

    Example:
        >>> import torch
        >>> apart = torch.tensor([[20.0, -20.0], [-20.0, 20.0]])   # certain of one class, then of the other: ln 2
        >>> round(float(jsd(apart, 2)), 4)
        0.6931

    References:
        Hendrycks et al. 2020, arXiv 1912.02781; it is not a loss of its own but added to one by `augmix`.
    """
    import math

    import torch
    from torch.nn.functional import logsigmoid
    logits = logits.float()
    if logits.ndim == 2:
        log_probs = logits.log_softmax(dim=1)
    else:
        log_probs = torch.stack([logsigmoid(logits), logsigmoid(-logits)], dim=1)
    log_probs = log_probs.reshape(views, -1, *log_probs.shape[1:])
    log_mean = log_probs.logsumexp(dim=0) - math.log(views)
    return (log_probs.exp() * (log_probs - log_mean)).sum(dim=2).mean()
