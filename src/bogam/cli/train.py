"""`bogam train`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bogam.cli.options import machine, options, overrides


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run. [default: bogam-out/NAME-train]")
@click.option("--fold", type=int, default=0, show_default=True, help="Which fold's training part to use.")
@click.option("--seed", type=int, help="Seed. [default: the recipe's first]")
@overrides
@machine
def train(recipe: Path, out: Path | None, fold: int, seed: int | None, sets: tuple[str, ...], **chosen: Any) -> int:
    """Train one model of RECIPE: one fold, one seed, no axes. Interrupted, the same command goes on.

    Several processes: torchrun --nproc-per-node 2 -m bogam train RECIPE
    """
    from bogam.cli.show import Terminal
    from bogam.study.recipe import load_recipe
    from bogam.study.single import train_one
    loaded = load_recipe(recipe, sets)
    place = out or Path("bogam-out") / f"{loaded.name}-train"
    with Terminal() as terminal:
        words = train_one(loaded, place, fold, seed, options(**chosen), terminal)
    if words:  # only the first of several processes has something to say
        click.echo(words)
    return 0
