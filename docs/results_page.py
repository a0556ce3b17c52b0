"""Write docs/results/NAME.md from a finished study: python docs/results_page.py STUDY_FOLDER RECIPE [PARAGRAPH_FILE]

The page holds the verdicts, the matrix, the metrics, the baselines and the facts of the runs, as the report shows them;
a paragraph file, if given, is put under the title.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl


def markdown(table: pl.DataFrame, digits: int = 3) -> str:
    """Return a table as Markdown."""
    def cell(value: object) -> str:
        return "" if value is None else f"{value:.{digits}f}" if isinstance(value, float) else str(value)

    lines = ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in table.rows()]
    return "\n".join(lines)


def runs(study: Path) -> pl.DataFrame:
    """Return one row per run from their `run.json`."""
    rows = []
    for path in sorted(study.glob("runs/*/*/run.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        rows.append({k: facts.get(k) for k in ("cell", "repeat", "fold", "seed", "status", "best_epoch", "epochs",
                                               "converged", "parameters", "time_s", "memory_mb")})
    return pl.DataFrame(rows).sort("cell", "fold", "seed")


def page(study: Path, recipe: str, words: str) -> str:
    """Return the page."""
    tables = study / "report" / "tables"
    head = json.loads((study / "study.json").read_text(encoding="utf-8"))
    verdicts = json.loads((study / "report" / "verdicts.json").read_text(encoding="utf-8"))
    found = runs(study)
    parts = [f"# {head['name']}", "",
             f"Written by `python docs/results_page.py` from the study that `bogam study {recipe}` runs.", "", words]
    if verdicts:
        parts += ["", "## Verdicts", ""]
        for verdict in verdicts:
            parts += [f"- **{verdict['outcome']}** {verdict['words']}"
                      + "".join(f" {c[0].upper() + c[1:]}." if not c.endswith(".") else f" {c}"
                                for c in verdict["cautions"])]
    for name, title in (("matrix", "The matrix"), ("simple_effects", "Simple effects"), ("metrics", "All metrics"),
                        ("baselines", "Baselines"), ("split", "Who is in which part")):
        if (tables / f"{name}.csv").is_file():
            parts += ["", f"## {title}", "", markdown(pl.read_csv(tables / f"{name}.csv"))]
    done = found.filter(pl.col("status") == "done")
    parts += ["", "## Runs", "",
              f"{done.height} of {found.height} runs done, {int(done['converged'].sum())} converged; "
              f"{found['parameters'].max():,} parameters; {found['time_s'].sum() / 60:.1f} minutes of training in all, "
              f"{head['wall_s'] / 60:.1f} minutes on the clock ({head['jobs']} runs at a time, {head['threads']} "
              "thread each).", "", markdown(found, 1), "", "## What was read", "",
              *[f"- {note}" for note in head["notes"]], "", f"Unit of the split: {head['unit']}."]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    text = Path(sys.argv[3]).read_text(encoding="utf-8") if len(sys.argv) > 3 else ""
    out = Path(__file__).parent / "results" / f"{json.loads((folder / 'study.json').read_text())['name']}.md"
    out.parent.mkdir(exist_ok=True)
    out.write_text(page(folder, sys.argv[2], text), encoding="utf-8")
    print(out)
