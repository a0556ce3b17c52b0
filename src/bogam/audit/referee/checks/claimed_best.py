"""Is what is called best the best, and by more than the noise?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bogam.audit.referee.checks.within_noise import ranking
from bogam.audit.referee.claims import Claim
from bogam.audit.referee.family import Check, Objection, Severity, Submission, checks
from bogam.audit.referee.names import higher_is_better, title
from bogam.audit.referee.noise import gap_words, noise_between


@checks.register
class ClaimedBest(Check):
    """A cell called best that another beats, equals, or follows within the noise."""

    kind: Literal["claimed-best"] = "claimed-best"
    title = "A best that is none"
    why = "Whoever chooses by this table chooses by chance."
    ask = "How many runs are behind each value, and what is the interval of the difference to the second best?"

    def check(self, given: Submission) -> Iterable[Objection]:
        """Yield claims that the table contradicts (impossible), that lie within its noise (suspicious), and that it
        cannot support for want of any measure of noise (remark)."""
        for claim in given.claims:
            if claim.kind != "best":
                continue
            metric = claim.metric
            mine = [row for row in claim.among if row.configuration == claim.to.configuration]
            others = ranking([row for row in claim.among if row.configuration != claim.to.configuration], metric)
            if not others:
                continue
            value, best = claim.to.values[metric], others[0][0].values[metric]
            words = gap_words(mine, others[0], metric)
            beaten = best.low > value.high if higher_is_better(metric) else best.high < value.low
            if len(mine) == 1 and len(others[0]) == 1 and beaten:
                yield self._object(claim, "impossible", "A best that another cell beats", f"{words} the other way.")
            elif len(mine) == 1 and len(others[0]) == 1 and value.value == best.value:
                words = f"{title(metric)} {value} in both, {claim.to.name} and {others[0][0].name}."
                yield self._object(claim, "suspicious", "A best that another cell equals", words)
            else:
                noise = noise_between(mine, others[0], metric)
                if noise.within is not False:
                    yield self._object(claim, "remark" if noise.within is None else "suspicious",
                                       "A best without any measure of noise" if noise.within is None else
                                       "A best within the noise", f"{words}; {noise.words}.")

    def _object(self, claim: Claim, severity: Severity, title: str, numbers: str) -> Objection:
        return Objection(self.kind, severity, title, claim.words, numbers, self.why, self.ask, (claim.line,))
