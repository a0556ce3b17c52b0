"""Baselines on real data land where such simple predictors are known to land."""

from __future__ import annotations

import numpy as np

from bogam.core.types import Case
from bogam.evaluate.baselines import predict_baseline


class Part:
    def __init__(self, images, name):
        self.ids = [f"{name}{k}" for k in range(len(images))]
        self._images = dict(zip(self.ids, images, strict=True))

    def case(self, name):
        return Case(name, self._images[name][None], (0, 255))


def test_pneumonia_validation(real_data):
    with np.load(real_data / "pneumoniamnist" / "pneumoniamnist.npz") as archive:
        train, validation = Part(archive["train_images"], "t"), Part(archive["val_images"], "v")
        classes = dict(zip(train.ids, archive["train_labels"].ravel().tolist(), strict=True))
        truth = archive["val_labels"].ravel()
    accuracy = {}
    for name in ("majority-class", "nearest-neighbor", "linear-probe"):
        probs = predict_baseline(name, train, validation, 2, 0, classes=classes)
        accuracy[name] = np.mean([int(probs[i].argmax()) == t for i, t in zip(validation.ids, truth, strict=True)])
    assert accuracy["majority-class"] == max(np.mean(truth), 1 - np.mean(truth))
    assert accuracy["nearest-neighbor"] > 0.9
    assert accuracy["linear-probe"] > 0.93
