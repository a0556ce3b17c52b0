"""Print every public name of bogam: python tests/architecture/public_names.py > tests/architecture/public_names.txt"""

from __future__ import annotations

import ast
from pathlib import Path

import bogam

ROOT = Path(bogam.__file__).parent


def public_names() -> list[str]:
    """Return modules' public functions and classes, and public methods and fields of the classes."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if any(part.startswith("_") for part in parts):
            continue
        module = ".".join(("bogam", *parts))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                found.append(f"{module}.{node.name}")
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                for inner in node.body:
                    name = "_"
                    if isinstance(inner, ast.FunctionDef):
                        name = inner.name
                    elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                        name = inner.target.id
                    if not name.startswith("_"):
                        found.append(f"{module}.{node.name}.{name}")
    return found


if __name__ == "__main__":
    print("\n".join(public_names()))
