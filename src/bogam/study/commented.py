"""A recipe as YAML with every field under its own description."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import yaml
from pydantic import BaseModel

from bogam.core.registry import Part
from bogam.study.recipe import Recipe

WIDTH = 100


def commented(recipe: Recipe, heads: dict[str, str]) -> str:
    """Return YAML that `load_recipe` reads back as the same recipe.

    Args:
        recipe: what to write; every field is.
        heads: dotted key to extra remarks above it, one per line, such as what was seen in the folder.
    """
    lines = ["# A bogam recipe. Every field is here, under its description; docs: bogam --help.", ""]
    _section(lines, recipe, 0, "", heads)
    return "\n".join(lines) + "\n"


def _comment(lines: list[str], text: str | None, depth: int) -> None:
    for row in textwrap.wrap(" ".join((text or "").split()), WIDTH - depth):
        lines.append(f"{' ' * depth}# {row}")


def _section(lines: list[str], section: BaseModel, depth: int, prefix: str, heads: dict[str, str]) -> None:
    for name, field in type(section).model_fields.items():
        if name == "kind" and isinstance(section, Part):
            continue
        value = getattr(section, name)
        if depth == 0 and lines[-1]:
            lines.append("")
        _comment(lines, field.description, depth)
        for remark in heads.get(prefix + name, "").splitlines():
            _comment(lines, remark, depth)
        _value(lines, name, value, depth, f"{prefix}{name}.", heads)


def _value(lines: list[str], name: str, value: Any, depth: int, prefix: str, heads: dict[str, str]) -> None:
    pad = " " * depth
    if isinstance(value, Part):
        lines.append(f"{pad}{name}:")
        _part(lines, value, f"{pad}  ", depth + 2)
    elif isinstance(value, BaseModel):
        lines.append(f"{pad}{name}:")
        _section(lines, value, depth + 2, prefix, heads)
    elif isinstance(value, (list, tuple)) and value and all(isinstance(v, Part) for v in value):
        lines.append(f"{pad}{name}:")
        for part in value:
            _part(lines, part, f"{pad}  - ", depth + 4)
    else:
        lines.append(f"{pad}{name}: {_inline(value)}")


def _part(lines: list[str], part: Part, lead: str, depth: int) -> None:
    fields = [n for n in type(part).model_fields if n != "kind"]
    _comment(lines, (type(part).__doc__ or "").strip().split("\n\n")[0], len(lead) - len(lead.lstrip(" -")))
    lines.append(f"{lead}{part.kind}: {'' if fields else '{}'}".rstrip())
    _section(lines, part, depth + 2, "", {})


def _inline(value: Any) -> str:
    plain = json.loads(json.dumps(value, default=lambda v: v.to_yaml()))
    text = yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return str(text.removesuffix("\n").removesuffix("\n...").strip())
