"""`bogam study`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bogam.cli.options import jobs, machine, options, overrides


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the study. [default: bogam-out/NAME]")
@overrides
@machine
@jobs
def study(recipe: Path, out: Path | None, sets: tuple[str, ...], **chosen: Any) -> int:
    """Run RECIPE: every cell, fold and seed, then the report.

    Whatever is finished in the folder is not done again: after an interruption the same command goes on.
    """
    from bogam.cli.show import Terminal
    from bogam.study.finish import finish
    from bogam.study.recipe import load_recipe
    from bogam.study.run import run_study
    loaded = load_recipe(recipe, sets)
    place = out or Path("bogam-out") / loaded.name
    with Terminal() as terminal:
        run_study(loaded, place, options(**chosen), terminal)
        done = finish(place, terminal.stage)
    click.echo(done.words)
    return done.exit_code
