"""The claims file and the cells it names."""

from __future__ import annotations

import pytest

from bogam.audit.referee.claims import read_claims
from bogam.audit.referee.sheet import parse_sheet
from bogam.core.errors import UserError

ROWS = [{"table": t, "network": n, "loss": loss, "dice": v} for t, n, loss, v in (
    ("1", "UNet", "Dice", ".70"), ("1", "UNet", "BCE", ".60"), ("2", "UNet", "Dice", ".71"), ("1", "VGG", "", ".5"))]


def read(table, text: str):
    return read_claims(parse_sheet(text, "claims.csv"), table(ROWS))


def test_cells_are_found_by_some_of_their_factors(table) -> None:
    claim, = read(table, "kind,metric,from,to,gain\nrelative,DSC,loss=bce,table=1; loss=dice,16.7 %\n")
    assert (claim.start.line, claim.to.line, claim.metric, str(claim.gain)) == (2, 1, "dice", "16.7")


@pytest.mark.parametrize(("line", "message"), [
    ("relative,dice,loss=bce,loss=dice,5", r"fits 2 rows.*Add factors, or table="),
    ("relative,dice,loss=bce,los=dice,5", r"got the factor 'los'.*Did you mean 'loss'"),
    ("relative,dice,loss=bce,loss=dise,5", r"got loss=dise.*Did you mean 'dice'"),
    ("relative,dice,,table=2,5", "got no cell in from"), ("relative,dice,loss=bce,,5", "got no cell in to"),
    ("relativ,dice,loss=bce,table=2,5", r"got the kind 'relativ'.*Did you mean 'relative'"),
    ("relative,disce,loss=bce,table=2,5", "disce"), ("relative,dice,loss=bce,table=2,five", "got 'five'"),
    ("relative,dice,loss bce,table=2,5", "got 'loss bce', expected factor=level"),
    ("relative,auc,loss=bce,table=2,5", "fits no row with auc")])
def test_faults(table, line: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(table, f"kind,metric,from,to,gain\n{line}\n")


def test_columns(table) -> None:
    with pytest.raises(UserError, match=r"column 'form'.*Did you mean 'from'"):
        read(table, "kind,metric,form,to\nbest,dice,,table=2\n")
    with pytest.raises(UserError, match="no column 'to'"):
        read(table, "kind,metric\nbest,dice\n")


def test_best_is_among_its_table_unless_told(table) -> None:
    claim, = read(table, "kind,metric,to,among\nbest,dice,network=unet; loss=bce,\n")
    assert [row.line for row in claim.among] == [1, 2, 4]
    claim, = read(table, "kind,metric,to,among\nbest,dice,network=vgg,network=vgg\n")
    assert [row.line for row in claim.among] == [4]
    with pytest.raises(UserError, match="expected one of those in among"):
        read(table, "kind,metric,to,among\nbest,dice,network=vgg,network=unet\n")
