"""What all networks share: sizes at the door, seeds, lightness."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from bogam.models._blocks import FitInput, normalization_of
from bogam.models.family import fitted_size
from bogam.models.residual import Residual
from bogam.models.resnet18 import ResNet18


@pytest.mark.parametrize(("shape", "wanted"), [((28, 28), (32, 32)), ((8, 100), (32, 400)), ((31, 50), (32, 52)),
                                               ((32, 32), (32, 32)), ((100, 31), (103, 32))])
def test_the_short_side_is_enlarged_in_proportion(shape: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert fitted_size(shape, 32) == wanted


def test_an_enlarged_image_is_what_the_network_sees() -> None:
    door = FitInput(torch.nn.Identity(), 4)
    ramp = torch.tensor([[0.0, 1.0], [0.0, 1.0]])[None, None]
    # bilinear, pixel centers: columns at -0.25, 0.25, 0.75, 1.25 of the two, held at the border
    torch.testing.assert_close(door(ramp), torch.tensor([0.0, 0.25, 0.75, 1.0]).expand(1, 1, 4, 4))
    large = torch.rand(1, 1, 4, 9, generator=torch.Generator().manual_seed(0))
    assert door(large) is large


def test_note_words() -> None:
    assert ResNet18().notes((28, 28)) == ["28x28 enlarged to 32x32: resnet18 needs at least 32"]


def test_another_seed_gives_other_weights() -> None:
    first, second = (Residual(width=4).build(1, 2, seed).state_dict()["network.stem.0.weight"] for seed in (0, 1))
    assert not torch.equal(first, second)
    assert Residual(width=4).build(1, 2, 2**63 - 1) is not None


def test_bare_forgets_published_weights_only() -> None:
    assert ResNet18(weights="imagenet").bare() == ResNet18()
    assert Residual(width=7).bare() == Residual(width=7)


@pytest.mark.parametrize(("channels", "groups"), [(4, 4), (12, 6), (16, 8), (27, 3), (7, 7), (11, 1)])
def test_group_normalization_takes_the_largest_divisor_up_to_eight(channels: int, groups: int) -> None:
    norm = normalization_of("group", channels)
    assert isinstance(norm, torch.nn.GroupNorm)
    assert norm.num_groups == groups


def test_naming_and_describing_networks_and_losses_does_not_import_torch() -> None:
    code = ("import sys; from bogam.models.family import networks; from bogam.losses.family import losses; "
            "networks.schema(); losses.schema(); import bogam.losses.weights; "
            "sys.exit(str([m for m in ('torch', 'torchvision', 'scipy', 'sklearn') if m in sys.modules]) "
            "if {'torch', 'torchvision'} & set(sys.modules) else 0)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
