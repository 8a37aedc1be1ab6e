"""Names mined from plain abstracts: what stands in capitals right before "dataset", "model" and their like."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from recommender.text.contexts import LONGEST_NAME, NAMED, name_key
from recommender.text.spelling import word_lists
from recommender.text.tokens import HYPHEN, SHAPES, shape, tokens

_LISTS = word_lists()
_HEADS = {
    **dict.fromkeys(_LISTS["dataset heads"] | frozenset(
        ("database", "databases", "collection", "challenge")), "Dataset"),
    **dict.fromkeys(_LISTS["naming heads"] | frozenset(
        ("algorithm", "approach", "models", "methods", "networks", "encoder", "architectures")), "Method"),
}
_PLAIN, _TITLE = _LISTS["plain words"], SHAPES.index("Title")
_GOES_ON = NAMED | frozenset((HYPHEN, SHAPES.index("0")))


def mined_names(texts: Iterable[str], least: int = 3) -> dict[str, int]:
    """Key -> 1 for a dataset, 2 for a method, of names met `least` times before a head of that kind."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        words = tokens(text).words
        for at, word in enumerate(words):
            kind = _HEADS.get(word)
            if kind is None:
                continue
            first = at
            while first and at - first < LONGEST_NAME and shape(words[first - 1]) in _GOES_ON:
                first -= 1
            while first < at and shape(words[first]) not in NAMED:
                first += 1
            name = words[first:at]
            # A sentence's first word has its capital from there.
            opens = len(name) == 1 and (first == 0 or words[first - 1] in (".", "?", "!", ":", "<", ">"))
            if name and not (opens and shape(name[0]) == _TITLE) and not (len(name) == 1 and name[0] in _PLAIN):
                told[name_key(name)][kind] += 1
    names: dict[str, int] = {}
    for key, counts in told.items():
        (kind, most), = counts.most_common(1)
        if len(key) > 1 and most >= least and most * 4 >= 3 * sum(counts.values()):
            names[key] = 1 if kind == "Dataset" else 2
    return names
