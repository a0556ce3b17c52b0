"""`bogam phantom`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bogam.cli.phantom import KINDS, phantom
from bogam.core.errors import UserError
from bogam.data.phantoms.family import phantoms


def test_the_kinds_are_those_of_the_family() -> None:
    assert list(KINDS) == phantoms.names()


def test_it_says_where_and_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "new"
    told = CliRunner().invoke(phantom, ["mammogram", "--out", str(out), "--images", "6", "--size", "40"],
                              catch_exceptions=False)
    assert told.exit_code == 0
    assert "Wrote 6 images of 3 patients" in told.output
    assert f"bogam init {out / 'site-a'}" in told.output
    assert (out / "site-b" / "labels.csv").is_file()
    with pytest.raises(UserError, match="--force"):
        CliRunner().invoke(phantom, ["mammogram", "--out", str(out)], catch_exceptions=False)


def test_settings_that_do_not_fit_end_in_a_clear_message(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"histology\.bits: got 12"):
        CliRunner().invoke(phantom, ["histology", "--out", str(tmp_path / "new"), "--bits", "12"],
                           catch_exceptions=False)
