"""May the files' headers or names identify a person?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.core.errors import FileProblem
from bogam.data.deidentify.identity import Stated, name_says_date, name_says_person, stated_in
from bogam.data.locator import Locator
from bogam.data.readers.sniff import sniff
from bogam.page.text import listed, many

MOST_READ = 20_000
"""Headers that are read; of a larger set, so many evenly spread ones."""
_DO = "Run `bogam deidentify` on the folder before it leaves the place where the images were taken."


@rules.register
class Identity(Rule):
    """Names, dates and numbers of persons in headers and file names, by the name of the element, never by its value.

    DICOM elements are those of the Standard's confidentiality profile (PS3.15 Table E.1-1), the list by which
    `bogam deidentify` cleans. A value such as "anonymized" counts as none. UIDs are not reported: every file has them.
    """

    kind: Literal["identity"] = "identity"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning for elements that name a person, notes for the rest."""
        manifest = evidence.manifest
        paths = list(dict.fromkeys(Locator.parse(place).path for place in manifest.images["image"].to_list()))
        yield from self._names(paths)
        step = -(-len(paths) // MOST_READ) if paths else 1
        stated = _read(manifest.root, paths[::step])
        told = f" Of {len(paths):,} files, {len(paths[::step]):,} evenly spread ones were read." if step > 1 else ""
        shown = _shown(paths)
        persons = [shown[path] for path, one in stated.items() if one.person]
        if persons:
            counts = Counter(name for one in stated.values() for name in one.person)
            yield self.finding(
                "warning", f"{many(len(persons), 'file names', 'files name')} a person, or a number or date of theirs, "
                           "in the header.", detail=f"Elements: {_words(counts)}.{told}", files=persons,
                why="Who gets the files learns who the patients are.", do=_DO)
        rest = [shown[path] for path, one in stated.items() if one.indirect or one.private]
        if rest:
            counts = Counter(name for one in stated.values() for name in one.indirect)
            private = sum(bool(one.private) for one in stated.values())
            if private:
                counts["private elements"] = private
            yield self.finding(
                "note", f"{many(len(rest), 'file has', 'files have')} dates, texts, device numbers or private elements "
                        "in the header that may help to identify a person.",
                detail=f"Elements: {_words(counts)}.{told}", files=rest,
                why="Each says little; together with other sources they may name one patient.", do=_DO)

    def _names(self, paths: Sequence[str]) -> Iterable[Finding]:
        """Yield a warning for file names; they are not listed, since they may be what must not be shown."""
        for what, tells in (("a date", name_says_date), ("a person's name", name_says_person)):
            places = [number for number, path in enumerate(sorted(paths), 1) if tells(path)]
            if places:
                yield self.finding(
                    "warning", f"{many(len(places), 'file has', 'files have')} a path that looks as if it held {what}.",
                    detail=f"Places in the sorted list of files: {listed([str(n) for n in places], 6)}.",
                    why="Names of files travel with them into tables, logs and reports.", do=_DO)


def _shown(paths: Sequence[str]) -> dict[str, str]:
    """Return how a finding names each file: by its path, or by its place where the path itself may name a person."""
    return {path: f"file {number} of the sorted list" if name_says_date(path) or name_says_person(path) else path
            for number, path in enumerate(sorted(paths), 1)}


def _read(root: Path, paths: Sequence[str]) -> dict[str, Stated]:
    """Return what each file states; one that cannot be read is named by another rule."""
    found = {}
    for path in paths:
        try:
            kind = sniff(root / path)
            if kind is not None:
                found[path] = stated_in(root / path, kind)
        except FileProblem:
            continue
    return found


def _words(counts: Counter[str]) -> str:
    return listed([f"{name} ({number:,})" for name, number in counts.most_common()], 12)
