"""Are words, callipers or markers burnt into the pictures?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.page.text import many

FEWEST = 3
SHARE = 0.02
"""Fewer pictures than both of these bear no word: so many are seen in pictures without marks. Of overlays three are
enough: none was seen where there was none."""
KINDS: tuple[tuple[str, str, Literal["warning", "note"], str], ...] = (
    ("text", "burnt-in text", "warning",
     "Words name the side, the view or the machine, sometimes the person or the diagnosis; a network can read them."),
    ("callipers", "callipers", "warning",
     "Somebody who had found the lesion set them: they show a network where it is, and that there is one."),
    ("overlay", "colored overlay on grey", "warning",
     "Color marks a Doppler window or a region of interest: somebody chose it, knowing more than the picture shows."),
    ("markers", "corner markers", "note",
     "Place and style of an L, an R or a logo tell the machine, and with it the source of the picture."))


@rules.register
class BurntInMarks(Rule):
    """Words, callipers, markers and overlays in the pixels tell a network what no lesion does."""

    kind: Literal["burnt-in-marks"] = "burnt-in-marks"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield each kind of mark that three pictures, and but for overlays 2 %, bear; how many of each class."""
        if evidence.looks is None:
            return
        places = {name: image for name, image in evidence.manifest.images.select("id", "image").rows()
                  if name in evidence.looks.marks}
        classes = Counter(evidence.classes[name] for name in places if name in evidence.classes)
        for key, words, severity, why in KINDS:
            bears = [name for name in places if evidence.looks.marks[name].get(key, 0) > 0]
            if len(bears) < max(FEWEST, 0 if key == "overlay" else SHARE * len(places)):
                continue
            own = Counter(evidence.classes[name] for name in bears if name in evidence.classes)
            detail = "; ".join(f"{label}: {own[label]:,} of {count:,} ({100 * own[label] / count:.0f} %)"
                               for label, count in sorted(classes.items()))
            yield self.finding(
                severity, f"{words[0].upper()}{words[1:]} in about {many(len(bears), 'picture')} of {len(places):,}.",
                detail=detail, files=[places[name] for name in bears], why=why,
                do="Look at some. Crop or paint the marks over, in all pictures alike, or take the originals without "
                   "them; the rule shortcuts says whether they give the class away." if severity == "warning" else
                   "Look at some; the rule shortcuts says whether they give the class away.",
                pairs=[(name, "", "") for name in bears])
