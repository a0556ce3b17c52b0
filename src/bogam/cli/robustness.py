"""`bogam robustness`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--modality", help="ultrasound, x-ray, mr ...: whose corruptions. [default: as the data says]")
@click.option("--layout", default="auto", show_default=True, help="How FOLDER is read, where two ways fit.")
@click.option("--patient", help="absent, column:NAME, or a pattern such as '{patient}_{rest}'.")
@click.option("--target", help="Class column of FOLDER, where it has several.")
@click.option("--label", "labels", multiple=True, metavar="THEIRS=MODEL'S",
              help="A label of FOLDER under the model's name.")
@click.option("--resize-masks", is_flag=True, help="Fit a mask of another size to its image.")
@click.option("--threads", type=click.IntRange(min=1), help="Torch threads. [default: one per core]")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
def robustness(run: Path, folder: Path | None, modality: str | None, layout: str, patient: str | None,
               target: str | None, labels: tuple[str, ...], resize_masks: bool, threads: int | None,
               device: str) -> None:
    """Test the finished RUN on images that get worse: noise, blur, contrast, compression and artifacts.

    The corruptions of its modality at five severities, on the run's own test part or on FOLDER; change against clean
    images with intervals over patients or groups. A study's folder in place of RUN tests all its finished runs, and
    `bogam report` then has a chapter on it.
    """
    from bogam.cli.show import Terminal
    from bogam.evaluate.external import pairs_of
    from bogam.study.robustness import robustness_of, runs_in
    reading: dict[str, Any] = {} if folder is None else {"layout": layout, "patient": patient, "target": target,
                                         "renamed": pairs_of("--label", labels), "resize_masks": resize_masks}
    with Terminal() as terminal:
        for number, one in enumerate(runs_in(run)):
            said = robustness_of(one, folder, modality=modality, device=device, threads=threads, examples=not number,
                                 tell=terminal.stage, **reading)
            terminal.say(said + "\n")
