"""Write docs/results/audit-cards.md, what the audit finds in each set of a folder: python docs/audit_cards.py FOLDER

Each folder below FOLDER is audited as `bogam audit` does it, volumes slice by slice. No picture is written; the cards
with pictures lie in bogam-out/audit-NAME/.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from bogam.audit.memory import rules_version
from bogam.core.errors import UserError
from bogam.study.look import Looked, audit_of, card_of

CACHE = Path("bogam-out/cache")
REMARKS = Path(__file__).parent / "results" / "audit-remarks.md"
"""What people who looked at each finding say of it: `## set`, then one line per remark."""


def look(folder: Path) -> tuple[Looked | None, str, float]:
    """Audit a folder, slice by slice where it holds volumes only; return what was found, the options, the seconds."""
    begun = time.perf_counter()
    ways: list[dict[str, Any]] = [{}, {"slice_axis": "z"}]
    for way in ways:
        try:
            looked = audit_of(folder, cache=CACHE, **way)
        except UserError as error:
            problem = str(error)
            continue
        card_of(looked, None, CACHE)
        return looked, " --slice z" if way else "", time.perf_counter() - begun
    return None, problem, time.perf_counter() - begun


def remarks() -> dict[str, list[str]]:
    """Return set to the lines written about it by hand."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in REMARKS.read_text(encoding="utf-8").splitlines() if REMARKS.is_file() else ():
        if line.startswith("## "):
            name = line[3:].strip()
        elif name and line.strip():
            found.setdefault(name, []).append(line.rstrip())
    return found


def chapter(name: str, looked: Looked, options: str, said: list[str]) -> list[str]:
    """Return the lines on one set."""
    manifest = looked.manifest
    who = f"{manifest.images['patient'].n_unique():,} patients" if manifest.patient == "given" else "patients unknown"
    lines = ["", f"## {name}", "", f"`bogam audit {name}{options}`: {len(manifest):,} images, {who}. "
             f"Verdict: **{looked.audit.verdict}**.", ""]
    for finding in looked.audit.findings:
        lines.append(f"- **{finding.severity}** `{finding.rule}`: {finding.title}"
                     + (f" {finding.detail}" if finding.detail else "")
                     + (f" *{finding.worth}*" if finding.worth else ""))
    if said:
        lines += ["", "Remarks after looking at the pictures:", "", *said]
    return lines


def main() -> None:
    """Write the page."""
    root = Path(sys.argv[1])
    held = remarks()
    lines = ["# Audit cards of real data sets", "",
             f"Written by `python docs/audit_cards.py FOLDER` (rules {rules_version()}); the remarks under each set "
             "are by hand, in [audit-remarks.md](audit-remarks.md). The sets are public and lie in no repository of "
             "ours; some are parts of the published ones. What each rule looks for: [the audit](../concepts/audit.md)."]
    times = []
    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        looked, options, seconds = look(folder)
        if looked is None:
            lines += ["", f"## {folder.name}", "", f"Not audited: {options}"]
            continue
        times.append((folder.name, len(looked.manifest), seconds))
        lines += chapter(folder.name, looked, options, held.get(folder.name, []))
    out = Path(__file__).parent / "results" / "audit-cards.md"
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, images, seconds in times:
        print(f"{name}: {images} images, {seconds:.1f} s")
    print(out)


if __name__ == "__main__":
    main()
