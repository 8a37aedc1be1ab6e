"""Marks in a text the words that speak for it; built of escaped pieces, so a title may hold `<` and `&`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from recommender.text.terms import terms

_WORD = re.compile(r"[^\W_]+")
_JOINT = re.compile(r"[\s\-–/]{1,2}")
"""Between two marked words: they are marked as one phrase."""


def highlight(text: str, names: Iterable[str]) -> Markup:
    """The text as HTML, with every word marked that shares its term with a word of the names."""
    wanted = {term for name in names for term in terms(name) if term}
    pieces: list[Markup] = []
    done = 0
    for start, end in _spans(text, wanted):
        pieces += [escape(text[done:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        done = end
    return Markup("").join([*pieces, escape(text[done:])])


def _spans(text: str, wanted: set[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for word in _WORD.finditer(text):
        if wanted.isdisjoint(terms(word.group())):
            continue
        if spans and _JOINT.fullmatch(text, spans[-1][1], word.start()):
            spans[-1] = (spans[-1][0], word.end())
        else:
            spans.append(word.span())
    return spans
