"""`bogam datasets`: list, show, check, get."""

from __future__ import annotations

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

from bogam.cli.datasets import datasets
from bogam.core.errors import UserError
from bogam.data.datasets.compare import Row
from bogam.data.datasets.describe import Checked
from bogam.data.datasets.medmnist import Medmnist


def run(*arguments: str) -> Result:
    return CliRunner().invoke(datasets, list(arguments), catch_exceptions=False)


def a_member(path: Path, train: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    for part, count in (("train", train), ("val", 1), ("test", 2)):
        arrays[f"{part}_images"] = np.zeros((count, 28, 28), np.uint8)
        arrays[f"{part}_labels"] = np.zeros((count, 1), np.uint8)
    np.savez(path, **arrays)
    return path


def test_the_list_names_every_data_set_and_member() -> None:
    lines = run().output.splitlines()
    names = [line.split()[0] for line in lines]
    assert {"busi", "bccd", "decathlon", "task09-spleen", "medmnist", "organmnist3d"} <= set(names)
    assert "780" in lines[names.index("busi")]
    assert "no source" in lines[names.index("covid-chestxray")]


def test_show_gives_sources_and_steps() -> None:
    text = run("show", "busi").output
    assert "Published, malignant: 210 (https://" in text
    assert "Same patients as: breastmnist." in text
    assert "  1. Open https://" in text


def test_check_says_what_is_missing(tmp_path: Path) -> None:
    a_member(tmp_path / "copy/breastmnist.npz")
    done = run("check", "breastmnist", str(tmp_path / "copy"), "--csv", str(tmp_path / "t.csv"))
    assert done.exit_code == 0
    assert "train/images                        546          3  missing here" in done.output
    assert "breastmnist.npz: MD5 is not the published one" in done.output
    assert "differs from" in done.output
    table = pl.read_csv(tmp_path / "t.csv")
    assert table.row(0, named=True)["published"] == 546
    assert set(table["verdict"]) == {"missing"}


def test_the_verdict_claims_no_more_than_was_compared() -> None:
    def verdict(*figures: tuple[int | None, int | None], **files: bool) -> str:
        return Checked("x", tuple(Row("images", *f, "") for f in figures), files, (), ()).verdict
    assert "No figure of this copy of x can be compared" in verdict((None, 91), (5, None))
    assert "agrees with" in verdict((5, 5), (None, 3))
    assert "differs from" in verdict((5, 5), (3, 2))
    assert "differs from" in verdict((5, 5), a=False)
    assert "agrees with" in verdict((None, 3), a=True)


def test_check_refuses_another_data_set(tmp_path: Path) -> None:
    a_member(tmp_path / "copy/breastmnist.npz")
    with pytest.raises(UserError, match="got a copy of breastmnist, expected the published layout of bloodmnist"):
        run("check", "bloodmnist", str(tmp_path / "copy"))
    assert run("check", "medmnist", str(tmp_path / "copy")).exit_code == 0


def test_get_by_hand_prints_the_steps_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = run("get", "idc").output
    assert "offers no plain file" in text
    assert "1. Open https://www.kaggle.com" in text
    assert list(tmp_path.iterdir()) == []


def test_get_downloads_a_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = a_member(tmp_path / "site/breastmnist_64.npz")
    handler = partial(SimpleHTTPRequestHandler, directory=str(source.parent))
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("BOGAM_OFFLINE", raising=False)
    address = f"http://127.0.0.1:{server.server_address[1]}/{source.name}"
    digest = hashlib.md5(source.read_bytes(), usedforsecurity=False).hexdigest()
    monkeypatch.setattr(Medmnist, "downloads", {source.name: address})
    monkeypatch.setattr(Medmnist, "checksums", {source.name: digest})
    try:
        text = run("get", "breastmnist", "--size", "64", "--out", str(tmp_path / "here")).output
        assert "is downloaded; its MD5 sum is the published one" in text
        assert "was there already" in run("get", "breastmnist", "--size", "64", "--out", str(tmp_path / "here")).output
    finally:
        server.shutdown()
        server.server_close()
    assert (tmp_path / "here/breastmnist_64.npz").read_bytes() == source.read_bytes()
    assert "agrees with" not in run("check", "breastmnist", str(tmp_path / "here")).output


@pytest.mark.parametrize(("arguments", "match"), [
    (("show", "buzi"), "Did you mean 'busi'"), (("get", "medmnist"), "Name one: pathmnist"),
    (("get", "breastmnist", "--size", "99"), "breastmnist.npz, breastmnist_64.npz"),
    (("get", "organmnist3d", "--size", "224"), "organmnist3d.npz, organmnist3d_64.npz")])
def test_faults_name_the_way_out(arguments: tuple[str, ...], match: str) -> None:
    with pytest.raises(UserError, match=match):
        run(*arguments)


@pytest.mark.parametrize("arguments", [("check", "busi"), ("show",), ("get", "busi", "folder")])
def test_missing_or_idle_arguments(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(datasets, list(arguments))
    assert done.exit_code == 2
    assert "takes NAME" in done.output
