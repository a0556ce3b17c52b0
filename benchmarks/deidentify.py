"""De-identification against its peers, and how much drawn text is found: python benchmarks/deidentify.py

    python -m venv peers && peers/bin/pip install dicognito dicom-anonymizer deid
    python benchmarks/deidentify.py --peers peers/bin/python            # all
    python benchmarks/deidentify.py text                                # drawn text alone, no peers needed

`leaks`: the same files with planted identifiers go through each tool; a search that uses no code of ours says what is
left. `speed`: files per second of one core, the loop alone. `text`: recall on drawn text and false alarms on clean
pictures. Results: benchmarks/results/deidentify.md and .json. With BOGAM_DATA the real series and pictures take part.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from machine import facts, sentence, write

from bogam.core.seeds import generator
from bogam.core.types import Array
from bogam.data.deidentify.dicom_text import to_grey
from bogam.data.deidentify.text_regions import find_text
from bogam.data.phantoms.family import phantoms
from bogam.data.phantoms.write import write_phantom

HERE = Path(__file__).parent
TOOLS = ("bogam", "dicognito", "dicom-anonymizer", "deid")
STOPPERS = ("UV", "OW", "OF", "OL", "OD")
"""Value representations inside a content sequence on which dicom-anonymizer 2.1.0 stops."""
COVERED = 0.9
"""Share of a text's ink that must lie in the regions found for the text to count as found."""


def plants() -> Any:
    """Return the module of the tests that plants identifiers and searches for them."""
    place = HERE.parent / "tests/data/deidentify/conftest.py"
    spec = importlib.util.spec_from_file_location("plants", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_tool(tool: str, peers: str, source: Path, out: Path) -> dict[str, Any] | None:
    """Run a tool in a process of its own, on one core; None where it does not run at all."""
    python = sys.executable if tool.startswith("bogam") else peers
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                   "PYTHONPATH": str(HERE.parent / "src") if tool.startswith("bogam") else ""}
    done = subprocess.run([python, str(HERE / "deidentify_peers.py"), tool, str(source), str(out)], capture_output=True,
                          text=True, check=False, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        print(f"{tool} did not run: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def places(blob: bytes, module: Any) -> list[str]:
    """Return where in a DICOM file plants are left: element names, or parts of the file."""
    import io

    import pydicom

    found = []
    if module.leaks(blob[:128]):
        found.append("preamble")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(io.BytesIO(blob), force=True)
        elements = [*dataset.file_meta.iterall(), *dataset.iterall()]
    for element in elements:
        raw = element.value if isinstance(element.value, bytes) else str(element.value).encode("utf-8", "replace")
        if element.VR != "SQ" and module.leaks(raw):
            public = "overlays and curves" if 0x50 <= element.tag.group >> 8 <= 0x60 else (
                element.keyword or "unknown elements")
            found.append("private elements" if element.tag.is_private else
                         "pixel data" if public == "PixelData" else public)
    return found


def leaks(peers: str, files: int) -> list[dict[str, Any]]:
    """Let each tool clean the same planted files; return what is left."""
    import pydicom

    module, rows = plants(), []
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = Path(scratch) / "in"
        paths = module.planted_dataset(source, images=files)
        for path in paths[1::2]:
            module.plant(path, 7, jpeg=True)
        for path in paths:
            _fit_for_all(path)
        for tool in TOOLS:
            out = Path(scratch) / tool
            ran = run_tool(tool, peers, source, out)
            blobs = [p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()]
            left = sorted({name for blob in blobs for name in module.leaks(blob)})
            where = Counter(name for blob in blobs for name in set(places(blob, module)))
            said = sum(str(pydicom.dcmread(p, force=True).get("PatientIdentityRemoved")) == "YES"
                       for p in out.rglob("*.dcm"))
            planted = {name for path in paths for name in module.leaks(path.read_bytes())}
            rows.append({"tool": tool, "ran": ran, "written": len(blobs), "left": left,
                         "where": dict(where.most_common()), "says_removed": said, "planted": len(planted)})
    return rows


def _fit_for_all(path: Path) -> None:
    """Take the kinds of elements on which a peer stops out of the content sequence; at other levels they stay."""
    import pydicom

    dataset = pydicom.dcmread(path)
    for item in dataset.ContentSequence:
        item.walk(lambda level, element: level.__delitem__(element.tag) if element.VR in STOPPERS else None)
    dataset.save_as(path)


def speed(peers: str, most: int) -> list[dict[str, Any]]:
    """Return files per second of each tool on one core."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        sets = {"phantom radiographs, 512 x 512, 12 bit": Path(scratch) / "phantom"}
        phantom = phantoms.parse({"chest-x-ray": {"images": most, "size": (512, 512), "bits": 12, "seed": 5}})
        write_phantom(phantom, sets["phantom radiographs, 512 x 512, 12 bit"] / "all", "dicom", "folders")
        for other in (*sets["phantom radiographs, 512 x 512, 12 bit"].rglob("*.png"),
                      *sets["phantom radiographs, 512 x 512, 12 bit"].rglob("*.csv"),
                      *sets["phantom radiographs, 512 x 512, 12 bit"].rglob("*.json")):
            other.unlink()
        series = Path(os.environ.get("BOGAM_DATA", "none")) / "dicom_series" / "SAG-anon.zip"
        if series.is_file():
            sets["real MR series, 256 x 256, 16 bit"] = Path(scratch) / "series"
            with zipfile.ZipFile(series) as packed:
                names = [n for n in packed.namelist() if n.endswith(".dcm")][:most]
                packed.extractall(Path(scratch) / "series", names)
        for name, folder in sets.items():
            for tool in ("bogam", "bogam-text", *TOOLS[1:]):
                ran = run_tool(tool, peers, folder, Path(scratch) / f"out-{tool}-{len(rows)}")
                rows.append({"set": name, "tool": tool, "ran": ran})
    return rows


FONTS = ("DejaVuSansMono-Oblique.ttf", "DejaVuSerif-Italic.ttf", "cmr10.ttf", "cmtt10.ttf", "STIXGeneralBol.ttf",
         "hershey duplex", "hershey complex small")
"""Other fonts than those with which the finder's numbers were set."""
LINES = ("DOE JANE", "Quixotesson, M.", "ID 4711880", "1953-04-17", "17.04.1953 12:30", "ST. EULALIA HOSPITAL",
         "Park Jisoo F 64")


def draw(picture: Array, rng: np.random.Generator) -> tuple[Array, Array] | None:
    """Draw a line of text; return the picture and the ink, or None where it does not fit or cannot be seen."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    rows, columns = picture.shape
    text, font = str(rng.choice(LINES)), str(rng.choice(FONTS))
    size = int(rng.integers(10, max(12, min(40, rows // 12)) + 1))
    ink = np.zeros(picture.shape, np.uint8)
    if font.startswith("hershey"):
        face = cv2.FONT_HERSHEY_DUPLEX if "duplex" in font else cv2.FONT_HERSHEY_COMPLEX_SMALL
        scale = size / 22
        (wide, high), _ = cv2.getTextSize(text, face, scale, 1)
        if wide > columns - 6 or high > rows - 12:
            return None
        place = int(rng.integers(2, columns - wide - 3)), int(rng.integers(high + 3, rows - 6))
        cv2.putText(ink, text, place, face, scale, 255, 1, cv2.LINE_AA)
    else:
        canvas = Image.new("L", (columns, rows))
        loaded = ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts/ttf" / font), size)
        box = ImageDraw.Draw(canvas).textbbox((0, 0), text, font=loaded)
        if box[2] > columns - 6 or box[3] > rows - 6:
            return None
        at = int(rng.integers(2, columns - box[2] - 3)), int(rng.integers(2, rows - box[3] - 3))
        ImageDraw.Draw(canvas).text(at, text, fill=255, font=loaded)
        ink = np.asarray(canvas)
    under = float(np.median(picture[ink > 127])) if (ink > 127).any() else 0.0
    level = 0 if under > 150 or (under > 75 and rng.random() < 0.2) else 255
    if abs(level - under) < 60:
        return None
    share = ink.astype(np.float64) / 255
    drawn = np.round(picture * (1 - share) + level * share).astype(np.uint8)
    quality = int(rng.choice([0, 95, 80]))
    if quality:
        drawn = cv2.imdecode(cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    return drawn, ink > 127


def pictures(most: int) -> Iterator[tuple[str, list[Array]]]:
    """Yield sets of pictures without text: phantoms, and real ones that were not used to set the finder's numbers."""
    for kind in ("breast-ultrasound", "mammogram", "chest-x-ray"):
        phantom = phantoms.parse({kind: {"images": 2 * most, "size": (384, 384), "seed": 77}})
        images = [phantom.draw(i, 0).image for i in range(min(most, len(phantom.patients())))]
        yield f"phantom {kind}", [to_grey(image[0]) for image in images]
    root = Path(os.environ.get("BOGAM_DATA", "none"))
    for name, place in (("real CT, head", "niivue-images/CT_AVM.nii.gz"),
                        ("real CT, tilted", "niivue-images/CT_pitch.nii.gz"),
                        ("real MR, spinal cord", "sct_testing_data/t2/t2.nii.gz")):
        path = root / "nifti_misc" / place
        if path.is_file():
            from bogam.data.readers.nifti import read_nifti
            volume = read_nifti(path).image[0]
            chosen = np.linspace(0.15, 0.85, most) * (len(volume) - 1)
            yield name, [cv2.resize(to_grey(volume[round(z)]), None, fx=1.5, fy=1.5) for z in chosen]


def text(most: int, times: int) -> list[dict[str, Any]]:
    """Return recall on drawn text and false alarms per set."""
    cv2.setNumThreads(1)
    rows = []
    for name, images in pictures(most):
        start = time.perf_counter()
        alarms = [find_text(image) for image in images]
        seconds = (time.perf_counter() - start) / len(images)
        tried = found = 0
        for index, image in enumerate(images):
            for again in range(times):
                made = draw(image, generator("text", name, index, again))
                if made is None:
                    continue
                covered = np.zeros(image.shape, bool)
                for y0, x0, y1, x1 in find_text(made[0]):
                    covered[y0:y1, x0:x1] = True
                tried += 1
                found += bool((covered & made[1]).sum() >= COVERED * made[1].sum())
        area = float(np.mean([sum((y1 - y0) * (x1 - x0) for y0, x0, y1, x1 in boxes) / image.size
                              for boxes, image in zip(alarms, images, strict=True)]))
        rows.append({"set": name, "pictures": len(images), "pixels": int(np.mean([i.size for i in images])),
                     "alarms": sum(bool(boxes) for boxes in alarms), "area": area, "tried": tried, "found": found,
                     "ms": seconds * 1000})
    return rows


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines]) + "\n"


def leak_words(rows: list[dict[str, Any]]) -> str:
    """Return the table of what each tool leaves."""
    body = [[row["tool"], str(row["written"]), f"{len(row['left'])} of {row['planted']}",
             ", ".join(sorted(row["where"])) or "nowhere", f"{row['says_removed']} of {row['written']}"]
            for row in rows]
    head = ("tool", "files written", "planted identifiers left", "where", "states PatientIdentityRemoved YES")
    return table(head, body)


def speed_words(rows: list[dict[str, Any]]) -> str:
    """Return the table of speeds."""
    body = [[row["set"], row["tool"], f"{row['ran']['files'] / row['ran']['cpu_s']:.0f}" if row["ran"] else
             "did not run", str(row["ran"]["failed"]) if row["ran"] else ""] for row in rows]
    return table(("files", "tool", "files per second of one core", "failed"), body)


def text_words(rows: list[dict[str, Any]]) -> str:
    """Return the table of the text finder."""
    body = [[row["set"], str(row["pictures"]),
             f"{row['found']} of {row['tried']} ({row['found'] / max(1, row['tried']):.1%})",
             f"{row['alarms']} of {row['pictures']}", f"{row['area']:.2%}", f"{row['ms']:.0f}"] for row in rows]
    tried, found = sum(r["tried"] for r in rows), sum(r["found"] for r in rows)
    body.append(["all", str(sum(r["pictures"] for r in rows)), f"{found} of {tried} ({found / max(1, tried):.1%})",
                 f"{sum(r['alarms'] for r in rows)} of {sum(r['pictures'] for r in rows)}", "", ""])
    return table(("pictures", "number", "drawn lines found", "clean pictures with an alarm", "area flagged", "ms each"),
                 body)


PARTS: dict[str, tuple[str, Callable[[list[dict[str, Any]]], str]]] = {
    "leaks": ("What is left of planted identifiers", leak_words), "speed": ("Speed", speed_words),
    "text": ("Drawn text", text_words)}
NOTES = {
    "leaks": "Phantom radiographs with identifiers in elements of every value representation, nested sequences, "
             "private elements, overlays, curves, file meta information, the preamble, after the pixels and, in "
             "every other file, inside a JPEG; binary elements in the content sequence, on which "
             "dicom-anonymizer stops, were left out. Each tool with its default settings; dicom-anonymizer with "
             "its 2026c table. The search is the tests' own (tests/data/deidentify/conftest.py).",
    "speed": "Processor time of the loop alone, one process. `bogam` includes the search through each result; "
             "`bogam-text` also looks for drawn text in the pixels, as the command does unless told not to.",
    "text": "Lines of 10 to 40 pixels at random places, 60 grey levels or more from what is under them, two thirds of "
            "them saved as JPEG. Found: 90 % of the ink lies in the regions. Fonts and real pictures are others than "
            "those with which the finder's numbers were set; phantoms are of the same kinds, drawn anew."}


def main() -> None:
    """Run the parts asked for and write the results; parts that did not run keep their last result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[], help="leaks, speed, text; all by default")
    parser.add_argument("--peers", default=os.environ.get("BOGAM_PEERS", sys.executable))
    parser.add_argument("--small", action="store_true", help="a smoke test: a few files, nothing is written")
    asked = parser.parse_args()
    machine = facts()
    few = asked.small
    work: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "leaks": lambda: leaks(asked.peers, 2 if few else 6), "speed": lambda: speed(asked.peers, 6 if few else 150),
        "text": lambda: text(3 if few else 40, 1 if few else 3)}
    place = HERE / "results" / "deidentify.json"
    held = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
    for part in asked.parts or PARTS:
        held[part] = {"machine": machine, "rows": work[part]()}
        print(PARTS[part][1](held[part]["rows"]))
    if not few:
        words = "# De-identification\n\nWritten by `python benchmarks/deidentify.py`.\n"
        for part, (title, say) in PARTS.items():
            if part in held:
                words += f"\n## {title}\n\n{say(held[part]['rows'])}\n{NOTES[part]}\n\n"
                words += sentence(held[part]["machine"]) + "\n"
        write("deidentify", held, words)


if __name__ == "__main__":
    main()
