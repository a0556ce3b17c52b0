"""The audit's card: one HTML file with the verdict, each finding with its pictures, and what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

import bogam
from bogam.audit.family import MOST_FILES, Finding, rules
from bogam.audit.pictures import side_by_side
from bogam.audit.run import ORDER, Audit
from bogam.data.manifest import Manifest
from bogam.page.blocks import Block, Box, Bullets, Facts, Folded, Listing, Paragraph, Statement, Tone
from bogam.page.document import Page, Section, write_page
from bogam.page.table import Column, Table
from bogam.page.text import class_name, clean, listed, many

TONES: dict[str, Tone] = {"stop": "stop", "warning": "warning", "note": "note"}
TITLES = {"stop": "What says stop", "warning": "What to know first", "note": "Counts and circumstances"}
FEW_FILES = 4


@dataclass(frozen=True, eq=False)
class Card:
    """What a card shows.

    Args:
        title: of the data, for people.
        what: what was audited: "folder", "table", "recipe with its split" ...
        result: the audit.
        manifest: what was read; with folds, where it was split.
        target: the class column, or None.
        accepted: rule to reason, from the recipe.
        pictures: id to data URI, of `pictures.pictures_of`.
    """

    title: str
    what: str
    result: Audit
    manifest: Manifest
    target: str | None
    accepted: Mapping[str, str]
    pictures: Mapping[str, str]

    @property
    def classes(self) -> dict[str, str]:
        """Return id to class."""
        if self.target is None:
            return {}
        return {name: str(value) for name, value in self.manifest.targets.select("id", self.target).rows()
                if value is not None}


def write_card(card: Card, out: Path) -> Path:
    """Write OUT/report.html and its tables; return the path of the HTML file."""
    return write_page(page_of(card), out)


def page_of(card: Card) -> Page:
    """Return the card as a page."""
    findings = card.result.findings
    sections = [Section(severity, f"{TITLES[severity]} ({len(found)})", found_blocks(found, card))
                for severity in ORDER if (found := [f for f in findings if f.severity == severity])]
    sections.append(_data(card))
    sections.append(Section("read", "What was read", [
        Bullets([clean(note) for note in card.manifest.notes] or ["The reader of the folder left no notes."])]))
    sections.append(_rules(card))
    stops = [f for f in findings if f.severity == "stop"]
    top: list[Block] = []
    if stops:
        heads = [f"{clean(f.title)} " + (f"Reason given for going on: {clean(card.accepted[f.rule])}"
                                         if f.rule in card.accepted else "") for f in stops]
        title = ("The recipe overrode this stop. Do not rely on scores before it is resolved."
                 if all(f.rule in card.accepted for f in stops) else
                 "No study goes past this unless the recipe names the rule and a reason.")
        top.append(Box("stop", title, heads))
    warned = [clean(f.title) for f in findings if f.severity == "warning"]
    if warned:
        top.append(Box("warning", f"{many(len(warned), 'warning')}, each with its pictures below", warned))
    kicker = " · ".join(["bogam audit", card.what, many(len(card.manifest), "image"), _patients(card.manifest)])
    return Page(title=clean(card.title), kicker=clean(kicker), answer=answer(card), sections=sections, top=top,
                saved=[findings_table(findings)])


def answer(card: Card) -> str:
    """Return the verdict as one paragraph."""
    count = {severity: sum(f.severity == severity for f in card.result.findings) for severity in ORDER}
    here = many(len(looked(card)[0]), "rule")
    warnings = many(count["warning"], "warning")
    if count["stop"]:
        return (f"Verdict: stop. {many(count['stop'], 'finding makes', 'findings make')} scores on these data "
                f"meaningless{f', and there are {warnings}' if count['warning'] else ''}.")
    if count["warning"]:
        return f"Verdict: {warnings}. Nothing stops a study; know this before you believe a number."
    return (f"Verdict: clean. None of {here} found anything against these data. A rule finds only what it looks "
            "for; what none looks for is said below.")


def found_blocks(findings: Sequence[Finding], card: Card) -> list[Block]:
    """Return one block per finding: its title, questions and answers, files and pictures."""
    blocks: list[Block] = []
    for finding in findings:
        reason = card.accepted.get(finding.rule, "") if finding.severity == "stop" else ""
        pairs = side_by_side(finding, card.manifest, card.classes, card.pictures)
        blocks.append(found_block(finding, reason, [pairs] if pairs else []))
    return blocks


def found_block(finding: Finding, reason: str = "", pictures: Sequence[Block] = ()) -> Statement:
    """Return one finding as a block.

    Args:
        finding: what was found.
        reason: of the recipe, for going past it.
        pictures: blocks with its pictures.
    """
    answers = [(head, clean(text).replace("`", "")) for head, text in (
        ("Accepted", reason), ("Why", finding.why), ("Worth", finding.worth), ("Do", finding.do)) if text]
    inner: list[Block] = list(pictures)
    files = [clean(f) for f in finding.files]
    if len(files) > FEW_FILES:
        inner.append(Folded(f"{many(len(files), 'line')}: the files concerned" if len(files) < MOST_FILES else
                            f"The first {MOST_FILES} files concerned",
                            [Listing("\n".join(files), "Files concerned")]))
    elif files:
        answers.append(("Files", listed(files)))
    return Statement(TONES[finding.severity], finding.severity, clean(finding.title),
                     [clean(finding.detail)] if finding.detail else [], name=finding.rule, answers=answers, inner=inner)


def account(findings: Sequence[Finding], accepted: Mapping[str, str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (severity, title with its rule, lines) of each finding, for a terminal.

    Args:
        findings: of the audit, worst first.
        accepted: rule to reason, from the recipe.
    """
    for finding in findings:
        reason = accepted.get(finding.rule, "") if finding.severity == "stop" else ""
        lines = [f"{head}{text}" for head, text in (
            ("Accepted by the recipe: ", reason), ("", finding.detail), ("Files: ", finding.examples()),
            ("Why: ", finding.why), ("Worth: ", finding.worth), ("Do: ", finding.do)) if text]
        yield finding.severity, f"{finding.title}  [{finding.rule}]", lines


def findings_table(findings: Sequence[Finding]) -> Table:
    """Return the findings as a table that is only saved."""
    keys = ("severity", "rule", "title", "detail", "why", "worth", "do", "files")
    rows = [{k: "; ".join(f.files) if k == "files" else getattr(f, k) for k in keys} for f in findings]
    return Table("audit", "Audit findings", [Column(k, k) for k in keys], rows)


def _patients(manifest: Manifest) -> str:
    return many(manifest.images["patient"].n_unique(), "patient") if manifest.patient == "given" else "patients unknown"


def _data(card: Card) -> Section:
    images = card.manifest.images
    pairs = [("Images", f"{images.height:,}"), ("Patients", _patients(card.manifest).removesuffix(" patients"))]
    for column, name in (("modality", "Modality"), ("site", "Sites"), ("scanner", "Scanners"), ("format", "Format"),
                         ("bits", "Bits per sample"), ("channels", "Channels")):
        values = sorted({clean(v) for v in images[column].drop_nulls().to_list()})
        if values:
            pairs.append((name, listed(values, 4)))
    sizes = images.select("rows", "columns").drop_nulls()
    if sizes.height:
        ends = [(min(values), max(values)) for values in (sizes[c].to_list() for c in ("rows", "columns"))]
        spans = [f"{low}" if low == high else f"{low}–{high}" for low, high in ends]
        pairs.append(("Size, rows × columns", " × ".join(spans)))
    if card.manifest.set_aside.height:
        pairs.append(("Set aside", many(card.manifest.set_aside.height, "file")))
    pairs.append(("Manifest digest", card.manifest.digest()))
    blocks: list[Block] = [Facts(pairs)]
    counts = counts_table(card)
    if counts is not None:
        blocks.append(counts)
    return Section("data", "The data", blocks)


def counts_table(card: Card) -> Table | None:
    """Return images (and patients) per class and part; None where there are neither classes nor parts."""
    manifest = card.manifest
    labels = pl.DataFrame({"id": list(card.classes), "class": list(card.classes.values())},
                          schema={"id": pl.String, "class": pl.String})
    if manifest.folds.height:
        rows = manifest.folds.select("id", "repeat", "fold", "part").join(
            manifest.images.select("id", "patient"), on="id", how="inner")
    else:
        rows = manifest.images.select("id", "part", "patient").with_columns(repeat=pl.lit(0), fold=pl.lit(0))
    parts = rows["part"].drop_nulls().n_unique()
    if not parts and not labels.height:
        return None
    rows = rows.join(labels, on="id", how="left").with_columns(
        pl.col("part").fill_null("not in a part"), pl.col("class").fill_null("no label"))
    names = sorted(rows["class"].unique().to_list()) if labels.height else []
    keys = [key for key in ("repeat", "fold") if rows[key].n_unique() > 1]
    counts = rows.group_by(*keys, "part").agg(
        pl.len().alias("images"), pl.col("patient").n_unique().alias("patients"),
        *[(pl.col("class") == name).sum().alias(f"class {name}") for name in names])
    place = {"train": 0, "validation": 1, "test": 2}
    body = sorted(counts.iter_rows(named=True), key=lambda r: (*(r[k] for k in keys), place.get(r["part"], 3)))
    if not parts:
        body = [{**row, "part": "all"} for row in body]
    columns = [*[Column(key, key.capitalize(), "count") for key in keys], Column("part", "Part"),
               Column("images", "Images", "count"),
               *([Column("patients", "Patients", "count")] if manifest.patient == "given" else []),
               *[Column(f"class {name}", clean(class_name(name)), "count") for name in names]]
    return Table("parts", "Images in each part" + (" of each class" if names else ""), columns, body,
                 headings=len(keys) + 1)


def looked(card: Card) -> tuple[list[str], list[str], list[str]]:
    """Return the rules that looked at these data, those that need a split where there is none, and probes not run."""
    spoke = {f.rule for f in card.result.findings}
    split = card.manifest.folds.height > 0 or card.manifest.images["part"].drop_nulls().len() > 0
    here: list[str] = []
    later: list[str] = []
    probes: list[str] = []
    for kind in rules.names():
        rule = rules.parse(kind)
        where = here if kind in spoke else probes if rule.needs_probe else (
            later if rule.needs_split and not split else here)
        where.append(kind)
    return here, later, probes


def _rules(card: Card) -> Section:
    here, later, probes = looked(card)
    spoke = {f.rule for f in card.result.findings}
    silent = [kind for kind in here if kind not in spoke]
    words = f"Rules that found nothing: {', '.join(silent)}." if silent else "Every one had something to say."
    if later:
        words += f" There is no split yet for {listed(later)} to look at."
    if probes:
        words += f" Not run: {listed(probes)} (bogam audit --probe)."
    return Section("rules", "What was looked for", [
        Paragraph(f"{many(len(here), 'rule')} looked at these data. {words}"),
        Paragraph("A rule finds only what it looks for. None of them knows whether the images stand for the patients "
                  "you mean, or whether a published test part was looked at before. What each rule looks for, how, and "
                  "its limits: docs/concepts/audit in the project."),
        Paragraph(f"bogam {bogam.__version__}. For research; not a medical device.", small=True)])
