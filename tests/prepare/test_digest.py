from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bogam.prepare import digest
from bogam.prepare.digest import FileDigests, case_key


def rewrite(path, text):
    stat = path.stat()
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_young_file_is_read_each_time(tmp_path):
    files = FileDigests()
    (tmp_path / "a").write_text("one", encoding="utf-8")
    first = files.of(tmp_path / "a")
    rewrite(tmp_path / "a", "two")
    assert files.of(tmp_path / "a") != first


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no time of the last change of a file's state")
def test_a_restored_time_does_not_hide_a_change(tmp_path, monkeypatch):
    monkeypatch.setattr(digest, "SETTLED_NS", -(10 ** 18))
    files = FileDigests()
    (tmp_path / "a").write_text("one", encoding="utf-8")
    first = files.of(tmp_path / "a")
    rewrite(tmp_path / "a", "two")
    assert files.of(tmp_path / "a") != first


def test_a_settled_file_is_read_once(tmp_path, monkeypatch):
    monkeypatch.setattr(digest, "SETTLED_NS", -(10 ** 18))
    files = FileDigests()
    (tmp_path / "a").write_text("one", encoding="utf-8")
    first = files.of(tmp_path / "a")
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read again"))
    assert files.of(tmp_path / "a") == first


def test_a_folder_is_its_files_and_their_names(tmp_path):
    (tmp_path / "s").mkdir()
    for name in "ab":
        (tmp_path / "s" / name).write_text(name, encoding="utf-8")
    first = FileDigests().of(tmp_path / "s")
    (tmp_path / "s" / "b").rename(tmp_path / "s" / "c")
    assert FileDigests().of(tmp_path / "s") != first


def test_every_thing_that_a_case_depends_on_is_in_the_key(tmp_path):
    for name in ("a.png", "m.png", "copy.npz"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    image = {"id": "one", "image": "copy.npz#array=x&row=3", "pixels_sha256": None}
    mask = {"id": "one", "kind": "mask", "label": "lesion", "locator": "m.png", "values": "nonzero", "y0": None}

    def key(image=image, objects=(mask,), settings="{}"):
        return case_key(tmp_path, image, objects, settings, FileDigests())

    others = [key(image | {"image": "copy.npz#array=x&row=4"}), key(image | {"pixels_sha256": "f"}), key(objects=()),
              key(objects=[mask | {"label": "cyst"}]), key(objects=[mask | {"values": "=2"}]),
              key(objects=[mask, mask | {"kind": "box", "locator": None, "y0": 1.0}]), key(settings="[]"), key()]
    assert len(set(others)) == len(others)
    assert key(image | {"id": "two"}, [mask | {"id": "two"}]) == key()
    (tmp_path / "m.png").write_text("other", encoding="utf-8")
    assert key() not in others
    with pytest.raises(FileNotFoundError):
        key(image | {"image": "gone.png"})
