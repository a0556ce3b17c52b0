"""Data and split: what was taken, what was not, who is in which part, and what the audit found."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bogam.audit.card import found_block
from bogam.audit.family import Finding
from bogam.audit.pictures import pictures_of, side_by_side
from bogam.audit.run import ORDER
from bogam.data.manifest import Manifest
from bogam.page.blocks import Block, Bullets, Facts, Folded, Gallery, Heading, Paragraph, Thumb
from bogam.page.document import Section
from bogam.page.picture import outlined, thumbnail
from bogam.page.table import Column, Table
from bogam.page.text import clean, listed, many
from bogam.study.report.cautions import PATIENTS_UNKNOWN
from bogam.study.report.cells import tested_rows
from bogam.study.report.examples import ExampleCase
from bogam.study.report.standing import findings_blocks
from bogam.study.results import StudyResult


def data_section(result: StudyResult, thumbnails: Sequence[ExampleCase]) -> Section:
    """Return the chapter on the data, the split and the audit."""
    manifest = result.manifest
    blocks: list[Block] = [_facts(result)]
    if manifest.patient == "absent":
        blocks.append(Paragraph(f"{PATIENTS_UNKNOWN} The unit that is never split is the {clean(result.grouping)}."))
    else:
        blocks.append(Paragraph(f"The unit that is never split is the {clean(result.grouping)}."))
    if thumbnails:
        blocks.append(_gallery(thumbnails))
    blocks.append(Heading("How many of what"))
    blocks.append(_class_table(result))
    blocks.extend(_lesions(result))
    blocks.append(Heading("Who is in which part"))
    blocks.extend(_split(result))
    blocks.append(Heading("What was taken, and what was not"))
    blocks.append(Bullets([clean(note) for note in manifest.notes]) if manifest.notes
                  else Paragraph("The reader of the folder left no notes."))
    blocks.extend(_set_aside(manifest))
    blocks.append(Heading("What the audit found"))
    blocks.extend(_findings(result))
    if result.probes:
        blocks.append(Heading("What the probes of the split found"))
        blocks.extend(findings_blocks(result.probes))
    return Section("data", "Data and split", blocks)


def _facts(result: StudyResult) -> Facts:
    images = result.manifest.images
    pairs = [("Data set", clean(result.manifest.name)), ("Images", f"{images.height:,}")]
    if result.manifest.patient == "given":
        pairs.append(("Patients", f"{images['patient'].n_unique():,}"))
    else:
        pairs.append(("Patients", "unknown"))
    for column, name in (("modality", "Modality"), ("site", "Sites"), ("scanner", "Scanners"), ("format", "Format"),
                         ("bits", "Bits per sample")):
        values = sorted({clean(v) for v in images[column].drop_nulls().to_list()})
        if values:
            pairs.append((name, listed(values, 4)))
    sizes = images.select("rows", "columns").drop_nulls()
    if sizes.height:
        rows, columns = sizes["rows"].to_list(), sizes["columns"].to_list()
        same = len(set(rows)) == 1 and len(set(columns)) == 1
        pairs.append(("Size, rows × columns", f"{rows[0]} × {columns[0]}" if same else
                      f"{min(rows)}–{max(rows)} × {min(columns)}–{max(columns)}"))
    pairs.append(("Manifest digest", result.manifest.digest()))
    return Facts(pairs)


def class_of(result: StudyResult) -> pl.DataFrame:
    """Return a table id, class: the target's value, or where there is no target whether somebody drew a mask."""
    manifest = result.manifest
    if manifest.target_specs:
        names = list(manifest.target_specs)
        name = next((n for n in names if manifest.target_specs[n].labels == tuple(result.labels)), names[0])
        return manifest.targets.select("id", pl.col(name).cast(pl.String).fill_null("not labeled").alias("class"))
    masks = manifest.objects.filter(pl.col("kind") == "mask")
    marked = set(masks.filter(pl.col("locator").is_not_null())["id"].to_list())
    looked = set(masks["id"].to_list())
    words = ["with mask" if i in marked else "declared without lesion" if i in looked else "no mask, not labeled"
             for i in manifest.images["id"].to_list()]
    return pl.DataFrame({"id": manifest.images["id"], "class": words}, schema={"id": pl.String, "class": pl.String})


def _lesions(result: StudyResult) -> list[Block]:
    """Say how many test images have a lesion, as the scores found it in the masks themselves."""
    frames = [tested_rows(cell) for cell in result.cells]
    known = [f.select("id", "has_lesion") for f in frames if f.height and "has_lesion" in f.columns]
    if not known:
        return []
    counts = pl.concat(known).group_by("id").agg(pl.col("has_lesion").any())
    have = int(counts["has_lesion"].sum())
    return [Paragraph(f"Of {many(counts.height, 'image')} that were in a test part, {have:,} have a lesion and "
                      f"{counts.height - have:,} have an empty mask; Dice and IoU are averaged over the former.")]


def _class_table(result: StudyResult) -> Table:
    manifest = result.manifest
    joined = class_of(result).join(manifest.images.select("id", "patient"), on="id")
    rows = [{"class": row["class"], "images": row["images"], "share": 100 * row["images"] / max(1, len(manifest)),
             "patients": row["patients"] if manifest.patient == "given" else None}
            for row in joined.group_by("class").agg(pl.len().alias("images"), pl.col("patient").n_unique()
                                                    .alias("patients")).sort("class").iter_rows(named=True)]
    columns = [Column("class", "Class"), Column("images", "Images", "count"),
               Column("share", "Share, %", "number", 1)]
    if manifest.patient == "given":
        columns.append(Column("patients", "Patients", "count"))
    return Table("classes", "Images per class", columns, rows)


def _split(result: StudyResult) -> list[Block]:
    folds = result.manifest.folds
    if not folds.height:
        return [Paragraph("The data were not split.")]
    joined = folds.join(class_of(result), on="id", how="left")
    classes = joined["class"].unique().sort().to_list()
    counts = joined.group_by("repeat", "fold", "part").agg(
        pl.len().alias("images"), pl.col("group").n_unique().alias("groups"),
        *[(pl.col("class") == c).sum().alias(f"class {c}") for c in classes],
        *[pl.col("group").filter(pl.col("class") == c).n_unique().alias(f"groups {c}") for c in classes])
    place = {"train": 0, "validation": 1, "test": 2}
    rows = sorted(counts.iter_rows(named=True), key=lambda r: (r["repeat"], r["fold"], place.get(r["part"], 3)))
    who = "patients" if result.manifest.patient == "given" else "groups"
    repeats = [Column("repeat", "Repeat", "count")] if joined["repeat"].n_unique() > 1 else []
    columns = [*repeats, Column("fold", "Fold", "count"), Column("part", "Part"),
               Column("images", "Images", "count"), Column("groups", "Groups", "count"),
               *[column for c in classes for column in
                 (Column(f"class {c}", f"{clean(c)}: images", "count"), Column(f"groups {c}", f"{who}", "count"))]]
    table = Table("split", "Images and groups in each part of each fold", columns, rows, headings=2 + len(repeats),
                  layout="scroll",
                  notes=["The validation part chooses the epoch and the threshold; the test part only gives scores."])
    if len(rows) <= 15:
        return [Paragraph(scope(result)), table]
    return [Paragraph(scope(result)), Paragraph(f"{many(len(rows), 'part')} in all."),
            Folded("Show every part of every fold", [table])]


def scope(result: StudyResult) -> str:
    """Return what the test parts stand for: who is unseen in them, and that they are no external validation."""
    if result.manifest.patient == "given":
        unknown = result.manifest.images["patient"].str.starts_with("unknown-").sum()
        first = f"As far as ids are known ({unknown} images have none), the test images show" if unknown else \
            "The test images show"
        return (f"{first} unseen patients of the same source. How the model does on another source (another hospital, "
                "scanner or stain) is not measured here; the command bogam evaluate does that.")
    return ("Patients unknown: the test images are unseen pictures of the same source, and some may show persons that "
            "the model was trained on. This is no external validation.")


def _set_aside(manifest: Manifest) -> list[Block]:
    count = manifest.set_aside.height
    if not count:
        return [Paragraph("No file had to be set aside.")]
    table = Table("set_aside", "Files set aside: they could not be used and are in no number of this report",
                  [Column("file", "File"), Column("problem", "Problem")],
                  list(manifest.set_aside.iter_rows(named=True)), show=30)
    return [Paragraph(f"{many(count, 'file')} set aside."), table]


def _findings(result: StudyResult) -> list[Block]:
    if not result.findings:
        return [Paragraph("The audit's rules found nothing to report. They can only find what they look for.")]
    findings = found(result)
    classes = {} if not result.manifest.target_specs else dict(class_of(result).rows())
    pictures = pictures_of(findings, result.manifest)
    accepted = (result.recipe.get("audit") or {}).get("accept") or {}
    blocks: list[Block] = []
    for finding in findings:
        shown = side_by_side(finding, result.manifest, classes, pictures)
        reason = str(accepted.get(finding.rule, "")) if finding.severity == "stop" else ""
        blocks.append(found_block(finding, reason, [shown] if shown else []))
    return blocks


def found(result: StudyResult) -> list[Finding]:
    """Return the findings of a study, worst first."""
    findings = [Finding.from_dict(values) for values in result.findings]
    return sorted(findings, key=lambda f: ORDER.get(f.severity, len(ORDER)))


def _gallery(thumbnails: Sequence[ExampleCase]) -> Gallery:
    thumbs = []
    for case in thumbnails:
        uri = thumbnail(case.image, 240) if case.truth is None else outlined(case.image, case.truth, None, 240)
        thumbs.append(Thumb(uri, clean(f"Image {case.id}. {case.caption}"), clean(case.caption) or clean(case.id),
                            [clean(case.id)] if case.caption else []))
    outline = " Outlines are the given masks." if any(c.truth is not None for c in thumbnails) else ""
    return Gallery(f"Images of the data set, drawn at random.{outline}", thumbs)
