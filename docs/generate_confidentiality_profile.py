"""Write src/bogam/data/deidentify/profile.csv: DICOM PS3.15 Table E.1-1 as data.

Run it when the Standard's table changes and a newer source holds it:

    pip download --no-deps --dest sources dicom-anonymizer==2.1.0 dicom-standard==0.1.0
    python docs/generate_confidentiality_profile.py sources

Two packages are read, both from PyPI: dicom-anonymizer (BSD) holds the basic profile of the edition 2026c,
dicom-standard (MIT) all columns of an edition of 2020. What a tag's options are comes from the second. A tag that it
does not know yet gets, by the two rules that hold for nearly all tags which it knows, the date options where it is a
date or time, and the UID option where it is a UID; they are marked in the column `inferred`. No other option is
guessed: without one, the basic profile holds, which is the stricter.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from pydicom.datadict import dictionary_VR, keyword_for_tag

OUT = Path(__file__).parent.parent / "src/bogam/data/deidentify/profile.csv"
BASIC = "dicomanonymizer/dicom_anonymization_databases/dicomfields_2026c.py"
ALL = "dicom_standard-0.1.0.data/data/standard/confidentiality_profile_attributes.json"
CODES = {"D_TAGS": "D", "Z_TAGS": "Z", "X_TAGS": "X", "U_TAGS": "U", "Z_D_TAGS": "Z/D", "X_Z_TAGS": "X/Z",
         "X_D_TAGS": "X/D", "X_Z_D_TAGS": "X/Z/D", "X_Z_U_STAR_TAGS": "X/Z/U*"}
COLUMNS = {"uids": "rtnUIDsOpt", "device": "rtnDevIdOpt", "institution": "rtnInstIdOpt",
           "characteristics": "rtnPatCharsOpt", "full_dates": "rtnLongFullDatesOpt",
           "modified_dates": "rtnLongModifDatesOpt", "descriptors": "cleanDescOpt", "structured": "cleanStructContOpt",
           "graphics": "cleanGraphOpt"}
HEAD = "# DICOM PS3.15 Table E.1-1, edition 2026c. Written by docs/generate_confidentiality_profile.py. Do not edit."


def read(folder: Path, package: str, member: str) -> str:
    """Return one text of a wheel."""
    (wheel,) = folder.glob(f"{package}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(member).decode("utf-8")


def basic_rows(text: str) -> dict[str, tuple[str, str]]:
    """Return tag -> (name, action) of the lists of dicom-anonymizer; patterns of repeating groups are left out."""
    rows: dict[str, tuple[str, str]] = {}
    for block in re.finditer(r"^(\w+_TAGS) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL):
        action = CODES.get(block[1], "")
        for found in re.finditer(r"\(\s*0x(\w{4}),\s*0x(\w{4}),?\s*\),\s*# (.*\S)", block[2]) if action else ():
            rows[(found[1] + found[2]).upper()] = (re.sub(r"[^\x20-\x7e]|\s*\(see Note \d+\)", "", found[3]), action)
    return rows


def option_rows(text: str) -> dict[str, dict[str, Any]]:
    """Return tag -> row of the table that dicom-standard holds."""
    rows = {re.sub(r"[^0-9A-Z]", "", row["tag"].upper()): row for row in json.loads(text)}
    return {tag.replace("GGGGEEEEWHEREGGGGISODD", "PRIVATE"): row for tag, row in rows.items()}


def known(tag: str) -> tuple[str, str]:
    """Return keyword and value representation of a tag, or two empty texts."""
    try:
        return keyword_for_tag(int(tag, 16)), dictionary_VR(int(tag, 16))
    except (KeyError, ValueError):
        return "", ""


def main(folder: Path) -> None:
    """Read both wheels of a folder and write the table."""
    basic = basic_rows(read(folder, "dicom_anonymizer", BASIC))
    older = option_rows(read(folder, "dicom_standard", ALL))
    for tag, row in older.items():
        if tag.startswith(("50X", "60X", "PRIVATE")):
            basic[tag] = (row["name"], row["basicProfile"])
    lost = sorted(set(older) - set(basic))
    if lost:
        raise SystemExit(f"tags of 2020 that 2026c does not list: {lost}")
    lines = []
    for tag in sorted(basic):
        name, action = basic[tag]
        keyword, vr = known(tag)
        options = {column: older.get(tag, {}).get(theirs, "") for column, theirs in COLUMNS.items()}
        inferred = ""
        if tag not in older and vr in ("DA", "DT", "TM"):
            options |= {"full_dates": "K", "modified_dates": "C"}
            inferred = "full_dates modified_dates"
        elif tag not in older and vr == "UI":
            options["uids"], inferred = "K", "uids"
        lines.append([tag, keyword or re.sub(r"\W", "", name), name, action, *options.values(), inferred])
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEAD + "\n")
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["tag", "keyword", "name", "basic", *COLUMNS, "inferred"])
        table.writerows(lines)
    print(f"{OUT}: {len(lines)} rows, {sum(bool(line[-1]) for line in lines)} with inferred options")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
