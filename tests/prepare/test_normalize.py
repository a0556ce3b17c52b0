from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.prepare.normalize import Normalize


def batch(*images):
    return torch.from_numpy(np.stack(images).astype(np.float32))


def test_each_case_by_its_own_levels():
    image = batch([[[0, 128, 255]]], [[[0, 2048, 4095]]])
    low, high = torch.tensor([0.0, 0.0]), torch.tensor([255.0, 4095.0])
    kept = image.clone()
    done = Normalize(to="zero-one").door(image, low, high, {})
    assert done.flatten().tolist() == pytest.approx([0, 128 / 255, 1, 0, 2048 / 4095, 1])
    done = Normalize(to="minus-one-one").door(image, low, high, {})
    assert done[0].flatten().tolist() == pytest.approx([-1, 256 / 255 - 1, 1], abs=1e-6)
    assert torch.equal(image, kept)


def test_z_score_is_what_all_pixels_at_once_would_give():
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 4096, (2, 5 + k, 7)).astype(np.uint16) for k in range(6)]
    normalize = Normalize(to="z-score")
    found = normalize.fit((image, (0.0, 4095.0)) for image in images)
    everything = np.concatenate([i.reshape(2, -1) for i in images], axis=1) / 4095
    assert found["mean"] == pytest.approx(everything.mean(axis=1))
    assert found["std"] == pytest.approx(everything.std(axis=1))
    stats = json.loads(json.dumps(found))
    done = torch.cat([normalize.door(batch(i), torch.tensor([0.0]), torch.tensor([4095.0]), stats)[0].flatten(1)
                      for i in images], dim=1)
    assert done.mean(dim=1).tolist() == pytest.approx([0, 0], abs=1e-5)
    assert done.std(dim=1, correction=0).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_depths_can_be_mixed():
    eight = np.array([[[0, 51, 255]]], np.uint8)
    sixteen = (eight.astype(np.uint16) * 257).astype(np.uint16)
    one = Normalize(to="z-score").fit([(eight, (0, 255))])
    both = Normalize(to="z-score").fit([(eight, (0, 255)), (sixteen, (0, 65535))])
    assert both["mean"] == pytest.approx(one["mean"])
    assert both["std"] == pytest.approx(one["std"])


def test_fit_reads_nothing_where_nothing_is_needed():
    def never():
        raise AssertionError("read an image")
        yield
    assert Normalize(to="zero-one").fit(never()) == {}


def test_refusals():
    score = Normalize(to="z-score")
    with pytest.raises(UserError, match="door"):
        score.apply(Case("a", np.zeros((1, 2, 2), np.uint8), (0, 255)))
    with pytest.raises(UserError, match="no training images"):
        score.fit([])
    with pytest.raises(UserError, match="window step"):
        score.fit([(np.zeros((1, 2, 2), np.uint8), None)])
    with pytest.raises(UserError, match="never varies"):
        score.fit([(np.full((1, 2, 2), 3, np.uint8), (0, 255))])
    with pytest.raises(UserError, match="1 and of 3 channels"):
        score.fit([(np.zeros((1, 2, 2), np.uint8), (0, 255)), (np.zeros((3, 2, 2), np.uint8), (0, 255))])
    with pytest.raises(UserError, match="statistics of 0 channels"):
        score.door(torch.zeros(1, 1, 2, 2), torch.zeros(1), torch.ones(1), {})
    with pytest.raises(UserError, match="empty grey range"):
        Normalize().door(torch.zeros(2, 1, 2, 2), torch.zeros(2), torch.tensor([1.0, 0.0]), {})
