"""What a prepare step is: a deterministic change of one case, written into its history."""

from __future__ import annotations

from typing import Any

from bogam.core.registry import Family, Part
from bogam.core.types import Case


class Step(Part):
    """A deterministic change of one case, the same for training, validation, test and use."""

    def apply(self, case: Case) -> Case:
        """Return the changed case with one more entry in its history; the given case stays as it is.

        Args:
            case: image (C, Y, X) or (C, Z, Y, X), of any stored depth.

        Raises:
            UserError: the case lacks what the step needs (its grey range, a stored window).
        """
        raise NotImplementedError

    def entry(self, **did: Any) -> dict[str, Any]:
        """Return a history entry: the step, its settings, and what it found or did. Plain JSON values only."""
        return {"step": self.kind, **self.model_dump(mode="json", exclude={"kind"}), **did}


prepare_steps: Family[Step] = Family("prepare step", "bogam.prepare", Step,
                                     engine=("cache", "digest", "geometry", "levels", "run"))
