"""The copy probe and the shuffled labels on a study's own split, for its report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bogam.audit.family import Evidence, rules
from bogam.audit.probe.result import ProbeResult
from bogam.data.manifest import Manifest
from bogam.study.data import Ready, Tell, look_at, probe_split, quiet
from bogam.study.recipe import Recipe
from bogam.train.rows import write_atomically

RULES = ("copy-probe", "shuffled-labels")
FILE = "probe.json"


def probe_study(recipe: Recipe, ready: Ready, out: Path, cache: Path, tell: Tell = quiet) -> list[str]:
    """Probe the split of a study before it trains; write `probe.json`.

    It refuses nothing: what it suspects stands at the top of the report. The linear probe is left to
    `bogam audit --probe`.

    Returns:
        One sentence for each suspicion.
    """
    looks, near, _ = look_at(ready.manifest, cache, tell)
    found = probe_split(ready.manifest, ready.target, looks, near, cache, tell, (recipe.task,), linear=False)
    write_atomically(out / FILE, json.dumps(found.to_dict(), indent=1, ensure_ascii=False))
    return [row["title"] for row in findings_of(out, ready.manifest) if row["severity"] != "note"]


def findings_of(out: Path, manifest: Manifest) -> list[dict[str, Any]]:
    """Return what the rules say of a study's `probe.json`; nothing where it was not probed."""
    path = out / FILE
    if not path.is_file():
        return []
    probe = ProbeResult.from_dict(json.loads(path.read_text(encoding="utf-8")))
    evidence = Evidence(manifest, probe=probe)
    return [finding.to_dict() for kind in RULES for finding in rules.parse(kind).check(evidence)]
