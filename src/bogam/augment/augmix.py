"""Several differently augmented views of one image, which the network is to judge alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from bogam.augment.family import Augment, Drawn, Group, augmentations, draw_entry
from bogam.core.errors import UserError, say
from bogam.core.fields import Count, CountRange, Positive, Share
from bogam.core.types import Case, FloatArray

_WRITTEN = WithJsonSchema({"type": "array", "minItems": 1, "items": {
    "anyOf": [{"type": "string"}, {"type": "object"}],
    "description": "An augmentation by its name or as {name: {fields}}."}})


def _parse(value: Any) -> tuple[Augment, ...]:
    steps = tuple(augmentations.parse(step) for step in value)
    wrong = sorted({step.kind for step in steps if step.group in ("mix", "branch")})
    if not steps or wrong:
        raise ValueError(f"got {', '.join(wrong) or 'no steps'}, expected steps that need no other case.")
    return steps


@augmentations.register
class Augmix(Augment):
    """Blend the image with several short chains of steps drawn at random, so that the result stays near the image.

    Each chain takes one to three of `steps`, whatever their own probability. The chains are blended with weights from
    Dirichlet(alpha), the blend and the image with a share from Beta(alpha, alpha). With a `consistency` above 0 the
    network sees the image and `views` such blends of it at once; the recipe's loss is that of the image alone, and
    the Jensen-Shannon divergence of the answers is added, times `consistency`. Steps after it in the list act on all
    views alike.

    Class targets stay. Masks, boxes and points stay too, and therefore steps that move something are refused in a chain
    where there are any. It was made for robustness against corrupted images, and with small effect on clean ones; do
    not put into `steps` the corruptions by which you then measure the robustness.

    References:
        Hendrycks et al. 2020, arXiv 1912.02781. There the chains also rotate, shear and shift; the default here does
        not, so that it fits masks.
    """

    group: ClassVar[Group] = "branch"
    kind: Literal["augmix"] = "augmix"
    probability: Share = 1.0
    """Share of the draws in which the step is done; else all views are the image."""
    steps: Annotated[tuple[Augment, ...], BeforeValidator(_parse),
                     PlainSerializer(lambda steps: [step.to_yaml() for step in steps]), _WRITTEN] = Field(
        default=("gamma", "contrast", "equalize", "posterize", "clahe"))  # type: ignore[arg-type]
    """What a chain draws from; each equally often."""
    width: Count = 3
    """Chains in a blend."""
    depth: CountRange = (1, 3)
    """Steps in a chain, drawn uniformly from low to high."""
    alpha: Positive = 1.0
    """Of the two distributions of weights; 1: all weights equally likely."""
    views: Count = 2
    """Blends beside the image itself, where `consistency` is above 0."""
    consistency: float = Field(12.0, ge=0)
    """Weight of the divergence between the answers; 0: one blend takes the image's place, and no divergence."""

    def faults(self, task: str) -> list[str]:
        """Return the message for a segmentation with chains that move something."""
        moving = sorted({step.kind for step in self.steps if step.group == "warp"})
        if task != "segmentation" or not moving:
            return []
        return [say("augment.augmix.steps", f"{', '.join(moving)} for a segmentation", "steps that move nothing",
                    "A blend of a moved and an unmoved image fits no mask; put warps before or after augmix.")]

    def draw(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        """Return {"views": [{"share": of the image, "chains": [{"weight": ..., "steps": [...]}, ...]}, ...]}."""
        return {"views": [self._draw_view(rng, case) for _ in range(self.views if self.consistency else 1)]}

    def _draw_view(self, rng: np.random.Generator, case: Case) -> dict[str, Any]:
        weights = rng.dirichlet([self.alpha] * self.width)
        share = float(rng.beta(self.alpha, self.alpha))
        chains = []
        for weight in weights:
            chosen = [self.steps[int(rng.integers(len(self.steps)))]
                      for _ in range(int(rng.integers(self.depth[0], self.depth[1] + 1)))]
            chains.append({"weight": float(weight),
                           "steps": [draw_entry(step, rng, case) for step in chosen]})
        return {"share": share, "chains": chains}

    @staticmethod
    def branch(case: Case, drawn: Drawn, apply: Callable[[Case, Sequence[Drawn]], Case]) -> tuple[Case, dict[str, Any]]:
        """Return the view that `drawn["view"]` names (1, where nothing does), rounded once for integers; 0: the image.

        The entry for the history says in each chain what its steps measured.
        """
        number = drawn.get("view", 1)
        if number == 0:
            return case, {**drawn, "view": 0}
        view = drawn["views"][number - 1]
        blend: FloatArray = np.float32(view["share"]) * case.image.astype(np.float32)
        chains = []
        for chain in view["chains"]:
            made = apply(case.but(history=()), chain["steps"])
            if case.masks is not None or case.boxes is not None or case.points is not None:
                _check_unmoved(case, made, drawn)
            blend += np.float32((1 - view["share"]) * chain["weight"]) * made.image
            chains.append({"weight": chain["weight"], "steps": list(made.history)})
        views = list(drawn["views"])
        views[number - 1] = {"share": view["share"], "chains": chains}
        if case.image.dtype.kind != "f":
            info = np.iinfo(case.image.dtype)
            blend = np.clip(np.rint(blend), info.min, info.max)
        return case.but(image=blend.astype(case.image.dtype)), {**drawn, "views": views, "view": number}


def _check_unmoved(case: Case, made: Case, drawn: Drawn) -> None:
    for name in ("masks", "boxes", "points"):
        if getattr(made, name) is not getattr(case, name):
            raise UserError(say(f"case {case.id}, augmentation {drawn['augment']}", f"a chain that moves {name}",
                                "steps that move nothing", "Put warps before or after augmix."))
