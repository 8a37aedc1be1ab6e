"""Rules and tagger as one: what the tagger is told by the rules, and which spans of both stand.

Tokenised text is read as its source marks it, so the tagger goes first there. In plain prose names have to be
sure, so the rules go first and the tagger adds names that they missed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from recommender.papers import Span
from recommender.text.brackets import closed
from recommender.text.consistency import everywhere
from recommender.text.decoding import Tag
from recommender.text.features import KINDS
from recommender.text.gazetteer import gazetteer
from recommender.text.listing import sized
from recommender.text.model import tagger
from recommender.text.rules import Ruled, canonical, read
from recommender.text.sources import layout
from recommender.text.spelling import base, look, word_lists
from recommender.text.tagger import Reading

Ranges = list[tuple[int, int, int]]
_CAPITALS = re.compile(r"[A-Z][A-Z0-9+-]+s?")
# "Penn Treebank ( PTB )": the acronym repeats the name.
_BEHIND = re.compile(r"(?<=\w) \( ?[A-Z][\w -]{0,15}\)$")
# "Graph REASoning": capitals that spell an acronym out.
_SPELLING = re.compile(r"[A-Z]{3,}[a-z]+|[A-Z][a-z]+[A-Z]{2,}[a-z]+")
# What another name begins with, "GD-" of "GD-LDA", which is not LDA: capitals, glued on, and no dimensions ("3D-").
_GLUED = re.compile(r"(?<![\w.-])(?!\dD-)(?=[A-Z0-9]{0,2}[A-Z])[A-Z0-9]+[a-z]?[A-Z0-9]*-$")
_SURE = word_lists()["sure heads"]
_WORD = re.compile(r"[^\W_]+(?:[-+&][^\W_]+)*\+*")


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
    # Addresses are blanked out with NUL; no tag may reach across one.
    tags = closed(text, [tag for tag in tags if "\0" not in ruled.plain[tag[0]:tag[1]]])
    if prepared == "tokenised":
        return [_span(text, tag) for tag in everywhere(text, tags)]
    if prepared == "bare":
        first = [_span(text, tag) for tag in tags if tag[2] == "Dataset" and not ruled.denied(*tag[:2])]
        more = ruled.spans
    else:
        named = [name for tag in tags for name in _named(text, tag)] if not ruled.clinical else []
        first = [_whole(text, span, named) for span in ruled.spans]
        more = [_span(text, name) for name in named if not ruled.denied(*name[:2])]
    return sorted([*first, *_clear_of(first, more)], key=lambda span: span.start)


def _span(text: str, tag: Tag) -> Span:
    start, end, label = tag
    surface = text[start:end]
    name = _BEHIND.sub("", surface.replace(" - ", "-"))
    return Span(start, end, label, surface, canonical(name, label) or surface)


def _whole(text: str, span: Span, named: list[Tag]) -> Span:
    """The name that a span is only the end of: "GD-LDA" for its "LDA"; a dataset where the tagger says so."""
    before = _GLUED.search(text, max(0, span.start - 8), span.start)
    if before is None or " " in span.surface or look(span.surface) < 2 or gazetteer().lookup(before.group()[:-1]):
        return span
    said = {label for start, end, label in named if start < span.end and end > span.start}
    label = "Dataset" if "Dataset" in said else span.label
    return _span(text, (before.start(), span.end, label))


def _clear_of(first: list[Span], more: list[Span]) -> list[Span]:
    """Those of the second list that touch none of the first; both are sorted."""
    kept, at = [], 0
    for span in more:
        while at < len(first) and first[at].end <= span.start:
            at += 1
        if at == len(first) or first[at].start >= span.end:
            kept.append(span)
    return kept


def _named(text: str, tag: Tag) -> list[Tag]:
    """The part of a tagged dataset or method that only a name looks like: "TensorRT" of "the TensorRT plugin"."""
    start, end, label = tag
    if label == "Task":
        return []
    words = [(match.start(), base(match.group())) for match in _WORD.finditer(text, start, end)]
    # Titles are capitalised throughout, and in brackets stands the long form of the name before them.
    if label == "Method" and start > text.find("\n") and text[start - 1 : start] != "(" and _is_phrase(words):
        return [(start, end, label)]
    if len(words) > 3 or not all(word[0].isupper() for _, word in words):
        words = [(at, word) for at, word in words if _is_name(word, label)]
    if not any(_is_name(word, label) for _, word in words) or len(words) > 3:
        return []
    if len(words) > 1 and (any(_SPELLING.fullmatch(word) for _, word in words) or _shouted(words)):
        return []
    known = gazetteer().lookup(words[0][1]) if len(words) == 1 else None
    label = known.label if known else "Method" if sized(words[-1][1]) else label
    return [(words[0][0], words[-1][0] + len(words[-1][1]), label)]


def _is_phrase(words: list[tuple[int, str]]) -> bool:
    """Whether the words are a name without the looks of one: "Soft Dynamic Time Warping"."""
    return 2 < len(words) < 6 and words[-1][1].lower() in _SURE and all(word.istitle() for _, word in words)


def _shouted(words: list[tuple[int, str]]) -> bool:
    """Whether the words are in capitals as a whole line is: "CLIENT-VENDOR RELATIONSHIPS"."""
    return sum(len(word) > 4 and word.isupper() and word.isalpha() for _, word in words) > 1


def _is_name(word: str, label: str) -> bool:
    """Whether no other word looks so; short capitals are believed of datasets only, and mean too much else."""
    capitals = _CAPITALS.fullmatch(word) is not None and len(word.rstrip("s")) >= (5 if label == "Method" else 3)
    return (capitals or look(word) >= 3) and look(word) > 1
