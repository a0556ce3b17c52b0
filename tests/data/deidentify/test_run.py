"""A whole folder: nothing planted survives, the source is untouched, the same key gives the same bytes, runs resume."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from bogam.core.errors import UserError
from bogam.data.deidentify import run as module
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.options import Options
from bogam.data.deidentify.plan import plan
from bogam.data.deidentify.run import deidentify
from bogam.data.deidentify.words_of_run import sentences
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom


def tree(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def source(tmp_path: Path, planted, replant) -> Path:
    """Return a folder with planted files of every kind, files that are not cleaned, and broken ones."""
    root = tmp_path / "in"
    paths = planted(root / "Quixotesson_Marguerite" / "benign", images=3)
    replant(paths[2], 2, jpeg=True)
    grey = np.random.Generator(np.random.Philox(key=1)).integers(0, 256, (80, 90), np.uint8)
    info = PngImagePlugin.PngInfo()
    info.add_text("Patient", "Quixotesson Marguerite")
    folder = root / "ZQX8812345"
    folder.mkdir()
    Image.fromarray(grey).save(folder / "Ravenscroft_003.png", pnginfo=info)
    Image.fromarray(grey).save(folder / "Ravenscroft_003_mask.png")
    Image.fromarray(grey).save(folder / "mquixotesson.jpg", comment=b"lives next to the Blue Heron inn")
    Image.fromarray(grey).save(folder / "Saint Eulalia Infirmary.tiff", tiffinfo={315: "Ravenscroft Ottilie"})
    image = nibabel.Nifti1Image(np.zeros((4, 5, 6), np.int16), np.eye(4))
    image.header["descrip"] = b"Quixotesson Marguerite"
    nibabel.save(image, folder / "Quixotesson.nii.gz")
    (folder / "ACC99887766.txt").write_text("Quixotesson", encoding="utf-8")
    (root / "labels.csv").write_text("image,name\n1,Quixotesson\n", encoding="utf-8")
    (root / "Quixotesson_broken.dcm").write_bytes(paths[0].read_bytes()[:700])
    (root / "Quixotesson_broken.png").write_bytes(b"\x89PNG\r\n\x1a\nQuixotesson")
    (root / "empty.dcm").write_bytes(b"")
    return root


def test_nothing_planted_survives_in_results_names_logs_or_words(tmp_path: Path, source: Path, leaked,
                                                                 capfd: pytest.CaptureFixture) -> None:
    before = tree(source)
    out, log = tmp_path / "out", tmp_path / "out-log"
    result = deidentify(source, out, tmp_path / "my.key", Options(mask_text=True), mapping=tmp_path / "names.csv")
    assert tree(source) == before
    written = [one for one in result.outcomes if one.written]
    assert [one.kind for one in written].count("dicom") == 3
    assert {one.kind for one in written} == {"dicom", "png", "jpeg", "tiff", "nifti"}
    assert len(written) == 8
    for path in (*out.rglob("*"), *log.rglob("*")):
        assert not leaked(path.as_posix().encode()), path.name
        if path.is_file():
            assert not leaked(path.read_bytes()), path.name
    said = "\n".join(sentences(result, out, tmp_path / "my.key", mask=True))
    assert not leaked(said.encode())
    captured = capfd.readouterr()
    assert not leaked((captured.out + captured.err).encode())
    assert "8 clean copies" in said
    assert "5 files were set aside" in said
    with (tmp_path / "names.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 13
    assert {row["output"] for row in rows if row["output"]} == set(tree(out))


def test_what_cannot_be_cleaned_is_set_aside_and_named_by_number(tmp_path: Path, source: Path) -> None:
    result = deidentify(source, tmp_path / "out", tmp_path / "my.key")
    problems = {one.number: one.problem for one in result.outcomes if not one.written}
    listed = sorted(p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file())
    assert {listed[number - 1] for number in problems} == {
        "Quixotesson_broken.dcm", "Quixotesson_broken.png", "ZQX8812345/ACC99887766.txt", "empty.dcm", "labels.csv"}
    held = json.loads((result.log / "log.json").read_text(encoding="utf-8"))
    assert (held["files"], held["written"], len(held["set_aside"])) == (13, 8, 5)
    assert {"element": "PatientName", "what": "replaced by a pseudonym", "files": 3, "times": 9} in held["changed"]
    assert held["methods"] == [["113100", "Basic Application Confidentiality Profile"]]
    rows = list(csv.DictReader((result.log / "log.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["status"] for row in rows].count("set aside") == 5
    assert len({row["file"] for row in rows}) == 13


def test_the_same_key_gives_the_same_bytes_and_another_one_others(tmp_path: Path, source: Path) -> None:
    deidentify(source, tmp_path / "one", tmp_path / "a.key")
    deidentify(source, tmp_path / "two", tmp_path / "a.key", jobs=2)
    deidentify(source, tmp_path / "three", tmp_path / "b.key")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert not set(tree(tmp_path / "one")) & set(tree(tmp_path / "three"))
    assert not set(tree(tmp_path / "one").values()) & set(tree(tmp_path / "three").values()) - {
        sha for path, sha in tree(tmp_path / "one").items() if not path.endswith(".dcm")}


def test_the_key_is_the_owners_alone_and_stays_out_of_the_results(tmp_path: Path, source: Path) -> None:
    key = tmp_path / "keys" / "my.key"
    assert deidentify(source, tmp_path / "out", key).new_key
    if os.name == "posix":
        assert key.stat().st_mode & 0o077 == 0
    assert not deidentify(source, tmp_path / "out", key).new_key
    secret = key.read_bytes().strip()
    for path in (*(tmp_path / "out").rglob("*"), *(tmp_path / "out-log").rglob("*")):
        if path.is_file():
            assert secret not in path.read_bytes()
            assert bytes.fromhex(secret.decode()) not in path.read_bytes()


@pytest.mark.parametrize(("out", "key", "log", "words"), [
    ("in/out", "my.key", None, "lies in the source"), ("in", "my.key", None, "lies in the source"),
    (".", "my.key", None, "holds the source"), ("out", "out/my.key", None, "lies in the folder of the results"),
    ("out", "my.key", "out/log", "lies in the source or in the results"),
    ("out", "my.key", "in/log", "lies in the source or in the results"), ("full", "my.key", None, "not empty"),
    ("out", "bad.key", None, "holds no key"), ("out", "short.key", None, "16 bytes or more"),
    ("file", "my.key", None, "a file")])
def test_places_that_would_harm_are_refused(tmp_path: Path, out: str, key: str, log: str | None, words: str) -> None:
    (tmp_path / "in").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "in" / "a.png")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "bad.key").write_text("no key", encoding="utf-8")
    (tmp_path / "short.key").write_text("00ff", encoding="utf-8")
    before = tree(tmp_path)
    with pytest.raises(UserError, match=words):
        deidentify(tmp_path / "in", tmp_path / out, tmp_path / key, log=tmp_path / log if log else None)
    assert tree(tmp_path) == before


def test_a_second_run_does_only_what_is_new(tmp_path: Path, source: Path) -> None:
    out, key = tmp_path / "out", tmp_path / "my.key"
    deidentify(source, out, key)
    times = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    again = deidentify(source, out, key)
    assert again.before == len(again.outcomes) == 13
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()} == times
    changed = source / "ZQX8812345" / "Ravenscroft_003.png"
    Image.new("L", (70, 70), 7).save(changed)
    (source / "ZQX8812345" / "mquixotesson.jpg").unlink()
    third = deidentify(source, out, key)
    assert third.before == 11
    assert len([p for p in out.rglob("*") if p.is_file()]) == 7
    assert not list(out.rglob("*.jpg"))
    whole = deidentify(source, tmp_path / "fresh", key)
    assert tree(out) == tree(tmp_path / "fresh")
    assert [o.sha256 for o in whole.outcomes] == [o.sha256 for o in third.outcomes]


def test_other_options_do_it_again_and_another_key_is_refused(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "out"
    deidentify(source, out, tmp_path / "my.key")
    assert deidentify(source, out, tmp_path / "my.key", Options(retain_device=True)).before == 0
    with pytest.raises(UserError, match="made with another key"):
        deidentify(source, out, tmp_path / "other.key")


def test_a_killed_run_goes_on_and_ends_the_same(tmp_path: Path, planted) -> None:
    source, out, key = tmp_path / "in", tmp_path / "out", tmp_path / "my.key"
    planted(source, images=20)
    command = [sys.executable, "-m", "bogam", "deidentify", str(source), str(out), "--key", str(key), "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None and len(list(out.rglob("*.dcm"))) < 4:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    done = len(list(out.rglob("*.dcm")))
    assert 4 <= done < 20, "the process was not killed in the middle"
    (out / "left.dcm.part").write_bytes(b"half")
    journal = tmp_path / "out-log" / "journal.jsonl"
    with journal.open("a", encoding="utf-8") as stream:
        stream.write('{"key": "cut')
    result = deidentify(source, out, key)
    assert 0 < result.before <= done
    assert not list(out.rglob("*.part"))
    deidentify(source, tmp_path / "whole", key)
    assert tree(out) == tree(tmp_path / "whole")
    assert (tmp_path / "out-log" / "log.csv").read_bytes() == (tmp_path / "whole-log" / "log.csv").read_bytes()
    assert deidentify(source, out, key).before == 20


def test_a_file_that_ends_its_process_is_set_aside(tmp_path: Path, source: Path, monkeypatch) -> None:
    class Pool:
        """Stands for processes, one of which dies of one file."""

        def __init__(self, workers: int) -> None:
            pass

        def __enter__(self) -> "Pool":
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def submit(self, work, items, job):
            from concurrent.futures import Future
            future = Future()
            if any(item.source.endswith("_003.png") for item in items):
                future.set_exception(BrokenProcessPool("died"))
            else:
                future.set_result(work(items, job))
            return future

    monkeypatch.setattr(module, "_pool", Pool)
    result = deidentify(source, tmp_path / "out", tmp_path / "my.key", jobs=2)
    aside = [one for one in result.outcomes if "ended the process" in one.problem]
    assert len(aside) == 1
    assert sum(one.written for one in result.outcomes) == 7


def test_names_keep_what_groups_and_pairs_files(tmp_path: Path) -> None:
    for name in ("benign/p0012_1.png", "benign/p0012_1_mask.png", "benign/p0012_2.png", "malignant/p0013_1.png",
                 "masks/p0013_1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (8, 8)).save(tmp_path / name)
    made = Pseudonyms(b"k" * 32)
    names = {item.source: item.target for item in plan(tmp_path, made, ["benign", "malignant"], "{patient}_{rest}")}
    assert names["benign/p0012_1.png"].startswith("benign/")
    assert not names["masks/p0013_1.png"].startswith("masks/")
    assert names["benign/p0012_1_mask.png"] == names["benign/p0012_1.png"].replace(".png", "_mask.png")
    first, second = (names[f"benign/p0012_{n}.png"] for n in (1, 2))
    assert first.removesuffix("_1.png") == second.removesuffix("_2.png")
    patient = made.short("patient", "id p0012").lower()
    assert Path(first).name.startswith(patient + "_f-")
    assert Path(names["malignant/p0013_1.png"]).name == Path(names["masks/p0013_1.png"]).name
    for wishes, words in ((({"keep_folders": ["benin"]}), "--keep-folder"), ({"patient": "{patient}-x"}, "--patient")):
        with pytest.raises(UserError, match=words):
            deidentify(tmp_path, tmp_path.parent / "out-of-names", tmp_path.parent / "no.key", **wishes)
    assert not (tmp_path.parent / "no.key").exists()


def test_two_files_never_get_one_name(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.jpeg", "A.jpg"):
        Image.new("L", (8, 8)).save(tmp_path / name)
    targets = [item.target for item in plan(tmp_path, Pseudonyms(b"k" * 32))]
    assert len({target.lower() for target in targets}) == len(targets)


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    Image.new("L", (8, 8)).save(secret / "a.png")
    source = tmp_path / "in"
    source.mkdir()
    Image.new("L", (8, 8)).save(source / "b.png")
    try:
        (source / "file.png").symlink_to(secret / "a.png")
        (source / "folder").symlink_to(secret, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    result = deidentify(source, tmp_path / "out", tmp_path / "my.key")
    assert [one.problem for one in result.outcomes] == ["", "is a link, which is not followed",
                                                        "is a link, which is not followed"]


def test_a_drawn_name_is_shown_and_painted_over(tmp_path: Path) -> None:
    import cv2

    source = tmp_path / "in"
    phantom = phantoms.parse({"mammogram": {"images": 4, "size": (256, 256), "sites": 1, "seed": 4}})
    write_phantom(phantom, source)
    drawn = sorted((source / "site-a").rglob("*_1.png"))[0]
    picture = cv2.imread(str(drawn), cv2.IMREAD_UNCHANGED)
    ink = cv2.putText(np.zeros_like(picture), "DOE JOHN 17.04.1953", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1,
                      cv2.LINE_AA) > 60
    picture[ink] = 255
    cv2.imwrite(str(drawn), picture)
    jpeg = source / "site-a" / "drawn.jpg"
    cv2.imwrite(str(jpeg), picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
    left = deidentify(source, tmp_path / "left", tmp_path / "my.key")
    assert left.sheet is not None
    assert left.sheet.parent == tmp_path / "left-log"
    assert sum(bool(one.regions) for one in left.outcomes) == 2
    masked = deidentify(source, tmp_path / "masked", tmp_path / "my.key", Options(mask_text=True))
    targets = [one.target for one in masked.outcomes if one.regions]
    assert all(target.endswith(".png") for target in targets)
    for target in targets:
        after = cv2.imread(str(tmp_path / "masked" / target), cv2.IMREAD_UNCHANGED)
        assert after.shape == picture.shape
        assert int(after[ink].max()) == 0
    copy = next(one.target for one in masked.outcomes if one.regions and one.kind == "png")
    after = cv2.imread(str(tmp_path / "masked" / copy), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(after[60:], picture[60:])
    assert deidentify(source, tmp_path / "blind", tmp_path / "my.key", find_text=False).sheet is None
