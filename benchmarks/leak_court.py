"""What does the audit catch, and whom does it accuse? BOGAM_DATA=FOLDER python benchmarks/leak_court.py [--splits 200]

Plants: a split by whole patients is laid out as somebody's train/ and test/ folders; copies of some training pictures
per rung of a ladder (20 unless told; the tables say how many) are put among the test pictures, under new names and
other patients. A plant is caught where a finding of level stop connects the planted file with the picture it was made
from. Further plants: patients on two sides, mask files counted as images, children and generators whose parents test,
and results tables that cannot be true.

Clean splits: whole patients dealt anew, again and again; nothing planted. A stop is a false alarm. With no alarm among
n independent splits, the true rate lies below 1 - 0.05 ** (1 / n) with 95 % confidence.

The audit's thresholds were set on other sets than those in the tables.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import court_plants
import court_sets
import cv2
import machine
import numpy as np
from court_sets import Item, Picture

PATIENT = "{patient}_{rest}"
PER_RUNG = 20


@dataclass(frozen=True)
class Plant:
    """A planted file and the file it was made from, relative to the folder; the rung of its ladder."""

    file: str
    source: str
    rung: Any


def lay(folder: Path, train: Sequence[Item], test: Sequence[Item]) -> dict[int, str]:
    """Write train/CLASS/ and test/CLASS/; return the training pictures' files by their place in `train`."""
    patients = {name: f"p{k:03d}" for k, name in enumerate(sorted({i.patient for i in (*train, *test)}))}
    files = {}
    for part, items in (("train", train), ("test", test)):
        for k, item in enumerate(items):
            name = f"{part}/{item.label}/{patients[item.patient]}_{k:04d}.png"
            save(folder / name, item.image)
            if part == "train":
                files[k] = name
    return files


def save(path: Path, image: Picture) -> None:
    """Write a picture, its folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), image):
        raise OSError(f"{path}: could not be written")


def plant(folder: Path, train: Sequence[Item], files: dict[int, str], ladder: court_plants.Ladder, seed: int,
          per_rung: int) -> list[Plant]:
    """Put changed copies of training pictures among the test pictures, each under a patient of its own."""
    rng = np.random.default_rng(seed)
    planted = []
    for rung in ladder.rungs:
        for k in rng.choice(len(train), min(per_rung, len(train)), replace=False):
            item, ending = train[int(k)], rung if ladder.family == court_plants.IDENTICAL else "png"
            name = f"test/{item.label}/q{len(planted):04d}_0.{ending}"
            save(folder / name, ladder.change(item.image, rung, rng))
            planted.append(Plant(name, files[int(k)], rung))
    return planted


def stops(looked: Any) -> list[Any]:
    """Return the findings of level stop."""
    return [f for f in looked.audit.findings if f.severity == "stop"]


def connected(looked: Any, findings: Iterable[Any]) -> dict[str, str]:
    """Return file to a representative of the set that the findings' pairs connect it with."""
    from bogam.data.duplicates import Union
    place = dict(looked.manifest.images.select("id", "image").rows())
    union = Union(place.values())
    for finding in findings:
        for one, other, _ in finding.pairs:
            if one in place and other in place:
                union.join(place[one], place[other])
    return {name: union.find(name) for name in place.values()}


def court_of_pictures(name: str, items: Sequence[Item], scratch: Path, per_rung: int,
                      only: str) -> list[dict[str, Any]]:
    """Plant every ladder in one set, audit, and count."""
    from bogam.study.look import audit_of
    rows = []
    for number, (kind, ladder) in enumerate(court_plants.LADDERS.items()):
        if only and only not in kind:
            continue
        train, test = court_sets.deal(items, seed=100 + number)
        folder = scratch / f"{number:02d}"
        files = lay(folder, train, test)
        planted = plant(folder, train, files, ladder, number, per_rung)
        begun = time.perf_counter()
        looked = audit_of(folder, patient=PATIENT)
        took = time.perf_counter() - begun
        sets = connected(looked, stops(looked))
        hit: Counter[Any] = Counter()
        missed = []
        for p in planted:
            if sets.get(p.file) == sets[p.source]:
                hit[p.rung] += 1
            else:
                missed.append(p.file)
        own = {p.file for p in planted} | {p.source for p in planted}
        others = sum(1 for f, r in sets.items() if f not in own and r != f and r not in own)
        for rung in ladder.rungs:
            total = sum(p.rung == rung for p in planted)
            rows.append({"set": name, "family": ladder.family, "kind": kind, "rung": rung, "planted": total,
                         "caught": hit[rung], "images": len(looked.manifest), "others_accused": others,
                         "seconds": round(took, 2)})
        print(f"{name}: {kind}: {sum(hit.values())}/{len(planted)} caught, {others} others accused, {took:.1f} s",
              flush=True)
    return rows


def court_of_patients(name: str, items: Sequence[Item], scratch: Path) -> list[dict[str, Any]]:
    """Move one picture of each of some training patients to the test part."""
    from bogam.study.look import audit_of
    counts = Counter(i.patient for i in items)
    rows = []
    for rung in (1, 2, 5):
        train, test = court_sets.deal(items, seed=rung)
        several = [p for p in sorted({i.patient for i in train}) if counts[p] > 1][:rung]
        if len(several) < rung:
            continue
        moved = [next(i for i in train if i.patient == p) for p in several]
        train = [i for i in train if i not in moved]
        folder = scratch / f"patients-{rung}"
        lay(folder, train, [*test, *moved])
        looked = audit_of(folder, patient=PATIENT)
        found = [f for f in stops(looked) if "across" in f.rule]
        rows.append({"set": name, "family": "patient on two sides", "kind": "patients torn", "rung": rung,
                     "planted": 1, "caught": int(bool(found)), "images": len(looked.manifest), "others_accused": 0,
                     "seconds": None})
    return rows


def _mask_like(image: Picture, rng: np.random.Generator) -> Picture:
    """A lesion-like blob: a smooth closed outline of random size and place."""
    rows, columns = image.shape[:2]
    mask = np.zeros((rows, columns), np.uint8)
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    radius = rng.uniform(0.1, 0.25) * min(rows, columns) * (
        1 + 0.25 * np.cos(2 * turn + rng.uniform(0, 6)) + 0.12 * np.cos(5 * turn + rng.uniform(0, 6)))
    center = rng.uniform(0.35, 0.65, 2) * (columns, rows)
    outline = np.stack([center[0] + radius * np.cos(turn), center[1] + radius * np.sin(turn)], axis=1)
    cv2.fillPoly(mask, [outline.astype(np.int32)], 255)
    return mask


def court_of_masks(name: str, items: Sequence[Item], scratch: Path, per_rung: int) -> list[dict[str, Any]]:
    """Put mask files among the images of a class: named as masks, without a telling name, 0 and 1, through JPEG."""
    from bogam.study.look import audit_of
    rng = np.random.default_rng(5)
    rungs = {"name_mask.png, 0/255": ("{0}_mask.png", 255), "number.png, 0/255": ("{1}_0.png", 255),
             "number.png, 0/1": ("{1}_0.png", 1), "number.jpg, 0/255": ("{1}_0.jpg", 255)}
    rows = []
    for number, (rung, (pattern, high)) in enumerate(rungs.items()):
        train, test = court_sets.deal(items, seed=number)
        folder = scratch / f"masks-{number}"
        files = lay(folder, train, test)
        planted = []
        for k in rng.choice(len(train), min(per_rung, len(train)), replace=False):
            stem, label = Path(files[int(k)]).stem, train[int(k)].label
            mask = f"train/{label}/{pattern.format(stem, f'm{k:04d}')}"
            save(folder / mask, _mask_like(train[int(k)].image, rng) // 255 * high)
            planted.append(mask)
        looked = audit_of(folder, patient=PATIENT)
        place = dict(looked.manifest.images.select("id", "image").rows())
        told = [f for f in looked.audit.findings if f.severity != "note" and f.rule == "derived-files"]
        named = {place.get(i, "") for f in told for pair in f.pairs for i in pair[:2]}
        named |= {text.split(" ")[0] for f in told for text in f.files}
        caught = [m for m in planted if m not in set(place.values()) or m in named]
        rows.append({"set": name, "family": "masks as images", "kind": "mask files among images", "rung": rung,
                     "planted": len(planted), "caught": len(caught), "images": len(place), "others_accused": 0,
                     "seconds": None})
        print(f"{name}: masks, {rung}: {len(caught)}/{len(planted)}", flush=True)
    return rows


def court_of_parents(name: str, items: Sequence[Item], scratch: Path) -> list[dict[str, Any]]:
    """Declare, in a table, a child in train whose parent tests, and a generator that was trained on a test picture."""
    from bogam.study.look import audit_of
    rows = []
    for origin in ("derived", "synthetic"):
        train, test = court_sets.deal(items, seed=3)
        folder = scratch / f"parents-{origin}"
        table: list[dict[str, str]] = []
        for part, side in (("train", train), ("test", test)):
            for k, item in enumerate(side):
                file = f"images/{part[:2]}{k:04d}.png"
                save(folder / file, item.image)
                table.append({"image": file, "class": item.label, "patient": item.patient, "part": part,
                              "origin": "real", "parents": ""})
        parent = next(row for row in table if row["part"] == "test")
        child = train[0]
        save(folder / "images/child.png", court_plants.LADDERS["rotated (degrees)"].change(
            test[0].image, 30, np.random.default_rng(0)) if origin == "derived" else
            np.asarray(255 - child.image, np.uint8))
        fathers = [Path(parent["image"]).stem]
        if origin == "synthetic":
            fathers += [Path(row["image"]).stem for row in table if row["part"] == "train"][:5]
        table.append({"image": "images/child.png", "class": child.label, "patient": "generated", "part": "train",
                      "origin": origin, "parents": "|".join(fathers)})
        with (folder / "table.csv").open("w", newline="", encoding="utf-8") as held:
            writer = csv.DictWriter(held, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
        looked = audit_of(folder)
        found = [f for f in stops(looked) if "parents" in f.rule]
        rows.append({"set": name, "family": "child and parent apart", "kind": "declared in a table", "rung": origin,
                     "planted": 1, "caught": int(bool(found)), "images": len(looked.manifest), "others_accused": 0,
                     "seconds": None})
        print(f"{name}: {origin} child: {bool(found)}", flush=True)
    return rows


def clean_splits(name: str, items: Sequence[Item], scratch: Path, count: int) -> list[dict[str, Any]]:
    """Deal whole patients `count` times; only the table of parts changes, the files stay."""
    from bogam.study.look import audit_of
    folder = scratch / "clean"
    for k, item in enumerate(items):
        save(folder / f"images/{k:04d}.png", item.image)
    rows = []
    for seed in range(count):
        _, test = court_sets.deal(items, seed=10_000 + seed)
        tests = {i.patient for i in test}
        with (folder / "split.csv").open("w", newline="", encoding="utf-8") as held:
            writer = csv.writer(held)
            writer.writerow(["image", "class", "patient", "part"])
            writer.writerows([f"images/{k:04d}.png", i.label, i.patient, "test" if i.patient in tests else "train"]
                             for k, i in enumerate(items))
        looked = audit_of(folder, cache=scratch / "cache")
        found = stops(looked)
        rows.append({"set": name, "seed": seed, "images": len(items), "stopped": bool(found),
                     "rules": sorted({f.rule for f in found}), "titles": [f.title for f in found]})
        if found:
            print(f"{name}, clean split {seed}: STOPPED: {rows[-1]['titles']}", flush=True)
    print(f"{name}: {sum(r['stopped'] for r in rows)} of {count} clean splits stopped", flush=True)
    return rows


def clean_sets() -> dict[str, Any]:
    """Return the sets whose patients are known, so that a split is clean by construction."""
    found = {k: v for k, v in court_sets.sets().items() if "Kermany" not in k}
    found["phantom chest X-ray"] = lambda: court_sets.phantom("chest-x-ray", 120, 17, size=(144, 144))
    found["phantom histology"] = lambda: court_sets.phantom("histology", 120, 14, size=(96, 96))
    return found


def metric_plants(per_rung: int) -> list[dict[str, Any]]:
    """Results tables with one impossible number each; the same plants as in `referee.py`."""
    import referee_plants
    return [{"set": "results tables", "family": "metrics that cannot be", "kind": kind,
             "rung": "1, 2, 5, 20 units of the last digit", "planted": planted, "caught": caught, "images": None,
             "others_accused": 0, "seconds": None} for kind, planted, caught in referee_plants.try_plants(per_rung)]


def report(rows: Sequence[dict[str, Any]], clean: Sequence[dict[str, Any]], facts: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = ["# The leak court", "", str(__doc__).split("\n\n", 1)[1].strip(), "", machine.sentence(facts), "",
             "## Plants by family", "", "| family | set | planted | caught | recall |", "|---|---|---|---|---|"]
    for family in dict.fromkeys(r["family"] for r in rows):
        of = [r for r in rows if r["family"] == family]
        for name in dict.fromkeys(r["set"] for r in of):
            lines.append(_share(family, name, [r for r in of if r["set"] == name]))
        lines.append(_share(f"**{family}**", "**all**", of))
    lines += ["", "## Every rung", "", "| kind | rung | " + " | ".join(names := list(dict.fromkeys(
        r["set"] for r in rows))) + " |", "|---|---|" + "---|" * len(names)]
    for kind, rung in dict.fromkeys((r["kind"], str(r["rung"])) for r in rows):
        at = {r["set"]: f"{r['caught']}/{r['planted']}" for r in rows if (r["kind"], str(r["rung"])) == (kind, rung)}
        lines.append(f"| {kind} | {rung} | " + " | ".join(at.get(n, "") for n in names) + " |")
    lines += _not_caught(rows)
    lines += ["", "## Clean splits", "", "| set | splits | stopped |", "|---|---|---|"]
    for name in dict.fromkeys(r["set"] for r in clean):
        of = [r for r in clean if r["set"] == name]
        lines.append(f"| {name} | {len(of)} | {sum(r['stopped'] for r in of)} |")
    wrong = sum(r["stopped"] for r in clean)
    if clean:
        from scipy.stats import beta
        bound = 1.0 if wrong == len(clean) else float(beta.ppf(0.95, wrong + 1, len(clean) - wrong))
        lines += ["", f"{wrong} of {len(clean)} clean splits stopped; one-sided 95 % upper bound of the rate of false "
                      f"stops: {100 * bound:.2f} % (Clopper-Pearson, splits of one set taken as independent, which "
                      "they are not quite: they share pictures)."]
    return "\n".join(lines) + "\n"


def _not_caught(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the lines on the rungs that were not wholly caught, with the reason."""
    missed = [r for r in rows if r["caught"] < r["planted"]]
    if not missed:
        return []
    lines = ["", "## Not caught, and why", "",
             "A copy is recognized by its finest detail, once it lies over the other picture. What is left of that in "
             "a patch of 50 pixels is little, and the strongest rungs take it away; asking for less there would accuse "
             "pictures that merely look alike.", ""]
    for kind in dict.fromkeys(r["kind"] for r in missed):
        where = "; ".join(f"{r['set']} at {r['rung']}: {r['planted'] - r['caught']} of {r['planted']}"
                          for r in missed if r["kind"] == kind)
        lines.append(f"- **{kind}** ({where}). {court_plants.REASONS.get(kind, court_plants.LITTLE)}")
    return lines


def _share(family: str, name: str, rows: Sequence[dict[str, Any]]) -> str:
    planted, caught = sum(r["planted"] for r in rows), sum(r["caught"] for r in rows)
    return f"| {family} | {name} | {planted} | {caught} | {100 * caught / planted:.1f} % |"


def join(paths: Sequence[Path], out: str) -> None:
    """Write one report on several results; the tables' plants count once."""
    held = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    rows = [row for k, one in enumerate(held) for row in one["plants"] if k == 0 or row["set"] != "results tables"]
    clean = [row for one in held for row in one["clean"]]
    machine.write(out, {"machine": held[0]["machine"], "plants": rows, "clean": clean},
                  report(rows, clean, held[0]["machine"]))


def main() -> None:
    """Hold the court and write `results/leak_court.*`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=210, help="clean splits over all sets")
    parser.add_argument("--per-rung", type=int, default=PER_RUNG)
    parser.add_argument("--set", default="", help="only sets whose name holds this")
    parser.add_argument("--kind", default="", help="only ladders whose name holds this")
    parser.add_argument("--join", nargs="+", type=Path, default=(), help="results of single sets, to one report")
    parser.add_argument("--out", default="leak_court", help="name of the results")
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True)
    chosen = parser.parse_args()
    facts = machine.facts()
    if chosen.join:
        join(chosen.join, chosen.out)
        return
    rows: list[dict[str, Any]] = []
    clean: list[dict[str, Any]] = []
    for name, load in court_sets.sets().items():
        if chosen.set not in name:
            continue
        items = load()
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            rows += court_of_pictures(name, items, scratch, chosen.per_rung, chosen.kind)
            if not chosen.kind:
                if "Kermany" not in name:
                    rows += court_of_patients(name, items, scratch)
                rows += court_of_masks(name, items, scratch, chosen.per_rung)
                rows += court_of_parents(name, items, scratch)
    if not chosen.kind:
        rows += metric_plants(chosen.per_rung)
        wanted = [(name, load) for name, load in clean_sets().items() if chosen.set in name]
        for name, load in wanted:
            with tempfile.TemporaryDirectory() as folder:
                clean += clean_splits(name, load(), Path(folder), -(-chosen.splits // max(len(wanted), 1)))
    words = report(rows, clean, facts)
    print(words)
    if chosen.write:
        machine.write(chosen.out, {"machine": facts, "plants": rows, "clean": clean}, words)


if __name__ == "__main__":
    main()
