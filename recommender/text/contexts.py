"""Where the tagger's features come from in a text: neighbours, noun phrases, names and counts, as arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.text.features import COMPANIES, SLOTS
from recommender.text.tokens import BOUNDARIES, HYPHEN, SHAPES, Tokens

_CENTRE, _HEAD = SLOTS.index("0"), SLOTS.index("head")
Ints = NDArray[np.int64]
Ranges = Iterable[tuple[int, int, int]]
"""(start, end, value) in characters, in order."""


class Contexts(NamedTuple):
    """A text as the tagger sees it."""

    slots: Ints
    """(slot, token) -> the token whose word is in the slot, -1 for none."""
    pairs: list[str]
    """Token -> its word and the next one's, folded; empty at a sentence's last token."""
    codes: Ints
    """(code, token) -> value."""


def name_key(words: Sequence[str]) -> str:
    """What the spellings of a mined name share."""
    return "".join(words).lower().replace("-", "")


def contexts(found: Tokens, lows: Sequence[str], shapes: Ints, companies: Ints, known: Ranges, ruled: Ranges,
             names: dict[str, int]) -> Contexts:
    """The features of texts with at least one token; `known` are names of the gazetteer, `ruled` those of the rules.

    Their values are codes: known 1 to 12, ruled 1 to 3; 0 is for none.
    """
    count = len(found.words)
    here = np.arange(count)
    first = np.zeros(count, np.int64)
    first[found.sentences] = found.sentences
    first = np.maximum.accumulate(first)
    last = np.append(np.array(found.sentences[1:], np.int64), count)[np.searchsorted(
        np.array(found.sentences), here, side="right") - 1] - 1
    bound = _BOUND[shapes]
    # The boundaries strictly before and after each token, and the last word before the one before.
    before = np.append(-1, np.maximum.accumulate(np.where(bound, here, -1))[:-1])
    after = np.append(np.minimum.accumulate(np.where(bound, here, count)[::-1])[::-1][1:], count)
    words = np.maximum.accumulate(np.where(bound, -1, here))
    before = np.where(before >= first, before, -1)
    head = np.where(bound, -1, np.minimum(after - 1, last))
    beside = np.where(before >= 0, words[before], -1)
    beside = np.where(beside >= first, beside, -1)
    after = np.where(after <= last, after, -1)

    slots = np.empty((len(SLOTS), count), np.int64)
    for row, step in enumerate((-2, -1, 0, 1, 2)):
        moved = here + step
        slots[row] = np.where((moved >= first) & (moved <= last), moved, -1)
    slots[_HEAD:] = head, before, after, beside

    pairs = [f"{one} {other}" for one, other in pairwise(lows)]
    pairs.append("")
    for at in found.sentences[1:]:
        pairs[at - 1] = ""

    starts, left, right = np.array(found.starts), slots[_CENTRE - 1], slots[_CENTRE + 1]
    # A last value of 0 is what -1 points at.
    around, company, tags, rules, mined = (np.append(one, 0) for one in (
        shapes, companies, _spread(known, starts, count), _spread(ruled, starts, count),
        _mined(found.words, shapes, names)))
    listed = np.append(np.array([low in _LISTING for low in lows]), False)[before]
    distance = np.where(bound, 0, np.minimum(head - here, 6) + 1) * 2 + ((left >= 0) & ~_BOUND[around[left]])
    codes = np.stack((
        (around[left] * len(SHAPES) + shapes) * len(SHAPES) + around[right],
        distance, tags[:-1], tags[left], tags[right], np.where(listed, tags[beside], 0),
        rules[:-1], rules[left], rules[right], mined[:-1], mined[left], mined[right],
        company[left] * COMPANIES + companies, companies * COMPANIES + company[right],
        companies * COMPANIES + company[head],
        _counts(found, lows) * len(SHAPES) + shapes, _acronyms(found, shapes), _glued(found, shapes),
        _places(found, here, first), np.where(bound, 0, np.minimum(head - np.maximum(before, first - 1), 7)),
    ))
    return Contexts(slots, pairs, codes)


NAMED = frozenset(SHAPES.index(name) for name in ("Title", "CAPS", "mIxed", "x0"))
"""Shapes that open a name."""
LONGEST_NAME = 5
"""Tokens of a mined name."""
_NAMED = np.array([place in NAMED for place in range(len(SHAPES))])
_LISTING = frozenset((",", "and", "or", "/"))
_BOUND = np.array([place in BOUNDARIES for place in range(len(SHAPES))])


def _spread(ranges: Ranges, starts: Ints, count: int) -> Ints:
    """Token -> the value of the range it opens (odd: 2 v - 1) or is inside of (even: 2 v)."""
    tags = np.zeros(count, np.int64)
    for start, end, value in ranges:
        begin, stop = np.searchsorted(starts, (start, end))
        tags[begin:stop] = 2 * value
        if begin < stop:
            tags[begin] = 2 * value - 1
    return tags


def _mined(words: Sequence[str], shapes: Ints, names: dict[str, int]) -> Ints:
    """Token -> 1 or 3 where it opens a mined dataset or method, 2 or 4 where it goes on with one; longest first."""
    codes = np.zeros(len(words), np.int64)
    free = 0
    for at in np.flatnonzero(_NAMED[shapes]).tolist():
        if at < free:
            continue
        for end in range(min(at + LONGEST_NAME, len(words)), at, -1):
            kind = names.get(name_key(words[at:end]))
            if kind:
                codes[at:end] = 2 * kind
                codes[at] = 2 * kind - 1
                free = end
                break
    return codes


def _counts(found: Tokens, lows: Sequence[str]) -> Ints:
    """How often the word stands in its text, up to five times, less one."""
    counts: list[int] = []
    for begin, end in zip(found.texts, [*found.texts[1:], len(lows)], strict=True):
        some = lows[begin:end]
        seen = Counter(some)
        counts += [seen[low] for low in some]
    return np.minimum(np.array(counts, np.int64), 5) - 1


def _acronyms(found: Tokens, shapes: Ints) -> Ints:
    """1 an acronym in brackets behind its long form, 2 opens a long form, 3 goes on with one."""
    codes = np.zeros(len(shapes), np.int64)
    words = found.words
    for at in np.flatnonzero(shapes == SHAPES.index("(")):
        if at == 0 or at + 2 >= len(words) or shapes[at + 2] not in _CLOSED or shapes[at + 1] not in _CAPITALS:
            continue
        letters = [c.lower() for c in words[at + 1] if c.isupper()]
        place, size = at - 1, len(letters)
        while letters and place >= 0 and place >= at - 2 * size - 2:
            if words[place][0].lower() == letters[-1]:
                letters.pop()
                if not letters:
                    break
            place -= 1
        if size > 1 and not letters:
            codes[at + 1] = 1
            codes[place] = 2
            codes[place + 1:at] = 3
    return codes


_CLOSED = frozenset((SHAPES.index(")"), SHAPES.index(","), SHAPES.index(";")))
_CAPITALS = frozenset(SHAPES.index(name) for name in ("CAPS", "mIxed", "x0"))


def _glued(found: Tokens, shapes: Ints) -> Ints:
    """Whether a hyphen ties the token to the one before (1) or behind it (2), and whether spaces part them (4)."""
    hyphen = shapes == HYPHEN
    if not hyphen.any():
        return np.zeros(len(shapes), np.int64)
    touches = np.array(found.starts[1:]) == np.array(found.ends[:-1])
    left, right = np.zeros(len(shapes), np.int64), np.zeros(len(shapes), np.int64)
    left[1:] = hyphen[:-1]
    right[:-1] = hyphen[1:]
    apart = np.zeros(len(shapes), np.int64)
    apart[1:] = hyphen[:-1] & ~touches
    apart[:-1] |= hyphen[1:] & ~touches
    return left + 2 * right + 4 * apart


def _places(found: Tokens, here: Ints, first: Ints) -> Ints:
    """How far into the text (four steps of a sentence) and into the sentence (first, second, later)."""
    sentences, texts = np.array(found.sentences), np.array(found.texts)
    sentence = np.searchsorted(sentences, here, side="right") - 1
    opening = np.searchsorted(sentences, texts)[np.searchsorted(texts, here, side="right") - 1]
    places: Ints = np.minimum(sentence - opening, 3) * 3 + np.minimum(here - first, 2)
    return places
