"""Catch what a decoding library warns of, so that it becomes a note and never a printed value."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TURN = threading.RLock()


class _Hush(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != threading.get_ident()


@contextmanager
def recorded(logger: str = "") -> Iterator[list[str]]:
    """Collect this thread's warnings, and keep what it logs under `logger` off the log.

    Python's warning filters belong to the whole process, so threads take turns here; processes do not.

    Args:
        logger: name of a logger whose messages may hold values of the file, such as "pydicom".

    Yields:
        The list that fills with the texts of the warnings. A text may hold a value: never show it as it is.
    """
    with _TURN, warnings.catch_warnings():
        warnings.simplefilter("always")
        owner, shown, texts, hush = threading.get_ident(), warnings.showwarning, list[str](), _Hush()

        def collect(message: Warning | str, category: type[Warning], filename: str, lineno: int,
                    file: Any = None, line: str | None = None) -> None:
            if threading.get_ident() == owner:
                texts.append(str(message))
            else:
                shown(message, category, filename, lineno, file, line)

        warnings.showwarning = collect
        channel = logging.getLogger(logger) if logger else None
        if channel is not None:
            channel.addFilter(hush)
        try:
            yield texts
        finally:
            if channel is not None:
                channel.removeFilter(hush)
