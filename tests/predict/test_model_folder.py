"""A model folder holds all that a prediction needs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.models.family import networks
from bogam.predict.door import Door
from bogam.predict.model_folder import Model, find_model, load_model, save_model
from bogam.prepare.family import prepare_steps
from bogam.prepare.normalize import Normalize

TINY = {"segmentation": {"unet": {"width": 4, "depth": 2}}, "classification": {"residual": {"width": 4, "depth": 1}}}
STEPS = tuple(prepare_steps.parse(s) for s in ({"clahe": {}}, {"resize": {"size": [24, 32], "keep": "long-side"}}))
RNG = np.random.default_rng(1)


def make(folder: Path, task: str, steps: tuple = STEPS, seed: int = 4) -> Model:
    """Save a network of random weights and return it as it was before."""
    network = networks.parse(TINY[task])
    labels = ("mass", "duct") if task == "segmentation" else ("benign", "malignant", "normal")
    module = network.build(1, len(labels), seed).eval()
    normalize = Normalize(to="z-score")
    door = Door(normalize, normalize.fit([(np.arange(256, dtype=np.uint8).reshape(1, 16, 16), (0.0, 255.0))]))
    thresholds = (0.4, 0.6, 0.5)[:len(labels)]
    digest = save_model(folder, module, network=network, task=task, labels=labels, channels="gray", image_channels=1,
                        steps=steps, door=door, thresholds=thresholds, facts={"dataset": "made", "train_pixels": ["a"]})
    return Model(module, network, task, labels, "gray", steps, door, thresholds, digest, {})


def case(name: str = "i0", shape: tuple[int, int] = (37, 51)) -> Case:
    return Case(name, RNG.integers(0, 256, (1, *shape), np.uint8), (0.0, 255.0), spacing_mm=(0.5, 0.5))


@pytest.mark.parametrize("task", TINY)
def test_saved_and_loaded_it_predicts_the_same(tmp_path: Path, task: str) -> None:
    before = make(tmp_path / "model", task)
    after = load_model(tmp_path)  # the folder of the run
    given = [case("a"), case("b", (20, 64))]
    for (one, here), (other, there) in zip(before.predict(given), after.predict(given), strict=True):
        assert one is other
        assert np.array_equal(here.probs, there.probs)
        assert here.model_digest == there.model_digest == before.digest
    assert (after.task, after.labels, after.channels, after.thresholds) == (
        task, before.labels, "gray", before.thresholds)
    assert after.steps == before.steps
    assert after.facts == {"dataset": "made", "train_pixels": ["a"]}
    assert not after.module.training


def test_a_mask_comes_back_in_the_geometry_of_its_image(tmp_path: Path) -> None:
    model = make(tmp_path, "segmentation")
    shapes = [(37, 51), (64, 20), (24, 32)]
    given = [case(f"i{k}", shape) for k, shape in enumerate(shapes)]
    done = list(model.predict(given, batch=2))
    assert [p.id for _, p in done] == ["i0", "i1", "i2"]
    for (original, prediction), shape in zip(done, shapes, strict=True):
        assert original.shape == shape
        assert prediction.probs.shape == (2, *shape)
        assert prediction.probs.dtype == np.float32
        assert prediction.spacing_mm == (0.5, 0.5)
        assert 0 <= prediction.probs.min() <= prediction.probs.max() <= 1


def test_what_the_network_sees_at_a_place_is_predicted_at_that_place(tmp_path: Path) -> None:
    class Bright(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return 20 * (image - 0.5)

    steps = (prepare_steps.parse({"resize": {"size": [32, 32], "keep": "long-side"}}),)
    model = Model(Bright(), networks.parse("unet"), "segmentation", ("m",), "gray", steps, Door(Normalize()), (0.5,),
                  "", {})
    image = np.zeros((1, 40, 80), np.uint8)
    image[0, 10:20, 50:70] = 255
    [(_, prediction)] = model.predict([Case("a", image, (0.0, 255.0))])
    found = prediction.probs[0] >= 0.5
    truth = image[0] > 0
    assert (found & truth).sum() / (found | truth).sum() > 0.75  # an edge of a pixel or two after halving and back
    assert not found[:, :40].any()


def test_the_truth_never_reaches_the_network(tmp_path: Path) -> None:
    model = make(tmp_path, "segmentation")
    seen: list[Case] = []

    class Spy:
        @staticmethod
        def apply(given: Case) -> Case:
            seen.append(given)
            return STEPS[1].apply(given)

    spied = Model(model.module, model.network, model.task, model.labels, "gray", (Spy(),), model.door,
                  model.thresholds, "", {})
    told = case().but(masks=np.ones((2, 37, 51), np.uint8), boxes=np.zeros((1, 4)), box_labels=("mass",),
                      points=np.zeros((1, 2)), targets={"class": "malignant"})
    [(returned, with_truth)] = spied.predict([told])
    [(_, without)] = spied.predict([told.but(masks=None, boxes=None, box_labels=(), points=None, targets={})])
    assert returned is told  # the caller has the truth to score against
    assert all((c.masks, c.boxes, c.points, dict(c.targets)) == (None, None, None, {}) for c in seen)
    assert np.array_equal(with_truth.probs, without.probs)


def test_cases_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    model = make(tmp_path, "segmentation")
    done = list(model.predict([case("same", (30, 30)), case("same", (40, 20))]))
    assert [p.probs.shape[1:] for _, p in done] == [(30, 30), (40, 20)]


def test_the_digest_is_of_weights_and_settings(tmp_path: Path) -> None:
    first, again = make(tmp_path / "a", "classification"), make(tmp_path / "b", "classification")
    assert first.digest == again.digest
    assert make(tmp_path / "c", "classification", seed=5).digest != first.digest
    assert make(tmp_path / "d", "classification", steps=STEPS[1:]).digest != first.digest


def test_a_wrong_folder_lists_the_runs_in_it(tmp_path: Path) -> None:
    for k in range(10):
        (tmp_path / "study/runs/cell" / f"r{k}" / "model").mkdir(parents=True)
        (tmp_path / "study/runs/cell" / f"r{k}" / "model/model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        find_model(tmp_path / "study")
    text = str(caught.value)
    assert "one of its 10 runs" in text
    assert "study/runs/cell/r0\n" in text
    assert "... and 2 more" in text
    assert find_model(tmp_path / "study/runs/cell/r3").name == "model"
    (tmp_path / "bare").mkdir()
    with pytest.raises(UserError, match="Name the folder of a finished run"):
        find_model(tmp_path / "bare")
    with pytest.raises(UserError, match="nothing of that name"):
        find_model(tmp_path / "none")


def test_a_broken_model_folder_says_so(tmp_path: Path) -> None:
    make(tmp_path, "classification")
    head = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    assert "not a medical device" in head["not_a_medical_device"]
    (tmp_path / "model.json").write_text(json.dumps(head | {"format": 99}), encoding="utf-8")
    with pytest.raises(UserError, match=r"format 99, expected 1\. Use the version"):
        load_model(tmp_path)
    for text in ("{", "[]", "{}"):
        (tmp_path / "model.json").write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match="no model of bogam's"):
            load_model(tmp_path)
