"""The residual classifier: sizes, shortcuts, learning."""

from __future__ import annotations

import pytest
import torch

from bogam.models._residual import ResidualBlock
from bogam.models.family import count_parameters, networks
from bogam.models.residual import Residual


def convolution(before: int, after: int, kernel: int = 3) -> int:
    return before * after * kernel**2 + 2 * after


def test_parameters_by_hand() -> None:
    stem, first = convolution(1, 4), 2 * convolution(4, 4)
    second = convolution(4, 8) + convolution(8, 8) + convolution(4, 8, kernel=1)
    module = Residual(width=4, depth=1, stages=2).build(1, 3, seed=0)
    assert count_parameters(module) == stem + first + second + (8 * 3 + 3)


def test_defaults_have_less_than_half_a_million_parameters() -> None:
    assert count_parameters(Residual().build(1, 2, seed=0)) == 480_610


def test_weight_names_are_stable() -> None:
    names = list(Residual(width=4, depth=1, stages=2).build(1, 1, seed=0).state_dict())
    assert [name for name in names if name.endswith("weight")] == [
        "network.stem.0.weight", "network.stem.1.weight",
        "network.blocks.0.first.0.weight", "network.blocks.0.first.1.weight", "network.blocks.0.second.weight",
        "network.blocks.0.norm.weight",
        "network.blocks.1.first.0.weight", "network.blocks.1.first.1.weight", "network.blocks.1.second.weight",
        "network.blocks.1.norm.weight", "network.blocks.1.shortcut.1.weight", "network.blocks.1.shortcut.2.weight",
        "network.head.weight"]


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("size", [(7, 8), (9, 5)])
def test_a_halving_block_rounds_up(kernel: int, size: tuple[int, int]) -> None:
    block = ResidualBlock(2, 4, 2, kernel, "relu", "batch")
    assert block(torch.zeros(2, 2, *size)).shape == (2, 4, (size[0] + 1) // 2, (size[1] + 1) // 2)


def test_a_block_whose_last_normalization_is_zero_passes_its_input() -> None:
    block = ResidualBlock(4, 4, 1, 3, "relu", "batch").eval()
    torch.nn.init.zeros_(block.norm.weight)  # type: ignore[arg-type]
    features = torch.rand(1, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(block(features), features)


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "gelu", "silu"])
@pytest.mark.parametrize("normalization", ["batch", "instance", "group"])
def test_every_choice_learns_bright_from_dark_squares(activation: str, normalization: str) -> None:
    module = networks.parse({"residual": {"width": 8, "depth": 1, "activation": activation,
                                          "normalization": normalization}}).build(1, 2, seed=0)
    image = torch.rand(8, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    classes = torch.arange(8) % 2
    image[:, :, 4:12, 4:12] += (classes * 2 - 1).reshape(8, 1, 1, 1)
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-2)
    for _ in range(25):
        loss = torch.nn.functional.cross_entropy(module(image), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.2


def test_four_stages_take_one_tiny_image() -> None:
    assert Residual(width=4, depth=1, stages=4).build(1, 2, seed=0)(torch.ones(1, 1, 5, 5)).shape == (1, 2)
