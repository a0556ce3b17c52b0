"""Files that could not be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.page.text import many


@rules.register
class UnreadableFiles(Rule):
    """Broken, empty and unpaired files are named and set aside."""

    kind: Literal["unreadable-files"] = "unreadable-files"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield one warning with the files set aside."""
        lines = [f"{file}: {problem}" for file, problem in evidence.manifest.set_aside.select("file", "problem").rows()]
        if lines:
            yield self.finding("warning", f"{many(len(lines), 'file', 'files')}, or parts of them, set aside.",
                               files=lines, why="What is left out may not be left out at random.",
                               do="Repair or remove them; the run goes on without them.")
