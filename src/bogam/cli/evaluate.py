"""`bogam evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the tables. [default: RUN/external/NAME]")
@click.option("--layout", default="auto", show_default=True, help="How the folder is read, where two ways fit.")
@click.option("--patient", help="absent, column:NAME, or a pattern such as '{patient}_{rest}'.")
@click.option("--target", help="Class column, where the data set has several.")
@click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS", help="For a table: image=file, class=dx ...")
@click.option("--label", "labels", multiple=True, metavar="THEIRS=MODEL'S",
              help="A label of the folder under the model's name for it, such as cancer=malignant.")
@click.option("--mask-value", "mask_values", multiple=True, metavar="VALUE=LABEL",
              help="What a value in the masks means, such as 1=lesion; may be given again.")
@click.option("--resize-masks", is_flag=True, help="Fit a mask of another size to its image. [default: set it aside]")
@click.option("--slice", "slice_axis", type=click.Choice(["z", "y", "x"]), help="Slice volumes along this axis.")
@click.option("--slice-every", type=click.IntRange(min=1), default=1, show_default=True, help="Take each n-th slice.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
def evaluate(run: Path, folder: Path, out: Path | None, layout: str, patient: str | None, target: str | None,
             columns: tuple[str, ...], labels: tuple[str, ...], mask_values: tuple[str, ...], resize_masks: bool,
             slice_axis: Literal["z", "y", "x"] | None, slice_every: int, device: str) -> None:
    """Score the finished RUN on the images of FOLDER: external validation, beside the run's own test part.

    Refused where FOLDER is a data set known to share patients with the training data, or holds a picture that the
    model has seen. An image that cannot be loaded, or whose mask has another size, is named and set aside.
    """
    from bogam.cli.show import Terminal
    from bogam.evaluate.external import evaluate_external, mask_values_of, pairs_of
    with Terminal() as terminal:
        words = evaluate_external(run, folder, out, layout=layout, patient=patient, target=target,
                                  columns=pairs_of("--column", columns), renamed=pairs_of("--label", labels),
                                  slice_axis=slice_axis, slice_every=slice_every,
                                  mask_values=mask_values_of(mask_values), resize_masks=resize_masks,
                                  device=device, tell=terminal.stage)
    click.echo(words)
