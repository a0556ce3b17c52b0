"""What a run says when it is done, in sentences without identifiers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bogam.data.deidentify.run import Result
from bogam.page.text import listed, many


def sentences(result: Result, out: Path, key: Path, mask: bool) -> list[str]:
    """Return the lines that the command prints."""
    written = [one for one in result.outcomes if one.written]
    aside = [one for one in result.outcomes if not one.written]
    lines = []
    if result.new_key:
        lines.append(f"A new key was made: {key}. Keep it where the data came from, and out of what you pass on.")
    again = f" ({many(result.before, 'file')} done by an earlier run)" if result.before else ""
    lines.append(f"{many(len(written), 'clean copy', 'clean copies')} in {out}{again}.")
    if aside:
        lines.append(f"{many(len(aside), 'file was', 'files were')} set aside, not copied:")
        for problem, number in Counter(one.problem for one in aside).most_common(12):
            numbers = [str(one.number) for one in aside if one.problem == problem]
            lines.append(f"  {number:,} x {problem} (number {listed(numbers, 6)})")
        lines.append("  Numbers are places in the sorted list of all files; --mapping FILE writes the names.")
    text = [one for one in written if one.regions]
    if text:
        what = "was painted over" if mask else "was left: look at the sheet, and use --mask-text if it must go"
        lines.append(f"{many(len(text), 'picture has', 'pictures have')} regions that look like text; it {what}.")
    if result.sheet:
        lines.append(f"Review sheet (shows source pictures, not to be passed on): {result.sheet}")
    lines.append(f"Log without identifiers: {result.log / 'log.csv'}, {result.log / 'log.json'}")
    lines.append("No de-identification is perfect. Faces in head scans and unknown names in texts are not looked for.")
    return lines
