"""The documentation is true: the reference is current, commands and options exist, links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from bogam.cli import COMMANDS
from bogam.cli.schema import schema

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
READMES = [ROOT / "README.md", ROOT / "README.ko.md"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_reference", DOCS / "generate_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_reference_is_current(generator: ModuleType) -> None:
    wanted = generator.pages()
    assert {p.name for p in (DOCS / "reference").iterdir()} == set(wanted)
    stale = [name for name, text in wanted.items()
             if (DOCS / "reference" / name).read_text(encoding="utf-8") != text]
    assert not stale, f"{', '.join(stale)}: run `python docs/generate_reference.py`"


def test_the_committed_schema_is_what_the_command_prints() -> None:
    done = CliRunner().invoke(schema)
    assert done.exit_code == 0
    held = json.loads((DOCS / "reference" / "recipe.schema.json").read_text(encoding="utf-8"))
    assert json.loads(done.output) == held


def lines_of_code(text: str) -> list[str]:
    """Return the lines of all fenced blocks, without comments."""
    blocks = re.findall(r"^\s*```\w*\n(.*?)^\s*```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for raw in block.splitlines() if (line := raw.split("#")[0].strip())]


def uses_of_bogam(text: str) -> list[tuple[str, list[str]]]:
    """Return (command, options) of every use of bogam in code, fenced or in a line."""
    code = [*lines_of_code(text), *re.findall(r"`([^`\n]+)`", text)]
    uses = []
    for line in code:
        found = re.search(r"(?:^|[\s\\/]|-m )bogam(?:\.exe)? ([a-z]+)(.*)$", line)
        if found and not line.startswith(("import", "from")):
            uses.append((found[1], re.findall(r"(?<=\s)--[a-z-]+", found[2])))
    return uses


def test_uses_are_found_at_all() -> None:
    assert ("demo", ["--out"]) in uses_of_bogam("```sh\n.venv/bin/bogam demo --out demo\n```")
    assert uses_of_bogam("see `bogam nonsense X --worse`") == [("nonsense", ["--worse"])]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_options_exist(page: Path) -> None:
    wrong = []
    for command, options in uses_of_bogam(page.read_text(encoding="utf-8")):
        if command not in COMMANDS:
            wrong.append(f"bogam {command}")
            continue
        known: click.Command = getattr(importlib.import_module(f"bogam.cli.{command}"), command)
        names = {"--help", *(opt for param in known.params for opt in param.opts)}
        wrong += [f"bogam {command} {option}" for option in options if option not in names]
    assert not wrong


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_a_readme_names_every_command_and_make_target(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert {command for command, _ in uses_of_bogam(text)} == set(COMMANDS)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {line.split()[1] for line in lines_of_code(text) if line.startswith("make ")}
    assert asked == {"demo", "test"}
    assert asked <= targets


def test_both_readmes_say_the_same_in_code_and_links() -> None:
    english, korean = (page.read_text(encoding="utf-8") for page in READMES)
    assert lines_of_code(english) == lines_of_code(korean)
    link = re.compile(r"\]\(([^)]+)\)")
    assert set(link.findall(english)) - {"README.ko.md"} == set(link.findall(korean)) - {"README.md"}


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    prose = re.sub(r"^\s*```.*?^\s*```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, place = link.partition("#")
        target = page if not path else page.parent / path
        if not target.is_file():
            broken.append(link)
        elif place:
            heads = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            if place not in map(anchor, heads):
                broken.append(link)
    assert not broken


def test_numbers_worked_out_in_the_concepts_are_right() -> None:
    done = doctest.testfile(str(DOCS / "concepts" / "verdicts.md"), module_relative=False, encoding="utf-8")
    assert done.attempted >= 3
    assert not done.failed


def test_every_audit_rule_is_explained() -> None:
    from bogam.audit.family import rules
    text = (DOCS / "concepts" / "audit.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) == set(rules.names())
    for section in text.partition("## The rules")[2].split("\n### ")[1:]:
        for word in ("**Why.**", "**How.**", "**Limits.**"):
            assert word in section, f"{section.splitlines()[0]}: no {word}"
