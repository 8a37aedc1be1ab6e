"""Where a method, dataset or task was introduced: the paper, and the sentence in which it says so.

A paper that opens its title with the name, or whose text says "we propose X", "called X", "X, a new …", goes before
one that only uses it; among equals the older one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recommender.papers import Paper
from recommender.text.spelling import PIECE

EARLIEST = 40
"""The oldest papers of an entity among which its own is looked for."""
LONGEST = 400
"""Characters of a sentence that are shown."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"(\[])|(?<=[a-z][.!?])(?=[A-Z][a-z])")
_WE = r"\b(?:we|paper|article|work|study|authors|here)\b[^.;:]{0,60}?"
_SAYS = (r"\b(?:introduc|propos|present|describ|develop|releas|construct|build|contribut|creat|collect)\w*\s+"
         r"(?:(?!(?:into|in|on|from|with|using|by|for|to|of|upon|that|and|how)\b)[\w-]+,?\s+){0,6}\(?")
_CALLS = r"\b(?:called|named|dubbed|termed|name it|call it|denoted)\s+(?:as\s+)?"
_OTHER = re.compile(r"[\w+-]+\s*:")
"""A title that opens with a name of its own."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """The paper that introduced an entity, or the first that names it; the sentence may be empty."""

    paper: Paper
    sentence: str
    own: bool
    """Whether the paper says that it introduces it."""


def introduction(papers: Sequence[Paper], spellings: Iterable[str]) -> Introduction | None:
    """The introduction among papers that name an entity, given oldest first."""
    name = _pattern(spellings)
    if name is None or not papers:
        return None
    best = max(papers, key=lambda paper: _claim(paper, name))
    claim = _claim(best, name)
    return Introduction(best, _sentence(best, name), claim >= 2)


def _claim(paper: Paper, name: re.Pattern[str]) -> int:
    """How much a paper claims the name: 3 opens its title, 2 says so, 1 has it in the title, 0 in its text."""
    if re.match(rf"\W*(?:{name.pattern})\s*(?::|\s[-–—]\s)", paper.title, re.IGNORECASE):
        return 3
    titled = name.search(paper.title)
    if (titled or not _OTHER.match(paper.title)) and any(
            _introduces(sentence, name) for sentence in _sentences(paper)):
        return 2
    return 1 if titled else 0 if name.search(paper.abstract) else -1


def _introduces(sentence: str, name: re.Pattern[str]) -> bool:
    return any(re.search(pattern, sentence, re.IGNORECASE) for pattern in (
        f"{_WE}{_SAYS}{name.pattern}", f"{_CALLS}{name.pattern}",
        rf"{name.pattern}\s*\)?,?\s+(?:is\s+)?an?\s+(?:new|novel|large|first)\b",
    )) if name.search(sentence) else False


def _sentence(paper: Paper, name: re.Pattern[str]) -> str:
    """The sentence that introduces the name, else the first that has it, else the first of a paper titled so."""
    sentences = _sentences(paper)
    having = [sentence for sentence in sentences if name.search(sentence)] or (
        sentences[:1] if name.search(paper.title) else [])
    found = next((sentence for sentence in having if _introduces(sentence, name)), having[0] if having else "")
    return found if len(found) <= LONGEST else f"{found[:LONGEST].rsplit(' ', 1)[0]} …"


def _sentences(paper: Paper) -> list[str]:
    return _SENTENCE.split(" ".join(paper.abstract.split()))


def _pattern(spellings: Iterable[str]) -> re.Pattern[str] | None:
    """The spellings with any hyphen or space between their pieces, and a plural."""
    forms = {r"[\s\-–]?".join(map(re.escape, pieces)) for one in spellings if (pieces := PIECE.findall(one))}
    if not forms:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(forms, key=len, reverse=True))})s?(?!\w)", re.IGNORECASE)
