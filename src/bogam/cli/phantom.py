"""`bogam phantom`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

KINDS = ("breast-ultrasound", "chest-x-ray", "histology", "mammogram")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write; new or empty.")
@click.option("--images", type=click.IntRange(min=1), default=120, show_default=True, help="How many images in all.")
@click.option("--size", type=click.IntRange(32, 4096), default=128, show_default=True, help="Rows and columns.")
@click.option("--format", "file_format", type=click.Choice(["png", "dicom"]), default="png", show_default=True)
@click.option("--bits", type=click.Choice(["8", "12", "16"]), default="8", show_default=True,
              help="Stored bits; histology is 8 bit always.")
@click.option("--difficulty", type=click.FloatRange(0, 1), default=0.5, show_default=True,
              help="0: findings stand out; 1: faint, classes overlap.")
@click.option("--sites", type=click.IntRange(1, 2), default=2, show_default=True, help="1 or 2 different scanners.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, other patients.")
@click.option("--layout", type=click.Choice(["per-site", "folders", "table"]), default="per-site", show_default=True,
              help="per-site: site A class folders, site B a table.")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty.")
def phantom(kind: str, out: Path, images: int, size: int, file_format: Any, bits: str, layout: Any, force: bool,
            **settings: Any) -> None:
    """Write procedural images of KIND with masks, classes and patients; the same seed gives the same bytes."""
    from bogam.core.errors import UserError
    from bogam.data.phantoms.family import phantoms
    from bogam.data.phantoms.write import PATIENT_PATTERN, check_free, write_phantom
    try:
        drawn = phantoms.parse({kind: {"images": images, "size": (size, size), "bits": int(bits), **settings}})
    except ValueError as error:
        raise UserError(str(error)) from None
    check_free(out, overwrite=force)
    with click.progressbar(length=images, label="Drawing") as bar:
        write_phantom(drawn, out, file_format, layout, overwrite=force, progress=lambda done, total: bar.update(1))
    sites = sorted(p.name for p in out.glob("site-*"))
    click.echo(f"Wrote {images} images of {len(drawn.patients())} patients ({', '.join(drawn.classes)}) to:")
    for site in sites:
        click.echo(f"  {out / site}")
    click.echo(f"A file's name begins with the patient: data.patient is '{PATIENT_PATTERN}'. All settings: "
               f"{out / 'phantom.json'}\nGo on:\n  bogam init {out / sites[0]} --patient '{PATIENT_PATTERN}'")
