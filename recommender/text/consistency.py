"""What is a name once in a text is one throughout: a tagged stretch is marked wherever it stands untagged.

Takes time linear in the text; case matters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from recommender.text.decoding import Tag
from recommender.text.tokens import tokens

_LONGEST = 6
"""Tokens of a stretch that is looked for."""


def everywhere(text: str, tags: Sequence[Tag]) -> list[Tag]:
    """The tags, and their stretches' other occurrences with the label that most of them have; sorted and apart."""
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for start, end, label in tags:
        if end - start > 1:
            labels[text[start:end]][label] += 1
    if not labels:
        return list(tags)
    usual = {surface: max(counts, key=lambda label: (counts[label], label)) for surface, counts in labels.items()}
    found = tokens(text)
    more: list[Tag] = []
    ahead = at = 0
    while at < len(found.words):
        start = found.starts[at]
        while ahead < len(tags) and tags[ahead][1] <= start:
            ahead += 1
        limit = tags[ahead][0] if ahead < len(tags) else len(text)
        step = 1
        if start < limit:
            for end in range(min(at + _LONGEST, len(found.words)), at, -1):
                stop = found.ends[end - 1]
                if stop <= limit and text[start:stop] in usual:
                    more.append((start, stop, usual[text[start:stop]]))
                    step = end - at
                    break
        at += step
    return sorted([*tags, *more])
