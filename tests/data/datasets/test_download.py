"""Downloads from a server on this machine: whole, resumed, broken off, damaged, forbidden."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bogam.core.errors import UserError
from bogam.data.datasets.download import OFFLINE, fetch

CONTENT = bytes(range(256)) * 3000
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


@dataclass
class Server:
    """A server of one file and what it was asked.

    Args:
        url: address of the file.
        ranges: value of the header Range of each request, None without.
        knows_ranges: whether it answers a Range with the rest alone.
        breaks_after: bytes after which it closes the connection; None: never.
        content: what it sends.
    """

    url: str = ""
    ranges: list[str | None] = field(default_factory=list)
    knows_ranges: bool = True
    breaks_after: int | None = None
    content: bytes = CONTENT


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv(OFFLINE, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.ranges.append(asked)
            if not self.path.startswith("/set.npz"):
                self.send_error(404)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and state.knows_ranges else 0
            if asked and state.knows_ranges and start >= len(state.content):
                self.send_error(416)
                return
            body = state.content[start:]
            self.send_response(206 if asked and state.knows_ranges else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:state.breaks_after])

        def log_message(self, format: str, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{running.server_address[1]}/set.npz?download=1"
    yield state
    running.shutdown()
    running.server_close()
    thread.join()


def test_a_whole_file_with_progress(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    assert fetch(server.url, tmp_path / "new/set.npz", MD5, lambda done, total: told.append((done, total)))
    assert (tmp_path / "new/set.npz").read_bytes() == CONTENT
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["set.npz"]
    assert not fetch(server.url, tmp_path / "new/set.npz", MD5)
    assert len(server.ranges) == 1


def test_a_broken_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.breaks_after = 1000
    with pytest.raises(UserError, match="same command goes on"):
        fetch(server.url, tmp_path / "set.npz", MD5)
    assert (tmp_path / "set.npz.part").stat().st_size == 1000
    assert not (tmp_path / "set.npz").exists()
    server.breaks_after = None
    assert fetch(server.url, tmp_path / "set.npz", MD5)
    assert server.ranges == [None, "bytes=1000-"]
    assert (tmp_path / "set.npz").read_bytes() == CONTENT


def test_a_server_without_ranges_starts_over(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.npz.part").write_bytes(b"x" * 1000)
    server.knows_ranges = False
    assert fetch(server.url, tmp_path / "set.npz", MD5)
    assert (tmp_path / "set.npz").read_bytes() == CONTENT


def test_a_part_that_is_whole_is_only_checked(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.npz.part").write_bytes(CONTENT)
    assert fetch(server.url, tmp_path / "set.npz", MD5)
    assert (tmp_path / "set.npz").read_bytes() == CONTENT


def test_a_file_that_is_not_the_published_one_is_thrown_away(server: Server, tmp_path: Path) -> None:
    server.content = CONTENT[:-1] + b"x"
    with pytest.raises(UserError, match="MD5 sum is not the published one"):
        fetch(server.url, tmp_path / "set.npz", MD5)
    assert list(tmp_path.iterdir()) == []


def test_another_file_of_that_name_is_kept(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.npz").write_bytes(b"mine")
    with pytest.raises(UserError, match="Move it away"):
        fetch(server.url, tmp_path / "set.npz", MD5)
    assert (tmp_path / "set.npz").read_bytes() == b"mine"
    assert server.ranges == []


def test_offline_is_respected_before_anything_is_asked(server: Server, tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OFFLINE, "1")
    with pytest.raises(UserError, match="BOGAM_OFFLINE: got 1"):
        fetch(server.url, tmp_path / "set.npz", MD5)
    assert server.ranges == []
    monkeypatch.setenv(OFFLINE, "0")
    assert fetch(server.url, tmp_path / "set.npz", MD5)


def test_what_the_server_says_and_a_server_that_is_not_there(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the answer 404"):
        fetch(server.url.replace("set.npz", "gone.npz"), tmp_path / "set.npz", MD5)
    with pytest.raises(UserError, match="Are you online"):
        fetch("http://127.0.0.1:9/set.npz", tmp_path / "set.npz", MD5)
    with pytest.raises(UserError, match="got the scheme http, expected https"):
        fetch("http://example.org/set.npz", tmp_path / "set.npz", MD5)
