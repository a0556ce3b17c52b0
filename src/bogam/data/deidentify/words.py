"""Clean a description: known terms and small numbers stay, everything else goes."""

from __future__ import annotations

import re

from bogam.data.deidentify.profile import vocabulary

_WHOLE = re.compile(r"\S+@\S+|\w+://\S+|\bwww\.\S+|\d{1,4}([-./_ ])\d{1,2}\1\d{2,4}")
"""Addresses of the net and dates, which go whole, not word by word."""
_DIGITS = re.compile(r"\+?\d[\d\s()/.-]{4,}\d")
"""What may be a telephone number or an id with gaps, if it has six digits or more."""
_TOKEN = re.compile(r"[^\W_]+|[\W_]+")
_NUMBER = re.compile(r"\d{1,3}|\d{1,3}(mm|cm|ml|mg|s|ms|sec|min|deg|kv|kvp|ma|mas|t|hz|x|d|st|nd|rd|th)")
_SHORT = re.compile(r"[clst]\d{1,2}|b\d{1,4}|t\d[a-z]{0,2}|\d[a-z]")
_KEPT_MARKS = set(" ,.;:+-/()")


def clean_words(text: str) -> str:
    """Return the words of a text that stand in our vocabulary, numbers of up to three digits, and the marks between.

    A word that is not known may be a name, a longer number an id or a date: they go. What is left is no proof that no
    person is meant, since a name can also be a common word; names that the same file states are removed before.

    Example:
        >>> clean_words("CT chest w/o contrast, 5mm, John Doe 4711")
        'CT chest w/o contrast, 5mm'
        >>> clean_words("L4-S1 T2w"), clean_words("4711")
        ('L4-S1 T2w', '')
    """
    known = vocabulary()
    kept = []
    text = _DIGITS.sub(lambda found: " " if sum(c.isdecimal() for c in found[0]) >= 6 else found[0], text)
    text = _WHOLE.sub(" ", text)
    for token in _TOKEN.findall(text):
        if token[0].isalnum():
            word = token.lower()
            if word in known or _NUMBER.fullmatch(word) or _SHORT.fullmatch(word):
                kept.append(token)
        else:
            kept.append("".join(mark if mark in _KEPT_MARKS else " " for mark in token))
    joined = re.sub(r"\s+", " ", "".join(kept))
    joined = re.sub(r"(?:[\s,.;:+/()-]*[,;:+/()-])(?=[\s,.;:+/()-]*$)", "", joined)
    joined = re.sub(r"\s+(?=[,;.])", "", re.sub(r"\(\s*\)", "", joined))
    return joined.strip(" ,.;:+-/")
