"""Write docs/results/breast-comparison.md from examples/breast-comparison: python docs/referee_page.py

The page holds what `bogam referee` finds in the example's results, counts and claims, and what it finds if the column
`iou` is read as a mean over foreground and background.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bogam.audit.referee.family import Objection
from bogam.audit.referee.page import FAIR, summary
from bogam.audit.referee.results import Reading
from bogam.audit.referee.run import Judgement, referee, together

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "breast-comparison"
PAGE = ROOT / "docs" / "results" / "breast-comparison.md"
COMMAND = ("bogam referee examples/breast-comparison/results.csv --counts examples/breast-comparison/counts.csv "
           "--claims examples/breast-comparison/claims.csv")
INTRO = """A published study compares three networks, three losses and four augmentations for segmentation on
mammography and breast ultrasound, and four networks with five augmentations for classification of breast
histopathology. Its tables 4 to 8, its counts and its claims are in
[examples/breast-comparison](../../examples/breast-comparison/README.md), number by number. This is what the referee
asks about them; what each check does and where its limits are: [the referee](../concepts/referee.md).

The paper does not describe its split, and gives neither seeds nor repeats, epochs, learning rate, input size, strength
of the augmentations or intervals. So only its authors can tell which of these findings are slips of the pen, which are
metrics under an unlucky name, and which are counts of other things. Nothing here says anything about intent."""
BACKGROUND = """Some libraries call the mean over lesion and background MeanIoU. If the column is that
(`--column iou=mean_iou`), an IoU above the Dice is no contradiction: it shows that the background was averaged in. All
other findings stay as they are. What the IoU of the lesion alone must then have been:"""


def page() -> str:
    """Return the page."""
    files = EXAMPLE / "results.csv", EXAMPLE / "counts.csv", EXAMPLE / "claims.csv"
    judged = referee(*files, Reading(scale="fraction"))
    other = referee(*files, Reading(columns={"iou": "mean_iou"}, scale="fraction"))
    background = [o for o in other.objections if o.check == "mean-iou-and-background"]
    parts = ["# A published breast comparison, refereed", "",
             "Written by `python docs/referee_page.py` from what this command prints:", "", f"    {COMMAND}", "",
             INTRO, "", f"**{summary(judged)}** {FAIR}", "", *overview(judged)]
    for group in together(judged.objections):
        parts += ["", f"## {heading(group)}", "", f"Severity: {group[0].severity}. Check: `{group[0].check}`.", "",
                  f"{group[0].why}", "", *rows(group), "", f"To ask: {group[0].ask}"]
    parts += ["", "## If the IoU is a mean with the background", "", BACKGROUND, "", *rows(background)]
    return "\n".join(parts) + "\n"


def heading(group: Sequence[Objection]) -> str:
    """Return a title with its count, and its severity where one title has two."""
    return f"{group[0].title} ({len(group)}, {group[0].severity})"


def overview(judged: Judgement) -> list[str]:
    """Return the lines of a table with one line per kind of objection."""
    return ["| severity | what | times | check |", "| --- | --- | --- | --- |",
            *(f"| {group[0].severity} | {group[0].title} | {len(group)} | `{group[0].check}` |"
              for group in together(judged.objections))]


def rows(group: Sequence[Objection]) -> list[str]:
    """Return the lines of a table of where and what."""
    return ["| where | numbers |", "| --- | --- |",
            *(f"| {cell(objection.where)} | {cell(objection.numbers)} |" for objection in group)]


def cell(text: str) -> str:
    """Return a text that may stand in a cell."""
    return text.replace(" | ", " and ").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
