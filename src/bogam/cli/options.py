"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bogam.study.run import Options

Command = TypeVar("Command", bound=Callable[..., Any])


def overrides(command: Command) -> Command:
    """Add --set."""
    return click.option("--set", "sets", multiple=True, metavar="KEY=VALUE",
                        help="Override a recipe key, such as train.epochs=5; may be given again.")(command)


def machine(command: Command) -> Command:
    """Add --device, --threads, --cache and --disk-gb."""
    for option in (
        click.option("--disk-gb", type=float, default=20.0, show_default=True, help="Budget of the image cache."),
        click.option("--cache", type=click.Path(path_type=Path), help="Folder of prepared images. [default: in OUT]"),
        click.option("--threads", type=int, default=1, show_default=True, help="Torch threads of each run."),
        click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N."),
    ):
        command = option(command)
    return command


def jobs(command: Command) -> Command:
    """Add --jobs."""
    return click.option("--jobs", type=int, help="Runs at once. [default: one per core; one on a GPU]")(command)


def options(device: str, threads: int, cache: Path | None, disk_gb: float, jobs: int | None = None) -> Options:
    """Return the machine's options. Raises a usage error where one makes no sense."""
    from bogam.study.run import Options
    for name, value in (("--threads", threads), ("--jobs", jobs)):
        if value is not None and value < 1:
            raise click.UsageError(f"{name}: got {value}, expected 1 or more.")
    return Options(device, jobs, threads, cache, disk_gb)
