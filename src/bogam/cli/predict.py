"""`bogam predict`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("predictions"), show_default=True,
              help="Folder for masks and scores.")
@click.option("--slice", "slice_axis", type=click.Choice(["z", "y", "x"]), help="Predict volumes slice by slice.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
def predict(run: Path, files: tuple[Path, ...], out: Path, slice_axis: str | None, device: str) -> int:
    """Predict FILES (images, or folders of them) with the finished RUN.

    Writes scores.csv and, for segmentation, one mask per image in its original geometry. A broken file is named and
    set aside.
    """
    from bogam.cli.show import Terminal
    from bogam.predict.files import predict_files
    with Terminal() as terminal:
        done, problems = predict_files(run, files, out, slice_axis=slice_axis, device=device, tell=terminal.stage)
    for problem in problems:
        click.echo(f"Set aside: {problem}", err=True)
    if not done:
        click.echo("No image could be predicted.", err=True)
        return 2
    click.echo(f"{done} images predicted: {out / 'scores.csv'}. For research; not a medical device.")
    return 0
