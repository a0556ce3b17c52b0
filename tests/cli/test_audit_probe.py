"""`bogam audit --probe` on phantoms: pooled copies are suspected, honest splits never are."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from bogam.augment.family import augmentations
from bogam.augment.plan import Plan
from bogam.cli import main
from bogam.data.phantoms.family import phantoms

COPIES = [{"equalize": {}}, {"gaussian-blur": {"sigma_px": [1.1, 1.1]}}, {"clahe": {"clip": [2.0, 2.0]}}]


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", image)[1].tobytes())


def phantom_cases(count: int = 60, seed: int = 1):
    phantom = phantoms.parse({"breast-ultrasound": {"images": count, "size": (64, 64), "sites": 1, "seed": seed}})
    return [(image.label, image.to_case()) for patient, images in enumerate(phantom.patients())
            for image in (phantom.draw(patient, k) for k in range(images))]


def pooled(folder: Path) -> Path:
    """Write each picture with three filtered copies of it, all divided at random into train and test."""
    rng = np.random.default_rng(0)
    plans = [Plan([augmentations.parse({kind: {**fields, "probability": 1.0}})], 0)
             for step in COPIES for kind, fields in step.items()]
    count = 0
    for label, case in phantom_cases():
        for made in [case, *(plan.apply(case, plan.draw(case, 0)) for plan in plans)]:
            count += 1
            place = folder / ("test" if rng.random() < 0.2 else "train") / label
            write(place / f"a{count:04d}.png", made.image[0])
            write(place / f"a{count:04d}_mask.png", 255 * made.masks[0])
    return folder


def honest(folder: Path, seed: int) -> Path:
    """Write each picture once, whole patients in train or test."""
    rng = np.random.default_rng(seed)
    side: dict[str, str] = {}
    for count, (label, case) in enumerate(phantom_cases(seed=1 + seed)):
        part = side.setdefault(str(case.patient), "test" if rng.random() < 0.3 else "train")
        write(folder / part / label / f"a{count:04d}.png", case.image[0])
        write(folder / part / label / f"a{count:04d}_mask.png", 255 * case.masks[0])
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    def go(*words: object) -> tuple[int, dict]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", ["bogam", "audit", *map(str, words), "--json"])
        with pytest.raises(SystemExit) as done:
            main()
        return int(done.value.code or 0), json.loads(capsys.readouterr().out)
    return go


def said(told: dict, rule: str) -> list[dict]:
    return [f for f in told["findings"] if f["rule"] == rule]


def test_copies_pooled_before_the_split_are_suspected(tmp_path: Path, run) -> None:
    folder = pooled(tmp_path / "pooled")
    assert not said(run(folder)[1], "copy-probe")
    code, told = run(folder, "--probe")
    found = said(told, "copy-probe")
    assert code == 3
    assert found[0]["severity"] == "stop"
    assert found[0]["title"].startswith("LEAK SUSPECTED: a copier scores 100.0 points of Dice")
    assert "points" in found[0]["worth"]
    assert found[0]["pairs"]
    assert [f["title"][:14] for f in said(told, "shuffled-labels")] == ["LEAK SUSPECTED"] * 2


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_split_is_not(tmp_path: Path, run, seed: int) -> None:
    _, told = run(honest(tmp_path / "honest", seed), "--probe")
    for rule in ("copy-probe", "shuffled-labels"):
        assert {f["severity"] for f in said(told, rule)} == {"note"}, said(told, rule)


def test_a_second_probe_is_remembered(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = honest(tmp_path / "honest", 0)
    first = run(folder, "--probe", "--cache", tmp_path / "cache")
    import bogam.audit.probe.run as probing

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("probed again")

    monkeypatch.setattr(probing, "Copies", broken)
    assert run(folder, "--probe", "--cache", tmp_path / "cache") == first
