"""`bogam datasets`."""

from __future__ import annotations

from pathlib import Path

import click

ACTIONS = ("show", "check", "get")


@click.command()
@click.argument("action", required=False, type=click.Choice(ACTIONS))
@click.argument("name", required=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="get: folder of the file. [default: NAME]")
@click.option("--size", type=int, default=28, show_default=True, help="get: side of MedMNIST's pictures in pixels.")
@click.option("--csv", type=click.Path(path_type=Path), help="check: write the table to this file.")
def datasets(action: str | None, name: str | None, folder: Path | None, out: Path | None, size: int,
             csv: Path | None) -> None:
    """List the public data sets that bogam knows; show NAME; check FOLDER against NAME; or get NAME.

    `get` downloads only what its publisher offers as plain HTTPS files (MedMNIST), and prints the steps by hand
    otherwise. Nothing is downloaded unasked.
    """
    from bogam.data.datasets import describe
    if action is None:
        for line in describe.listing():
            click.echo("{:<22} {:<28} {:>10}  {}".format(*line).rstrip())
        return
    if name is None or (folder is None) == (action == "check"):
        raise click.UsageError(f"bogam datasets {action} takes NAME{' and FOLDER' if action == 'check' else ''}.")
    if action == "show":
        click.echo("\n".join(describe.facts(name)))
    elif action == "check" and folder is not None:
        done = describe.check(name, folder)
        click.echo("\n".join(done.lines()))
        if csv is not None:
            done.save(csv)
    else:
        _get(name, size, out or Path(name))


def _get(name: str, size: int, out: Path) -> None:
    from bogam.data.datasets import describe
    from bogam.data.datasets.download import fetch
    found = describe.file_of(name, size)
    if found is None:
        click.echo("\n".join(describe.by_hand(name)))
        return
    file, url, md5 = found
    click.echo(f"{url}\n{describe.terms(name)}")
    with click.progressbar(length=1, label=file, show_pos=False) as bar:
        def told(done: int, total: int | None) -> None:
            bar.length = total or max(done, 1)
            bar.update(done - bar.pos)
        fresh = fetch(url, out / file, md5, told)
    click.echo(f"{out / file} {'is downloaded' if fresh else 'was there already'}; its MD5 sum is the published one.\n"
               f"Go on:\n  bogam init {out}")
