"""Methods, datasets and tasks in English scientific text: by rules, and by a trained tagger beside them."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.papers import Span
from recommender.text.combining import combined
from recommender.text.rules import canonical
from recommender.text.spelling import match_key

__all__ = ["VERSION", "canonical", "extract", "extract_all", "match_key"]

VERSION: int = 6
"""Raised whenever the output changes; caches are keyed by it."""
_BATCH = 64


def extract(text: str) -> list[Span]:
    """The methods, datasets and tasks of a text: sorted, apart from each other, offsets in code points.

    Where a title comes with its abstract, a line break should stand between them.
    """
    return combined([text])[0]


def extract_all(texts: Sequence[str]) -> list[list[Span]]:
    """The same for each of many texts, in a third of the time."""
    found: list[list[Span]] = []
    for begin in range(0, len(texts), _BATCH):
        found += combined(texts[begin:begin + _BATCH])
    return found
