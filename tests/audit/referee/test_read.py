"""From a sheet to rows: columns, scales, averages, the long form."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bogam.audit.referee.read import read_results
from bogam.audit.referee.results import Reading
from bogam.audit.referee.sheet import parse_sheet
from bogam.core.errors import UserError


def read(text: str, **reading):
    return read_results(parse_sheet(text, "r.csv"), Reading(**reading))


def test_a_wide_table() -> None:
    found = read("table,network,kernel,dice,dice_sd,n\nTable 1,UNet,big,0.71,.03,\"1,200\"\n")
    row, = found.rows
    assert (row.line, row.name) == (2, "Table 1: UNet, big")
    assert (str(row.values["dice"]), str(row.sds["dice"]), row.counts) == ("0.71", ".03", {"n": 1200})
    assert found.notes == ("Taken as factors: kernel.", "Taken as fraction by its values, since nothing says so: dice.")


def test_a_long_table_is_the_same() -> None:
    wide = read("network,dice,auc\nUNet,0.71,0.9\nResNet,0.72,0.8\n", scale="fraction")
    long = read("network,metric,value\nUNet,dice,0.71\nUNet,AUROC,0.9\nResNet,dice,0.72\nResNet,auc,0.8\n",
                scale="fraction")
    assert [row.values for row in wide.rows] == [row.values for row in long.rows]


def test_a_long_table_with_percent_counts_and_spreads() -> None:
    row, = read("network,metric,value,sd\nUNet,dice (%),71.0,3.0\nUNet,n,200,\n").rows
    assert (row.values["dice"].value, row.counts) == (Fraction("0.71"), {"n": 200})
    with pytest.raises(UserError, match="got the metric 'dise'"):
        read("network,metric,value\nUNet,dise,71.0\n")
    with pytest.raises(UserError, match="got dice twice for one row"):
        read("network,metric,value\nUNet,dice,0.7\nUNet,dice,0.8\n")
    with pytest.raises(UserError, match="both metric and value"):
        read("network,metric,dice\nUNet,dice,0.7\n")


def test_percent_is_stated_or_recognized_with_a_note_and_never_guessed() -> None:
    said = read("network,dice (%)\na,0.9\nb,71.3\n")
    assert [float(r.values["dice"].value) for r in said.rows] == [0.009, 0.713]
    assert not any("Taken as percent" in note for note in said.notes)
    seen = read("network,dice\na,68.0\nb,71.3\nc,0\n")
    assert [float(r.values["dice"].value) for r in seen.rows] == [0.68, 0.713, 0.0]
    assert "Taken as percent by its values, since nothing says so: dice." in seen.notes
    with pytest.raises(UserError, match=r"dice: got values from 0.9 to 71.3, expected.*Say --scale fraction"):
        read("network,dice\na,0.9\nb,71.3\n")
    assert float(read("network,dice\na,0.9\nb,1.02\n", scale="fraction").rows[1].values["dice"].value) == 1.02
    cells = read("network,dice\na,71 %\nb,0.7\n")
    assert [float(r.values["dice"].value) for r in cells.rows] == [0.71, 0.7]


def test_spreads_and_ends_have_the_scale_of_their_metric() -> None:
    row, = read("network,dice,dice_low,dice_high,dice_sd\na,71.0,68.0,74.0,1.2\n").rows
    held = (row.values, row.lows, row.highs, row.sds)
    assert [float(one["dice"].value) for one in held] == [0.71, 0.68, 0.74, 0.012]


@pytest.mark.parametrize(("header", "cells", "averaged", "runs"), [
    ("dice", "0.7", "unstated", None), ("dice,folds", "0.7,5", "folds", 5), ("dice,seeds", "0.7,3", "seeds", 3),
    ("dice,folds,seeds", "0.7,5,2", "folds", 10), ("dice,runs", "0.7,1", "no", 1), ("dice,runs", "0.7,4", "yes", 4),
    ("dice,fold", "0.7,2", "no", 1), ("accuracy,accuracy_sd", "0.7,0.1", "yes", None),
    ("dice,dice_sd", "0.7,0.1", "unstated", None)])
def test_what_values_are_averages_over(header: str, cells: str, averaged: str, runs: int | None) -> None:
    row, = read(f"network,{header}\na,{cells}\n", scale="fraction").rows
    assert (row.averaged, row.runs) == (averaged, runs)


def test_the_user_says_what_the_table_does_not() -> None:
    row, = read("network,dice\na,0.7\n", averaged="seeds", classes=2).rows
    assert (row.averaged, row.classes, row.two_classes) == ("seeds", 2, True)
    row, = read("network,dice,runs\na,0.7,1\n", averaged="folds").rows
    assert row.averaged == "no"  # what the row says counts
    row, = read("network,dice,fold\na,0.7,2\n", averaged="seeds").rows
    assert row.averaged == "seeds"  # a numbered fold only hints


@pytest.mark.parametrize(("text", "columns", "message"), [
    ("network,kernel\na,b\n", {}, "no column of a metric"),
    ("network,frac,dice\na,0.5,0.7\n", {}, r"column 'frac': got numbers under a name that is not known"),
    ("network,dice,dsc\na,0.5,0.7\n", {}, "columns dice, dsc: got 2 columns for dice"),
    ("network,dice\na,seven\n", {}, r"line 2, dice: got 'seven'"),
    ("network,dice,n\na,0.7,many\n", {}, r"line 2, n: got 'many'"),
    ("network,dice\na,0.7\n", {"netwrk": "factor"}, r"--column netwrk.*Did you mean 'network'"),
    ("network,dice,sd\na,0.7,0.1\n", {}, "a spread of no metric")])
def test_faults_are_named(text: str, columns: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(text, columns=columns)


def test_all_faults_at_once() -> None:
    with pytest.raises(UserError) as caught:
        read("network,dice,n\na,seven,many\nb,0.7,x\n")
    assert len(str(caught.value).splitlines()) == 3


def test_rows_that_may_be_compared() -> None:
    found = read("table,dataset,network,fold,dice\n1,mg,a,0,.1\n1,mg,a,1,.2\n1,us,a,0,.3\n2,mg,a,0,.4\n")
    assert [[row.line for row in group] for group in found.printed_together()] == [[2, 3], [4], [5]]
    assert found.rows[0].configuration == found.rows[1].configuration
    assert found.rows[0].run != found.rows[1].run
    assert found.factors()["dataset"] == ["mg", "us"]


def test_what_is_not_looked_at_is_said_and_settings_are_factors() -> None:
    found = read("network,Params (M),hd95,epochs,dice,auc\nUNet,31.0,12.3,40,0.71,0.91 (0.88-0.94)\n", scale="fraction")
    assert found.notes == ("Not looked at: Params (M), hd95.",)
    row, = found.rows
    assert row.factors == {"network": "UNet", "epochs": "40"}
    assert (str(row.lows["auc"]), str(row.highs["auc"])) == ("0.88", "0.94")
