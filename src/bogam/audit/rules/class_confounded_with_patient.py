"""Does knowing the patient tell the class?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules
from bogam.page.text import class_name, many

FEW = 20
"""Patients of one class, below which the patients themselves may be what is learned."""


@rules.register
class ClassConfoundedWithPatient(Rule):
    """Where most patients with several images have one class, a model may learn patients instead of disease."""

    kind: Literal["class-confounded-with-patient"] = "class-confounded-with-patient"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning where more than half of the patients with several images have a single class, and more than
        the shares of the classes explain: where nearly all images are of one class, so are those of most patients.

        Where all of them do, and each class has 20 such patients or more, the class is simply one of the patient (as
        most diagnoses are): a note.
        """
        if evidence.manifest.patient != "given" or not evidence.classes:
            return
        seen: dict[str, list[str]] = {}
        for name, patient in evidence.manifest.images.select("id", "patient").rows():
            if name in evidence.classes and patient is not None:
                seen.setdefault(patient, []).append(evidence.classes[name])
        several = {patient: classes for patient, classes in seen.items() if len(classes) > 1}
        single = [patient for patient, classes in several.items() if len(set(classes)) == 1]
        if len(several) < 2 or len({c for classes in several.values() for c in classes}) < 2:
            return
        if len(single) / len(several) <= 0.5 or not _beyond_chance(several, len(single)):
            return
        per_class = Counter(several[patient][0] for patient in single)
        mixed = len(several) - len(single)
        if not mixed and min(per_class.values()) >= FEW:
            words = ", ".join(f"{name} {count}" for name, count in sorted(per_class.items()))
            yield self.finding(
                "note", f"Class goes by patient: each of {len(several)} patients with several images has one class "
                        f"({words}).",
                why="The number of patients per class, not of images, limits what can be shown; a split that divides "
                    "patients would measure memory.",
                do="Split by patient, and read the interval over patients.", worth=_worth(several))
            return
        both = "1 has several" if mixed == 1 else f"{mixed} have several"
        words = ", ".join(f"{count} only {class_name(name)}" for name, count in sorted(per_class.items()))
        yield self.finding(
            "warning", f"Class is confounded with patient: {len(single)} of {len(several)} patients with several "
                       f"images have a single class ({words}); {both}.",
            detail=f"{many(sum(len(several[p]) for p in single), 'image')} belong to patients of a single class.",
            why="Stain, scanner or body habit of a patient then tells the class; patients must be left out whole, "
                "and the number of patients per class, not of images, limits what can be shown.",
            do="Split by patient; read the interval over patients; add patients with both classes.",
            worth=_worth(several))


def _worth(several: Mapping[str, list[str]]) -> str:
    """Return what knowing the patient, and nothing of the picture, gains over knowing the largest class."""
    counts = Counter(label for labels in several.values() for label in labels)
    total = sum(counts.values())
    known = sum(max(Counter(labels).values()) for labels in several.values()) / total
    usual = max(counts.values()) / total
    return (f"Who answers with the most frequent class of each of these patients is right in {100 * known:.1f} % of "
            f"their images, always the largest class in {100 * usual:.1f} %: on a split that divides patients, to "
            f"remember them is worth up to {100 * (known - usual):.1f} points of accuracy.")


def _beyond_chance(several: Mapping[str, list[str]], single: int) -> bool:
    """Say whether more patients are of a single class than were each image's class drawn by itself, by 2 sigma."""
    shares = Counter(label for labels in several.values() for label in labels)
    total = sum(shares.values())
    chances: list[float] = [sum((count / total) ** len(labels) for count in shares.values())
                            for labels in several.values()]
    return single > sum(chances) + 2 * math.sqrt(sum(p * (1 - p) for p in chances))
