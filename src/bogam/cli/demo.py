"""`bogam demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bogam.cli.options import jobs, machine, options


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo"), show_default=True,
              help="Folder of the phantom images, the study and its report.")
@machine
@jobs
def demo(out: Path, **chosen: Any) -> int:
    """Make a phantom data set, compare choices on it, and write the report.

    Ultrasound-like images with a lesion to outline; augmentation x loss, three folds, two seeds. Some minutes on two
    cores; after an interruption the same command goes on.
    """
    from bogam.cli.show import Terminal
    from bogam.study.demo import demo_recipe
    from bogam.study.finish import finish
    from bogam.study.run import run_study
    with Terminal() as terminal:
        recipe = demo_recipe(out, terminal.say)
        run_study(recipe, out / "study", options(**chosen), terminal)
        done = finish(out / "study", terminal.stage)
    click.echo(done.words)
    return done.exit_code
