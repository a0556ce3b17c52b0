"""Several processes under torchrun: one training, the same weights everywhere, and one process that writes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.core.seeds import generator
from bogam.core.types import Case
from bogam.prepare.normalize import Normalize
from bogam.train.distributed import World, everywhere, joined, mean_over, under_torchrun
from bogam.train.loader import Loader

TRAINING = '''
"""Train a little and tell what this process ended with: its weights, its buffers, its rows, what it wrote."""
import json, os, sys, warnings
from pathlib import Path

warnings.simplefilter("error")
import numpy as np
import torch

from bogam.augment.family import augmentations
from bogam.core.errors import UserError
from bogam.core.seeds import generator
from bogam.core.types import Case
from bogam.losses.family import losses
from bogam.models.family import networks
from bogam.prepare.normalize import Normalize
from bogam.train import distributed, loop
from bogam.train.section import TrainSection

out, epochs, rate = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
normalizations = sys.argv[4:]
rank = int(os.environ.get("RANK", "0"))
cases = {}
for k in range(31):
    rng = generator(0, "case", k)
    image, mask = rng.integers(0, 90, (1, 16, 16)).astype(np.uint8), np.zeros((1, 16, 16), np.uint8)
    row, column = rng.integers(1, 8, 2)
    image[0, row:row + 7, column:column + 7] += 120
    mask[0, row:row + 7, column:column + 7] = 1
    cases[f"c{k}"] = Case(f"c{k}", image, (0.0, 255.0), masks=mask)
trained = []
real = distributed.shared
distributed.shared = lambda module, world, device: trained.append(module) or real(module, world, device)
for normalization in normalizations:
    section = TrainSection(epochs=epochs, batch=8, optimizer={"sgd": {"learning_rate": rate}})
    network = networks.parse({"unet": {"width": 4, "depth": 2, "normalization": normalization}})
    ids = list(cases)
    # each process has a folder of its own here, so that what each one writes can be seen
    folder = out / normalization / f"rank{rank}" if "apart" in os.environ else out / normalization
    try:
        loop.fit(loop.Job(folder, "segmentation", ("lesion",), cases.__getitem__, ids[:25], ids[25:], {},
                          Normalize(to="z-score"), (augmentations.parse("flip-horizontal"),), network,
                          losses.parse("bce-dice"), section, seed=3))
    except (UserError, FileNotFoundError) as error:
        (out / f"error{rank}.txt").write_text(str(error))
        if os.environ.get("stop_on_error"):
            sys.exit(0)
    np.savez(out / f"{normalization}-{rank}.npz",
             **{name: value.numpy() for name, value in trained[-1].state_dict().items()})
'''


def arguments(processes: int) -> list[str]:
    if processes == 1:
        return [sys.executable]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", str(processes), "--master-addr",
            "127.0.0.1", "--master-port", str(port)]


def start(processes: int, *rest: object, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if k not in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    return subprocess.run([*arguments(processes), *map(str, rest)], capture_output=True, text=True, timeout=240,
                          encoding="utf-8", env={**plain, "OMP_NUM_THREADS": "1", **environment}, check=False)


def weights(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as held:
        return dict(held)


def far(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """Return the largest difference of any weight, as a share of the largest weight of its tensor."""
    return max(float(np.abs(one[k] - other[k]).max() / np.abs(other[k]).max()) for k in one
               if not k.endswith(("running_mean", "running_var", "num_batches_tracked")) and np.abs(other[k]).max() > 0)


def learned(path: Path) -> list[str]:
    return sorted(str(p.relative_to(path)) for p in path.rglob("*") if p.is_file())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="torch for Windows starts no several processes by Gloo and libuv")
def test_two_processes_train_one_network(tmp_path: Path) -> None:
    script = tmp_path / "training.py"
    script.write_text(TRAINING, encoding="utf-8")
    both, alone = tmp_path / "both", tmp_path / "alone"
    both.mkdir()
    alone.mkdir()
    done = start(2, script, both, 3, 0.01, "batch", "group")
    assert done.returncode == 0, done.stderr[-3000:]
    assert start(1, script, alone, 3, 0.01, "batch", "group").returncode == 0
    for kind in ("batch", "group"):
        first, second = weights(both / f"{kind}-0.npz"), weights(both / f"{kind}-1.npz")
        assert first.keys() == second.keys()
        for name in first:
            if "running" not in name:  # a process's running statistics are its own until the next step
                assert np.array_equal(first[name], second[name]), f"{kind}: {name} differs between the processes"
    single = weights(alone / "batch-0.npz")
    assert far(weights(both / "group-0.npz"), weights(alone / "group-0.npz")) < 1e-4
    assert 1e-4 < far(weights(both / "batch-0.npz"), single) < 0.3

    assert learned(both / "batch") == learned(alone / "batch")
    rows = [[json.loads(line) for line in (place / "group" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
            for place in (both, alone)]
    for shared, whole in zip(*rows, strict=True):
        assert shared["train_loss"] == pytest.approx(whole["train_loss"], rel=1e-4)
        assert shared["images"] == whole["images"] == 25
