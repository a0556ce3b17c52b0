"""A CSV or Parquet table with one row per image and columns of any names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import polars as pl

from bogam.core.errors import UserError, near_miss, say
from bogam.data.layouts import class_folders, images_masks
from bogam.data.layouts.coco import add_coco
from bogam.data.layouts.draft import Draft, Fit, Options, part_of
from bogam.data.layouts.lists import add_lists
from bogam.data.layouts.structure import Masks, add_masks, split_masks
from bogam.data.layouts.tree import Tree, natural, stem_of, suffix_of
from bogam.data.manifest import TargetSpec

NAME = "table"
SUFFIXES = (".csv", ".tsv", ".parquet")
_ROLES = {
    "patient": {"patient", "patientid", "subject", "subjectid", "pid"}, "study": {"study", "studyid"},
    "lesion": {"lesion", "lesionid"}, "site": {"site", "hospital", "institution", "center", "centre"},
    "scanner": {"scanner", "device", "manufacturer"}, "modality": {"modality"},
    "view": {"view", "viewposition", "projection"}, "laterality": {"laterality", "side"},
    "origin": {"origin", "provenance"}, "parents": {"parents", "parent", "parentid", "madefrom"},
    "part": {"part", "split", "subset", "partition"}, "mask": {"mask", "maskfile", "maskpath", "segmentation"}}
_TARGETS = ("class", "label", "target", "diagnosis", "dx", "finding", "pathology", "category")
_ROLE_NAMES = ("image", *_ROLES)
_MASKS = re.compile(r"mask|segment|annotation|label|groundtruth|ground_truth", re.IGNORECASE)
_IDS = re.compile(r"(?:^|[^a-z])(?:patient|subject|case|person|participant|volunteer|study|exam|accession|visit|series|"
                  r"mrn|pid|record)(?:$|[^a-z]|id|no|nr|num|uid|name)|(?:^|[^a-z])u?id$", re.IGNORECASE)
"""Names of columns that may hold an id shared by several images."""
_FACTS = tuple(role for role in _ROLES if role not in ("mask", "part", "origin", "parents"))
_ORIGINS = ("real", "derived", "synthetic")


def _plain(column: str) -> str:
    return "".join(c for c in column.lower() if c.isalnum())


def _load(tree: Tree, name: str) -> pl.DataFrame | None:
    """Read a table with every value as text; None where it is no table."""
    path = tree.path(name)
    try:
        if suffix_of(name) == ".parquet":
            return pl.read_parquet(path).with_columns(pl.all().cast(pl.String, strict=False))
        separator = "\t" if suffix_of(name) == ".tsv" else ","
        return pl.read_csv(path, infer_schema=False, separator=separator, encoding="utf8-lossy",
                           truncate_ragged_lines=True)
    except (pl.exceptions.PolarsError, OSError):
        return None


class _Finder:
    """Find a picture by its path, its file name or its stem, where that is unique.

    Of two files of one name, one of them in a folder of masks, an image is the other one and a mask is that one.
    """

    def __init__(self, pictures: Iterable[str], masks: bool = False) -> None:
        pictures = list(pictures)
        first = [p for p in pictures if (_MASKS.search(p.rpartition("/")[0]) is not None) == masks]
        self.paths = {p.lower(): p for p in pictures}
        self.last = _unique((p.rpartition("/")[2].lower(), p) for p in pictures)
        self.last.update(_unique((p.rpartition("/")[2].lower(), p) for p in first))
        self.stem = _unique((stem_of(p).lower(), p) for p in pictures)
        self.stem.update(_unique((stem_of(p).lower(), p) for p in first))

    def __call__(self, value: str | None) -> str | None:
        if not value:
            return None
        text = value.strip().replace("\\", "/").removeprefix("./").lower()
        last = text.rpartition("/")[2]
        return self.paths.get(text) or self.last.get(last) or self.stem.get(last) or self.stem.get(stem_of(last))


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    pairs = list(pairs)
    counts = Counter(key for key, _ in pairs)
    return {key: value for key, value in pairs if counts[key] == 1}


def _image_column(frame: pl.DataFrame, finder: _Finder, pictures: int) -> tuple[str, int] | None:
    """Return the column that names the images and how many of them, or None."""
    best: tuple[int, int, str] | None = None
    for place, column in enumerate(frame.columns):
        if _plain(column) in _ROLES["mask"]:
            continue
        hits = len({found for v in frame[column].drop_nulls().unique().to_list() if (found := finder(v))})
        if hits and (best is None or hits > best[0]):
            best = (hits, -place, column)
    if best is None or best[0] < 0.5 * min(pictures, frame.height):
        return None
    return best[2], best[0]


def find(tree: Tree, forced: bool = False) -> Fit | None:
    """Fit where a table in the folder names at least half of the pictures.

    Raises:
        UserError: two tables do; only one can be the list of images.
    """
    pictures = split_masks(tree.pictures).images
    finder = _Finder(pictures)
    fits = []
    for name in tree.here(SUFFIXES):
        frame = _load(tree, name)
        found = None if frame is None else _image_column(frame, finder, len(pictures))
        if found:
            fits.append((found[1], name, found[0]))
    if not fits:
        return None
    fits.sort(key=lambda f: (-f[0], natural(f[1])))
    if len(fits) > 1 and fits[1][0] == fits[0][0]:
        raise UserError(say(str(tree.folder), f"two tables that name the images ({fits[0][1]}, {fits[1][1]})", "one",
                            "Keep one beside the images and move the other away."))
    hits, name, column = fits[0]
    return Fit(NAME, tree, hits, f"the table {name} (images in column {column})", name)


def read(fit: Fit, options: Options) -> Draft:
    """Read images, facts, targets and masks from the table; COCO boxes beside it are added.

    Raises:
        UserError: a column that the recipe names does not exist, or holds what it may not.
    """
    tree = fit.tree
    name = fit.source
    frame = _load(tree, name)
    assert frame is not None
    draft = Draft()
    draft.used.add(tree.prefix + name)
    finder, mask_finder = _Finder(tree.pictures), _Finder(tree.pictures, masks=True)
    columns = _columns(frame, finder, options, name, len(tree.pictures))
    targets = _targets(frame, columns, options, name)
    missing = double = 0
    masks: list[tuple[str, str]] = []
    seen: set[str] = set()
    values: dict[str, dict[str, object]] = {target: {} for target in targets}
    idle = [c for c in frame.columns if _IDS.search(c) and c not in columns.values() and c not in targets]
    ids: dict[str, dict[str, str]] = {column: {} for column in idle}
    for row in frame.iter_rows(named=True):
        image = finder(row[columns["image"]])
        if image is None:
            missing += 1
            continue
        if image in seen:
            double += 1
            continue
        seen.add(image)
        facts = {role: row[columns[role]] or None for role in _FACTS if role in columns}
        part = part_of(row[columns["part"]] or "") if "part" in columns else None
        made = [text.strip() for text in re.split(r"[;|]", row[columns["parents"]] or "") if text.strip()] \
            if "parents" in columns else []
        origin = (row[columns["origin"]] or "").strip().lower() if "origin" in columns else ""
        if origin and origin not in _ORIGINS:
            raise UserError(say(f"{name}, column {columns['origin']}", repr(origin), "real, derived or synthetic"))
        facts["origin"] = origin or ("derived" if made else None)
        facts["parents"] = [str(tree.prefix + found) if (found := finder(parent)) else parent for parent in made]
        added = draft.add_image(tree, image, part=part, **facts)
        for target, spec in targets.items():
            values[target][added["name"]] = _value(row[target], spec, name, target, options.nothing)
        for column in idle:
            if row[column]:
                ids[column][added["name"]] = row[column].strip()
        if "mask" in columns and (mask := mask_finder(row[columns["mask"]])):
            masks.append((image, mask))
    draft.targets.update(values)
    draft.target_specs.update(targets)
    draft.patients = "given" if "patient" in columns else ""
    draft.unused.update({f"column {column} of {name}": found for column, found in ids.items()
                         if 2 <= len(set(found.values())) < len(found)})
    _add_masks(draft, tree, masks, seen, options)
    classes = class_folders.find(tree) if not targets else None
    if classes is not None:
        folders = {p.name: p.rest.split("/", 1)[0] for p in class_folders.placed(tree)}
        draft.add_classes({tree.prefix + n: folders[n] for n in seen if n in folders}, options.labels)
        draft.notes.append(f"{name} has no column for a target; the class is the name of the folder.")
    read_as = ", ".join(f"{role} = {column}" for role, column in columns.items())
    draft.notes.append(f"Columns of {name}: {read_as}"
                       f"{', target = ' + ', '.join(targets) if targets else '; no column was taken for a target'}.")
    if missing:
        draft.notes.append(f"{missing} rows of {name} name images that are not in the folder.")
    if double:
        draft.notes.append(f"{double} rows of {name} name an image again; the first row of an image counts.")
    add_coco(draft, tree)
    add_lists(draft, tree)
    return draft


def _add_masks(draft: Draft, tree: Tree, named: list[tuple[str, str]], images: set[str], options: Options) -> None:
    """Add the masks that the table names, else those that lie beside the images or in a folder of masks."""
    of: dict[str, list[str]] = {}
    for image, mask in named:
        of.setdefault(image, []).append(mask)
    if not of:
        beside = split_masks(tree.pictures).of or images_masks.match(tree).of
        of = {image: masks for image, masks in beside.items() if image in images}
    files = {tree.prefix + m for masks in of.values() for m in masks}
    draft.images = [row for row in draft.images if row["name"] not in files]
    kept = tuple(row["name"][len(tree.prefix):] for row in draft.images)
    add_masks(draft, tree, Masks(kept, of), options)


def disagrees(fit: Fit, folders: Fit) -> bool:
    """Say whether the table has a target of its own that is not the name of the class folder."""
    frame = _load(fit.tree, fit.source)
    if frame is None:
        return False
    finder = _Finder(split_masks(fit.tree.pictures).images)
    found = _image_column(frame, finder, fit.pictures)
    targets = _targets(frame, {"image": found[0]} if found else {}, Options(), fit.source)
    for target in targets:
        for row in frame.iter_rows(named=True):
            name = finder(row[found[0]]) if found else None
            value = (row[target] or "").strip().lower()
            if name is not None and value not in [folder.lower() for folder in name.split("/")[:-1]]:
                return True
    return False


def _columns(frame: pl.DataFrame, finder: _Finder, options: Options, name: str, pictures: int) -> dict[str, str]:
    columns: dict[str, str] = {}
    faults = []
    for role, column in options.columns.items():
        if role not in _ROLE_NAMES:
            faults.append(say("data.columns", f"the role '{role}'", "the name of a role",
                              near_miss(role, _ROLE_NAMES)))
        elif column not in frame.columns:
            faults.append(say(f"data.columns.{role}", f"the column '{column}', which {name} does not have", "a column",
                              near_miss(column, frame.columns)))
        else:
            columns[role] = column
    for column in options.targets:
        if column not in frame.columns:
            faults.append(say("data.targets", f"the column '{column}', which {name} does not have", "a column",
                              near_miss(column, frame.columns)))
    if faults:
        raise UserError("\n".join(faults))
    if "image" not in columns:
        found = _image_column(frame, finder, pictures)
        if found is None:
            raise UserError(say(name, "no column that names the images", "one", "Name it: data.columns: {image: ...}."))
        columns["image"] = found[0]
    taken = set(columns.values()) | set(options.targets)
    for role, spellings in _ROLES.items():
        if role not in columns:
            fit = next((c for c in frame.columns if _plain(c) in spellings and c not in taken), None)
            if fit is not None and frame[fit].null_count() < frame.height and not _elsewhere(role, frame[fit]):
                columns[role] = fit
    return {role: columns[role] for role in _ROLE_NAMES if role in columns}


def _elsewhere(role: str, column: pl.Series) -> bool:
    """Whether a column called "origin" says where an image comes from, a hospital say, not how it was made."""
    words = column.drop_nulls().str.strip_chars().str.to_lowercase().unique()
    return role == "origin" and not words.is_in(_ORIGINS).any()


def _targets(frame: pl.DataFrame, columns: dict[str, str], options: Options, name: str) -> dict[str, TargetSpec]:
    if options.targets:
        return {c: k if isinstance(k, TargetSpec) else TargetSpec(kind=k, labels=_labels(frame, c, k, options))
                for c, k in options.targets.items()}
    for wanted in _TARGETS:
        for column in frame.columns:
            distinct = frame[column].drop_nulls().n_unique() if _plain(column) == wanted else 0
            if 2 <= distinct <= max(2, frame.height // 2) and column not in columns.values():
                return {column: TargetSpec(kind="multiclass", labels=_labels(frame, column, "multiclass", options))}
    return {}


def _labels(frame: pl.DataFrame, column: str, kind: str, options: Options) -> tuple[str, ...]:
    if kind == "regression":
        return ()
    if options.labels is not None:
        return tuple(options.labels)
    found = [str(v).strip() for v in frame[column].drop_nulls().to_list()]
    if kind == "multilabel":
        if set(found) <= {"0", "1"}:
            return (column,)
        found = [label.strip() for value in found for label in value.split("|") if label.strip() != options.nothing]
    return tuple(sorted({f for f in found if f}, key=natural))


def _value(text: str | None, spec: TargetSpec, name: str, column: str, nothing: str | None) -> object:
    if text is None or not text.strip():
        return None
    if spec.kind == "regression":
        try:
            return float(text)
        except ValueError:
            raise UserError(say(f"{name}, column {column}", repr(text), "a number",
                                "Or declare it multiclass.")) from None
    if spec.kind == "multilabel":
        if text.strip() in ("0", "1") and len(spec.labels) == 1:
            return spec.labels[0] if text.strip() == "1" else ""
        return "|".join(label.strip() for label in text.split("|") if label.strip() and label.strip() != nothing)
    return text.strip()
