"""The door to torchvision: channels, published weights from files, and never the network."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file

from bogam.core.errors import UserError
from bogam.models import _torchvision_ops
from bogam.models._torchvision import SOURCES, _modern_name, build_torchvision, published_file, torchvision_models
from bogam.models._torchvision_ops import declare_operators
from bogam.models.mobilenet_v3 import MobileNetV3

SMALL = "mobilenet_v3_small"
FILE = "mobilenet_v3_small-047dcff4.pth"


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty torch folder, and a download that fails the test."""
    def download(*args: Any, **options: Any) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BOGAM_OFFLINE", raising=False)
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    return tmp_path / "home" / "hub" / "checkpoints"


def rgb_state() -> dict[str, torch.Tensor]:
    """A state_dict of the published layout: 3 channels, 1000 outputs."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(42)
        state: dict[str, torch.Tensor] = torchvision_models().mobilenet_v3_small(weights=None).state_dict()
    return state


def image(channels: int = 1) -> torch.Tensor:
    return torch.rand(2, 1, 48, 48, generator=torch.Generator().manual_seed(0)).expand(-1, channels, -1, -1)


@pytest.mark.parametrize("weights", ["imagenet", "file"])
def test_published_weights_are_read_from_a_file_of_the_real_layout(weights: str, hub: Path) -> None:
    hub.mkdir(parents=True)
    state = rgb_state()
    torch.save(state, hub / FILE)
    network = MobileNetV3(weights="imagenet" if weights == "imagenet" else str(hub / FILE))
    own = network.build(3, 2, seed=0).state_dict()
    for name, tensor in state.items():
        if not name.startswith("classifier.3"):
            assert torch.equal(own[f"network.{name}"], tensor), name
    assert own["network.classifier.3.weight"].shape == (2, 1024)
    gray = network.build(1, 2, seed=0).state_dict()["network.features.0.0.weight"]
    torch.testing.assert_close(gray, state["features.0.0.weight"].sum(dim=1, keepdim=True))


def test_a_gray_network_answers_as_the_rgb_one_does_to_a_gray_image(hub: Path) -> None:
    hub.mkdir(parents=True)
    torch.save(rgb_state(), hub / FILE)
    for weights in ("none", "imagenet"):
        gray, color = (MobileNetV3(weights=weights).build(channels, 2, seed=3).train() for channels in (1, 3))
        for layer in (*gray.modules(), *color.modules()):
            if isinstance(layer, torch.nn.Dropout):
                layer.p = 0.0
        with torch.no_grad():
            torch.testing.assert_close(gray(image(1)), color(image(3)), rtol=1e-3, atol=1e-3)


def test_our_own_weights_of_one_channel_start_a_network_of_three(tmp_path: Path) -> None:
    trained = MobileNetV3().build(1, 5, seed=1)
    save_file(trained.state_dict(), tmp_path / "best.safetensors")
    module = MobileNetV3(weights=str(tmp_path / "best.safetensors")).build(3, 2, seed=0)
    kernel = module.state_dict()["network.features.0.0.weight"]
    torch.testing.assert_close(kernel.sum(dim=1, keepdim=True), trained.state_dict()["network.features.0.0.weight"])
    assert torch.equal(module.state_dict()["network.features.5.block.0.0.weight"],
                       trained.state_dict()["network.features.5.block.0.0.weight"])


def test_weights_of_before_batch_counters_are_taken(hub: Path) -> None:
    hub.mkdir(parents=True)
    torch.save({k: v for k, v in rgb_state().items() if not k.endswith("num_batches_tracked")}, hub / FILE)
    assert MobileNetV3(weights="imagenet").build(1, 2, seed=0) is not None


def test_offline_says_which_file_to_put_where(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOGAM_OFFLINE", "1")
    with pytest.raises(UserError) as caught:
        MobileNetV3(weights="imagenet").build(1, 2, seed=0)
    message = str(caught.value)
    assert f"https://download.pytorch.org/models/{FILE}" in message
    assert str(hub / FILE) in message
    assert "weights: FILE" in message


def test_a_failed_download_says_the_same(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_route(*args: Any, **options: Any) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", no_route)
    with pytest.raises(UserError, match="no route to host") as caught:
        MobileNetV3(weights="imagenet").build(1, 2, seed=0)
    assert str(hub / FILE) in str(caught.value)


def test_a_truncated_file_is_named(hub: Path) -> None:
    hub.mkdir(parents=True)
    torch.save(rgb_state(), hub / FILE)
    (hub / FILE).write_bytes((hub / FILE).read_bytes()[:5000])
    for weights in ("imagenet", str(hub / FILE)):
        with pytest.raises(UserError, match=f"{FILE}: got a file that does not load"):
            MobileNetV3(weights=weights).build(1, 2, seed=0)


def test_a_typing_error_is_told_from_a_file() -> None:
    with pytest.raises(UserError, match="Did you mean 'imagenet'"):
        MobileNetV3(weights="imagnet").build(1, 2, seed=0)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save(rgb_state(), tmp_path / "small.pth")
    with pytest.raises(UserError, match=r"another network: \d+ missing"):
        build_torchvision("resnet18", 1, 2, str(tmp_path / "small.pth"))
    with pytest.raises(UserError, match="of another shape"):
        build_torchvision("mobilenet_v3_large", 1, 2, str(tmp_path / "small.pth"))
    torch.save({"state_dict": rgb_state()}, tmp_path / "nested.pth")
    with pytest.raises(UserError, match="another layout"):
        build_torchvision(SMALL, 1, 2, str(tmp_path / "nested.pth"))


def test_two_channels_are_refused() -> None:
    with pytest.raises(UserError, match="got 2 channels, expected 1 or 3"):
        MobileNetV3().build(2, 2, seed=0)


def test_old_densenet_names() -> None:
    assert _modern_name("features.denseblock1.denselayer12.norm.1.weight") == (
        "features.denseblock1.denselayer12.norm1.weight")
    assert _modern_name("network.features.denseblock1.denselayer2.conv2.weight") == (
        "features.denseblock1.denselayer2.conv2.weight")
    assert _modern_name("features.norm5.running_mean") == "features.norm5.running_mean"


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_sources_name_real_files(name: str) -> None:
    url, file = published_file(name)
    assert url.startswith(f"https://download.pytorch.org/models/{name}-")
    assert file.name == url.rpartition("/")[2]


def test_declaring_operators_often_and_from_threads_is_harmless() -> None:
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(declare_operators())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert hasattr(torch.ops.torchvision, "nms") or torchvision_models() is not None


def test_nothing_is_declared_beside_a_cuda_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_torchvision_ops, "_library", None)
    monkeypatch.setattr(torch.version, "cuda", "12.4")
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", None)  # would raise if it were called
    assert declare_operators() is False


def test_a_compiled_part_that_does_not_load_is_told_from_one_that_does(tmp_path: Path) -> None:
    (tmp_path / "_C.so").write_bytes(b"no library")
    assert not _torchvision_ops._loads(tmp_path / "_C.so")
