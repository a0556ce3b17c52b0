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
        _check(name, folder, csv)
    else:
        _get(name, size, out or Path(name))


def _check(name: str, folder: Path, csv: Path | None) -> None:
    from bogam.data.datasets.describe import check
    done = check(name, folder)
    words = {"equal": "", "missing": "missing here", "extra": "more than published", "unknown": "cannot be compared"}
    click.echo(f"{'':<28} {'published':>10} {'here':>10}")
    for row in done.rows:
        numbers = ("?" if n is None else f"{n:,}" for n in (row.published, row.here))
        click.echo("{:<28} {:>10} {:>10}  {}".format(row.what, *numbers, words[row.verdict]).rstrip())
    for file, right in done.files.items():
        click.echo(f"{file}: MD5 {'as published' if right else 'is not the published one'}")
    click.echo("\n".join([n for n in done.notes if n.startswith(("Taken:", "Not taken:"))]
                         + [f"Set aside: {file}: {problem}" for file, problem in done.set_aside]))
    click.echo(done.verdict)
    if csv is not None:
        import polars as pl
        pl.DataFrame([{"what": r.what, "published": r.published, "here": r.here, "verdict": r.verdict,
                       "source": r.source} for r in done.rows]).write_csv(csv)


def _get(name: str, size: int, out: Path) -> None:
    from bogam.data.datasets import describe
    from bogam.data.datasets.download import fetch
    found = describe.file_of(name, size)
    part = describe.find(name)
    if found is None:
        click.echo("\n".join(["Its publisher offers no plain file without a form or an account.",
                              *describe.how_to_get(part)]))
        return
    file, url, md5 = found
    click.echo(f"{url}\nLicence: {part.licence}. Cite: {part.citation}")
    with click.progressbar(length=1, label=file, show_pos=False) as bar:
        def told(done: int, total: int | None) -> None:
            bar.length = total or max(done, 1)
            bar.update(done - bar.pos)
        fresh = fetch(url, out / file, md5, told)
    click.echo(f"{out / file} {'is downloaded' if fresh else 'was there already'}; its MD5 sum is the published one.\n"
               f"Go on:\n  bogam init {out}")
