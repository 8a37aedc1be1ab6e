"""A tagged stretch holds both brackets of a pair or neither: "Penn Treebank ( PTB" takes its bracket in or lets go."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.text.decoding import Tag

_PAIRS = (("(", ")"), ("-LRB-", "-RRB-"))


def closed(text: str, tags: Sequence[Tag]) -> list[Tag]:
    """The tags, sorted and apart as they came, with what stands between their ends in whole pairs of brackets."""
    found: list[Tag] = []
    for place, (start, end, label) in enumerate(tags):
        limit = tags[place + 1][0] if place + 1 < len(tags) else len(text)
        stop = _whole(text, start, end, limit)
        if stop > start:
            found.append((start, stop, label))
    return found


def _whole(text: str, start: int, end: int, limit: int) -> int:
    """Where the stretch had better end: behind the bracket that closes it, before one that stands alone."""
    for opening, closing in _PAIRS:
        surface = text[start:end]
        surplus = surface.count(opening) - surface.count(closing)
        if surplus > 0:
            return _behind(text, end, closing, limit) or start + len(surface[:surface.rfind(opening)].rstrip())
        if surplus < 0 and surface.endswith(closing):
            return start + len(surface.removesuffix(closing).rstrip())
    return end


def _behind(text: str, end: int, closing: str, limit: int) -> int:
    """Where the closing bracket ends that stands right behind, with a space before it or none; 0 where none does."""
    at = end + text.startswith(" ", end)
    return at + len(closing) if text.startswith(closing, at) and at + len(closing) <= limit else 0
