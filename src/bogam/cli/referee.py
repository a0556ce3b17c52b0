"""`bogam referee`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)
COLORS = {"impossible": "red", "suspicious": "yellow", "remark": None}


@click.command()
@click.argument("results", type=FILE)
@click.option("--counts", type=FILE, help="CSV of stated counts and the formulas that they should fit.")
@click.option("--claims", type=FILE, help="CSV of stated gains and winners, with the cells that they speak of.")
@click.option("--column", "columns", multiple=True, metavar="HEADER=NAME",
              help="What a column is: a metric, a count, factor, table or ignore; may be given again.")
@click.option("--scale", type=click.Choice(["auto", "fraction", "percent"]), default="auto", show_default=True,
              help="How metrics are printed, where neither header nor cell says it.")
@click.option("--averaged", type=click.Choice(["unstated", "no", "seeds", "folds", "yes"]), default="unstated",
              show_default=True, help="What values are averages over, where no column runs, seeds or folds says it.")
@click.option("--classes", type=click.IntRange(2), help="Number of classes, where no column says it.")
@click.option("--out", type=FILE, help="Folder for the page (HTML), the objections as CSV and as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print the objections as JSON.")
@click.option("--full", is_flag=True, help="Print every row concerned, not the first three of each kind.")
def referee(results: Path, counts: Path | None, claims: Path | None, columns: tuple[str, ...], out: Path | None,
            as_json: bool, full: bool, **reading: Any) -> int:
    """Check RESULTS, a CSV of a results table, for what cannot be true: metrics that contradict each other, counts that
    do not add, gains that are none.

    Exit code 0: nothing impossible; 3: something cannot be true; 2: a file that cannot be read.
    """
    from bogam.audit.referee.page import account, summary, to_json, write_card
    from bogam.audit.referee.results import Reading
    from bogam.audit.referee.run import referee as run
    pairs = [text.rpartition("=") for text in columns]
    if any(not sign for _, sign, _ in pairs):
        raise click.UsageError("--column: expected HEADER=NAME, such as --column 'DSC [%]=dice'.")
    judged = run(results, counts, claims, Reading({header: name for header, _, name in pairs}, **reading))
    if out is not None:
        click.echo(f"Written: {write_card(judged, out, results.name)}", err=True)
    if as_json:
        click.echo(json.dumps(to_json(judged), indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(judged.notes))
        for severity, head, lines in account(judged, None if full else 3):
            click.secho(f"\n{severity.upper()}  {head}", fg=COLORS[severity])
            click.echo("\n".join(f"    {line}" for line in lines))
        click.echo(f"\n{summary(judged)}")
    return 3 if judged.of("impossible") else 0
