"""What bogam knows of public data sets, in words for a terminal, and a local copy compared with the publication."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bogam.core.errors import UserError, near_miss, say
from bogam.data.datasets.compare import Row, check_files, compare
from bogam.data.datasets.family import Dataset, dataset_of, datasets, known

_VERDICTS = {"equal": "", "missing": "missing here", "extra": "more than published", "unknown": "cannot be compared"}


@dataclass(frozen=True)
class Checked:
    """A local copy beside the publication.

    Args:
        name: data set, or member of a collection, that the copy is.
        rows: one per published figure.
        files: file to whether its MD5 sum is the published one.
        notes: how the folder was read, what was taken and what was not.
        set_aside: (file, problem).
    """

    name: str
    rows: tuple[Row, ...]
    files: dict[str, bool]
    notes: tuple[str, ...]
    set_aside: tuple[tuple[str, str], ...]

    @property
    def verdict(self) -> str:
        """One sentence: whether the copy differs from, agrees with, or cannot be compared with the publication."""
        if any(r.verdict in ("missing", "extra") for r in self.rows) or not all(self.files.values()):
            return f"This copy of {self.name} differs from what was published."
        if not self.files and not any(r.verdict == "equal" for r in self.rows):
            return f"No figure of this copy of {self.name} can be compared with a published one."
        return f"This copy of {self.name} agrees with what was published, as far as it can be compared."

    def lines(self) -> list[str]:
        """Return the figures beside the published ones, the sums of files, what was taken, and the verdict."""
        said = [f"{'':<28} {'published':>10} {'here':>10}"]
        for row in self.rows:
            numbers = ("?" if n is None else f"{n:,}" for n in (row.published, row.here))
            said.append("{:<28} {:>10} {:>10}  {}".format(row.what, *numbers, _VERDICTS[row.verdict]).rstrip())
        said += [f"{file}: MD5 {'as published' if right else 'is not the published one'}"
                 for file, right in self.files.items()]
        said += [note for note in self.notes if note.startswith(("Taken:", "Not taken:"))]
        said += [f"Set aside: {file}: {problem}" for file, problem in self.set_aside]
        return [*said, self.verdict]

    def save(self, path: Path) -> None:
        """Write the figures as CSV."""
        import polars as pl
        pl.DataFrame([{"what": r.what, "published": r.published, "here": r.here, "verdict": r.verdict,
                       "source": r.source} for r in self.rows]).write_csv(path)


def find(name: str) -> type[Dataset]:
    """Return the class of a data set or member. Raises UserError with the nearest name where there is none."""
    try:
        return dataset_of(name)
    except ValueError:
        names = [n for part in known() for n in (str(part.model_fields["kind"].default), *getattr(part, "members", {}))]
        raise UserError(say("data set", f"'{name}'", "one that bogam knows", near_miss(name, names))) from None


def listing() -> list[tuple[str, str, str, str]]:
    """Return (name, tasks, published images, title) of every data set; members follow their collection, indented."""
    lines = []
    for kind in datasets.names():
        part = datasets.get(kind)
        members = getattr(part, "members", {})
        parts = [figure for key, figure in part.counts.items() if key.endswith("/images")]
        images = part.counts.get("images") or (sum(n for n in parts if n) if parts and None not in parts else None)
        lines.append((kind, ", ".join(part.tasks), "" if members else _figure(images), part.title))
        for name, member in members.items():
            total = None if None in member.counts else sum(member.counts)
            lines.append((f"  {name}", "", _figure(total), "; ".join(member.labels)))
    return lines


def _figure(number: int | None) -> str:
    return "no source" if number is None else f"{number:,}"


def facts(name: str) -> list[str]:
    """Return what is known of one data set, one line each, ending with the steps to get it."""
    part = find(name)
    lines = [part.title, f"Licence: {part.licence}", f"Cite: {part.citation}", f"Original: {part.url}",
             f"An honest split keeps together: {part.group}.",
             f"Official split: {(part.split_words or 'yes') if part.official_split else 'none'}."]
    relatives = part.known_relatives(name)
    if relatives:
        lines.append(f"Same patients as: {', '.join(relatives)}.")
    for key, figure in part.published(name).items():
        source = part.source_of(key if key in part.counts else f"{name}/{key}")
        lines.append(f"Published, {key}: {'no source found' if figure is None else f'{figure:,} ({source})'}")
    lines += [f"Known defect: {defect}" for defect in part.defects]
    return [*lines, *how_to_get(part)]


def how_to_get(part: type[Dataset]) -> list[str]:
    """Return the steps by hand, numbered."""
    return ["How to get it:", *(f"  {number}. {step}" for number, step in enumerate(part.steps, 1))]


def terms(name: str) -> str:
    """Return licence and citation in one line."""
    part = find(name)
    return f"Licence: {part.licence}. Cite: {part.citation}"


def by_hand(name: str) -> list[str]:
    """Return what to do for a data set that `file_of` knows no file of."""
    return ["Its publisher offers no plain file without a form or an account.", *how_to_get(find(name))]


def check(name: str, folder: Path) -> Checked:
    """Compare a local copy with what was published.

    Args:
        name: data set, collection, or member of one.
        folder: the folder, or the file, that bogam would be given.

    Raises:
        UserError: no such data set, or the folder does not hold it in its published layout.
    """
    from bogam.data.layout import recognize
    part = find(name)
    manifest = recognize(folder, slice_axis="z")
    own = {name} if name in getattr(part, "members", {}) else {name, *getattr(part, "members", {})}
    if manifest.dataset not in own:
        got = f"a copy of {manifest.dataset}" if manifest.dataset else "files that are named or laid out otherwise"
        raise UserError(say(str(folder), got, f"the published layout of {name}",
                            "\n".join([manifest.notes[0], *how_to_get(part)])))
    found = manifest.dataset or name
    return Checked(found, tuple(compare(manifest, part, found)), check_files(folder, part.checksums), manifest.notes,
                   tuple(manifest.set_aside.select("file", "problem").iter_rows()))


def file_of(name: str, size: int) -> tuple[str, str, str] | None:
    """Return (file, address, MD5 sum) of a data set that can be downloaded; None where it must be fetched by hand.

    Args:
        name: data set, or member of a collection.
        size: side of the pictures in pixels, for MedMNIST.

    Raises:
        UserError: the collection has several files and none is named, or none of that size.
    """
    part = find(name)
    if not part.downloads:
        return None
    if name not in getattr(part, "members", {}):
        raise UserError(say("bogam datasets get", f"the collection {name}", "one of its members",
                            f"Name one: {', '.join(getattr(part, 'members', {}))}."))
    file = f"{name}.npz" if size == 28 else f"{name}_{size}.npz"
    if file not in part.downloads:
        sizes = [f for f in part.downloads if f.partition(".")[0].partition("_")[0] == name]
        raise UserError(say("--size", str(size), f"one that is published: {', '.join(sizes)}"))
    return file, part.downloads[file], part.checksums[file]
