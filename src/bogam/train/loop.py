"""The training loop, to be read from top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from bogam.augment.family import Augment
from bogam.augment.partners import Partners
from bogam.augment.plan import Plan
from bogam.augment.sides import Sides
from bogam.core.errors import UserError, say
from bogam.core.seeds import seed_of
from bogam.core.types import Case
from bogam.losses.family import Loss
from bogam.losses.jsd import jsd
from bogam.models.family import Network
from bogam.predict.door import Door
from bogam.predict.forward import forward_cases
from bogam.predict.weights import load_weights, save_weights
from bogam.prepare.normalize import Normalize
from bogam.train import checkpoint, distributed
from bogam.train.loader import Loader, pick_way
from bogam.train.memory import fitting_batch
from bogam.train.optimizers.family import parameter_groups
from bogam.train.rows import write_rows
from bogam.train.score import validation_score, weights_of_classes
from bogam.train.section import TrainSection

DIVERGED = 5.0
"""A training whose mean loss exceeds so many times that of its first epoch has diverged."""


@dataclass(frozen=True, eq=False)
class Job:
    """One training.

    Args:
        folder: where `metrics.jsonl` and `checkpoints/` go.
        task: "classification" or "segmentation".
        labels: class names or mask labels; as many outputs.
        case: id to prepared case.
        train, validation: ids of the two parts.
        classes: id to class index; empty for segmentation.
        normalize, augment, network, loss, section: the recipe's choices.
        seed: of this run.
        device: "cpu", "cuda" or "cuda:N".
        threads: torch threads; results depend on it in the last bits.
        ahead: batches prepared in the background.
        tell: called with each epoch's row on process 0.
        sides: labels that change places where the augmentation mirrors, as in `data.sides`.
    """

    folder: Path
    task: str
    labels: tuple[str, ...]
    case: Callable[[str], Case]
    train: list[str]
    validation: list[str]
    classes: Mapping[str, int]
    normalize: Normalize
    augment: tuple[Augment, ...]
    network: Network
    loss: Loss
    section: TrainSection
    seed: int
    device: str = "cpu"
    threads: int = 1
    ahead: int = 2
    tell: Callable[[dict[str, Any]], None] | None = None
    sides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Fit:
    """A finished training: the network at its best epoch.

    Args:
        module: on the CPU, in evaluation mode.
        door: normalization with its fitted statistics.
        rows: one per epoch, as in `metrics.jsonl`.
        best_epoch: from 1.
        converged: the best epoch does not lie in the last tenth.
        notes: sentences for the run's record.
        fitted: what was fitted on images before training, such as "normalize", to the ids it saw.
        chosen_on: ids on which the epoch was chosen.
    """

    module: torch.nn.Module
    door: Door
    rows: list[dict[str, Any]]
    best_epoch: int
    converged: bool
    notes: tuple[str, ...] = field(default=())
    fitted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chosen_on: tuple[str, ...] = ()


def plan_of(job: Job) -> Plan:
    """Return the augmentation of a training: its steps, its seed, partners from its training part, its sides."""
    return Plan(job.augment, job.seed, Partners(tuple(job.train), job.case),
                Sides.of(job.sides, job.labels) if job.sides else None)


def has_converged(best_epoch: int, planned: int, run: int) -> bool:
    """Tell whether training went on long enough after the best epoch.

    The best epoch lies before the last tenth of the planned epochs, or early stopping ended the training.

    Example:
        >>> has_converged(36, 40, 40), has_converged(37, 40, 40), has_converged(37, 80, 50)
        (True, False, True)
    """
    return best_epoch <= math.floor(0.9 * planned) or run < planned


def fit(job: Job) -> Fit:
    """Train, or go on where a killed training stopped.

    Raises:
        UserError: the loss became infinite or diverged, GPU memory ran out, or cases do not stack; each with a
            word on what to do.
    """
    torch.set_num_threads(job.threads)
    section = job.section
    if section.precision == "fp16" and not job.device.startswith("cuda"):
        raise UserError(say("train.precision", "fp16 on a CPU", "fp32 or bf16", "Set `train.precision: fp32`."))
    with distributed.joined(job.device) as world, torch.random.fork_rng(devices=[]):
        device = f"cuda:{world.local}" if job.device == "cuda" else job.device
        cases = [job.case(name) for name in job.train]
        door = Door(job.normalize, job.normalize.fit((case.image, case.levels) for case in cases))
        channels, shape = cases[0].image.shape[0], (cases[0].shape[-2], cases[0].shape[-1])
        module = job.network.build(channels, len(job.labels), seed_of(job.seed, "weights"))
        module = module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        network = distributed.shared(module, world, device)
        decay = float(getattr(section.optimizer, "weight_decay", 0.0))
        optimizer = section.optimizer.build(parameter_groups(module, decay))
        scaler = torch.amp.GradScaler(enabled=section.precision == "fp16")
        weights = weights_of_classes(job, device)
        plan = plan_of(job)
        loader = Loader(job.case, job.train, job.classes, plan, door, section.batch, job.seed, world.rank, world.size,
                        job.ahead, len(job.labels))
        kept = job.folder / "checkpoints"

        rows: list[dict[str, Any]] = []
        best: dict[str, Any] = {"epoch": 0, "value": -math.inf}
        state = checkpoint.load_last(kept)
        if state is not None:
            module.load_state_dict(state["module"])
            optimizer.load_state_dict(state["optimizer"])
            scaler.load_state_dict(state["scaler"])
            rows, best = state["rows"], state["best"]
            if world.rank == 0:
                write_rows(job.folder / "metrics.jsonl", rows)
        way = state.get("augment", "case") if state is not None else _way(loader, plan, device, world)
        if way == "batch":
            loader.augment_on(device)

        for epoch in range(len(rows) + 1, section.epochs + 1):
            if section.patience and rows and len(rows) - best["epoch"] >= section.patience:
                break
            begun = time.perf_counter()
            torch.manual_seed(seed_of(job.seed, "dropout", epoch, world.rank))
            network.train()
            total, seen = 0.0, 0
            try:
                for step, batch in enumerate(loader.epoch(epoch)):
                    done = ((epoch - 1) * loader.steps + step) / (section.epochs * loader.steps)
                    rate = section.schedule.factor(done)
                    for group in optimizer.param_groups:
                        group["lr"] = section.optimizer.learning_rate * rate
                    image = batch.image.to(device, non_blocking=True)
                    wanted = batch.masks if batch.masks is not None else batch.targets
                    assert wanted is not None
                    with torch.autocast(device.split(":")[0], _dtype(section.precision),
                                        enabled=section.precision != "fp32"):
                        logits = network(image)
                        loss = job.loss(logits[:len(batch.ids)], wanted.to(device), weights)
                        if batch.views > 1:
                            loss = loss + plan.consistency * jsd(logits, batch.views)
                    value = distributed.mean_over(float(loss.detach()), len(batch.ids), world)
                    _check_finite(value, epoch, step, section)
                    optimizer.zero_grad(set_to_none=True)
                    scaler.scale(loss * loader.share(step) if world.size > 1 else loss).backward()  # type: ignore[no-untyped-call]
                    if section.clip is not None:
                        scaler.unscale_(optimizer)
                        torch.nn.utils.clip_grad_norm_(module.parameters(), section.clip)
                    scaler.step(optimizer)
                    scaler.update()
                    total, seen = total + value * len(batch.ids), seen + len(batch.ids)
            except torch.OutOfMemoryError as error:
                raise UserError(_out_of_memory(job, channels, shape, device)) from error
            trained = time.perf_counter() - begun
            train_loss = distributed.mean_over(total / max(seen, 1), seen, world)
            if rows and train_loss > DIVERGED * max(abs(rows[0]["train_loss"]), 1e-6):
                raise UserError(say(f"training, epoch {epoch}", f"a mean loss of {train_loss:.3g} after "
                                    f"{rows[0]['train_loss']:.3g} in the first epoch", "a falling loss", ADVICE))

            score, validation_loss = validation_score(
                job, forward_cases(module, map(job.case, job.validation), door, task=job.task, device=device), weights)
            value = -validation_loss if section.select == "loss" or score is None else score
            value = distributed.everywhere(value, world)
            if value > best["value"] + (section.min_gain if best["epoch"] else 0.0) or not best["epoch"]:
                best = {"epoch": epoch, "value": value}
                if world.rank == 0:
                    save_weights(kept / "best.safetensors", module)
            rows.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss,
                         "validation_score": score, "learning_rate": optimizer.param_groups[0]["lr"],
                         "images": len(job.train), "steps": loader.steps, "batch": section.batch,
                         "validation_images": len(job.validation), "train_s": trained,
                         "time_s": time.perf_counter() - begun})
            if world.rank == 0:
                checkpoint.save_last(kept, {"module": module.state_dict(), "optimizer": optimizer.state_dict(),
                                            "scaler": scaler.state_dict(), "rows": rows, "best": best,
                                            "augment": way})
                write_rows(job.folder / "metrics.jsonl", rows)
                if job.tell is not None:
                    job.tell(rows[-1])

        world.wait()
        finished = job.network.bare().build(channels, len(job.labels), seed_of(job.seed, "weights"))
        load_weights(kept / "best.safetensors", finished)
        notes = list(job.network.notes(shape))
        if any(row["validation_score"] is None for row in rows) and section.select == "score":
            notes.append("The score is undefined on the validation part (one class): the loss chose the epoch.")
        if way == "batch":
            notes.append(f"Augmented in whole batches on {device}, the faster way when it was tried"
                         + (f"; {', '.join(loader.by_case)} case by case." if loader.by_case else "."))
        mixes = [step.kind for step in job.augment if step.group == "mix"]
        if plan.views > 1:
            notes.append(f"The training loss includes {plan.consistency:g} times the divergence between the answers to "
                         f"{plan.views} views of each image: it does not compare with the validation loss.")
        if mixes:
            notes.append(f"The training loss is that of mixed images ({', '.join(mixes)}): it does not compare with "
                         "the validation loss, nor with the training loss of a cell that mixes nothing.")
        converged = has_converged(best["epoch"], section.epochs, len(rows))
        fitted = {"normalize": tuple(case.id for case in cases)} if door.statistics else {}
        if weights is not None:
            fitted["class weights"] = tuple(job.train)
        return Fit(finished.eval(), door, rows, int(best["epoch"]), converged, tuple(notes), fitted,
                   tuple(job.validation))


ADVICE = "Try a tenth of the learning rate, `train.clip: 1.0`, or `train.precision: fp32`."


def _dtype(precision: str) -> torch.dtype:
    return torch.float16 if precision == "fp16" else torch.bfloat16


def _check_finite(loss: float, epoch: int, step: int, section: TrainSection) -> None:
    if not math.isfinite(loss):
        rate = section.optimizer.learning_rate
        raise UserError(say(f"training, epoch {epoch}, step {step + 1}", f"a loss of {loss} at learning rate {rate:g}",
                            "a finite number", ADVICE))


def _way(loader: Loader, plan: Plan, device: str, world: distributed.World) -> str:
    """Return how to augment in all processes: as the first one finds faster."""
    batch = world.rank == 0 and pick_way(loader, plan, device) == "batch"
    return "batch" if distributed.everywhere(float(batch), world) else "case"


def _out_of_memory(job: Job, channels: int, shape: tuple[int, ...], device: str) -> str:
    fits = fitting_batch(job, channels, shape, device)
    do = f"Set `train.batch: {fits}`, which fits." if fits else "Use smaller images or a narrower network."
    return say("training", f"no memory left on {device} with train.batch {job.section.batch}", "a batch that fits", do)

