"""`bogam report`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def report(folder: Path) -> int:
    """Write the report of the study in FOLDER again, finished or not."""
    from bogam.cli.show import Terminal
    from bogam.study.finish import finish
    with Terminal() as terminal:
        done = finish(folder, terminal.stage)
    click.echo(done.words)
    return done.exit_code
