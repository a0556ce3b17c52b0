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
    for note in looked.manifest.notes:
        click.echo(note)
    for finding in looked.audit.findings:
        click.secho(f"\n{finding.severity.upper()}  {finding.title}  [{finding.rule}]",
                    fg={"stop": "red", "warning": "yellow", "note": None}[finding.severity])
        reason = looked.accepted.get(finding.rule, "") if finding.severity == "stop" else ""
        for head, text in (("Accepted by the recipe: ", reason), ("", finding.detail), ("Files: ", finding.examples()),
                           ("Why: ", finding.why), ("Worth: ", finding.worth), ("Do: ", finding.do)):
            if text:
                click.echo(f"    {head}{text}")
    accepted = looked.audit.verdict == "stop" and not looked.stops
    click.echo(f"\nVerdict: {looked.audit.verdict}{', accepted by the recipe' if accepted else ''}.")
