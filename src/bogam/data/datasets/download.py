"""Fetch one published file over HTTPS: on request only, resumed where it stopped, checked against its MD5 sum."""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from bogam.core.errors import UserError, say
from bogam.data.datasets.compare import md5_of

OFFLINE = "BOGAM_OFFLINE"
"""Environment variable that forbids every download where it is set to anything but "" or "0"."""
_CHUNK = 1 << 18
_TIMEOUT_S = 60
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there and the bytes of the whole file, None where the server does not say."""


def fetch(url: str, path: Path, md5: str, progress: Progress = lambda done, total: None) -> bool:
    """Download a file to a path; what an earlier call left in `NAME.part` is not downloaded again.

    Args:
        url: address; HTTPS, or plain HTTP on this machine.
        path: file to write; its folder is made.
        md5: published sum, 32 hex digits.
        progress: told now and then how far it is.

    Returns:
        False where the file was there already, whole and right.

    Raises:
        UserError: offline was asked for, the address is not HTTPS, another file of that name is there, the server does
            not answer or stops, or the file that came is not the published one.
    """
    if path.exists():
        if md5_of(path) == md5:
            return False
        raise UserError(say(str(path), "a file whose MD5 sum is not the published one",
                            "nothing, or the published file", "Move it away and call again."))
    if os.environ.get(OFFLINE, "") not in ("", "0"):
        raise UserError(say(OFFLINE, os.environ[OFFLINE], "an environment that allows a download",
                            f"Unset it, or bring {url} by hand to {path}."))
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise UserError(say(url, f"the scheme {parts.scheme}", "https"))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    _receive(url, part, progress)
    if md5_of(part) != md5:
        part.unlink()
        raise UserError(say(url, "a file whose MD5 sum is not the published one", f"MD5 {md5}",
                            "What came was thrown away: call again; if that does not help, the publisher changed the "
                            "file."))
    part.replace(path)
    return True


def _receive(url: str, part: Path, progress: Progress) -> None:
    """Append to `part` what is missing of it."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            resumed = answer.status == http.HTTPStatus.PARTIAL_CONTENT
            have = have if resumed else 0
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length is not None else None
            with part.open("ab" if resumed else "wb") as stream:
                progress(have, total)
                while block := answer.read(_CHUNK):
                    stream.write(block)
                    have += len(block)
                    progress(have, total)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        raise UserError(say(url, f"the answer {error.code} ({error.reason})", "the file",
                            "Try later, or look whether the publisher moved it.")) from None
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise UserError(say(url, f"no connection, or one that broke ({reason})", "the file",
                            f"Are you online? {have:,} bytes are kept in {part.name}; the same command goes on from "
                            "there.")) from None
    if total is not None and have < total:
        raise UserError(say(url, f"{have:,} bytes", f"{total:,}", "The same command goes on from there."))
