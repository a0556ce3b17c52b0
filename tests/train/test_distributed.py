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

from bogam.augment.plan import Plan
from bogam.core.errors import UserError
from bogam.core.types import Case
from bogam.predict.door import Door
from bogam.prepare.normalize import Normalize
from bogam.train import distributed
from bogam.train.distributed import World, everywhere, joined, mean_over
from bogam.train.loader import Loader

SEVERAL = pytest.mark.skipif(sys.platform != "linux", reason="torchrun with Gloo is tried on Linux only")

TRAINING = '''
import dataclasses, json, os, sys
from pathlib import Path

import numpy as np

from bogam.augment.family import augmentations
from bogam.core.errors import UserError
from bogam.core.seeds import generator
from bogam.core.types import Case
from bogam.losses.family import losses
from bogam.models.family import networks
from bogam.prepare.normalize import Normalize
from bogam.train import checkpoint, distributed, loop
from bogam.train.section import TrainSection

out, rank = Path(sys.argv[1]), int(os.environ.get("RANK", "0"))
cases = {}
for k in range(31):
    rng = generator(0, "case", k)
    image, mask = rng.integers(0, 90, (1, 16, 16)).astype(np.uint8), np.zeros((1, 16, 16), np.uint8)
    row, column = rng.integers(1, 8, 2)
    image[0, row:row + 7, column:column + 7] += 120
    mask[0, row:row + 7, column:column + 7] = 1
    cases[f"c{k}"] = Case(f"c{k}", image, (0.0, 255.0), masks=mask)
ids, trained, written = list(cases), [], []
shared, check, bce_dice = distributed.shared, loop._check_finite, losses.parse("bce-dice")


def keep(module, world, device):
    trained.append(module)
    return shared(module, world, device)


def counted(owner, name):
    real = getattr(owner, name)

    def count(*arguments):
        written.append(name)
        return real(*arguments)

    setattr(owner, name, count)


distributed.shared = keep
counted(checkpoint, "save_last")
counted(loop, "save_weights")
counted(loop, "write_rows")


def job(name, normalization, loss=bce_dice):
    section = TrainSection(epochs=3, batch=8, optimizer={"sgd": {"learning_rate": 0.01}})
    network = networks.parse({"unet": {"width": 4, "depth": 2, "normalization": normalization}})
    return loop.Job(out / name, "segmentation", ("lesion",), cases.__getitem__, ids[:25], ids[25:], {},
                    Normalize(to="z-score"), (augmentations.parse("flip-horizontal"),), network, loss, section, seed=3)


def save(name):
    np.savez(out / f"{name}-{rank}.npz", **{k: v.numpy() for k, v in trained[-1].state_dict().items()})


for normalization in ("batch", "group"):
    loop.fit(job(normalization, normalization))
    save(normalization)

steps = 0


def dying(*arguments):
    global steps
    steps += 1
    if steps > 6:
        raise KeyboardInterrupt
    check(*arguments)


loop._check_finite = dying
try:
    loop.fit(job("resumed", "group"))
    raise AssertionError("was not interrupted")
except KeyboardInterrupt:
    loop._check_finite = check
loop.fit(job("resumed", "group"))
save("resumed")

last = int(os.environ.get("WORLD_SIZE", "1")) - 1
said = ""
try:
    loop.fit(job("broken", "group", lambda *a: bce_dice(*a) * (float("nan") if rank == last else 1.0)))
except UserError as error:
    said = str(error)
(out / f"told-{rank}.json").write_text(json.dumps({"written": written, "said": said}), encoding="utf-8")
'''


def start(processes: int, *rest: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable]
    if processes > 1:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command += ["-m", "torch.distributed.run", "--nproc-per-node", str(processes), "--master-addr", "127.0.0.1",
                    "--master-port", str(port)]
    plain = {k: v for k, v in os.environ.items() if k not in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    return subprocess.run([*command, *map(str, rest)], capture_output=True, text=True, timeout=600, encoding="utf-8",
                          env={**plain, "OMP_NUM_THREADS": "1"}, check=False)


def weights(path: Path) -> dict[str, np.ndarray]:
    """Return what training changes; a process's running statistics are its own until the next step."""
    with np.load(path) as held:
        return {name: value for name, value in held.items() if "running" not in name}


def far(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """Return the length of the difference of all weights, as a share of the length of the weights."""
    gap = sum(float(np.square(one[k] - other[k]).sum()) for k in one)
    return float(np.sqrt(gap / sum(float(np.square(value).sum()) for value in other.values())))


@SEVERAL
@pytest.mark.slow
def test_two_processes_train_one_network(tmp_path: Path) -> None:
    script = tmp_path / "training.py"
    script.write_text(TRAINING, encoding="utf-8")
    both, alone = tmp_path / "both", tmp_path / "alone"
    for processes, place in ((2, both), (1, alone)):
        place.mkdir()
        done = start(processes, script, place)
        assert done.returncode == 0, done.stderr[-3000:]
    for kind in ("batch", "group", "resumed"):
        first, second = weights(both / f"{kind}-0.npz"), weights(both / f"{kind}-1.npz")
        assert all(np.array_equal(first[name], second[name]) for name in first), f"{kind}: the processes differ"
    # 25 images make batches of 7, 6, 6, 6: 4 + 3 and 3 + 3 images. Where no layer mixes images, the processes
    # together do what one does, but for the order of additions ...
    group = weights(both / "group-0.npz")
    assert far(group, weights(alone / "group-0.npz")) < 1e-5
    # ... and batch normalization sees 3 or 4 images instead of 7.
    assert 1e-5 < far(weights(both / "batch-0.npz"), weights(alone / "batch-0.npz")) < 0.05
    resumed = weights(both / "resumed-0.npz")
    assert all(np.array_equal(group[name], resumed[name]) for name in group), "resumed differs from uninterrupted"

    rows = [[json.loads(line) for line in (place / "group" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
            for place in (both, alone)]
    for shared, whole in zip(*rows, strict=True):
        assert shared["train_loss"] == pytest.approx(whole["train_loss"], rel=1e-5)
        assert shared["images"] == whole["images"] == 25
    told = [json.loads((both / f"told-{rank}.json").read_text(encoding="utf-8")) for rank in (0, 1)]
    assert told[1]["written"] == []
    assert {"save_last", "save_weights", "write_rows"} == set(told[0]["written"])
    # one process alone meets a loss that is no number, and all stop with the same word
    assert told[0]["said"] == told[1]["said"]
    assert "epoch 1, step 1: got a loss of nan" in told[0]["said"]


RECIPE = """\
name: together
task: segmentation
data: {root: images/site-a, patient: '{patient}_{rest}', channels: gray}
split: {kind: kfold, folds: 3, validation: 0.2}
prepare:
  - resize: {size: [32, 32], keep: long-side}
  - normalize: {to: zero-one}
model: {unet: {width: 4, depth: 2}}
loss: bce-dice
train: {epochs: 2, batch: 8}
"""


@SEVERAL
@pytest.mark.slow
def test_the_command_trains_in_two_processes(tmp_path: Path) -> None:
    from bogam.data.phantoms.family import phantoms
    from bogam.data.phantoms.write import write_phantom
    write_phantom(phantoms.parse({"breast-ultrasound": {"images": 36, "size": (48, 48), "sites": 1, "seed": 1}}),
                  tmp_path / "images")
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "out"
    recipe.write_text(RECIPE, encoding="utf-8")
    command = ("-m", "bogam", "train", recipe, "--out", out, "--device", "cpu")
    done = start(2, *command)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("Trained 2 epochs") == 1
    (run,) = (out / "runs").glob("*/*")
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["status"] == "done"
    assert (run / "model").is_dir()
    assert (run / "predictions" / "cases.parquet").is_file()
    assert not list(out.rglob("*.part"))
    wrong = start(2, *command, "--fold", "7")
    assert wrong.returncode != 0
    assert wrong.stderr.count("--fold: got 7, expected 0 to 2.") == 1
    assert 'bogam/study/single.py", line' not in wrong.stderr  # no traceback of ours


def loader(images: int, batch: int, rank: int, world: int) -> Loader:
    ids = [f"c{k}" for k in range(images)]
    return Loader(dict.fromkeys(ids, Case("c", np.zeros((1, 4, 4), np.uint8), (0.0, 255.0))).__getitem__, ids,
                  dict.fromkeys(ids, 0), Plan((), 0), Door(Normalize(to="zero-one")), batch, 0, rank, world)


def test_shares_of_a_batch_make_the_mean_over_all_images() -> None:
    ranks = [loader(25, 8, rank, 2) for rank in (0, 1)]
    whole = loader(25, 8, 0, 1)
    for step, (first, second, both) in enumerate(zip(*(r.batches(3) for r in (*ranks, whole)), strict=True)):
        assert [*first, *second] == both
        assert [r.share(step) for r in ranks] == [2 * len(part) / len(both) for part in (first, second)]
    assert whole.share(0) == 1.0


def test_a_batch_must_feed_every_process() -> None:
    with pytest.raises(UserError, match=r"batches of 1 images for 2 processes.*Raise the batch"):
        loader(5, 1, 0, 2)


def test_alone_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined("cpu") as world:
        assert world == World()
    assert everywhere(0.25, world) == 0.25
    assert mean_over(0.5, 3, world) == 0.5
    assert not distributed.dist.is_initialized()


def test_a_named_gpu_is_not_for_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UserError, match="cuda:1 for several processes"), joined("cuda:1"):
        pass
