"""The recipe: one experiment as a YAML file with no inheritance, no references and no expressions."""

from __future__ import annotations

import copy
import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic import model_validator as validates

from bogam.augment.family import Augment, augmentations
from bogam.augment.sets import SETS, named
from bogam.augment.sides import mirroring
from bogam.core.errors import UserError, near_miss, say
from bogam.core.registry import fault_lines
from bogam.core.types import TargetKind
from bogam.data.split import SplitSection
from bogam.losses.family import Loss, losses
from bogam.metrics.catalog import catalog
from bogam.models.family import Network, networks
from bogam.prepare.family import Step, prepare_steps
from bogam.train.section import TrainSection


class Section(BaseModel):
    """A part of the recipe; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)


class DataSection(Section):
    """Where the images are and how the folder is to be read."""

    root: str
    """Folder, table or .npz file; relative to the recipe's own folder."""
    layout: str = "auto"
    """auto, or the name of a layout where two fit."""
    patient: str | None = None
    """absent, column:NAME, or a pattern over file names such as '{patient}_{rest}' or '(?P<patient>p[0-9]+)_.*'.
    null: as the layout, the DICOM headers or the known data set says, else absent."""
    columns: dict[str, str] = {}
    """For a table: our name to the table's column (image, mask, patient, part, class ...)."""
    targets: dict[str, TargetKind] = {}
    """For a table: a label column to its kind: multiclass, multilabel, ordinal or regression."""
    target: str | None = None
    """Target column to classify, or to stratify a segmentation's split by; null: the only one, or class."""
    labels: list[str] | None = None
    """Class names or mask labels in the order of the outputs; null: as found, sorted."""
    mask_values: dict[int, str] = {}
    """Value in the masks to the label that it means, such as {1: anterior, 2: posterior}."""
    mask_label: str | None = None
    """What masks of one value show; null: as the known data set says, else foreground."""
    include: dict[str, list[str]] = {}
    """Column to the values that take part, such as {class: [benign, malignant]}; other images are left out."""
    channels: Literal["keep", "gray", "rgb"] = "keep"
    """keep: as stored; gray: one channel; rgb: three."""
    slice: Literal["z", "y", "x"] | None = None
    """Axis along which a volume becomes 2-D images; null: volumes are refused."""
    slice_every: int = Field(1, ge=1)
    """Take each n-th slice."""
    sides: dict[str, str] = {}
    """Label to the label of the other side of the body, such as {left_lung: right_lung}: masks and classes that change
    places where an augmentation mirrors the image."""
    laterality: Literal["free", "keep"] = "free"
    """keep: refuse augmentations that mirror, because a side marker or other text is burnt into the images."""
    resize_masks: bool = False
    """Resize a mask whose size differs from its image's (nearest); false: such a case is set aside."""


class AuditSection(Section):
    """What the audit found and you go past, with your reason."""

    accept: dict[str, str] = {}
    """Rule name to the reason; it stands at the top of the report, in red."""


class ReportSection(Section):
    """What the report decides."""

    primary: str | None = None
    """Metric of the verdicts; null: dice for segmentation, auc for classification."""
    control: dict[str, str] = {}
    """Axis to the label of its control level; null: the first value of each axis."""
    margin: float = Field(0.01, gt=0)
    """Differences smaller than this (in the metric's scale, 0.01 = 1 point) do not matter to you."""
    alpha: float = Field(0.05, gt=0, lt=0.5)
    """Share of false alarms that you accept over all verdicts together."""
    resamples: int = Field(2000, ge=100)
    """Bootstrap resamples of each interval."""


def parse_augment(value: Any) -> tuple[Augment, ...]:
    """Return the steps of a named set, of one step, or of a list of both. Raises UserError for an unknown one."""
    try:
        return tuple(_augment(value))
    except ValueError as error:
        raise UserError(f"augment: {error}") from None


def _augment(value: Any) -> Any:
    steps: list[Augment] = []
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(one, str) and one not in augmentations.names():
            steps += named(one)
        else:
            steps.append(augmentations.parse(one))
    return tuple(steps)


Augmentation = Annotated[
    tuple[Augment, ...], BeforeValidator(_augment),
    PlainSerializer(lambda steps: [step.to_yaml() for step in steps])]


class Recipe(Section):
    """A whole experiment. Device, threads, workers, folders and memory are options, not recipe."""

    name: str = "study"
    """For the report's title and the output folder."""
    task: Literal["classification", "segmentation"]
    """What the model does."""
    data: DataSection
    """Where the images are."""
    split: SplitSection = SplitSection()
    """Who trains, validates and tests."""
    audit: AuditSection = AuditSection()
    """What of the audit's findings you accept."""
    prepare: list[Annotated[Step, prepare_steps.field()]]
    """Deterministic steps in order; the last one is normalize, which runs at the network's door."""
    augment: Augmentation = ()
    """What happens to training images at random: a named set, a single step by its name or as {name: {fields}}, or a
    list of steps and sets. Sets: none, geometric, filter, all, and MODALITY-light, MODALITY-medium, MODALITY-strong for
    ultrasound, mammography, x-ray, ct, mr, histology, fundus and endoscopy."""
    model: Annotated[Network, networks.field()]
    """The network."""
    loss: Annotated[Loss, losses.field()]
    """What training makes small."""
    train: TrainSection = TrainSection()
    """How the network is trained."""
    axes: dict[str, list[Any]] = {}
    """Recipe key (dotted for deeper ones) to the values to compare; cells are the product."""
    arms: list[dict[str, Any]] = []
    """Instead of axes: cells where keys change together, each {label: NAME, key: value, ...}."""
    report: ReportSection = ReportSection()
    """What the report decides."""

    @validates(mode="after")
    def _fits_together(self) -> Recipe:
        faults = []
        if not self.prepare or self.prepare[-1].kind != "normalize":
            faults.append(say("prepare", "no normalize step at the end", "one", "Add `- normalize: {to: zero-one}`."))
        for name, part in (("model", self.model), ("loss", self.loss)):
            if self.task not in part.tasks:
                faults.append(say(name, f"{part.kind}, which does {' and '.join(sorted(part.tasks))}", self.task))
        if self.task == "segmentation" and self.train.class_weights != "none":
            faults.append(say("train.class_weights", f"{self.train.class_weights} for a segmentation",
                              "none: masks have no classes of images to weigh", "A loss such as tversky weighs missed "
                              "against false pixels."))
        faults += [fault for step in self.augment for fault in step.faults(self.task)]
        if (number := sum(step.group == "branch" for step in self.augment)) > 1:
            faults.append(say("augment", f"{number} steps that branch into views", "one at most"))
        mirrors = mirroring(self.augment)
        if mirrors and self.data.laterality == "keep":
            faults.append(say("augment", f"{', '.join(mirrors)} with data.laterality: keep", "steps that do not mirror",
                              "Write the list of steps without it, or set `data.laterality: free`."))
        if self.data.sides and (chained := mirroring(s for s in self.augment if s.group == "branch")):
            faults.append(say("augment.augmix.steps", f"{', '.join(chained)} with data.sides",
                              "steps that do not mirror",
                              "A blend of a body and its mirror image has no sides; put flips before augmix."))
        if self.axes and self.arms:
            faults.append(say("arms", "axes and arms", "one of the two", "Write the axes' values into arms."))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe with every field written, as plain values."""
        return self.model_dump(mode="json")

    def to_yaml(self) -> str:
        """Return the recipe with every field written, as YAML."""
        return str(yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True, width=100))


@dataclass(frozen=True)
class Cell:
    """One combination of axis values.

    Args:
        name: "augment=none loss=bce", or "the recipe" where nothing varies.
        labels: axis to label.
        recipe: resolved, without axes and arms.
    """

    name: str
    labels: dict[str, str]
    recipe: Recipe


def parse_recipe(values: Mapping[str, Any], where: str = "recipe") -> Recipe:
    """Build a recipe from plain values. Raises UserError that lists every fault at once, with near-miss names."""
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        lines = []
        for fault, line in zip(error.errors(), fault_lines(error), strict=True):
            if fault["type"] == "extra_forbidden":
                lines.append(f"{line.split(' got ')[0]} got a key that does not exist. {_near_key(fault['loc'])}")
            else:
                lines.append(line)
        raise UserError("\n".join(f"{where}: {line}" for line in lines)) from None


def _near_key(place: Sequence[int | str]) -> str:
    known = list(_keys(Recipe))
    close = difflib.get_close_matches(".".join(map(str, place)), known, n=1, cutoff=0.5)
    return f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(Recipe.model_fields)}."


def _keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys = []
    for name, entry in model.model_fields.items():
        keys.append(prefix + name)
        if isinstance(entry.annotation, type) and issubclass(entry.annotation, Section | SplitSection | TrainSection):
            keys += _keys(entry.annotation, f"{prefix}{name}.")
    return keys


def load_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe file, apply ``key=value`` overrides, and make `data.root` absolute.

    Args:
        path: YAML, UTF-8.
        overrides: as given by ``--set``; the value is read as YAML.

    Raises:
        UserError: no file, no YAML, or a faulty recipe; all faults at once.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(say(str(path), "no such file", "a recipe", "`bogam init FOLDER` writes one.")) from None
    except IsADirectoryError:
        raise UserError(say(str(path), "a folder", "a recipe", "`bogam init FOLDER` writes one.")) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else type(error).__name__
        raise UserError(say(str(path), f"text that is no YAML ({place})", "a recipe")) from None
    if not isinstance(values, dict):
        got = "an empty file" if values is None else f"a {type(values).__name__}"
        raise UserError(say(str(path), got, "a mapping with task, data, model ..."))
    for override in overrides:
        key, sign, text = override.partition("=")
        if not sign:
            raise UserError(say("--set", override, "key=value", "For example --set train.epochs=5."))
        try:
            set_at(values, key, yaml.safe_load(text))
        except yaml.YAMLError:
            raise UserError(say("--set", override, "a value in YAML", "Quote it for the shell, such as "
                                "--set 'train.seeds=[0, 1]'.")) from None
    data = values.get("data")
    if isinstance(data, dict) and isinstance(data.get("root"), str):
        data["root"] = str((path.parent / Path(data["root"]).expanduser()).resolve())
    return parse_recipe(values, str(path.name))


def set_at(values: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key of nested mappings, in place; mappings on the way are made, a bare part name becomes one.

    An entry of a list is named by its number from 0, or a part among `prepare` or `augment` by its name.

    Raises:
        UserError: the way leads through a value that holds no keys, or to an entry that a list does not have.

    Example:
        >>> recipe = {"loss": "bce", "train": {"epochs": 40}}
        >>> set_at(recipe, "train.epochs", 5); set_at(recipe, "loss.bce.weight", 2); recipe
        {'loss': {'bce': {'weight': 2}}, 'train': {'epochs': 5}}
    """
    *way, last = key.split(".")
    place: Any = values
    for name in way:
        if isinstance(place, list):
            place = _entry(place, name, key)
            continue
        if isinstance(place.get(name), str):
            place[name] = {place[name]: {}}
        place = place.setdefault(name, {})
        if not isinstance(place, (dict, list)):
            raise UserError(say("--set", key, "a key of the recipe", f"`{name}` is {place!r} and holds no keys."))
    if isinstance(place, list):
        place[_number(place, last, key)] = value
    else:
        place[last] = value


def _number(entries: list[Any], name: str, key: str) -> int:
    """Return the place of a list's entry, named by its number or, for a part, by its name."""
    parts = [next(iter(e), "") if isinstance(e, dict) else e for e in entries]
    if name in parts:
        return parts.index(name)
    if name.isdigit() and int(name) < len(entries):
        return int(name)
    there = ", ".join(map(str, parts)) or "none"
    raise UserError(say("--set", key, "an entry that the list has", f"There are {there}; '{name}' is none of them."))


def _entry(entries: list[Any], name: str, key: str) -> Any:
    """Return the mapping to go on in: the part's fields where it is named by its name, else the entry itself."""
    number = _number(entries, name, key)
    if isinstance(entries[number], str):
        entries[number] = {entries[number]: {}}
    found = entries[number]
    if isinstance(found, dict) and name in found:
        found[name] = found[name] or {}
        found = found[name]
    if not isinstance(found, (dict, list)):
        raise UserError(say("--set", key, "a key of the recipe", f"`{name}` is {found!r} and holds no keys."))
    return found


def label_of(value: Any) -> tuple[str, Any]:
    """Return the label and the value of an axis entry; ``{label: NAME, value: ...}`` names its own.

    Example:
        >>> label_of({"tversky": {"alpha": 0.3}})
        ('tversky(alpha=0.3)', {'tversky': {'alpha': 0.3}})
        >>> label_of("none")
        ('none', 'none')
    """
    if isinstance(value, dict) and set(value) == {"label", "value"}:
        return str(value["label"]), value["value"]
    if isinstance(value, dict) and len(value) == 1:
        name, fields = next(iter(value.items()))
        if not fields:
            return str(name), value
        if isinstance(fields, dict):
            return f"{name}({', '.join(f'{k}={v}' for k, v in fields.items())})", value
    if isinstance(value, list):
        return "+".join(label_of(item)[0] for item in value) or "none", value
    return str(value), value


def cells(recipe: Recipe) -> list[Cell]:
    """Return the cells of a recipe: the product of its axes, its arms, or the recipe itself.

    Raises:
        UserError: two values of an axis have one label, or a value does not fit its key; all faults at once.
    """
    plain = recipe.to_dict()
    plain["axes"], plain["arms"] = {}, []
    combinations: list[list[tuple[str, str, dict[str, Any]]]]
    if recipe.arms:
        combinations = []
        for arm in recipe.arms:
            if "label" not in arm or len(arm) < 2:
                raise UserError(say("arms", arm, "{label: NAME, key: value, ...}"))
            combinations.append([("arm", str(arm["label"]), {k: v for k, v in arm.items() if k != "label"})])
    else:
        choices = []
        for key, choice in recipe.axes.items():
            if not choice:
                raise UserError(say(f"axes.{key}", "no values", "one or more"))
            pairs = [label_of(v) for v in choice]
            if len({label for label, _ in pairs}) < len(pairs):
                raise UserError(say(f"axes.{key}", f"a label twice in {[p[0] for p in pairs]}", "different labels",
                                    "Write {label: NAME, value: ...}."))
            choices.append([(key, label, {key: value}) for label, value in pairs])
        combinations = [list(c) for c in itertools.product(*choices)]
    made, faults = [], []
    for combination in combinations:
        values = copy.deepcopy(plain)
        labels = {axis: label for axis, label, _ in combination}
        name = " ".join(f"{axis}={label}" for axis, label in labels.items()) or "the recipe"
        for _, _, changes in combination:
            for key, value in changes.items():
                if key.split(".")[0] in ("data", "split", "axes", "arms", "report", "name", "task", "audit"):
                    raise UserError(say(f"axes.{key}", "a key that all cells share",
                                        "a key of prepare, augment, model, loss or train"))
                set_at(values, key, value)
        try:
            made.append(Cell(name, labels, parse_recipe(values, name)))
        except UserError as error:
            faults += str(error).splitlines()
    if faults:
        raise UserError("\n".join(dict.fromkeys(faults)))
    return made


def axes_of(recipe: Recipe) -> dict[str, list[str]]:
    """Return axis to labels in order; arms are one axis, "arm"."""
    axes: dict[str, list[str]] = {}
    for cell in cells(recipe):
        for axis, label in cell.labels.items():
            if label not in axes.setdefault(axis, []):
                axes[axis].append(label)
    return axes


def control_of(recipe: Recipe) -> dict[str, str]:
    """Return axis to the label of its control level. Raises UserError where the recipe names one that is not there."""
    axes = axes_of(recipe)
    for axis, label in recipe.report.control.items():
        if axis not in axes:
            raise UserError(say(f"report.control.{axis}", f"{label} for an axis that is not there",
                                f"one of {', '.join(axes)}" if axes else "none, as nothing varies",
                                "Without controls (then each axis' first value is the control): "
                                "--set 'report.control={}'."))
        if label not in axes[axis]:
            raise UserError(say(f"report.control.{axis}", label, f"a value of that axis: {', '.join(axes[axis])}",
                                near_miss(label, axes[axis])))
    return {axis: recipe.report.control.get(axis, labels[0]) for axis, labels in axes.items()}


def primary_of(recipe: Recipe) -> str:
    """Return the metric of the verdicts. Raises UserError where the task has no such metric."""
    usual = "dice" if recipe.task == "segmentation" else "auc"
    if recipe.report.primary is None:
        return usual
    known = [name for name, metric in catalog.items() if metric.task == recipe.task]
    if recipe.report.primary not in known:
        raise UserError(say("report.primary", recipe.report.primary, f"a metric of {recipe.task}",
                            near_miss(recipe.report.primary, known)))
    return recipe.report.primary


def schema() -> dict[str, Any]:
    """Return the JSON schema of a recipe, for editors; imports every part."""
    made = Recipe.model_json_schema(mode="validation")
    held = made["properties"]["augment"]
    sets = {"enum": list(SETS), "description": "A named set: its steps, in the order in which they act."}
    one = {"$ref": "#/$defs/Augment"}
    made["$defs"]["Augment"] = {"anyOf": [sets, *augmentations.schema()["anyOf"]]}
    made["properties"]["augment"] = {
        "title": held["title"], "description": held["description"], "default": "none",
        "anyOf": [one, {"type": "array", "items": one}]}
    return made


