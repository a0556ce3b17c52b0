"""What machine a measurement was made on, how busy it was, and where results go."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def facts() -> dict[str, Any]:
    """Return the machine's facts, with the load average at this moment."""
    import torch

    import bogam
    return {"date": datetime.now(UTC).isoformat(timespec="minutes"), "cpu": _cpu(), "cores": os.cpu_count(),
            "platform": platform.platform(terse=True), "python": platform.python_version(), "torch": torch.__version__,
            "bogam": bogam.__version__, "load": load()}


def load() -> list[float] | None:
    """Return the load averages of 1, 5 and 15 minutes, where the system has them."""
    return [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else None


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        held = dict(line.split(":", 1) for line in info.read_text(encoding="utf-8").splitlines() if ":" in line)
        named = {key.strip(): value.strip() for key, value in held.items()}
        return (f"{named.get('model name', 'unknown')} (family {named.get('cpu family', '?')}, "
                f"model {named.get('model', '?')})")
    return platform.processor() or platform.machine()


def sentence(machine: dict[str, Any]) -> str:
    """Return the facts in words, with what the load means for the figures."""
    words = (f"{machine['date']}, {machine['cpu']}, {machine['cores']} cores, {machine['platform']}, "
             f"Python {machine['python']}, torch {machine['torch']}.")
    if machine["load"] is None:
        return words
    busy = machine["load"][0] > 0.3 * machine["cores"]
    return (words + f" Load average before the measurement: {', '.join(map(str, machine['load']))}: "
            + ("**the machine was busy with other work**; ratios of neighboring rounds stand, times do not."
               if busy else "the machine was idle."))


def write(name: str, held: dict[str, Any], words: str) -> None:
    """Write `results/NAME.json` and `results/NAME.md`."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    (RESULTS / f"{name}.md").write_text(words, encoding="utf-8")
