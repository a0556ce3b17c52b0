"""What a case was made from travels from a table through the manifest and the cache."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.data.duplicates import groups
from bogam.data.layout import recognize
from bogam.data.load import load_case
from bogam.data.manifest import Manifest
from bogam.data.scan import scan
from bogam.prepare.cache import Cache
from bogam.prepare.run import prepare_cases


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("a", "b", "c", "d"):
        image = rng.integers(0, 255, (24, 24), np.uint8)
        (tmp_path / f"{name}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
    (tmp_path / "list.csv").write_text("file,label,origin,parents\na.png,x,,\nb.png,y,real,\n"
                                       "c.png,x,derived,a.png\nd.png,y,synthetic,a.png;b.png;elsewhere\n",
                                       encoding="utf-8")
    return tmp_path


def test_parents_go_from_the_table_to_the_case_and_through_the_cache(folder: Path, tmp_path: Path) -> None:
    manifest = scan(recognize(folder))
    assert manifest.images["origin"].to_list() == ["real", "real", "derived", "synthetic"]
    assert manifest.images["parents"].to_list() == [[], [], ["a"], ["a", "b", "elsewhere"]]
    manifest.save(tmp_path / "saved")
    again = Manifest.load(tmp_path / "saved")
    assert load_case(again, "d").parents == ("a", "b", "elsewhere")
    with Cache(tmp_path / "cache") as cache:
        prepared = prepare_cases(again, [], cache)
    for one in (prepared, pickle.loads(pickle.dumps(prepared))):
        assert (one.case("c").origin, one.case("c").parents) == ("derived", ("a",))
        assert (one.case("d").origin, one.case("d").parents) == ("synthetic", ("a", "b", "elsewhere"))
        assert (one.case("a").origin, one.case("a").parents) == ("real", ())
    group, _ = groups(again, [], None)
    assert group["a"] == group["c"]
    assert len({group[i] for i in "abd"}) == 3, "a synthetic image trains where all its parents train: no group"


def test_another_parentage_is_another_manifest(folder: Path) -> None:
    before = recognize(folder).digest()
    text = (folder / "list.csv").read_text(encoding="utf-8").replace("derived,a.png", "derived,b.png")
    (folder / "list.csv").write_text(text, encoding="utf-8")
    assert recognize(folder).digest() != before


def test_an_unknown_origin_is_refused(folder: Path) -> None:
    text = (folder / "list.csv").read_text(encoding="utf-8").replace("derived", "borrowed")
    (folder / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="real, derived or synthetic"):
        recognize(folder)
