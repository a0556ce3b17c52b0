"""Weights on disk."""

from pathlib import Path

import pytest
import torch

from bogam.core.errors import UserError
from bogam.predict.weights import load_weights, save_weights


def test_saved_and_loaded_they_are_the_same(tmp_path: Path) -> None:
    one, other = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    save_weights(tmp_path / "deep" / "w.safetensors", one)
    load_weights(tmp_path / "deep" / "w.safetensors", other)
    assert torch.equal(one.weight, other.weight)
    assert torch.equal(one.bias, other.bias)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["w.safetensors"]  # no half-written file stays


def test_transposed_memory_is_written_as_it_is_meant(tmp_path: Path) -> None:
    one, other = torch.nn.Conv2d(2, 3, 2), torch.nn.Conv2d(2, 3, 2)
    save_weights(tmp_path / "w", one.to(memory_format=torch.channels_last))
    load_weights(tmp_path / "w", other)
    assert torch.equal(one.weight, other.weight)


def test_what_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    save_weights(tmp_path / "w", torch.nn.Linear(3, 2))
    with pytest.raises(UserError, match="weights of another network"):
        load_weights(tmp_path / "w", torch.nn.Linear(4, 2))
    with pytest.raises(UserError, match="no such file"):
        load_weights(tmp_path / "none", torch.nn.Linear(3, 2))
    (tmp_path / "w").write_bytes((tmp_path / "w").read_bytes()[:40])
    with pytest.raises(UserError, match="a file that cannot be read"):
        load_weights(tmp_path / "w", torch.nn.Linear(3, 2))
