"""`bogam deidentify`."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pydicom
import pytest
from click.testing import CliRunner
from PIL import Image

from bogam.cli.deidentify import FLAGS, deidentify
from bogam.core.errors import UserError
from bogam.data.deidentify.options import REFUSED, Options
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom


def invoke(*arguments: object):
    return CliRunner().invoke(deidentify, [str(a) for a in arguments], catch_exceptions=False)


def test_each_option_of_the_profile_is_a_flag() -> None:
    assert set(FLAGS) == {field.name for field in fields(Options)}


def test_a_phantom_goes_through_and_the_command_says_where(tmp_path: Path) -> None:
    phantom = phantoms.parse({"mammogram": {"images": 6, "size": (64, 64), "sites": 1, "bits": 12, "seed": 2}})
    write_phantom(phantom, tmp_path / "in", "dicom")
    arguments = (tmp_path / "in", tmp_path / "out", "--key", tmp_path / "my.key", "--jobs", "2", "--keep-folder",
                 "normal", "--retain-modified-dates")
    told = invoke(*arguments)
    assert told.exit_code == 0
    assert "A new key was made" in told.output
    assert "12 clean copies" in told.output
    assert "2 files were set aside" in told.output
    assert "No de-identification is perfect" in told.output
    after = [pydicom.dcmread(path) for path in sorted((tmp_path / "out").rglob("*.dcm"))]
    assert len(after) == 6
    assert len({one.PatientID for one in after}) == len(phantom.patients())
    assert {one.LongitudinalTemporalInformationModified for one in after} == {"MODIFIED"}
    again = invoke(*arguments)
    assert "(14 files done by an earlier run)" in again.output
    assert "A new key" not in again.output


@pytest.mark.parametrize("option", REFUSED)
def test_options_of_the_standard_that_are_not_offered_are_refused_by_name(tmp_path: Path, option: str) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UserError, match=f"--{option}: got an option that is not offered"):
        invoke(tmp_path / "in", tmp_path / "out", "--key", tmp_path / "my.key", f"--{option}")
    assert not (tmp_path / "my.key").exists()


def test_a_fault_of_the_user_ends_in_one_message_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "in" / "a.png")
    done = subprocess.run([sys.executable, "-m", "bogam", "deidentify", str(tmp_path / "in"), str(tmp_path / "in/out"),
                           "--key", str(tmp_path / "my.key")], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "which lies in the source" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "my.key").exists()
