"""The journal from which an interrupted run goes on, and the log that it becomes: no name, no value, no path."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from bogam.core.errors import UserError, say
from bogam.data.deidentify.one_file import Outcome

JOURNAL, TABLE, SUMMARY = "journal.jsonl", "log.csv", "log.json"
_COLUMNS = ("number", "file", "kind", "status", "output", "bytes", "sha256", "text_regions", "masked",
            "problem", "notes")


class Journal:
    """One line per finished file, appended and flushed at once; a line cut by a crash is ignored."""

    def __init__(self, folder: Path, fingerprint: str, settings: str) -> None:
        self.folder = folder
        self._settings = settings
        self._fingerprint = fingerprint
        self._stream: TextIO | None = None

    def known(self) -> dict[str, Outcome]:
        """Return mark -> outcome of the files that an earlier run with the same settings finished.

        Raises:
            UserError: the folder's results were made with another key.
        """
        return {mark: outcome for mark, (outcome, settings) in self._lines().items() if settings == self._settings}

    def targets(self) -> set[str]:
        """Return all paths that earlier runs wrote, under whatever settings."""
        return {outcome.target for outcome, _ in self._lines().values() if outcome.target}

    def _lines(self) -> dict[str, tuple[Outcome, str]]:
        path, found = self.folder / JOURNAL, {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    plain = json.loads(line)
                except json.JSONDecodeError:
                    continue
                if plain["key"] != self._fingerprint:
                    raise UserError(say(str(self.folder), "results that were made with another key", "the same key",
                                        "Name the key of that run, or another OUT."))
                found[plain["outcome"]["mark"]] = Outcome.from_dict(plain["outcome"]), plain["settings"]
        return found

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Append outcomes."""
        if self._stream is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / JOURNAL
            cut = path.is_file() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
            self._stream = path.open("a", encoding="utf-8", newline="\n")
            if cut:
                self._stream.write("\n")
        for outcome in outcomes:
            self._stream.write(json.dumps({"key": self._fingerprint, "settings": self._settings,
                                           "outcome": outcome.to_dict()}, sort_keys=True) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def write_log(outcomes: Sequence[Outcome], folder: Path, about: dict[str, Any]) -> None:
    """Write `log.csv` (one row per file) and `log.json` (totals, and what was done to how many files)."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(_COLUMNS)
        for one in outcomes:
            table.writerow((one.number, one.mark, one.kind or "other", "written" if one.written else "set aside",
                            one.target, one.size, one.sha256, one.regions, "yes" if one.masked else "no", one.problem,
                            "; ".join(one.notes)))
    held = {**about, **totals(outcomes)}
    (folder / SUMMARY).write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8", newline="\n")


def totals(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return counts of files, of reasons to set aside, and per element how many files it was changed in."""
    files, times = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in outcomes:
        files.update(one.done.keys())
        times.update(one.done)
    return {
        "files": len(outcomes), "written": sum(o.written for o in outcomes),
        "set_aside": [{"number": o.number, "file": o.mark, "problem": o.problem} for o in outcomes if not o.written],
        "kinds": dict(sorted(Counter(o.kind or "other" for o in outcomes).items())),
        "with_text_regions": sum(bool(o.regions) for o in outcomes), "masked": sum(o.masked for o in outcomes),
        "changed": [{"element": name, "what": what, "files": files[name, what], "times": times[name, what]}
                    for name, what in sorted(files)]}
