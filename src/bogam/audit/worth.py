"""What a finding could be worth in points: bounds that follow from counts of the data at hand, never a guess."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from bogam.data.duplicates import Union

TESTED = 5
"""A split by image is judged as one that tests one image in so many, the usual 80 to 20."""

Where = Mapping[str, Mapping[tuple[int, int], str]]
"""Id to (repeat, fold) to part, as `sides.places` gives."""


def reached(keys: Mapping[str, Collection[Hashable]], where: Where, part: str = "test") -> tuple[int, int]:
    """Return how many images of a part have a relative in training, and how many the part has, summed over folds.

    Args:
        keys: id to what it shares with its relatives: a patient, or the number of a pair.
        where: who is in which part.
        part: "test" or "validation".

    Example:
        >>> reached({"a": {1}, "b": {1}}, {"a": {(0, 0): "train"}, "b": {(0, 0): "test"}, "c": {(0, 0): "test"}})
        (1, 2)
    """
    trained: dict[tuple[int, int], set[Hashable]] = {}
    for name, own in keys.items():
        for fold, here in where.get(name, {}).items():
            if here == "train":
                trained.setdefault(fold, set()).update(own)
    held = [(fold, name) for name, parts in where.items() for fold, here in parts.items() if here == part]
    known = sum(not trained.get(fold, set()).isdisjoint(keys.get(name, ())) for fold, name in held)
    return known, len(held)


def from_memory(keys: Mapping[str, Collection[Hashable]], where: Where, what: str, test: bool = True) -> str:
    """Return the bound on what memory can gain where relatives lie in training, in one or two sentences; "" where
    nothing is tested.

    If each image with a relative in training is answered right from memory, and would be answered as well as the others
    without it, a share x of such images lifts a score s (a mean over images, such as accuracy) to s + x (1 - s).

    Args:
        keys, where: as in `reached`.
        what: the relative, such as "a twin".
        test: the test part; else validation, by which epoch and threshold are chosen.
    """
    known, held = reached(keys, where, "test" if test else "validation")
    if not held:
        return ""
    points = 100 * known / held
    have = "has" if known == 1 else "have"
    if not known:
        return f"None of {held:,} test images has {what} in training, so memory gains nothing." if test else ""
    if not test:
        return (f"{known:,} of {held:,} validation images ({points:.1f} %) {have} {what} in training: the score that "
                f"chooses epoch and threshold may be up to {points:.1f} points too high. The test score is touched "
                "only by that choice.")
    return (f"{known:,} of {held:,} test images ({points:.1f} %) {have} {what} in training. Answered from memory, they "
            f"are worth at most {points:.1f} points of accuracy: (1 - s) x {points:.1f} over an honest score s.")


def keys_of(pairs: Iterable[Sequence[str]]) -> dict[str, set[int]]:
    """Return id to the numbers of the sets that it is in, for `reached`.

    Example:
        >>> keys_of([("a", "b"), ("b", "c")])
        {'a': {0}, 'b': {0, 1}, 'c': {1}}
    """
    found: dict[str, set[int]] = {}
    for number, names in enumerate(pairs):
        for name in names:
            found.setdefault(name, set()).add(number)
    return found


def joined(pairs: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return the sets of ids that hang together by sets that share one.

    Example:
        >>> joined([("a", "b"), ("b", "c"), ("d", "e")])
        [['a', 'b', 'c'], ['d', 'e']]
    """
    sets = [tuple(names) for names in pairs]
    union = Union(sorted({name for names in sets for name in names}))
    for names in sets:
        for other in names[1:]:
            union.join(names[0], other)
    found: dict[str, list[str]] = {}
    for name in sorted({name for names in sets for name in names}):
        found.setdefault(union.find(name), []).append(name)
    return list(found.values())


def twin_share(sizes: Iterable[int], total: int) -> float:
    """Return the expected share of test images with a relative in training, where one image in five is tested, drawn by
    image; exact.

    Args:
        sizes: of the groups of related images.
        total: images in all.

    Example: 10 images, 2 of them twins, 2 tested: of 10 images 2 have a twin, which lies in training in 8 of 9 draws.
        >>> round(twin_share([2], 10), 4) == round(0.2 * 8 / 9, 4)
        True
    """
    tested = max(1, round(total / TESTED))
    share = 0.0
    for size in sizes:
        alone = math.prod(max(0, tested - 1 - k) / (total - 1 - k) for k in range(size - 1))
        share += size * (1 - alone) / total
    return share


def by_image(groups: Collection[Collection[str]], total: int, what: str) -> str:
    """Return what a split by image could gain from related images, in one sentence.

    Args:
        groups: ids that hang together.
        total: images in all.
        what: the relative, such as "a twin".
    """
    points = 100 * twin_share([len(ids) for ids in groups], total)
    return (f"With a split by image that tests one in five, {points:.1f} % of the test images would have {what} in "
            f"training, on average: at most {points:.1f} points of accuracy from memory.")


def wrong_at_least(groups: Iterable[Collection[str]], classes: Mapping[str, str]) -> int:
    """Return how many labels are wrong at least, if all images of a group show one thing.

    Example:
        >>> wrong_at_least([("a", "b", "c")], {"a": "x", "b": "x", "c": "y"})
        1
    """
    wrong = 0
    for ids in groups:
        counts = Counter(classes[name] for name in ids if name in classes)
        wrong += sum(counts.values()) - max(counts.values(), default=0)
    return wrong


def share_words(part: int, total: int) -> str:
    """Return "3 of 40 (7.5 %)".

    Example:
        >>> share_words(3, 40)
        '3 of 40 (7.5 %)'
    """
    return f"{part:,} of {total:,} ({100 * part / max(1, total):.1f} %)"
