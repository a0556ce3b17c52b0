"""The training loop: it learns, resumes bit for bit, and says what to do when it cannot go on."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bogam.augment.family import augmentations
from bogam.core.errors import UserError
from bogam.core.seeds import generator
from bogam.core.types import Case
from bogam.losses.family import losses
from bogam.losses.jsd import jsd
from bogam.models.family import networks
from bogam.prepare.normalize import Normalize
from bogam.train import loop
from bogam.train.loop import Job, fit, has_converged
from bogam.train.section import TrainSection

CASES = {}
for _k in range(36):
    _rng = generator(0, "case", _k)
    _image = _rng.integers(0, 90, (1, 16, 16)).astype(np.uint8)
    _mask = np.zeros((1, 16, 16), np.uint8)
    if _k % 2:
        _y, _x = _rng.integers(1, 8, 2)
        _image[0, _y:_y + 7, _x:_x + 7] += 120
        _mask[0, _y:_y + 7, _x:_x + 7] = 1
    CASES[f"c{_k}"] = Case(f"c{_k}", _image, (0.0, 255.0), masks=_mask)


def job(folder: Path, task: str = "segmentation", **changes: Any) -> Job:
    ids = list(CASES)
    section = TrainSection(epochs=6, batch=8, optimizer={"adamw": {"learning_rate": 0.02}})  # type: ignore[arg-type]
    network = networks.parse({"unet": {"width": 4, "depth": 2, "dropout": 0.1}} if task == "segmentation"
                             else {"residual": {"width": 4, "depth": 1, "dropout": 0.1}})
    made = Job(folder, task, ("lesion",) if task == "segmentation" else ("no", "yes"), CASES.__getitem__, ids[:24],
               ids[24:], {} if task == "segmentation" else {i: int(i[1:]) % 2 for i in ids}, Normalize(to="z-score"),
               (augmentations.parse("flip-horizontal"), augmentations.parse("gamma")), network,
               losses.parse("bce" if task == "segmentation" else "cross-entropy"), section, seed=3)
    return dataclasses.replace(made, **changes)


def without_times(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if not k.endswith("_s")} for row in rows]


@pytest.mark.parametrize("task", ["segmentation", "classification"])
def test_it_learns(tmp_path: Path, task: str) -> None:
    done = fit(job(tmp_path, task))
    assert done.rows[-1]["train_loss"] < 0.7 * done.rows[0]["train_loss"]
    assert max(row["validation_score"] for row in done.rows) > (0.6 if task == "segmentation" else 0.9)


MIXES = {"classification": ["mixup", "cutmix", "ricap", "perlin"], "segmentation": ["copy-paste", "ricap", "perlin"]}


@pytest.mark.parametrize(("task", "kind"), [(task, kind) for task, kinds in MIXES.items() for kind in kinds])
def test_it_learns_from_mixes_and_says_what_their_loss_is(tmp_path: Path, task: str, kind: str) -> None:
    steps = (augmentations.parse("flip-horizontal"), augmentations.parse({kind: {"probability": 0.5}}))
    done = fit(job(tmp_path, task, augment=steps))
    assert max(row["validation_score"] for row in done.rows) > (0.5 if task == "segmentation" else 0.75)
    assert f"mixed images ({kind})" in done.notes[-1]


@pytest.mark.parametrize("task", ["classification", "segmentation"])
def test_views_train_with_their_divergence_and_a_kill_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                    task: str) -> None:
    steps = (augmentations.parse("flip-horizontal"), augmentations.parse({"augmix": {"views": 2}}))
    called: list[int] = []

    def watched(logits: torch.Tensor, views: int) -> torch.Tensor:
        called.append(len(logits))
        return jsd(logits, views)

    monkeypatch.setattr(loop, "jsd", watched)
    done = fit(job(tmp_path, task, augment=steps))
    assert set(called) == {24}  # 8 images in 3 views
    assert max(row["validation_score"] for row in done.rows) > (0.5 if task == "segmentation" else 0.75)
    assert "12 times the divergence between the answers to 3 views" in done.notes[-1]
    lone = fit(job(tmp_path / "other", task, augment=(steps[0], augmentations.parse({"augmix": {"consistency": 0}}))))
    assert set(called) == {24}
    assert not lone.notes


def test_validation_is_never_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Partners are training cases, and what validation sees are the cases as prepared."""
    asked: list[str] = []
    seen: list[Case] = []
    real = loop.forward_cases

    def watched(module: Any, cases: Any, *arguments: Any, **named: Any) -> Any:
        held = list(cases)
        seen.extend(held)
        return real(module, held, *arguments, **named)

    def read(name: str) -> Case:
        asked.append(name)
        return CASES[name]

    monkeypatch.setattr(loop, "forward_cases", watched)
    steps = (augmentations.parse("mixup"), augmentations.parse("ricap"))
    made = job(tmp_path, "classification", augment=steps, case=read)
    made = dataclasses.replace(made, section=made.section.model_copy(update={"epochs": 2}))
    fit(made)
    assert [case.id for case in seen] == made.validation * 2
    assert all(case is CASES[case.id] for case in seen)
    per_epoch = [name for name in asked if name in made.validation]
    assert per_epoch == made.validation * 2  # read for validation alone, never as a partner


class Killed(BaseException):
    """Stands for a kill in the middle of an epoch."""


@pytest.mark.parametrize(("after", "task", "kinds"), [
    (1, "segmentation", ("flip-horizontal", "gamma")), (7, "segmentation", ("flip-horizontal", "gamma")),
    (13, "segmentation", ("flip-horizontal", "gamma")), (7, "segmentation", ("flip-horizontal", "copy-paste")),
    (8, "classification", ("flip-horizontal", "mixup", "perlin"))])
def test_killed_and_resumed_equals_uninterrupted_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                             after: int, task: str, kinds: tuple[str, ...]) -> None:
    steps = tuple(augmentations.parse(kind) for kind in kinds)
    whole = fit(job(tmp_path / "whole", task, augment=steps))
    calls = 0
    real = loop._check_finite

    def dying(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise Killed
        real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(loop, "_check_finite", dying)
        with pytest.raises(Killed):
            fit(job(tmp_path / "parts", task, augment=steps))
    resumed = fit(job(tmp_path / "parts", task, augment=steps))
    assert without_times(resumed.rows) == without_times(whole.rows)
    assert resumed.best_epoch == whole.best_epoch
    for name, weight in whole.module.state_dict().items():
        assert torch.equal(weight, resumed.module.state_dict()[name]), name


def test_the_loader_thread_changes_nothing(tmp_path: Path) -> None:
    one = fit(job(tmp_path / "a", ahead=0))
    other = fit(job(tmp_path / "b", ahead=3))
    assert without_times(one.rows) == without_times(other.rows)


def test_seeds_differ(tmp_path: Path) -> None:
    assert without_times(fit(job(tmp_path / "a")).rows) != without_times(fit(job(tmp_path / "b", seed=4)).rows)


def test_divergence_is_stopped_with_advice(tmp_path: Path) -> None:
    wild = TrainSection(epochs=30, batch=8, clip=None, schedule="constant",  # type: ignore[arg-type]
                        optimizer={"sgd": {"learning_rate": 1e6, "momentum": 0.99}})  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"expected a (finite number|falling loss).*Try a tenth of the learning rate"):
        fit(job(tmp_path, section=wild))


def test_early_stopping_counts_from_the_best_epoch(tmp_path: Path) -> None:
    still = TrainSection(epochs=40, batch=8, patience=3, min_gain=10.0)  # nothing ever gains 10
    done = fit(job(tmp_path, section=still))
    assert done.best_epoch == 1
    assert len(done.rows) == 4
    assert done.converged


def test_fp16_needs_a_gpu(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="fp16 on a CPU"):
        fit(job(tmp_path, section=TrainSection(precision="fp16")))


def test_bf16_trains_on_a_cpu(tmp_path: Path) -> None:
    done = fit(job(tmp_path, section=TrainSection(epochs=2, batch=8, precision="bf16")))
    assert np.isfinite(done.rows[-1]["train_loss"])


def test_out_of_memory_names_the_batch_that_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = networks.parse({"unet": {"width": 4, "depth": 2}})
    real = type(network).build

    def hungry(self: Any, *arguments: Any) -> torch.nn.Module:
        module = real(self, *arguments)

        def refuse(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            if len(inputs[0]) > 2:
                raise torch.OutOfMemoryError("made up")

        module.register_forward_pre_hook(refuse)
        return module

    monkeypatch.setattr(type(network), "build", hungry)
    with pytest.raises(UserError, match=r"no memory left on cpu with train.batch 8.*Set `train.batch: 2`, which fits"):
        fit(job(tmp_path, network=network))


def test_validation_never_sees_augmentation_and_test_is_unknown_to_the_job() -> None:
    assert "test" not in {f.name for f in dataclasses.fields(Job)}


def test_converged() -> None:
    assert has_converged(45, 50, 50)
    assert not has_converged(46, 50, 50)
    assert has_converged(46, 50, 48)


def test_unequal_cases_do_not_stack(tmp_path: Path) -> None:
    cases = dict(CASES)
    cases["c0"] = Case("c0", np.zeros((1, 20, 16), np.uint8), (0.0, 255.0), masks=np.zeros((1, 20, 16), np.uint8))
    with pytest.raises(UserError, match="Add a resize step"):
        fit(job(tmp_path, case=cases.__getitem__))
