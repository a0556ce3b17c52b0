"""Data flows one way: who may import whom, and what stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bogam

ROOT = Path(bogam.__file__).parent
ORDER = ["core", "page", "data", "prepare", "augment", "models", "losses", "metrics", "predict", "train", "evaluate",
         "audit", "study", "cli"]
FILES = sorted(p for p in ROOT.rglob("*.py"))
OUTSIDE = {
    "torchvision": {"models/_torchvision.py", "models/_torchvision_ops.py"},
    "pydicom": {"data/readers", "data/phantoms", "data/deidentify"},
    "nibabel": {"data/readers", "data/layouts/slices.py", "predict/files.py"},
    "sklearn": {"evaluate", "metrics", "audit/out_of_fold.py"},
    "faiss": {"data/same/candidates.py"},
    "matplotlib": {"page", "study/report"},
    "jinja2": {"page"},
    "rich": {"cli"},
    "click": {"cli"},
    "yaml": {"study"},
    "stringzilla": {"core/look_up.py"},
    "safetensors": {"predict/weights.py", "models"},
}


def imports(path: Path) -> list[tuple[str, int]]:
    """Return every imported module with its line, also those inside functions."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, node.lineno))
    return found


def test_a_folder_imports_only_itself_and_folders_to_its_left() -> None:
    wrong = []
    for path in FILES:
        folder = path.relative_to(ROOT).parts[0]
        if folder not in ORDER:
            continue
        for module, line in imports(path):
            parts = module.split(".")
            if parts[0] == "bogam" and len(parts) > 1 and parts[1] in ORDER \
                    and ORDER.index(parts[1]) > ORDER.index(folder):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_no_file_takes_a_private_name_from_another() -> None:
    wrong = [f"{path.relative_to(ROOT)}:{node.lineno} takes {alias.name}" for path in FILES
             for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)
             for alias in node.names if alias.name.startswith("_") and alias.name != "__version__"]
    assert not wrong, "\n".join(wrong)


def test_every_folder_has_a_place_in_the_order() -> None:
    assert {p.name for p in ROOT.iterdir() if p.is_dir() and p.name != "__pycache__"} == set(ORDER)


def test_outside_packages_are_imported_where_they_belong() -> None:
    wrong = []
    for path in FILES:
        place = path.relative_to(ROOT).as_posix()
        for module, line in imports(path):
            allowed = OUTSIDE.get(module.split(".")[0])
            if allowed is not None and not any(place.startswith(a) for a in allowed):
                wrong.append(f"{place}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_files_are_short_and_named_for_what_they_do() -> None:
    long = [f"{p.relative_to(ROOT)}: {n}" for p in FILES
            if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500]
    assert not long, long
    vague = {"utils", "helpers", "common", "misc", "base", "manager"}
    assert not [p for p in FILES if p.stem.strip("_") in vague]


@pytest.mark.parametrize("arguments", [["-c", "import bogam"], ["-m", "bogam", "--help"],
                                       ["-c", "import bogam.study.recipe as r; import bogam.study.look"]])
def test_light_entrances_import_no_heavy_library(arguments: list[str]) -> None:
    code = ("import sys, runpy\n"
            "heavy = ('torch', 'torchvision', 'sklearn', 'scipy', 'matplotlib')\n")
    if arguments[0] == "-c":
        code += arguments[1] + "\n"
    else:
        code += "sys.argv = ['bogam', '--help']\ntry:\n    runpy.run_module('bogam', run_name='__main__')\n" \
                "except SystemExit:\n    pass\n"
    code += "found = [h for h in heavy if h in sys.modules]\nassert not found, found\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_global_randomness() -> None:
    """Randomness comes from a generator that was passed in; torch's own seed is set in two places only."""
    allowed = {"train/loop.py", "models/family.py"}
    wrong = []
    for path in FILES:
        place = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        for word in ("np.random.seed", "random.seed(", "torch.manual_seed(", "np.random.rand", "np.random.normal("):
            if word in text and place not in allowed:
                wrong.append(f"{place}: {word}")
    assert not wrong, wrong
