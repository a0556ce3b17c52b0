"""Write docs/reference from the code: settings, defaults, descriptions, commands, data sets, metrics.

Run it after any change of a field, a default, a help text or a data set: `python docs/generate_reference.py`.
A test fails where the committed pages are not current.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from bogam.audit.discipline import run_rules
from bogam.audit.family import rules
from bogam.augment._modality_sets import MODALITIES, STRENGTHS
from bogam.augment.family import augmentations
from bogam.augment.sets import SETS
from bogam.cli import COMMANDS
from bogam.core.registry import Family, Part
from bogam.data.datasets.family import Dataset, datasets
from bogam.data.layout import LAYOUTS
from bogam.data.phantoms.family import phantoms
from bogam.data.split import SplitSection
from bogam.evaluate.baselines import baselines
from bogam.losses.family import losses
from bogam.metrics.catalog import catalog
from bogam.models.family import networks
from bogam.prepare.family import prepare_steps
from bogam.study.recipe import AuditSection, DataSection, Recipe, ReportSection, schema
from bogam.train.optimizers.family import optimizers
from bogam.train.schedules.family import schedules
from bogam.train.section import TrainSection

FOLDER = Path(__file__).parent / "reference"
HEAD = "<!-- Written by docs/generate_reference.py from the code. Do not edit. -->"
ELSEWHERE = {
    "prepare": "list of [prepare steps](prepare.md)", "augment": "set, [augmentation](augmentations.md), list",
    "model": "[network](networks.md)", "loss": "[loss](losses.md)", "optimizer": "[optimizer](#optimizers)",
    "schedule": "[schedule](#schedules)", "data": "[section](#data)", "split": "[section](#split)",
    "audit": "[section](#audit)", "train": "[section](#train)", "report": "[section](#report)"}
"""Fields whose type is described in another place."""


def words(text: str | None) -> str:
    """Return a text as one line."""
    return " ".join((text or "").split())


def cell(text: str) -> str:
    """Return a text that may stand in a cell of a table."""
    return words(text).replace("|", "\\|").replace("<", "&lt;")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, or "" where it has no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines]) if lines else ""


def first_words(thing: Any) -> str:
    """Return the first paragraph of a docstring."""
    return words((inspect.getdoc(thing) or "").split("\n\n")[0])


def rest_of(thing: Any) -> str:
    """Return the paragraphs of a docstring after the first, one per line."""
    return "\n\n".join(words(p) for p in (inspect.getdoc(thing) or "").split("\n\n")[1:])


def type_words(entry: Any, definitions: Mapping[str, Any]) -> str:
    """Return what a field takes, from its JSON schema."""
    if not isinstance(entry, Mapping):
        return "any value"
    if "$ref" in entry:
        return type_words(definitions[entry["$ref"].rpartition("/")[2]], definitions)
    if "const" in entry:
        return f"`{entry['const']}`"
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if "anyOf" in entry:
        return " or ".join(dict.fromkeys(type_words(option, definitions) for option in entry["anyOf"]))
    kind = entry.get("type")
    if kind == "array":
        if "prefixItems" in entry:
            return f"({', '.join(type_words(item, definitions) for item in entry['prefixItems'])})"
        return f"list of {type_words(entry.get('items', {}), definitions)}"
    if kind == "object":
        return f"mapping to {type_words(entry.get('additionalProperties') or {}, definitions)}"
    names = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true or false",
             "null": "null", None: "any value"}
    limits = [f"{sign} {entry[key]:g}" for key, sign in (("minimum", ">="), ("exclusiveMinimum", ">"),
                                                        ("maximum", "<="), ("exclusiveMaximum", "<")) if key in entry]
    return " ".join([names[kind], ", ".join(limits)]).strip()


def plain(value: Any) -> str:
    """Return a default as it is written in YAML."""
    if isinstance(value, Part):
        return f"`{value.kind}`"
    if isinstance(value, BaseModel):
        return ""
    return f"`{json.dumps(value, default=list, ensure_ascii=False)}`" if not isinstance(value, str) else f"`{value}`"


def fields(model: type[BaseModel]) -> str:
    """Return the table of a model's fields."""
    whole = model.model_json_schema(mode="validation")
    rows = []
    for name, info in model.model_fields.items():
        if name == "kind" and issubclass(model, Part):
            continue
        default = "required" if info.is_required() else plain(info.get_default(call_default_factory=True))
        takes = None if issubclass(model, Part) else ELSEWHERE.get(name)
        rows.append((f"`{name}`", takes or cell(type_words(whole["properties"][name], whole.get("$defs", {}))),
                     default.replace("|", "\\|"), cell(info.description or "")))
    return table(("Field", "Takes", "Default", "Meaning"), rows)


def part(kind: str, model: type[Part], *facts: str) -> str:
    """Return the chapter of one part."""
    pieces = [f"## {kind}", first_words(model), rest_of(model), *facts, fields(model)]
    return "\n\n".join(piece for piece in pieces if piece)


def page(title: str, intro: str, *pieces: str) -> str:
    """Return a whole page."""
    return "\n\n".join([f"# {title}", HEAD, intro, *(p for p in pieces if p)]) + "\n"


def family(found: Family[Any], facts: Any = lambda model: ()) -> list[str]:
    """Return one chapter per part of a family."""
    return [part(kind, found.get(kind), *facts(found.get(kind))) for kind in found.names()]


def recipe_page() -> str:
    """Return the page of the recipe's keys."""
    pieces = [fields(Recipe)]
    for name, section in (("data", DataSection), ("split", SplitSection), ("audit", AuditSection),
                          ("train", TrainSection), ("report", ReportSection)):
        pieces += [f"## {name}", first_words(section), fields(section)]
    for title, found in (("Optimizers", optimizers), ("Schedules", schedules)):
        pieces += [f"## {title}", *(chapter.replace("## ", "### ", 1) for chapter in family(found))]
    return page("The recipe", "One YAML file with no inheritance, no references and no expressions. A part is written "
                "`name: {field: value}`, or by its bare name for all defaults. An axis is a key to a list of values; "
                "its cells are the product of all axes. `{label: NAME, value: ...}` gives a value a name of its own. "
                "For editors: [recipe.schema.json](recipe.schema.json).", *pieces)


def strength(values: Mapping[str, Any] | None) -> str:
    """Return the fields of a step as a recipe writes them, or a dash."""
    if values is None:
        return "-"
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in values.items())


def augmentations_page() -> str:
    """Return the page of augmentations and their sets."""
    sets = table(("Set", "Steps, in order"), [
        (f"`{name}`", ", ".join(f"{kind} ({strength(values)})" for step in SETS[name]
                                for kind, values in step.items()) or "nothing")
        for name in SETS if name.rpartition("-")[0] not in MODALITIES])
    modalities = []
    for modality, (about, rows) in MODALITIES.items():
        modalities += [f"### {modality}", f"`{modality}-light`, `{modality}-medium`, `{modality}-strong`. {about}",
                       table(("Step", "Why", *STRENGTHS), [
                           (row.kind, cell(row.reason), *(strength(getattr(row, name)) for name in STRENGTHS))
                           for row in rows])]
    intro = ("Random steps, for training images only. A *warp* moves pixels, masks, boxes and points; neighboring "
             "warps are one interpolation. A *tone* bends grey levels; neighboring tones are one look-up table. "
             "A *filter* needs a neighborhood or noise. An *erase* takes pixels away.")
    return page("Augmentations", intro, "## Sets", sets, *modalities,
                *family(augmentations, lambda model: (f"A {model.group}.",)))


def networks_page() -> str:
    """Return the page of networks."""
    return page("Networks", "For segmentation a network has one output per mask label, each a sigmoid, without a "
                "background; for classification one per class.",
                *family(networks, lambda m: (f"For {' and '.join(sorted(m.tasks))}."
                                             + (f" Images with a side below {m.min_size} pixels are enlarged."
                                                if m.min_size > 1 else ""),)))


def losses_page() -> str:
    """Return the page of losses."""
    return page("Losses", "What training makes small. Computed in float32 whatever the precision of the network.",
                *family(losses, lambda m: (f"For {' and '.join(sorted(m.tasks))}.",)))


def prepare_page() -> str:
    """Return the page of prepare steps."""
    return page("Prepare steps", "Deterministic, the same for training, validation, test and use, in the order of the "
                "recipe. `normalize` is the last of them and runs at the network's door, after augmentation.",
                *family(prepare_steps))


def rules_page() -> str:
    """Return the page of the audit's rules."""
    return page("Audit rules", "Each rule is a file of `src/bogam/audit/rules/`. What stands behind each, and its "
                "limits: [the audit](../concepts/audit.md).", *map(_rule, map(rules.get, rules.names())),
                "# Rules on the discipline of runs", "Each is a file of `src/bogam/audit/run_rules/`; they read what "
                "the runs of a study leave behind, for its report and for `bogam audit` on its folder. More: "
                "[probes](../concepts/probes.md#discipline-of-the-runs).",
                *map(_rule, map(run_rules.get, run_rules.names())))


def _rule(rule: Any) -> str:
    found = set(re.findall(r'"(stop|warning|note)"', inspect.getsource(rule)))
    severity = ", ".join(name for name in ("stop", "warning", "note") if name in found)
    kind = rule.model_fields["kind"].default
    return f"## {kind}\n\n{first_words(rule)}\n\n{first_words(rule.check)}\n\nSeverity: {severity}."


def _counts(model: type[Dataset]) -> str:
    members = getattr(model, "members", {})
    if not members:
        return table(("Count of", "Published", "Where it stands"), [
            (f"`{k}`", "no source found" if v is None else f"{v:,}", "" if v is None else cell(model.source_of(k)))
            for k, v in model.counts.items()])
    return table(("Member", "Target", "Classes", "Train", "Validation", "Test", "Shares patients with"), [
        (f"`{name}`", m.target or "masks", cell("; ".join(m.labels)),
         *("no source found" if n is None else f"{n:,}" for n in m.counts),
         ", ".join(m.relatives) or "none known") for name, m in members.items()])


def datasets_page() -> str:
    """Return the page of known data sets, layouts and phantoms."""
    pieces = []
    for kind in datasets.names():
        model = datasets.get(kind)
        facts = [("Name", model.title), ("Tasks", ", ".join(model.tasks)), ("Licence", model.licence),
                 ("Cite", model.citation), ("Original", f"<{model.url}>"),
                 ("Patients", "no ids published" if model.patient == "absent" else f"`{model.patient}`"),
                 ("An honest split keeps together", model.group),
                 ("Official split", (model.split_words or "yes") if model.official_split else "no")]
        if not getattr(model, "members", {}):
            facts += [("Classes", ", ".join(model.labels)), ("Masks of", model.mask_label or "none"),
                      ("Shares patients with", ", ".join(model.relatives) or "no data set known here")]
        rows = [(name, value if value.startswith(("<", "`")) else cell(value)) for name, value in facts]
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(model.steps, 1))
        pieces.append("\n\n".join([f"## {kind}", first_words(model), table(("Fact", "Value"), rows), _counts(model),
                                   "How to get it:", steps,
                                   "Known defects:", "\n".join(f"- {d}" for d in model.defects)]))
    layouts = table(("`data.layout`", "Reads"), [
        (f"`{name}`", cell(first_words(importlib.import_module(f"bogam.data.layouts.{name.replace('-', '_')}"))))
        for name in LAYOUTS if name != "auto"])
    made = []
    for kind in phantoms.names():
        model = phantoms.get(kind)
        made.append(part(kind, model, f"Classes: {', '.join(model.classes)}. Masks of: {model.mask_label}.")
                    .replace("## ", "### ", 1))
    return page("Data sets", "bogam ships no images. It recognizes these public data sets by their file names and then "
                "knows patients, classes, relatives and defects. Licences are as the publishers state them: confirm "
                "them yourself before you use or pass on a data set.", *pieces,
                "## Layouts", "How a folder may look; `auto` finds the one that fits, and asks where two do.", layouts,
                "## Phantoms", "Procedural images, drawn by `bogam phantom`; they show no person.", *made)


def metrics_page() -> str:
    """Return the page of metrics and baselines."""
    pieces = []
    for task in ("segmentation", "classification"):
        rows = [(f"`{m.name}`", m.title, "higher" if m.higher else "lower", f"{m.range[0]:g} to {m.range[1]:g}",
                 cell(m.meaning)) for m in catalog.values() if m.task == task]
        pieces += [f"## {task.capitalize()}", table(("Name", "Title", "Better", "Range", "Meaning"), rows),
                   f"Baselines that every study scores beside its models: {', '.join(baselines(task))}."]
    return page("Metrics", "What `report.primary` may name. Each is computed per fold and seed on the test part and "
                "then averaged; how intervals are made: [verdicts](../concepts/verdicts.md).", *pieces)


def _option(option: click.Parameter) -> tuple[str, str, str]:
    name = ", ".join(f"`{text}`" for text in option.opts) if isinstance(option, click.Option) else \
        f"`{(option.name or '').upper()}`"
    kind = option.type
    takes = "flag" if getattr(option, "is_flag", False) else getattr(option, "metavar", None) or (
        " \\| ".join(kind.choices) if isinstance(kind, click.Choice) else
        {"integer range": "whole number", "float range": "number", "integer": "whole number", "float": "number",
         "path": "path"}.get(kind.name, "text"))
    default = option.default if getattr(option, "show_default", None) else None
    help_text = words(getattr(option, "help", "") or "")
    if isinstance(default, (str, int, float, Path)) and not isinstance(default, bool):
        help_text = f"{help_text} Default: `{default}`.".strip()
    return name, takes, cell(help_text)


def commands_page() -> str:
    """Return the page of commands."""
    pieces = []
    for name in COMMANDS:
        command: click.Command = getattr(importlib.import_module(f"bogam.cli.{name}"), name)
        arguments = " ".join((p.name or "").upper() + ("..." if p.nargs < 0 else "") for p in command.params
                             if isinstance(p, click.Argument))
        text = inspect.cleandoc(command.help or "")
        options = [_option(p) for p in command.params if isinstance(p, click.Option)]
        choices = [f"{(p.name or '').upper()}: {', '.join(p.type.choices)}." for p in command.params
                   if isinstance(p, click.Argument) and isinstance(p.type, click.Choice)]
        pieces.append("\n\n".join(x for x in (
            f"## bogam {name}", f"`bogam {name}{' ' + arguments if arguments else ''} [OPTIONS]`",
            "\n\n".join(words(p) for p in text.split("\n\n")), *choices,
            table(("Option", "Takes", "Meaning"), options)) if x))
    codes = table(("Exit code", "Means"), [
        ("0", "done (a warning of the audit is no failure)"),
        ("1", "a fault of bogam's own, with a traceback; or every run of a study failed"),
        ("2", "something in the command, the recipe or the files that you can put right; nothing could be predicted"),
        ("3", "the audit says stop, `bogam referee` found what cannot be true, or a test set is not external"),
        ("130", "interrupted with Ctrl-C")])
    return page("Commands", "`bogam COMMAND --help` says the same in the terminal.", *pieces, "## Exit codes", codes)


def schema_text() -> str:
    """Return the recipe's JSON schema, as `bogam schema` prints it."""
    return json.dumps(schema(), indent=1) + "\n"


def pages() -> dict[str, str]:
    """Return file name to content of everything in docs/reference."""
    return {"recipe.md": recipe_page(), "augmentations.md": augmentations_page(), "networks.md": networks_page(),
            "losses.md": losses_page(), "prepare.md": prepare_page(), "audit-rules.md": rules_page(),
            "datasets.md": datasets_page(), "metrics.md": metrics_page(), "commands.md": commands_page(),
            "recipe.schema.json": schema_text()}


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(FOLDER / name)


if __name__ == "__main__":
    main()
