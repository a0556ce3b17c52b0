"""What every network keeps to. The large ones are marked slow; resnet18 and mobilenet stand for them."""

from __future__ import annotations

import copy
import functools
import pickle
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from bogam.core.errors import UserError
from bogam.models.family import Network, networks

SMALL: dict[str, dict[str, Any]] = {"unet": {"width": 4, "depth": 2}, "residual": {"width": 4}}
LARGE = {"vgg16", "resnet50", "densenet121"}
KINDS = [pytest.param(kind, marks=pytest.mark.slow if kind in LARGE else ()) for kind in networks.names()]
OUTPUTS = 3


def part(kind: str) -> Network:
    return networks.parse({kind: SMALL.get(kind, {})})


@functools.cache
def built(kind: str, channels: int) -> torch.nn.Module:
    """One shared module per kind, never changed; eval mode."""
    return part(kind).build(channels, OUTPUTS, seed=5).eval()


@functools.cache
def calibrated(kind: str, channels: int) -> torch.nn.Module:
    """The same with batch statistics of random images; fresh ones let the signal of deep networks fade to nothing."""
    module = copy.deepcopy(built(kind, channels)).train()
    for layer in module.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = 1.0
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        module(images(8, channels, 64, 64))
    return module.eval()


def images(count: int, channels: int, rows: int, columns: int) -> torch.Tensor:
    return torch.rand(count, channels, rows, columns, generator=torch.Generator().manual_seed(1))


def expected_shape(kind: str, image: torch.Tensor) -> tuple[int, ...]:
    space = tuple(image.shape[2:]) if "segmentation" in part(kind).tasks else ()
    return (len(image), OUTPUTS, *space)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(64, 64), (37, 53), (9, 13)])
def test_answers_in_the_right_shape(kind: str, channels: int, shape: tuple[int, int]) -> None:
    image = images(2, channels, *shape)
    with torch.inference_mode():
        logits = built(kind, channels)(image)
    assert tuple(logits.shape) == expected_shape(kind, image)
    assert logits.dtype == torch.float32
    assert logits.isfinite().all()


@pytest.mark.parametrize("kind", KINDS)
def test_lets_every_weight_learn(kind: str) -> None:
    module = copy.deepcopy(built(kind, 1)).train()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        logits = module(images(4, 1, 64, 64))
    (logits * torch.randn(logits.shape, generator=torch.Generator().manual_seed(2))).sum().backward()
    idle = [name for name, weight in module.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert idle == []


@pytest.mark.parametrize("kind", KINDS)
def test_does_not_mix_the_cases_of_a_batch(kind: str) -> None:
    image = images(3, 1, 40, 40)
    module = calibrated(kind, 1)
    with torch.inference_mode():
        together = module(image)
        alone = torch.cat([module(one[None]) for one in image])
    assert float((together[0] - together[1]).abs().max()) > 1e-3
    torch.testing.assert_close(together, alone, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_saves_and_loads(kind: str, tmp_path: Any) -> None:
    module = calibrated(kind, 1)
    save_file(module.state_dict(), tmp_path / "weights.safetensors")
    other = part(kind).bare().build(1, OUTPUTS, seed=6).eval()
    image = images(1, 1, 40, 40)
    with torch.inference_mode():
        wanted = module(image)
        assert not torch.equal(other(image), wanted)
        other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
        assert torch.equal(other(image), wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_weights_and_the_callers_generator_is_left_alone(kind: str) -> None:
    before = torch.get_rng_state()
    again = part(kind).build(1, OUTPUTS, seed=5).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    first = built(kind, 1).state_dict()
    assert list(again) == list(first) == list(built(kind, 3).state_dict())
    assert all(torch.equal(again[name], first[name]) for name in first)


@pytest.mark.parametrize("kind", KINDS)
def test_channels_last_gives_the_same_answer(kind: str) -> None:
    image = images(2, 3, 40, 40)
    module = copy.deepcopy(calibrated(kind, 3)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    with torch.inference_mode():
        torch.testing.assert_close(module(image.contiguous(memory_format=torch.channels_last)),
                                   calibrated(kind, 3)(image), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", networks.names())
def test_survives_yaml_and_pickling(kind: str) -> None:
    network = part(kind)
    assert networks.parse(network.to_yaml()) == network
    assert pickle.loads(pickle.dumps(network)) == network
    assert network.tasks <= {"classification", "segmentation"}


@pytest.mark.parametrize("kind", networks.names())
def test_notes_tell_when_an_image_is_enlarged(kind: str) -> None:
    network = part(kind)
    smallest = network.min_size
    assert network.notes((max(smallest, 64), max(smallest, 64))) == []
    if smallest > 1:
        assert network.notes((smallest - 1, smallest - 1)) == [
            f"{smallest - 1}x{smallest - 1} enlarged to {smallest}x{smallest}: {kind} needs at least {smallest}"]


@pytest.mark.parametrize("kind", networks.names())
def test_refuses_no_outputs(kind: str) -> None:
    with pytest.raises(UserError, match="expected at least 1"):
        part(kind).build(1, 0, seed=0)
