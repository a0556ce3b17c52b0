"""`bogam init`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Recipe file to write. [default: NAME.yaml]")
@click.option("--layout", default="auto", show_default=True, help="How the folder is read, where two ways fit.")
@click.option("--patient", help="absent, column:NAME, or a pattern such as '{patient}_{rest}'.")
@click.option("--slice", "slice_axis", type=click.Choice(["z", "y", "x"]), help="Slice volumes along this axis.")
@click.option("--force", is_flag=True, help="Overwrite the recipe file.")
def init(folder: Path, out: Path | None, layout: str, patient: str | None, slice_axis: str | None,
         force: bool) -> None:
    """Look at FOLDER and write a recipe for it, each field under its own description."""
    from bogam.study.look import propose
    text, manifest, name = propose(folder, layout=layout, patient=patient, slice_axis=slice_axis,
                                   beside=(out or Path("x.yaml")).parent)
    place = out or Path(f"{name}.yaml")
    if place.exists() and not force:
        raise click.UsageError(f"{place}: a file of this name is there. Name another with --out, or use --force.")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    for note in manifest.notes:
        click.echo(note)
    click.echo(f"\nWrote {place}: read it, change what you like, then\n  bogam audit {place}\n  bogam study {place}")
