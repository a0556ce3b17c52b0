"""Whose image is it: a pattern applied to file names, and names that look as if they hold an id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bogam.core.errors import UserError, say
from bogam.data.layouts.tree import stem_of

_WORDS = (r"person\d+", r"IM-\d+", r"C\d+[A-Z]?(?:P\d+)?(?=[A-Z]{0,2}_?thin)", r"TCGA-\w{2}-\w{4}",
          r"sub-[A-Za-z0-9]+", r"LIDC-IDRI-\d+", r"(?:patient|subject|subj|case|pat|pid|volunteer)[-_ ]?\d+")
_LEADING = r"(?:^|/)(?P<patient>[A-Za-z]*[-_]?\d+)(?=[-_][^/]*$)"


def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Return a regular expression with a group "patient" from a pattern in either spelling.

    Args:
        pattern: a regular expression with ``(?P<patient>...)``, searched anywhere in the path, or text with
            ``{patient}`` and other ``{names}``, which must fit the whole file name (the end of the path, where the
            pattern has a "/").

    Raises:
        UserError: the pattern names no patient, or is no regular expression.

    Example:
        >>> compile_pattern("{patient}_idx5_{rest}").search("a/8863_idx5_x1.png")["patient"]
        '8863'
        >>> compile_pattern(r"(?P<patient>C\d+P\d+)").search("valid/ParasitizedC101P62ThinF.png")["patient"]
        'C101P62'
    """
    if "{patient}" in pattern:
        pieces = re.split(r"\{(\w+)\}", pattern)
        text = "".join((re.escape(piece) if i % 2 == 0 else
                        f"(?P<{piece}>[^/]+?)" if pieces.index(piece) == i else f"(?P={piece})")
                       for i, piece in enumerate(pieces))
        return re.compile(rf"(?:^|/){text}(?:\.nii\.gz|\.[A-Za-z]+)?$")
    if "(?P<patient>" not in pattern:
        raise UserError(say("data.patient", repr(pattern),
                            "'absent', 'column:NAME', a text with {patient}, or a regular expression with "
                            "(?P<patient>...)"))
    try:
        return re.compile(pattern)
    except re.error as error:
        raise UserError(say("data.patient", repr(pattern), "a regular expression", f"{error}.")) from None


def match_patients(pattern: str, paths: Sequence[str]) -> list[str | None]:
    """Return the patient in each path, None where the pattern does not fit.

    Example:
        >>> match_patients("{patient}_idx5_{rest}", ["8863_idx5_x1.png", "other.png"])
        ['8863', None]
    """
    compiled = compile_pattern(pattern)
    found = (compiled.search(path) for path in paths)
    return [match["patient"] if match else None for match in found]


def apparent_groups(names: Sequence[str]) -> str | None:
    """Return a pattern that finds ids hidden in file names, or None.

    An id is taken for one where at least half of the names hold one of the spellings in common use (person123,
    IM-0012, C100P61, TCGA-.., sub-01, patient_3), or nine tenths begin with a number that many of them share, and
    where at least one id is shared by two files: what never repeats groups nothing.

    Example:
        >>> apparent_groups(["person1_a.png", "person1_b.png", "person2_a.png"])
        '(?P<patient>person\\\\d+)'
        >>> apparent_groups(["8863_idx5_x1.png", "8863_idx5_x2.png", "8864_idx5_x1.png", "8864_idx5_x3.png"])
        '(?:^|/)(?P<patient>[A-Za-z]*[-_]?\\\\d+)(?=[-_][^/]*$)'
        >>> apparent_groups(["benign (1).png", "benign (2).png"])
    """
    stems = [stem_of(n) for n in names]
    if len(stems) < 2:
        return None
    shares = {word: sum(1 for s in stems if re.search(word, s, re.IGNORECASE)) for word in _WORDS}
    words = [w for w, count in shares.items() if count >= 0.05 * len(stems)]
    if words:
        pattern = f"(?P<patient>{'|'.join(words)})"
        if any(re.search(w, s) is None and re.search(w, s, re.IGNORECASE) for w in words for s in stems):
            pattern = "(?i:" + pattern + ")"
        if _groups(pattern, stems, 0.5, 0.95):
            return pattern
    return _LEADING if _groups(_LEADING, stems, 0.9, 0.6) else None


def _groups(pattern: str, stems: Sequence[str], coverage: float, most: float) -> bool:
    compiled = re.compile(pattern)
    found = Counter(m["patient"] for m in map(compiled.search, stems) if m)
    total = sum(found.values())
    return total >= coverage * len(stems) and 2 <= len(found) <= most * total
