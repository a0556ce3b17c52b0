"""Where bogam keeps what it has looked at, so that an audit, a study and a training look at each picture once."""

from __future__ import annotations

from pathlib import Path

from bogam.core.errors import UserError, say

HOME = "bogam-out"
"""Folder of studies, trainings and audits, below the folder in which the command is given."""


def looked_cache(out: Path, chosen: Path | None = None) -> Path:
    """Return the folder that remembers decoded files, small pictures and findings of the audit.

    All that lies in one `bogam-out` shares `bogam-out/cache`; a study elsewhere keeps its own.

    Args:
        out: folder of the study, the training or the audit.
        chosen: by the user (`--cache`).

    Example:
        >>> looked_cache(Path("bogam-out/busi")).as_posix(), looked_cache(Path("far/busi")).as_posix()
        ('bogam-out/cache', 'far/busi/cache')
        >>> looked_cache(Path("bogam-out/busi"), Path("fast")).as_posix()
        'fast'
    """
    if chosen is not None:
        return chosen
    return out.parent / "cache" if out.parent.name == HOME else out / "cache"


def made_cache(folder: Path) -> Path:
    """Make the folder of a cache where it is not there, and return it. Raises UserError where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(say(f"cache {folder}", f"a place that cannot be written ({error.strerror})", "a folder",
                            "Name another with --cache.")) from None
    return folder


def audit_folder(name: str) -> Path:
    """Return where the card of an audit goes where the user names no folder."""
    return Path(HOME) / f"audit-{name}"


def cache_of_audit(what: Path, chosen: Path | None = None) -> Path:
    """Return the folder in which an audit remembers: the user's, a study's own, else that of all audits and studies."""
    if chosen is None and (what / "study.json").is_file():
        return looked_cache(what)
    return looked_cache(audit_folder("any"), chosen)
