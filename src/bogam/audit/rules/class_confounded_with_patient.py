"""Does knowing the patient tell the class?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.family import Evidence, Finding, Rule, rules


@rules.register
class ClassConfoundedWithPatient(Rule):
    """Where most patients with several images have one class, a model may learn patients instead of disease."""

    kind: Literal["class-confounded-with-patient"] = "class-confounded-with-patient"

    def check(self, evidence: Evidence) -> Iterable[Finding]:
        """Yield a warning where more than half of the patients with several images have a single class."""
        if evidence.manifest.patient != "given" or not evidence.classes:
            return
        seen: dict[str, list[str]] = {}
        for name, patient in evidence.manifest.images.select("id", "patient").rows():
            if name in evidence.classes:
                seen.setdefault(patient, []).append(evidence.classes[name])
        several = {patient: classes for patient, classes in seen.items() if len(classes) > 1}
        single = [patient for patient, classes in several.items() if len(set(classes)) == 1]
        if len(several) < 2 or len({c for classes in several.values() for c in classes}) < 2:
            return
        if len(single) / len(several) > 0.5:
            images = sum(len(several[p]) for p in single)
            per_class: dict[str, int] = {}
            for patient in single:
                per_class[several[patient][0]] = per_class.get(several[patient][0], 0) + 1
            words = ", ".join(f"{count} only {name}" for name, count in sorted(per_class.items()))
            mixed = len(several) - len(single)
            yield self.finding(
                "warning", f"Class is confounded with patient: {len(single)} of {len(several)} patients with several "
                           f"images have a single class ({words}); {mixed} have both.",
                detail=f"{images} images belong to patients of a single class.",
                why="Stain, scanner or body habit of a patient then tells the class. Where the class is a diagnosis this "
                    "cannot be otherwise; either way patients must be left out whole, and their number per class, not "
                    "that of images, limits what can be shown.",
                do="Split by patient; read the interval over patients; add patients with both classes.")
