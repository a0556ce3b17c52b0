"""`bogam audit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bogam.cli.options import overrides

if TYPE_CHECKING:
    from bogam.study.look import Looked


@click.command()
@click.argument("what", type=click.Path(path_type=Path))
@click.argument("others", nargs=-1, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the card. [default: bogam-out/audit-NAME]")
@click.option("--patient", help="absent, column:NAME, or a pattern such as '{patient}_{rest}'.")
@click.option("--layout", default="auto", show_default=True, help="How the folder is read, where two ways fit.")
@click.option("--slice", "slice_axis", type=click.Choice(["z", "y", "x"]), help="Slice volumes along this axis.")
@click.option("--cache", type=click.Path(path_type=Path),
              help="Folder that remembers what was looked at. [default: bogam-out/cache]")
@click.option("--probe", is_flag=True, help="Also set predictors that learn nothing on the split (seconds to minutes).")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON; no card without --out.")
@overrides
def audit(what: Path, others: tuple[Path, ...], out: Path | None, patient: str | None, layout: str,
          slice_axis: str | None, cache: Path | None, probe: bool, as_json: bool, sets: tuple[str, ...]) -> int:
    """Check WHAT for what would spoil a study, and write a card with each finding and its pictures.

    WHAT is a folder, a table, an .npz, a recipe with its split, or a study's folder. A finished split in folders of its
    own: TRAIN TEST, or TRAIN VALIDATION TEST. Exit code 0: clean or warnings; 3: stop.
    """
    from rich.console import Console

    from bogam.cli.show import Terminal
    from bogam.study.look import audit_of, card_of, told
    from bogam.study.place import cache_of_audit
    place = cache_of_audit(what, cache)
    with Terminal(Console(highlight=False, stderr=True)) as terminal:
        looked = audit_of(what, *others, patient=patient, layout=layout, slice_axis=slice_axis, cache=place, sets=sets,
                          tell=terminal.stage, probe=probe)
        card = None if as_json and out is None else card_of(looked, out, place, terminal.stage)
    if as_json:
        click.echo(json.dumps(told(looked, card), indent=1, ensure_ascii=False))
    else:
        _print(looked)
        click.echo(f"Card: {card}")
    return 3 if looked.stops else 0


def _print(looked: Looked) -> None:
    from bogam.audit.card import account
    click.echo("\n".join(looked.manifest.notes))
    for severity, head, lines in account(looked.audit.findings, looked.accepted):
        click.secho(f"\n{severity.upper()}  {head}", fg={"stop": "red", "warning": "yellow"}.get(severity))
        click.echo("".join(f"    {line}\n" for line in lines), nl=False)
    accepted = looked.audit.verdict == "stop" and not looked.stops
    click.echo(f"\nVerdict: {looked.audit.verdict}{', accepted by the recipe' if accepted else ''}.")
