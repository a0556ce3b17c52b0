"""A contact sheet of an augmentation: the image, each step alone, ten draws of the whole list."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bogam.augment.describe import describe, ranges
from bogam.augment.family import Augment
from bogam.augment.partners import Partners
from bogam.augment.plan import Plan
from bogam.augment.sides import Sides
from bogam.core.errors import UserError, near_miss, say
from bogam.core.types import Case
from bogam.data.layout import recognize
from bogam.data.load import load_case, merge_masks, read_entry
from bogam.data.locator import Locator
from bogam.data.manifest import Manifest
from bogam.data.split import part_ids
from bogam.page.contact_sheet import Panel, Strip, contact_sheet
from bogam.page.figure import Figure
from bogam.page.picture import to_uint8, with_outlines
from bogam.study.data import Tell, include, labels_of, make_ready, quiet
from bogam.study.recipe import DataSection, Recipe, load_recipe, parse_augment
from bogam.study.write_image import middle_slice

TRIED = 8
"""Draws of a step of which the sheet shows the strongest."""
DRAWS = 10
PIXELS = 420


@dataclass(frozen=True, eq=False)
class Trial:
    """What the sheet shows.

    Args:
        case: as prepared, before augmentation.
        plan: the steps, with the recipe's seed and, for mixes, its training part.
        title: of the sheet.
        labels: what the masks show, one each.
    """

    case: Case
    plan: Plan
    title: str
    labels: tuple[str, ...] = ()


def try_image(what: Path | None, recipe: Path | None, sets: Sequence[str], name: str | None = None,
              masks: Sequence[Path] = (), cache: Path | None = None, tell: Tell = quiet) -> Trial:
    """Return the image to show and the augmentation to show on it.

    Args:
        what: an image file. With a recipe it may be left out, and is looked up in the recipe's data otherwise.
        recipe: whose data, prepare steps, augmentation and seed count.
        sets: ``KEY=VALUE`` overrides of the recipe; a value without a key names the augmentation instead: a named set,
            a step, or a list of steps in YAML.
        name: id of an image of the recipe's data.
        masks: files of masks, for an image without a recipe; each is a label of its own.
        cache: folder that remembers decoded files; only mixes, which need the split, fill it.
        tell: progress.

    Raises:
        UserError: nothing to show, or nothing to do with it.
    """
    overrides, chosen = with_augment(sets), [s for s in sets if not _KEY.match(s)]
    if recipe is not None:
        return _from_recipe(load_recipe(recipe, overrides), what, name, chosen, cache, tell)
    if len(overrides) > len(chosen) or name:
        raise UserError(say("bogam augment", "a recipe's key or id without a recipe", "--recipe RECIPE"))
    if what is None or not chosen:
        raise UserError(say("bogam augment", "no augmentation" if what else "no image",
                            "an image and --recipe or --set",
                            "For example: bogam augment image.png --set geometric --sheet sheet.png"))
    try:
        steps = parse_augment(yaml.safe_load(chosen[0]))
    except yaml.YAMLError:
        raise UserError(say("--set", chosen[0], "a name, KEY=VALUE, or a list in YAML")) from None
    return Trial(_from_file(what, masks), Plan(steps, 0), f"{what.name}: {chosen[0]}", tuple(m.name for m in masks))


_KEY = re.compile(r"[\w.-]+=")


def with_augment(sets: Sequence[str]) -> list[str]:
    """Return overrides in which a value without a key is one of `augment`.

    Raises:
        UserError: two such values.

    Example:
        >>> with_augment(["geometric", "train.epochs=3"])
        ['augment=geometric', 'train.epochs=3']
    """
    chosen = [s for s in sets if not _KEY.match(s)]
    if len(chosen) > 1:
        raise UserError(say("--set", " and ".join(chosen), "one augmentation",
                            "Write a list: --set '[flip-horizontal, rotate]'."))
    return [s if _KEY.match(s) else f"augment={s}" for s in sets]


def _from_file(path: Path, masks: Sequence[Path]) -> Case:
    from bogam.data.readers.read import read_mask, read_picture
    picture = read_picture(Locator(path.name), path.parent)
    planes = None
    if masks:
        read: list[tuple[str, NDArray[np.int32] | None, str]] = [
            (mask.name, read_mask(Locator(mask.name), mask.parent).values, "nonzero") for mask in masks]
        for label, values, _ in read:
            if values is not None and values.shape != picture.image.shape[1:]:
                raise UserError(say(f"mask {label}", f"shape {values.shape}",
                                    f"{picture.image.shape[1:]}, the image's"))
        planes = merge_masks(read, tuple(mask.name for mask in masks), picture.image.shape[1:])
    name = Path(path.name.removesuffix(".gz")).stem
    return Case(name, picture.image, picture.levels, picture.level_unit, spacing_mm=picture.spacing_mm,
                masks=planes, history=(read_entry(picture),))


def _from_recipe(recipe: Recipe, what: Path | None, name: str | None, chosen: Sequence[str], cache: Path | None,
                 tell: Tell) -> Trial:
    steps = recipe.augment
    if not steps:
        values = recipe.axes.get("augment", ())
        raise UserError(say("augment", "no step", "one or more", "Choose with --set, such as --set geometric"
                            + (f"; the recipe compares {', '.join(map(str, values))}." if values else ".")))
    pool: list[str] = []
    if any(step.group == "mix" for step in steps):
        with tempfile.TemporaryDirectory() as scratch:
            ready = make_ready(recipe, cache or Path(scratch), tell, check=False)
        manifest, labels = ready.manifest, ready.labels
        pool = part_ids(manifest, 0, 0, "train")
    else:
        manifest = include(_open(recipe.data), recipe.data.include)
        labels = _labels(manifest, recipe)
        if recipe.task == "segmentation":
            manifest = manifest.but(mask_labels=labels)

    @lru_cache(maxsize=64)
    def read(one: str) -> Case:
        case = load_case(manifest, one, recipe.data.channels, recipe.data.resize_masks)
        for step in recipe.prepare[:-1]:
            case = step.apply(case)
        return case

    place = _find(manifest, what, name, read)
    sides = Sides.of(recipe.data.sides, labels) if recipe.data.sides else None
    plan = Plan(steps, recipe.train.seeds[0], Partners(tuple(pool), read) if pool else None, sides)
    words = chosen[0] if chosen else ", ".join(step.kind for step in steps)
    return Trial(read(place), plan, f"{recipe.name}, {place}: {words}", labels if recipe.task == "segmentation" else ())


def _open(data: DataSection) -> Manifest:
    return recognize(Path(data.root), layout=data.layout, patient=data.patient, columns=data.columns or None,
                     targets=data.targets or None, slice_axis=data.slice, slice_every=data.slice_every,
                     mask_values=data.mask_values or None, mask_label=data.mask_label)


def _labels(manifest: Manifest, recipe: Recipe) -> tuple[str, ...]:
    from bogam.study.data import choose_target
    return labels_of(manifest, recipe.data, recipe.task, choose_target(manifest, recipe.data, recipe.task))


def _find(manifest: Manifest, what: Path | None, name: str | None, read: Callable[[str], Case]) -> str:
    """Return the id to show: the named one, that of a file, or the first with a mask that is not empty."""
    ids = manifest.images["id"].to_list()
    if name is not None:
        if name not in ids:
            raise UserError(say("--id", f"'{name}'", f"an id of {manifest.name}", near_miss(name, ids[:2000])))
        return name
    if what is not None:
        wanted = what.resolve()
        for one, place in manifest.images.select("id", "image").rows():
            if (manifest.root / Locator.parse(place).path).resolve() == wanted:
                return str(one)
        raise UserError(say(str(what), "a file that is no image of the recipe's data", f"one under {manifest.root}",
                            "Leave --recipe out and name an augmentation with --set, or give an --id."))
    with_masks = set(manifest.objects["id"].to_list())
    for one in ids[:200]:
        if one in with_masks:
            masks = read(one).masks
            if masks is not None and masks.any():
                return str(one)
    return str(ids[0])


def sheet(trial: Trial) -> Figure:
    """Draw the sheet. Masks are outlined, the drawn numbers stand beneath."""
    case, plan = trial.case, trial.plan
    kind = f"{' x '.join(map(str, case.image.shape))}, {case.image.dtype}"
    levels = "no grey range" if case.levels is None else f"grey range {case.levels[0]:g} to {case.levels[1]:g}"
    about = [case.id, kind, levels]
    if len(case.shape) == 3:
        about.append(f"shown: slice {case.shape[0] // 2 + 1} of {case.shape[0]}")
    if case.masks is not None:
        about.append(f"outlined: {', '.join(trial.labels) or 'its mask'}")
    alone = [Panel(_picture(case), "The image as prepared", tuple(about)),
             *(_strongest(case, plan, step) for step in plan.steps)]
    draws = []
    for epoch in range(1, DRAWS + 1):
        made = plan.apply(case, plan.draw(case, epoch))
        draws.append(Panel(_picture(made), f"Epoch {epoch}", tuple(_lines(case, made)) or ("nothing was drawn",)))
    strips = [Strip(f"Each step alone: the strongest of {TRIED} draws", tuple(alone)),
              Strip(f"The whole list: epochs 1 to {DRAWS} of a training with seed {plan.seed}", tuple(draws))]
    return contact_sheet("augmentation", trial.title, strips)


def _strongest(case: Case, plan: Plan, step: Augment) -> Panel:
    """Return the draw that changes the pixels most; of a mix, that with the most equal shares."""
    always = step.model_copy(update={"probability": 1.0})
    one = Plan([always], plan.seed, plan.partners, plan.sides)
    best, found = case, -1.0
    for epoch in range(1, TRIED + 1):
        made = one.apply(case, one.draw(case, epoch))
        shares = made.history[-1].get("shares") if len(made.history) > len(case.history) else None
        change = 1 - max(shares) if shares else float(np.abs(made.image.astype(np.float64) - case.image).mean())
        if change > found:
            best, found = made, change
    lines = [*_lines(case, best), f"done in {100 * step.probability:.0f} % of draws", *ranges(step, len(case.shape))]
    return Panel(_picture(best), step.kind, tuple(lines))


def _lines(before: Case, after: Case) -> list[str]:
    return [line for entry in after.history[len(before.history):] for line in describe(entry)]


def _picture(case: Case) -> Any:
    image, masks = middle_slice(case)
    return with_outlines(to_uint8(image, case.levels), masks, PIXELS)


def write_sheet(figure: Figure, out: Path) -> list[Path]:
    """Write the sheet as PNG and SVG, and as PDF where that is asked for; return the files."""
    if out.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise UserError(say("--sheet", out.name, "a file that ends in .png, .svg or .pdf"))
    out.parent.mkdir(parents=True, exist_ok=True)
    files = [out.with_suffix(".png"), out.with_suffix(".svg")]
    files[0].write_bytes(figure.png())
    files[1].write_text(figure.wide, encoding="utf-8")
    if out.suffix.lower() == ".pdf":
        files.append(out)
        out.write_bytes(figure.pdf())
    return files
