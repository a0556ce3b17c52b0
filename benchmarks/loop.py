"""Does feeding the network cost anything? The real training loop against the bare network: python benchmarks/loop.py

Real: `bogam.train.loop.fit`, unchanged, on prepared images in a warm cache, with geometric and tone augmentation; the
time is the one that `fit` writes into its own rows, `train_s`: order, cache, augmentation, normalization, forward,
loss, backward, clipping, optimizer step. Bare: the same network, loss, optimizer and clipping in plain torch, on one
random batch that lies in memory. The two alternate in rounds of equally many steps within one process; what is
reported is the median of the paired ratios. Each network and thread setting has a process of its own.

- 2 threads: one training has the machine. Batches are made between the steps, as in a study: there is no core to spare.
- 1 thread: as in a study with one run per core: the process is held on one core.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine

NETWORKS: dict[str, dict[str, Any]] = {
    "residual": {"title": "residual 0.48 M, 28 px", "model": "residual", "task": "classification", "side": 28,
                 "batch": 64, "loss": "cross-entropy", "normalize": "z-score"},
    "mobilenet": {"title": "MobileNetV3-small, 128 px", "model": {"mobilenet-v3": {"size": "small"}},
                  "task": "classification", "side": 128, "batch": 64, "loss": "cross-entropy",
                  "normalize": "z-score"},
    "unet": {"title": "U-Net width 16 depth 4, 128 px", "model": {"unet": {"width": 16, "depth": 4}},
             "task": "segmentation", "side": 128, "batch": 16, "loss": "bce-dice",
             "normalize": "zero-one"},
}
AUGMENT = ("flip-horizontal", "flip-vertical", "rotate", "shift", "zoom", "brightness", "contrast", "gamma")
CHAIN = ("flip-horizontal", "rotate", "shift", "zoom", "elastic", "grid-distortion", "optical-distortion", "brightness",
         "contrast", "gamma", "gaussian-blur")
BAR, CHAIN_BAR = 0.9, 0.85
WARM_UP = 2


def write_images(folder: Path, wanted: dict[str, Any], count: int) -> None:
    """Write phantom ultrasound images, with masks for segmentation, and without for classification."""
    from bogam.data.phantoms.family import phantoms
    from bogam.data.phantoms.write import write_phantom
    side = max(64, wanted["side"])
    write_phantom(phantoms.parse({"breast-ultrasound": {"images": count, "size": (side, side), "sites": 1, "seed": 1}}),
                  folder, layout="folders")
    if wanted["task"] == "classification":
        for mask in folder.rglob("*_mask.png"):
            mask.unlink()


def steps_of(names: tuple[str, ...]) -> tuple[Any, ...]:
    """Return the steps of a list of named sets and single steps."""
    from bogam.augment.family import augmentations
    from bogam.augment.sets import SETS, named
    return tuple(step for name in names for step in (named(name) if name in SETS else [augmentations.parse(name)]))


class Decodes:
    """Counts how often a picture or a mask is decoded."""

    def __init__(self) -> None:
        from bogam.data.readers import read
        self.count = 0
        for name in ("read_picture", "read_mask"):
            setattr(read, name, self._counted(getattr(read, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            return real(*arguments, **named)
        return counted


def measure(name: str, threads: int, rounds: int, steps: int, channels: str,
            augment: tuple[str, ...] = AUGMENT) -> dict[str, Any]:
    """Measure one network with one thread setting, in this process."""
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import cv2
    import torch

    from bogam.data.layout import recognize
    from bogam.losses.family import losses
    from bogam.models.family import count_parameters, networks
    from bogam.prepare.cache import Cache
    from bogam.prepare.family import prepare_steps
    from bogam.prepare.normalize import Normalize
    from bogam.prepare.run import prepare_cases
    from bogam.study.run import Options
    from bogam.train import loop
    from bogam.train.optimizers.family import parameter_groups
    from bogam.train.section import TrainSection

    wanted = NETWORKS[name]
    batch, side, task = wanted["batch"], wanted["side"], wanted["task"]
    cv2.setNumThreads(1)
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        images = batch * steps
        write_images(folder / "images", wanted, images)
        manifest = recognize(folder / "images", patient="{patient}_{rest}")
        resize = [prepare_steps.parse({"resize": {"size": [side, side]}})]
        decodes = Decodes()
        prepare_cases(manifest, resize, Cache(folder / "cache"), channels=channels)  # type: ignore[arg-type]
        cold, decodes.count = decodes.count, 0
        prepared = prepare_cases(manifest, resize, Cache(folder / "cache"), channels=channels)  # type: ignore[arg-type]
        warm, decodes.count = decodes.count, 0
        assert len(prepared) == images, prepared.problems

        network, loss = networks.parse(wanted["model"]), losses.parse(wanted["loss"])
        section = TrainSection(epochs=rounds + WARM_UP, batch=batch)
        labels = manifest.mask_labels
        classes: dict[str, int] = {}
        if task == "classification":
            column = next(iter(manifest.target_specs))
            labels = manifest.target_specs[column].labels
            classes = {i: labels.index(v) for i, v in manifest.targets.select("id", column).rows()}

        generator = torch.Generator().manual_seed(0)
        first = prepared.case(prepared.ids[0]).image.shape
        image = torch.rand((batch, *first), generator=generator).contiguous(memory_format=torch.channels_last)
        goal = (torch.rand((batch, len(labels), side, side), generator=generator) > 0.5).float() \
            if task == "segmentation" else torch.randint(len(labels), (batch,), generator=generator)
        module = network.build(first[0], len(labels), 1).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        parameters = count_parameters(module)
        decay = float(section.optimizer.weight_decay)  # type: ignore[attr-defined]
        optimizer = section.optimizer.build(parameter_groups(module, decay))
        bare_s: list[float] = []
        spent = {"real": [], "bare": [], "mark": [time.process_time()]}  # processor time of all threads

        def bare() -> None:
            module.train()
            spent["real"].append(time.process_time() - spent["mark"].pop())
            begun, mark = time.perf_counter(), time.process_time()
            for _ in range(steps):
                value = loss(module(image), goal)
                optimizer.zero_grad(set_to_none=True)
                value.backward()
                if section.clip is not None:
                    torch.nn.utils.clip_grad_norm_(module.parameters(), section.clip)
                optimizer.step()
                value.item()
            bare_s.append(time.perf_counter() - begun)
            spent["bare"].append(time.process_time() - mark)
            spent["mark"].append(time.process_time())

        def no_validation(*_: Any) -> tuple[float, float]:
            bare()
            return 0.5, 0.5

        loop.validation_score = no_validation  # the bare round takes the place of validation, outside `train_s`
        loop.checkpoint.save_last = lambda *_: None  # type: ignore[assignment]
        done = loop.fit(loop.Job(folder / "run", task, tuple(labels), prepared.case, prepared.ids, prepared.ids[:1],
                                 classes, Normalize(to=wanted["normalize"]),
                                 steps_of(augment), network, loss, section, 0,
                                 "cpu", threads, Options(threads=threads).ahead("cpu")))
        real_s = [row["train_s"] for row in done.rows]
    real_s, bare_s = real_s[WARM_UP:], bare_s[WARM_UP:]
    ratios = [b / r for r, b in zip(real_s, bare_s, strict=True)]
    work = [b / r for r, b in zip(spent["real"][WARM_UP:], spent["bare"][WARM_UP:], strict=True)]
    neighbors = [a / b for a, b in itertools.pairwise(bare_s)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {"network": name, "title": wanted["title"], "threads": threads, "channels": first[0], "batch": batch,
            "steps": steps, "rounds": rounds, "parameters": parameters, "ratio": middle, "ratio_quartiles": [low, high],
            "ratios": ratios, "processor_ratio": statistics.median(work), "processor_ratios": work,
            "noise_quartiles": statistics.quantiles(neighbors, n=4)[::2],
            "real_images_per_s": images / statistics.median(real_s),
            "bare_images_per_s": images / statistics.median(bare_s), "real_s": real_s, "bare_s": bare_s,
            "decodes": {"first preparation": cold, "warm preparation": warm, "training": decodes.count},
            "images": images, "load": machine.load()}


def table(rows: list[dict[str, Any]], facts: dict[str, Any], bar: float) -> str:
    """Return the results as Markdown."""
    lines = ["# The real training loop against the bare network", "", str(__doc__).split("\n\n", 1)[1].strip(), "",
             machine.sentence(facts), "",
             f"The bar: the real loop reaches {bar:.0%} of the bare network's throughput. Quartiles are those of the "
             "paired ratios. Noise: quartiles of the ratio of one bare round to the next, which would be 1 on a quiet "
             "machine. Processor time: the same ratio in seconds of processor time of all threads, which other work on "
             "the machine hardly changes; with one thread on one core it is what a quiet machine would show. With "
             "two threads it says little: torch's threads spin while they wait.", "",
             "| network | channels | threads | real / bare | quartiles | processor time | noise | real, images/s "
             "| bare, images/s | rounds | load | bar |", "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        low, high = row["ratio_quartiles"]
        quiet, loud = row["noise_quartiles"]
        load = "" if row["load"] is None else f"{row['load'][0]:.1f}"
        lines.append(f"| {row['title']} | {row['channels']} | {row['threads']} | **{row['ratio']:.3f}** "
                     f"| {low:.3f} to {high:.3f} | {row['processor_ratio']:.3f} "
                     f"| {quiet:.2f} to {loud:.2f} | {row['real_images_per_s']:.0f} "
                     f"| {row['bare_images_per_s']:.0f} | {row['rounds']} | {load} "
                     f"| {'met' if row['ratio'] >= bar else '**missed**'} |")
    lines += ["", "Pictures and masks decoded (files read through `read_picture` and `read_mask`):", "",
              "| network | threads | images | first preparation | preparation with a warm cache | all epochs |",
              "|---|---|---|---|---|---|"]
    for row in rows:
        counts = row["decodes"]
        lines.append(f"| {row['title']} | {row['threads']} | {row['images']} | {counts['first preparation']} "
                     f"| {counts['warm preparation']} | {counts['training']} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure all, or one; exit with 1 where the bar is missed or a picture was decoded during training."""
    options = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    options.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    options.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    options.add_argument("--rounds", type=int, default=24)
    options.add_argument("--steps", type=int, default=8)
    options.add_argument("--channels", choices=["gray", "rgb"], default="gray")
    options.add_argument("--augment", nargs="+", default=list(AUGMENT), metavar="STEP",
                         help="steps and named sets in place of the usual ones; results go to loop-NAMES, or to "
                         f"loop-chain with all of {' '.join(CHAIN)}, of which less is asked")
    options.add_argument("--only", action="store_true", help="measure in this process and print JSON")
    chosen = options.parse_args()
    if chosen.only:
        print(json.dumps(measure(chosen.networks[0], chosen.threads[0], chosen.rounds, chosen.steps,
                                 chosen.channels, tuple(chosen.augment))))
        return
    facts, rows = machine.facts(), []
    usual = tuple(chosen.augment) == AUGMENT
    whole = set(CHAIN) <= set(chosen.augment)
    bar = CHAIN_BAR if whole else BAR
    results = "loop" if usual else "loop-chain" if whole else f"loop-{'-'.join(chosen.augment)}"
    for threads in chosen.threads:
        for name in chosen.networks:
            print(f"{NETWORKS[name]['title']}, {threads} threads ...", file=sys.stderr)
            command = [sys.executable, __file__, "--only", "--networks", name, "--threads", str(threads), "--rounds",
                       str(chosen.rounds), "--steps", str(chosen.steps), "--channels", chosen.channels,
                       "--augment", *chosen.augment]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "OMP_NUM_THREADS": str(threads)})
            rows.append(json.loads(done.stdout.splitlines()[-1]))
            machine.write(results, {"machine": facts, "bar": bar, "augment": chosen.augment, "rows": rows},
                          table(rows, facts, bar))
    print(table(rows, facts, bar))
    if any(row["ratio"] < bar or row["decodes"]["training"] or row["decodes"]["warm preparation"] for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
