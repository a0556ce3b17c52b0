"""The user's key, and the pseudonyms, UIDs and shifts of dates that follow from it.

Everything is an HMAC-SHA256 of the original value under the key: equal values become equal pseudonyms in all files and
all runs with that key; without it nobody can tell which value a pseudonym stands for, not even by trying all values.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bogam.core.errors import UserError, say

_BYTES = 32
_LEAST = 16
_MOST_DAYS = 3650


def read_key(path: Path, out: Path) -> tuple[bytes, bool]:
    """Read the key of a file, or make one where there is no file, readable by its owner alone.

    Args:
        path: a text file with hexadecimal digits.
        out: the folder of the results, in which the key may not lie.

    Returns:
        The key, and whether it is new.

    Raises:
        UserError: the key lies in `out`, is no key, or is shorter than 16 bytes.
    """
    if path.resolve().is_relative_to(out.resolve()):
        raise UserError(say("--key", f"{path}, which lies in the folder of the results", "a file elsewhere",
                            "Who has the key can tell which patient a pseudonym stands for."))
    if path.is_dir():
        raise UserError(say("--key", f"{path}, a folder", "a file"))
    if not path.exists():
        key = secrets.token_bytes(_BYTES)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(key.hex() + "\n")
        return key, True
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise UserError(say("--key", f"{path}, which holds no key", "hexadecimal digits, as bogam wrote them",
                            "Name another file, or a new one, which is then made.")) from error
    if len(key) < _LEAST:
        raise UserError(say("--key", f"a key of {len(key)} bytes in {path}", f"{_LEAST} bytes or more",
                            "Name a new file, which is then made."))
    return key, False


class Pseudonyms:
    """What a key makes of values.

    Example:
        >>> made = Pseudonyms(b"0" * 32)
        >>> made.uid("1.2.3") == made.uid("1.2.3") != made.uid("1.2.4")
        True
        >>> made.short("patient", "4711") == Pseudonyms(b"1" * 32).short("patient", "4711")
        False
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _digest(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)

    def short(self, kind: str, value: str, length: int = 12) -> str:
        """Return capital letters and digits 2 to 7 that stand for a value; the default holds 60 bits."""
        return base64.b32encode(self._digest(kind, value)).decode("ascii")[:length]

    def uid(self, uid: str) -> str:
        """Return a UID under the root 2.25 (a UUID of version 8 as a number), which needs no registration."""
        number = int.from_bytes(self._digest("uid", uid)[:16], "big")
        number = number & ~(0xF << 76) | 0x8 << 76
        return f"2.25.{number & ~(0x3 << 62) | 0x2 << 62}"

    def days(self, patient: str) -> int:
        """Return by how many days the dates of a patient move: 1 to 3650 days back."""
        return -1 - int.from_bytes(self._digest("days", patient)[:8], "big") % _MOST_DAYS

    def fingerprint(self) -> str:
        """Return 12 letters that tell one key from another and nothing else of it."""
        return self.short("fingerprint", "key")
