"""Tables made from drawn predictions are not accused, planted numbers are found; in full: benchmarks/referee.py."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("cut", [False, True])
def test_honest_tables_are_not_accused(bench, cut: bool) -> None:
    run, _, _ = bench
    found = run.honest(21, seed=7, cut=cut)
    assert found["accused_in_all"] == 0, found["reasons"]


def test_the_tables_of_our_own_studies_are_not_accused(bench) -> None:
    run, _, _ = bench
    found = {name: (rows, accused) for name, rows, accused in run.own_tables()}
    assert len(found) >= 4
    assert all(rows >= 4 and accused == 0 for rows, accused in found.values()), found


def test_every_plant_is_found(bench) -> None:
    _, _, planted = bench
    for kind in planted.KINDS:
        for rung in (1, 20):
            plants = list(planted.plants(kind, rung, 2, seed=5))
            assert len(plants) == 2, kind
            assert all(planted.is_caught(plant) for plant in plants), (kind, rung)


def test_a_plant_is_not_found_where_there_is_none(bench) -> None:
    _, tables, planted = bench
    table = next(tables.honest_tables(1, seed=3))
    plant = planted.Plant(table.rows, "iou-and-dice", 1, reading=table.reading)
    assert planted.caught(plant) == ""
