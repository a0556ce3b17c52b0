"""What validation says during training."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from bogam.core.types import Case
from bogam.losses.family import losses
from bogam.models.family import networks
from bogam.prepare.normalize import Normalize
from bogam.train.loop import Job
from bogam.train.score import validation_score, weights_of_classes
from bogam.train.section import TrainSection


def job(task: str, **changes: object) -> Job:
    made = Job(Path("."), task, ("no", "yes") if task == "classification" else ("lesion",), lambda name: None,  # type: ignore
               [], [], {}, Normalize(), (), networks.parse("unet"),
               losses.parse("cross-entropy" if task == "classification" else "bce"), TrainSection(batch=2), 0)
    return dataclasses.replace(made, **changes)


def masked(name: str, mask: list[list[int]]) -> Case:
    return Case(name, np.zeros((1, 2, 2), np.uint8), (0.0, 255.0), masks=np.array([mask], np.uint8))


def test_dice_on_images_with_a_lesion_only() -> None:
    said = np.array([[[0.9, 0.8], [0.1, 0.2]]], np.float32)
    pairs = [(masked("a", [[1, 0], [0, 0]]), said), (masked("b", [[0, 0], [0, 0]]), said)]
    score, loss = validation_score(job("segmentation"), pairs, None)
    assert score == pytest.approx(2 / 3)
    by_hand = -np.mean([np.log([0.9, 1 - 0.8, 1 - 0.1, 1 - 0.2]).mean(),
                        np.log([1 - 0.9, 1 - 0.8, 1 - 0.1, 1 - 0.2]).mean()])
    assert loss == pytest.approx(by_hand, rel=1e-4)


def test_no_lesion_no_score() -> None:
    score, _ = validation_score(job("segmentation"), [(masked("a", [[0, 0], [0, 0]]), np.zeros((1, 2, 2)))], None)
    assert score is None


def test_auc_and_cross_entropy() -> None:
    classes = {"a": 0, "b": 1, "c": 1}
    probs = {"a": 0.4, "b": 0.3, "c": 0.9}
    pairs = [(Case(n, np.zeros((1, 2, 2), np.uint8), (0, 1)), np.array([1 - p, p])) for n, p in probs.items()]
    score, loss = validation_score(job("classification", classes=classes), pairs, None)
    assert score == pytest.approx(0.5)
    assert loss == pytest.approx(-np.mean(np.log([0.6, 0.3, 0.9])), rel=1e-5)
    score, _ = validation_score(job("classification", classes=dict.fromkeys(probs, 1)), pairs, None)
    assert score is None


def test_class_weights_are_those_of_the_training_part() -> None:
    section = TrainSection(class_weights="balanced")
    made = job("classification", classes={"a": 0, "b": 0, "c": 0, "d": 1, "e": 1}, train=["a", "b", "c", "d"],
               section=section)
    weights = weights_of_classes(made, "cpu")
    assert weights is not None
    assert torch.allclose(weights, torch.tensor([4 / 6, 2.0]))
    assert weights_of_classes(job("classification", classes={"a": 0}, train=["a"]), "cpu") is None
