"""The three ways in which bogam stops, and how a message is worded.

Every message reads ``<where>: got <what>, expected <what>. <what to do>.``
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BogamError(Exception):
    """Anything that bogam raises on purpose; `exit_code` is what the command line returns."""

    exit_code = 1


class UserError(BogamError):
    """Something that the user can put right: a recipe, an option, a folder. No traceback is shown."""

    exit_code = 2


class FileProblem(UserError):
    """One file that cannot be used. A scan names it, sets it aside and goes on.

    Args:
        file: path as shown to the user, relative to the data root where possible.
        problem: what is wrong, one clause, without the file's name.
    """

    def __init__(self, file: str, problem: str) -> None:
        self.file = str(file)
        self.problem = problem
        super().__init__(f"{self.file}: {problem}")

    def __reduce__(self) -> tuple[type[FileProblem], tuple[str, str]]:
        return type(self), (self.file, self.problem)


class AuditStop(BogamError):
    """The audit found what no study may go past."""

    exit_code = 3


def say(where: str, got: object, expected: str, do: str = "") -> str:
    """Word a message the way all of bogam's messages are worded.

    Example:
        >>> say("case 0412", "a mask of shape (64, 64)", "(96, 96)", "Was it saved from another image?")
        'case 0412: got a mask of shape (64, 64), expected (96, 96). Was it saved from another image?'
    """
    message = f"{where}: got {got}, expected {expected}."
    return f"{message} {do}" if do else message


def near_miss(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest known name, or the known names; of more than 60 the first ten.

    Example:
        >>> near_miss("gama", ["gamma", "flip"])
        "Did you mean 'gamma'?"
        >>> near_miss("zzz", ["flip", "gamma"])
        'Known: flip, gamma.'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"Did you mean '{close[0]}'?"
    if len(names) > 60:
        return f"Known: {', '.join(names[:10])} and {len(names) - 10:,} more."
    return f"Known: {', '.join(names)}." if names else "None are known."
