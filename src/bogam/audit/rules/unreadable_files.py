"""Files that could not be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules, some


@rules.register
class UnreadableFiles(Rule):
    """Broken, empty and unpaired files are named and set aside."""

    kind: Literal["unreadable-files"] = "unreadable-files"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield one warning with the files set aside."""
        lines = [f"{file}: {problem}" for file, problem in evidence.manifest.set_aside.select("file", "problem").rows()]
        if lines:
            yield self.finding("warning", f"{len(lines)} files were set aside.", detail=some(lines, 4),
                               files=tuple(lines[:200]), why="What is left out may not be left out at random.",
                               do="Repair or remove them; the run goes on without them.")
