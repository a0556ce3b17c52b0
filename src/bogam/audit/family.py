"""What a rule of the audit is: it reads tables, and returns findings. One file per rule in `rules/`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from bogam.audit.probe.result import ProbeResult
from bogam.core.registry import Family, Part
from bogam.data.duplicates import Similar
from bogam.data.looks import Looks
from bogam.data.manifest import Manifest
from bogam.data.same.evidence import Same, declared_only

Severity = Literal["stop", "warning", "note"]
MOST_FILES = 200
"""Files that a finding names; its title has the whole number."""


@dataclass(frozen=True)
class Finding:
    """One thing that the audit found.

    Args:
        rule: name of the rule, which a user can cite and accept.
        severity: "stop": no study goes past it unless the recipe gives a reason; "warning"; "note".
        title: one line with its numbers.
        detail: what exactly, without the files.
        files: files or ids concerned, at most `MOST_FILES` of them.
        why: why it matters.
        do: what to do.
        worth: what it could be worth in points, where that can be said.
        pairs: pictures to show: (id, id, caption) side by side; an empty second id shows one alone.
    """

    rule: str
    severity: Severity
    title: str
    detail: str = ""
    files: tuple[str, ...] = ()
    why: str = ""
    do: str = ""
    worth: str = ""
    pairs: tuple[tuple[str, str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return a plain mapping."""
        return {**asdict(self), "files": list(self.files), "pairs": [list(pair) for pair in self.pairs]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Finding:
        """Return the finding that `to_dict` wrote, now or before findings had pictures."""
        return cls(**{**values, "files": tuple(values.get("files") or ()),
                      "pairs": tuple((one, other, words) for one, other, words in values.get("pairs") or ())})

    def examples(self, most: int = 4) -> str:
        """Return the first files in one line, or "".

        Example:
            >>> Finding("copies", "note", "", files=("a.png", "b.png", "c.png")).examples(2)
            'a.png; b.png; ...'
        """
        return "; ".join(self.files[:most]) + ("; ..." if len(self.files) > most else "")


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the rules look at.

    Args:
        manifest: scanned; its `folds` are empty before a split.
        target: the class column, or None.
        near: similar pairs, or None where nobody looked.
        same: identical pictures, copies, children and masks; None: what the manifest alone tells.
        looks: small pictures and marks of the images, or None where nobody looked.
        probe: what the copier and shuffled labels gave on the split, or None where nobody probed.
    """

    manifest: Manifest
    target: str | None = None
    near: Similar | None = None
    looks: Looks | None = None
    probe: ProbeResult | None = None
    same: Same = None  # type: ignore[assignment]  # filled below
    classes: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        if self.same is None:
            object.__setattr__(self, "same", declared_only(self.manifest))
        rows = self.manifest.targets.select("id", self.target).rows() if self.target else []
        object.__setattr__(self, "classes", {name: str(value) for name, value in rows if value is not None})

    def digest(self) -> str:
        """Return 16 hex digits that change with anything that a rule could look at.

        Of what follows from the pixels alone (similar pairs, looks) it counts only whether anybody looked.
        """
        total = hashlib.sha256(self.manifest.digest().encode())
        for frame in (self.manifest.set_aside, self.manifest.unused):
            total.update(frame.write_csv().encode())
        total.update(repr((self.target, self.near is None, self.looks is None, self.probe)).encode())
        return total.hexdigest()[:16]


class Rule(Part):
    """A rule of the audit."""

    needs_pixels: ClassVar[bool] = False
    needs_split: ClassVar[bool] = False
    """It looks at who is in which part, and at nothing before there are parts."""
    needs_probe: ClassVar[bool] = False
    """It speaks only of what `bogam audit --probe` has run, and then always."""
    hard: ClassVar[bool] = False
    """A stop that is accepted only by a reason that states the number in its title: see `run.is_accepted`."""

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield what the rule finds in the tables."""
        raise NotImplementedError

    def finding(self, severity: Severity, title: str, **more: Any) -> Finding:
        """Return a finding that bears the rule's name; of `files` and `pairs` the first `MOST_FILES` are kept."""
        files, pairs = (tuple(more.pop(name, ()))[:MOST_FILES] for name in ("files", "pairs"))
        return Finding(self.kind, severity, title, files=files, pairs=pairs, **more)


rules: Family[Rule] = Family("audit rule", "bogam.audit.rules", Rule)

