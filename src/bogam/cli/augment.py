"""`bogam augment`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("what", required=False, type=click.Path(path_type=Path))
@click.option("--recipe", type=click.Path(path_type=Path), help="Whose data, preparation, augmentation and seed count.")
@click.option("--set", "sets", multiple=True, metavar="NAME or KEY=VALUE",
              help="A named set, a step or a YAML list in place of the recipe's; or override a key.")
@click.option("--sheet", type=click.Path(path_type=Path), help="Write the contact sheet to this file (.png and .svg).")
@click.option("--mask", "masks", multiple=True, type=click.Path(path_type=Path), help="Mask of an image file.")
@click.option("--id", "name", help="Image of the recipe's data, or of the run.")
@click.option("--replay", type=click.Path(path_type=Path), metavar="RUN", help="Repeat a training image of this run.")
@click.option("--epoch", type=int, help="Which epoch to repeat, from 1.")
@click.option("--offline", type=click.IntRange(min=1), metavar="N", help="Write N copies of each training image.")
@click.option("--fold", type=int, default=0, show_default=True, help="Whose training part to expand.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("augmented"), show_default=True,
              help="Folder for --replay and --offline.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder of prepared images.")
def augment(what: Path | None, recipe: Path | None, sets: tuple[str, ...], sheet: Path | None, masks: tuple[Path, ...],
            name: str | None, replay: Path | None, epoch: int | None, offline: int | None, fold: int, out: Path,
            cache: Path | None) -> None:
    """Look at an augmentation before you believe in it.

    \b
    bogam augment image.png --set geometric --sheet sheet.png       on one image (masks: --mask)
    bogam augment recipe.yaml --sheet sheet.png                     on an image of a recipe's data
    bogam augment image.png --recipe recipe.yaml --sheet sheet.png  on this one of them
    bogam augment --replay RUN --epoch 3 --id 0412                  what a training saw, bit for bit
    bogam augment recipe.yaml --offline 4 --out FOLDER              files on disk, of the training part alone
    """
    from bogam.cli.show import Terminal
    if what is not None and recipe is None and what.suffix.lower() in (".yaml", ".yml"):
        what, recipe = None, what
    asked = [flag for flag, value in (("--sheet", sheet), ("--replay", replay), ("--offline", offline)) if value]
    if len(asked) != 1:
        raise click.UsageError(f"got {' and '.join(asked) or 'nothing to do'}, expected one of --sheet, --replay and "
                               "--offline.")
    with Terminal() as terminal:
        if replay is not None:
            from bogam.study.replay import replay_sample, write_replayed
            if name is None or epoch is None:
                raise click.UsageError("--replay: got no --id or no --epoch, expected both.")
            words = write_replayed(replay_sample(replay, name, epoch, cache), name, epoch, out)
        elif sheet is not None:
            from bogam.study.sheet import sheet as draw
            from bogam.study.sheet import try_image, write_sheet
            files = write_sheet(draw(try_image(what, recipe, sets, name, masks, cache, terminal.stage)), sheet)
            words = "\n".join(map(str, files))
        else:
            from bogam.study.offline import expand
            from bogam.study.recipe import load_recipe
            from bogam.study.sheet import with_augment
            if recipe is None or offline is None or what is not None:
                raise click.UsageError("--offline: got no recipe, expected one: its split says which images train.")
            words = expand(load_recipe(recipe, with_augment(sets)), offline, out, fold=fold, name=name, cache=cache,
                           tell=terminal.stage)
    click.echo(words)
