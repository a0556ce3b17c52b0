"""The command line. A command's module is imported only when the command is named."""

from __future__ import annotations

import importlib
import sys

import click

from bogam import __version__
from bogam.core.errors import BogamError

COMMANDS = {
    "demo": "Make a phantom data set, compare choices on it, write the report: the whole job in minutes.",
    "phantom": "Write a procedural data set to disk: breast-ultrasound, mammogram, histology or chest-x-ray.",
    "datasets": "List public data sets, compare a copy with the publication, or get one.",
    "init": "Look at a folder of images and write a commented recipe for it.",
    "audit": "Check a folder, a table or a recipe's split for what would spoil a study.",
    "referee": "Check a results table, of a paper or your own, for numbers that cannot be true.",
    "study": "Run a recipe: every cell, fold and seed, then the report.",
    "augment": "Look at an augmentation: a contact sheet, a replay of any training image, files on disk.",
    "train": "Train one model of a recipe (one fold, one seed); also under torchrun.",
    "evaluate": "Score a finished run on other data: external validation.",
    "robustness": "Test a finished run on noise, blur, compression and artifacts, from slight to severe.",
    "predict": "Predict single files: masks in the original geometry, or class scores.",
    "report": "Write the report of a study's folder again, finished or not.",
    "deidentify": "Write copies of images without what identifies persons, by the DICOM confidentiality profile.",
    "schema": "Print the JSON schema of a recipe, for an editor.",
}


class Lazy(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a user's way."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"bogam.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from `COMMANDS`."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context,
                        args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where one is misspelled."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from bogam.core.errors import near_miss
            raise click.UsageError(f"got the command '{args[0]}', which does not exist. {near_miss(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="bogam")
def bogam() -> None:
    """bogam: which choice made your medical-imaging model better, with evidence.

    Begin with `bogam demo`, or with `bogam init FOLDER` on your own images. For research; not a medical device.
    """


def main() -> None:
    """Run the command line; a user's fault ends in one clear message, without a traceback."""
    try:
        code = bogam.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted. The same command goes on from here.", err=True)
        sys.exit(130)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("\nInterrupted. The same command goes on from here.", err=True)
        sys.exit(130)
    except BogamError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
