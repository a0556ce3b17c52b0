"""The U-Net: sizes, padding, learning."""

from __future__ import annotations

import pytest
import torch

from bogam.models.family import count_parameters, networks
from bogam.models.unet import UNet


def convolution(before: int, after: int, kernel: int = 3) -> int:
    return before * after * kernel**2 + 2 * after  # kernel without bias, and the normalization's scale and shift


def test_parameters_by_hand() -> None:
    width = 4
    encoder = convolution(1, 4) + convolution(4, 4) + convolution(4, 8) + convolution(8, 8)
    decoder = (8 * 4 * 4 + 4) + convolution(8, 4) + convolution(4, 4)
    module = UNet(width=width, depth=1).build(1, 2, seed=0)
    assert count_parameters(module) == encoder + decoder + (4 * 2 + 2)


def test_defaults_have_1_9_million_parameters() -> None:
    assert count_parameters(UNet().build(1, 1, seed=0)) == 1_942_289


def test_weight_names_are_stable() -> None:
    names = list(UNet(width=4, depth=1).build(1, 1, seed=0).state_dict())
    assert [name for name in names if name.endswith("weight")] == [
        "encoder.0.0.0.weight", "encoder.0.0.1.weight", "encoder.0.1.0.weight", "encoder.0.1.1.weight",
        "encoder.1.0.0.weight", "encoder.1.0.1.weight", "encoder.1.1.0.weight", "encoder.1.1.1.weight",
        "up.0.weight", "decoder.0.0.0.weight", "decoder.0.0.1.weight", "decoder.0.1.0.weight",
        "decoder.0.1.1.weight", "head.weight"]


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "gelu", "silu"])
@pytest.mark.parametrize("normalization", ["batch", "instance", "group"])
def test_every_choice_learns_a_square(activation: str, normalization: str) -> None:
    network = networks.parse({"unet": {"width": 4, "depth": 2, "activation": activation,
                                       "normalization": normalization}})
    module = network.build(1, 1, seed=0)
    noise = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    mask = torch.zeros(4, 1, 16, 16)
    for case in range(4):
        mask[case, :, 2 + case:8 + case, 4:10] = 1
    optimizer = torch.optim.AdamW(module.parameters(), lr=2e-2)
    for _ in range(30):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(module(noise * 0.5 + mask * 0.5), mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.15


@pytest.mark.parametrize("kernel", [5, 7])
def test_larger_kernels(kernel: int) -> None:
    module = networks.parse({"unet": {"width": 4, "depth": 1, "kernel_size": kernel}}).build(1, 1, seed=0)
    assert module(torch.zeros(1, 1, 9, 10)).shape == (1, 1, 9, 10)
    assert module.get_parameter("encoder.0.0.0.weight").shape == (4, 1, kernel, kernel)


def test_padding_is_cropped_from_where_it_was_put() -> None:
    """A picture already padded by hand with its border gives the same logits as padding inside."""
    module = UNet(width=4, depth=2).build(1, 1, seed=0).eval()
    image = torch.rand(1, 1, 13, 18, generator=torch.Generator().manual_seed(0))
    by_hand = torch.nn.functional.pad(image, (1, 1, 1, 2), mode="replicate")
    with torch.inference_mode():
        torch.testing.assert_close(module(image), module(by_hand)[..., 1:14, 1:19])


def test_one_image_of_one_pixel_can_be_trained_on() -> None:
    module = UNet(width=4, depth=2).build(1, 1, seed=0).train()
    assert module(torch.ones(1, 1, 1, 1)).shape == (1, 1, 1, 1)


def test_dropout_acts_in_training_only() -> None:
    module = UNet(width=4, depth=1, dropout=0.5).build(1, 1, seed=0)
    image = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        assert not torch.equal(module(image), module(image))
        module.eval()
        assert torch.equal(module(image), module(image))


@pytest.mark.parametrize("fields", [{"kernel_size": 4}, {"depth": 0}, {"dropout": 1.0}, {"norm": "batch"}])
def test_refuses_bad_fields(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="unet"):
        networks.parse({"unet": fields})
