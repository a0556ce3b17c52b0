"""Several processes under torchrun: who we are, and the network that shares its gradients."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed as dist

from bogam.core.errors import UserError, say

PATIENCE = timedelta(hours=24)
"""How long a process waits for the others: process 0 may prepare images, or score, for hours."""


@dataclass(frozen=True)
class World:
    """This process among all.

    Args:
        rank: number of this process; 0 writes files.
        size: number of processes.
        local: number of this process on its machine, which is its GPU.
    """

    rank: int = 0
    size: int = 1
    local: int = 0

    def wait(self) -> None:
        """Wait for the other processes."""
        if self.size > 1:
            dist.barrier()


def under_torchrun() -> bool:
    """Tell whether torchrun started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


@contextmanager
def joined(device: str) -> Iterator[World]:
    """Join the other processes, where there are any; a second training in the same processes joins them anew.

    Args:
        device: "cuda" gives each process a GPU of its own and talks through NCCL; "cpu" talks through Gloo.

    Raises:
        UserError: several processes on one named GPU, or more processes than GPUs.
    """
    if not under_torchrun():
        yield World()
        return
    local = int(os.environ.get("LOCAL_RANK", "0"))
    if not dist.is_initialized():
        gpu = device.startswith("cuda")
        if gpu and device != "cuda":
            raise UserError(say("--device", f"{device} for several processes", "cuda, which gives each its own"))
        if gpu and local >= torch.cuda.device_count():
            raise UserError(say("torchrun", f"process {local + 1} on a machine with {torch.cuda.device_count()} GPUs",
                                "one process per GPU", "Lower --nproc-per-node."))
        if gpu:
            torch.cuda.set_device(local)
        dist.init_process_group("nccl" if gpu else "gloo", timeout=PATIENCE)
        atexit.register(_leave)
    yield World(dist.get_rank(), dist.get_world_size(), local)
    _finished.add(os.getpid())


_finished: set[int] = set()


def _leave() -> None:
    """Leave the group when the program ends: once left, it cannot be joined again by the same processes.

    Not after a training that failed: others may still wait in a call, and leaving would wait for them.
    """
    if dist.is_initialized() and os.getpid() in _finished:
        dist.destroy_process_group()


def shared(module: torch.nn.Module, world: World, device: str) -> torch.nn.Module:
    """Return the network to train: itself, or wrapped so that gradients are averaged over the processes.

    On GPUs batch normalization takes its statistics over all processes. On CPUs torch has no such layer: each process
    normalizes by its own share of the batch, and process 0's running statistics are the ones that count.
    """
    if world.size == 1:
        return module
    if device.startswith("cuda"):
        module = torch.nn.SyncBatchNorm.convert_sync_batchnorm(module)  # type: ignore[no-untyped-call]
        return torch.nn.parallel.DistributedDataParallel(module, device_ids=[world.local])
    return torch.nn.parallel.DistributedDataParallel(module)


def everywhere(value: float, world: World) -> float:
    """Return rank 0's value on every process, so that all take the same decision."""
    if world.size == 1:
        return value
    carried = torch.tensor([value], dtype=torch.float64)
    if dist.get_backend() == "nccl":
        carried = carried.cuda(world.local)
    dist.broadcast(carried, src=0)
    return float(carried.item())


def mean_over(value: float, count: int, world: World) -> float:
    """Return the mean over all processes of per-process means that rest on `count` images each."""
    if world.size == 1:
        return value
    carried = torch.tensor([value * count, float(count)], dtype=torch.float64)
    if dist.get_backend() == "nccl":
        carried = carried.cuda(world.local)
    dist.all_reduce(carried)
    return float(carried[0] / carried[1])
