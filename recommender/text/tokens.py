"""Text -> tokens and sentences for the tagger; plain prose and tokenised text come out alike.

Law: tokens are in order and apart, and every offset counts code points of the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from recommender.text.spelling import word_lists
from recommender.text.terms import STOP_WORDS

LONGEST_SENTENCE = 100
"""Tokens; what goes on without an end is cut, so that no text makes a table of its own square."""

_TOKEN = re.compile(r"-[LR][RSC]B-|``|''|['’](?:s|t|re|ve)\b|\d+(?: \. \d+|[.,]\d+)+(?!\w)|[^\W_]+|[^\w\s\0]|_")
_BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}"}
_SAME = {"``": '"', "''": '"', "“": '"', "”": '"', "’s": "'s", "–": "-", "‐": "-", "‑": "-", "—": "--"}
_DIGIT = re.compile(r"\d")
_OPEN, _CLOSE, _ENDS = ("(", "[", "{"), (")", "]", "}"), (".", "?", "!")
FUNCTION = (STOP_WORDS | word_lists()["function words"] | word_lists()["phrase ends"]) - frozenset("a1")
"""Words that end a noun phrase, folded."""

SHAPES = ("none", "lower", "Title", "CAPS", "mIxed", "X", "0", "x0", "-", "(", ")", ",", ".", ";", "function")
"""The shapes a token can have; `none` stands beyond a sentence's ends."""
_SHAPE = {name: place for place, name in enumerate(SHAPES)}
NONE, HYPHEN = _SHAPE["none"], _SHAPE["-"]
BOUNDARIES = frozenset(_SHAPE[name] for name in ("none", "(", ")", ",", ".", ";", "function"))
"""Shapes that end a noun phrase; a hyphen does not."""


class Tokens(NamedTuple):
    """A text's tokens, or several texts' in a row: parallel lists, and the first tokens of sentences and texts."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    texts: list[int]


def tokens(text: str) -> Tokens:
    """The tokens of a text; hyphens stand alone, whether or not spaces are around them."""
    matches = list(_TOKEN.finditer(text))
    words = [match.group() for match in matches]
    starts = [match.start() for match in matches]
    ends = [match.end() for match in matches]
    return Tokens(words, starts, ends, _sentences(text, words, starts, ends), [0] if words else [])


def in_a_row(many: Sequence[Tokens]) -> Tokens:
    """The tokens of several texts as if they stood one behind the other, a text's offsets after all before it."""
    row = Tokens([], [], [], [], [])
    for one in many:
        base, place = row.ends[-1] + 1 if row.ends else 0, len(row.words)
        row.words.extend(one.words)
        row.starts.extend([start + base for start in one.starts])
        row.ends.extend([end + base for end in one.ends])
        row.sentences.extend([at + place for at in one.sentences])
        row.texts.extend([at + place for at in one.texts])
    return row


def _sentences(text: str, words: list[str], starts: list[int], ends: list[int]) -> list[int]:
    """First tokens of sentences: behind a full stop that no small letter or number follows, behind a blank line."""
    firsts = [0] if words else []
    for at in range(1, len(words)):
        before, gap = words[at - 1], starts[at] - ends[at - 1]
        if gap > 1 and text.find("\n\n", ends[at - 1], starts[at]) >= 0:
            firsts.append(at)
        elif before in _ENDS:
            after = words[at][0]
            number = after.isdigit() and at > 1 and words[at - 2][-1].isdigit()
            # "et al." and initials go on, and so does "Node.js".
            if after.islower() or number or after in ").," or gap == 0 or words[at - 2] in ("al", "vs", "cf"):
                continue
            firsts.append(at)
        elif at - firsts[-1] >= LONGEST_SENTENCE:
            firsts.append(at)
    return firsts


def folded(word: str) -> str:
    """The word as features know it: small letters, digits as 0, brackets and quotes of all kinds alike."""
    low = word.lower()
    low = _BRACKETS.get(low) or _SAME.get(low, low)
    return _DIGIT.sub("0", low.replace(" ", ""))


@lru_cache(maxsize=1 << 16)
def shape(word: str) -> int:
    """The place of the word's shape in SHAPES."""
    return _SHAPE[_shape_of(word, folded(word))]


def _shape_of(word: str, low: str) -> str:
    if not low[0].isalnum():
        return ("-" if low in ("-", "--") else "(" if low in _OPEN else ")" if low in _CLOSE
                else "," if low == "," else "." if low in _ENDS else "function" if low == "'s" else ";")
    if low in FUNCTION and (word.islower() or word.istitle()):
        return "function"
    if any(c.isdigit() for c in word):
        return "x0" if any(c.isalpha() for c in word) else "0"
    if len(word) == 1:
        return "lower" if word.islower() else "X"
    if word.istitle() or not any(c.isupper() for c in word):
        return "Title" if word.istitle() else "lower"
    return "CAPS" if word.isupper() else "mIxed"
