"""A public name appears or vanishes on purpose only."""

import runpy
from pathlib import Path

HERE = Path(__file__).parent


def test_public_names_equal_the_snapshot() -> None:
    names = runpy.run_path(str(HERE / "public_names.py"))["public_names"]()
    kept = (HERE / "public_names.txt").read_text(encoding="utf-8").split()
    appeared, vanished = sorted(set(names) - set(kept)), sorted(set(kept) - set(names))
    assert not appeared, f"new names; if meant, run python tests/architecture/public_names.py > ...: {appeared[:8]}"
    assert not vanished, f"names are gone; if meant, say so in CHANGELOG.md: {vanished[:8]}"
