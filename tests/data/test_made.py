"""Made images train where their parents train."""

from __future__ import annotations

from pathlib import Path

from bogam.data.made import split_real
from bogam.data.manifest import IMAGES, Manifest, table
from bogam.data.split import SplitSection


def manifest(made: list[dict[str, object]]) -> Manifest:
    real = [{"id": f"r{k}", "image": f"r{k}.png", "origin": "real", "parents": []} for k in range(12)]
    return Manifest(Path("."), "made", table([*real, *made], IMAGES))


def parts(result: Manifest, name: str) -> dict[int, str]:
    return {fold: part for i, fold, part in result.folds.select("id", "fold", "part").rows() if i == name}


def test_a_child_trains_exactly_where_all_its_parents_do() -> None:
    whole = manifest([{"id": "d", "image": "d.png", "origin": "derived", "parents": ["r0"]},
                      {"id": "s", "image": "s.png", "origin": "synthetic", "parents": ["r1", "r2"]},
                      {"id": "n", "image": "n.png", "origin": "synthetic", "parents": []},
                      {"id": "u", "image": "u.png", "origin": "derived", "parents": ["elsewhere"]}])
    groups = {i: i for i in whole.images["id"].to_list()}
    result = split_real(whole, SplitSection(folds=3, validation=0.25), groups, None)
    for child, parents in (("d", ["r0"]), ("s", ["r1", "r2"])):
        expected = {fold: "train" for fold in range(3) if all(parts(result, p)[fold] == "train" for p in parents)}
        assert parts(result, child) == expected
    assert parts(result, "d")
    assert parts(result, "n") == parts(result, "u") == {}
    assert len(result) == 16


def test_a_wholly_synthetic_set_is_divided_like_a_real_one() -> None:
    whole = manifest([])
    import polars as pl
    whole = whole.but(images=whole.images.with_columns(origin=pl.lit("synthetic")))
    result = split_real(whole, SplitSection(folds=3, validation=0.25), {i: i for i in whole.images["id"].to_list()}, None)
    assert result.folds["id"].n_unique() == 12
