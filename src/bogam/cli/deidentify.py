"""`bogam deidentify`."""

from __future__ import annotations

from pathlib import Path

import click

from bogam.cli.options import Command
from bogam.core.cores import cores

FLAGS = {
    "retain_modified_dates": "Keep dates, shifted per patient by a number of days that only the key tells.",
    "retain_full_dates": "Keep dates as they are.",
    "retain_device": "Keep names and serial numbers of devices.",
    "retain_institution": "Keep names and addresses of institutions.",
    "retain_characteristics": "Keep age, sex, size, weight and the like.",
    "retain_uids": "Keep UIDs.",
    "retain_safe_private": "Keep private elements that the Standard lists as safe and that hold numbers.",
    "clean_descriptors": "Keep the known terms of descriptions and comments.",
    "mask_text": "Paint over what looks like text; compressed pixels are then stored uncompressed.",
}


def flags(command: Command) -> Command:
    """Add one flag per option of the profile, and those of the Standard that are refused, hidden."""
    from bogam.data.deidentify.options import REFUSED
    for name in REFUSED:
        command = click.option(f"--{name}", is_flag=True, hidden=True)(command)
    for name, words in reversed(FLAGS.items()):
        command = click.option(f"--{name.replace('_', '-')}", is_flag=True, help=words)(command)
    return command


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), required=True,
              help="File with the key; made where there is none. Keep it: the same key gives the same pseudonyms.")
@flags
@click.option("--no-find-text", is_flag=True, help="Do not look for drawn text in the pixels.")
@click.option("--keep-folder", "keep_folders", multiple=True, help="Name of a folder that stays, such as a class.")
@click.option("--patient", help="Pattern that finds the patient in a path, such as '{patient}_{rest}'.")
@click.option("--mapping", type=click.Path(path_type=Path), help="Write old and new file names here. It identifies.")
@click.option("--log", type=click.Path(path_type=Path), help="Folder of the log. [default: OUT-log]")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes. [default: one per core]")
def deidentify(source: Path, out: Path, key: Path, no_find_text: bool, keep_folders: tuple[str, ...],
               patient: str | None, mapping: Path | None, log: Path | None, jobs: int | None, **chosen: bool) -> None:
    """Write copies of the images in IN to OUT without what identifies persons, as DICOM PS3.15 asks for.

    A file that cannot be cleaned is set aside, never passed through. No de-identification is perfect: look at the
    results before you pass them on.
    """
    from rich.console import Console

    from bogam.cli.show import Terminal
    from bogam.core.errors import UserError, say
    from bogam.data.deidentify.options import REFUSED, Options
    from bogam.data.deidentify.run import deidentify as run
    for name, instead in REFUSED.items():
        if chosen.pop(name.replace("-", "_")):
            raise UserError(say(f"--{name}", "an option that is not offered", f"the others ({instead})"))
    with Terminal(Console(highlight=False, stderr=True)) as terminal:
        result = run(source, out, key, Options(**chosen), log=log, find_text=not no_find_text, patient=patient,
                     keep_folders=keep_folders, mapping=mapping, jobs=jobs or cores(), tell=terminal.stage)
    from bogam.data.deidentify.words_of_run import sentences
    for line in sentences(result, out, key, mask=chosen["mask_text"]):
        click.echo(line)
