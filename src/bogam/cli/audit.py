"""`bogam audit`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bogam.cli.options import overrides


@click.command()
@click.argument("what", type=click.Path(path_type=Path))
@click.option("--patient", help="absent, column:NAME, or a pattern such as '{patient}_{rest}'.")
@click.option("--layout", default="auto", show_default=True, help="How the folder is read, where two ways fit.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that remembers decoded files. [default: none]")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@overrides
def audit(what: Path, patient: str | None, layout: str, cache: Path | None, as_json: bool,
          sets: tuple[str, ...]) -> int:
    """Check WHAT (a folder, a table, an .npz, or a recipe with its split) for what would spoil a study.

    Exit code 0: clean or warnings; 3: stop.
    """
    from bogam.cli.show import Terminal
    from bogam.study.look import audit_of
    with Terminal() as terminal:
        found, manifest = audit_of(what, patient=patient, layout=layout, cache=cache, sets=sets, tell=terminal.stage)
    if as_json:
        click.echo(json.dumps({"verdict": found.verdict, "findings": [f.to_dict() for f in found.findings]}, indent=1))
    else:
        for note in manifest.notes:
            click.echo(note)
        for finding in found.findings:
            click.secho(f"\n{finding.severity.upper()}  {finding.title}  [{finding.rule}]",
                        fg={"stop": "red", "warning": "yellow", "note": None}[finding.severity])
            for head, text in (("", finding.detail), ("Why: ", finding.why), ("Do: ", finding.do)):
                if text:
                    click.echo(f"    {head}{text}")
        click.echo(f"\nVerdict: {found.verdict}.")
    return 3 if found.verdict == "stop" else 0
