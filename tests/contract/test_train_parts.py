"""What every optimizer and every schedule must do."""

from __future__ import annotations

import itertools
import pickle

import pytest
import torch

from bogam.train.optimizers.family import optimizers, parameter_groups
from bogam.train.schedules.family import schedules
from bogam.train.section import TrainSection


@pytest.mark.parametrize("kind", optimizers.names())
def test_an_optimizer_goes_downhill_and_spares_biases_from_decay(kind: str) -> None:
    torch.manual_seed(0)
    part = optimizers.parse(kind)
    assert optimizers.parse(part.to_yaml()) == part == pickle.loads(pickle.dumps(part))
    module = torch.nn.Linear(3, 1)
    groups = parameter_groups(module, 0.1)
    assert [len(g["params"]) for g in groups] == [1, 1]
    assert groups[1]["weight_decay"] == 0
    optimizer = part.build(groups)
    inputs, wanted = torch.randn(32, 3), torch.randn(32, 1)

    def loss() -> torch.Tensor:
        return (module(inputs) - wanted).square().mean()

    first = loss().item()
    for _ in range(20):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    assert loss().item() < first


@pytest.mark.parametrize("kind", schedules.names())
def test_a_schedule_stays_between_nothing_and_the_highest_rate(kind: str) -> None:
    part = schedules.parse(kind)
    assert schedules.parse(part.to_yaml()) == part
    factors = [part.factor(k / 200) for k in range(201)]
    assert all(0 <= f <= 1 for f in factors)
    assert max(factors) > 0.999
    assert max(abs(a - b) for a, b in itertools.pairwise(factors)) < 0.2


def test_one_cycle_by_hand() -> None:
    part = schedules.parse({"one-cycle": {"rise": 0.25, "tail": 0.25, "first": 0.1, "last": 0.01}})
    assert part.factor(0) == pytest.approx(0.1)
    assert part.factor(0.125) == pytest.approx(0.55)
    assert part.factor(0.25) == pytest.approx(1.0)
    assert part.factor(0.5) == pytest.approx(0.505)
    assert part.factor(0.75) == part.factor(1.0) == pytest.approx(0.01)


def test_the_section_reads_bare_names_and_mappings() -> None:
    section = TrainSection.model_validate({"optimizer": {"sgd": {"momentum": 0.5}}, "schedule": "cosine"})
    assert section.optimizer.kind == "sgd"
    assert section.schedule.kind == "cosine"
    assert TrainSection.model_validate(section.model_dump(mode="json")) == section
