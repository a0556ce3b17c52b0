"""Let `import torchvision` work beside a CPU build of torch.

The torchvision wheels of PyPI hold a compiled part that needs a CUDA build of torch. Beside a CPU build it does not
load, and `import torchvision` then fails because its operators (`torchvision::nms` and others) are declared nowhere.
Declaring their signatures is enough to import it; the classification networks use none of them.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

import torch

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
"""The operators for which torchvision registers shapes at import even where its compiled part is missing."""

_lock = threading.Lock()
_library: torch.library.Library | None = None


def declare_operators() -> bool:
    """Declare torchvision's operators where its compiled part cannot load; do nothing anywhere else.

    Call it before `import torchvision`. Safe to call often and from several threads.

    Returns:
        Whether ours are in place: False with a CUDA build of torch, with a compiled part that loads, and where
        torchvision is imported or its operators are declared already.
    """
    global _library  # noqa: PLW0603 - torch keeps declarations only as long as the object lives
    with _lock:
        if _library is None and _is_needed():
            library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
            for schema in SCHEMAS:
                library.define(schema)  # type: ignore[no-untyped-call]
            _library = library
        return _library is not None


def _is_needed() -> bool:
    if torch.version.cuda is not None or "torchvision" in sys.modules:
        return False
    found = importlib.util.find_spec("torchvision")
    if found is None or not found.submodule_search_locations:
        return False
    if any(_loads(file) for folder in found.submodule_search_locations
                   for file in sorted(Path(folder).glob("_C*")) if file.suffix in {".so", ".pyd", ".dylib"}):
        return False
    return not hasattr(torch.ops.torchvision, "nms")


def _loads(file: Path) -> bool:
    try:
        torch.ops.load_library(str(file))  # type: ignore[no-untyped-call]
    except (ImportError, OSError):
        return False
    return True
