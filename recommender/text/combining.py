"""Rules and tagger as one: what the tagger is told by the rules, and which spans of both stand.

Tokenised text is read as its source marks it, so the tagger goes first there. In plain prose names have to be
sure, so the rules go first and the tagger adds names that they missed.
"""

from __future__ import annotations

from collections.abc import Sequence

from recommender.papers import Span
from recommender.text.features import KINDS
from recommender.text.rules import Ruled, canonical, read
from recommender.text.sources import layout
from recommender.text.spelling import NO_NAMES, look
from recommender.text.tagger import Reading, Tag, tagger

Ranges = list[tuple[int, int, int]]


def cues(ruled: Ruled) -> tuple[Ranges, Ranges]:
    """What the tagger's features want of the rules: known names (weak ones coded apart) and found names."""
    known = [(hit.start, hit.end, KINDS.index(hit.entry.label) + 1 + 3 * hit.weak) for hit in ruled.hits]
    return known, [(span.start, span.end, KINDS.index(span.label) + 1) for span in ruled.spans]


def combined(texts: Sequence[str]) -> list[list[Span]]:
    """Text by text, the spans of both, sorted and apart."""
    many = [read(text) for text in texts]
    tagged = tagger().tags([Reading(ruled.plain, *cues(ruled)) for ruled in many])
    return [_joined(text, ruled, tags) for text, ruled, tags in zip(texts, many, tagged, strict=True)]


def _joined(text: str, ruled: Ruled, tags: list[Tag]) -> list[Span]:
    prepared = layout(text)
    if prepared == "tokenised":
        return [_span(text, tag) for tag in tags]
    if prepared == "bare":
        first = [_span(text, tag) for tag in tags if tag[2] == "Dataset" and not ruled.denied(*tag[:2])]
        more = ruled.spans
    else:
        first = ruled.spans
        more = [_span(text, tag) for tag in tags if _is_name(text[tag[0]:tag[1]]) and not ruled.denied(*tag[:2])]
    return sorted([*first, *_clear_of(first, more)], key=lambda span: span.start)


def _span(text: str, tag: Tag) -> Span:
    start, end, label = tag
    surface = text[start:end]
    return Span(start, end, label, surface, canonical(surface.replace(" - ", "-"), label) or surface)


def _clear_of(first: list[Span], more: list[Span]) -> list[Span]:
    """Those of the second list that touch none of the first; both are sorted."""
    kept, at = [], 0
    for span in more:
        while at < len(first) and first[at].end <= span.start:
            at += 1
        if at == len(first) or first[at].start >= span.end:
            kept.append(span)
    return kept


def _is_name(surface: str) -> bool:
    """Whether a tagged stretch has the look of a proper name."""
    words = surface.replace("-", " ").split()
    return len(words) <= 4 and any(look(word) >= 2 and word not in NO_NAMES for word in words)
