"""The trained tagger: a linear chain over BIO labels that marks datasets, methods and tasks.

Its weights come from `recommender.text.training`. Prediction is numpy alone: what a word adds to the scores of
the tokens around it is summed once a word, and a text's sentences are decoded side by side.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.text.contexts import Contexts, Ranges, contexts
from recommender.text.decoding import Floats, Tag, best_paths, impossible, parted
from recommender.text.features import CODES, LABELS, SLOTS, Knowledge, bare_features, company
from recommender.text.sources import SOURCES, Guide
from recommender.text.tokens import NONE, folded, in_a_row, shape, tokens

_MOST_WORDS = 40_000
"""Words whose sums are kept; with more, all are forgotten."""
_NO_SHARES = array("q")


class Reading(NamedTuple):
    """A text to be tagged, with what rules know of it."""

    text: str
    known: Ranges = ()
    ruled: Ranges = ()
    source: str = ""
    """Whose guideline to follow; empty: that of the source it looks like."""


class _Sums:
    """What each word met so far adds to scores; it only grows, so that its readers never see a change."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.lows: list[str] = []
        self.shapes = np.zeros(1024, np.int64)
        self.companies = np.zeros(1024, np.int64)
        self.rows = np.zeros((1024, len(SOURCES), len(SLOTS), len(LABELS)), np.float32)


class Tagger:
    """A model in memory; safe to share between threads."""

    def __init__(self, weights: dict[str, Floats], transitions: Floats, knowledge: Knowledge, guide: Guide) -> None:
        self.knowledge, self.guide = knowledge, guide
        self.transitions = np.where(impossible(), np.float32(-1e6), transitions)
        self._shares, self._weights = _share_table(weights)
        self._lock = threading.Lock()
        self._sums = _Sums()
        self._learn(self._sums, [""])
        self._pairs, self._pair_rows = _pair_table(weights)
        self._offsets, self._codes = _code_table(weights)

    def tags(self, readings: Sequence[Reading]) -> list[list[Tag]]:
        """Text by text, the tagged stretches in order; a text's do not depend on the other texts."""
        many = [tokens(reading.text) for reading in readings]
        found = in_a_row(many)
        if not found.words:
            return [[] for _ in readings]
        sums, ids = self._places(found.words)
        lows = [sums.lows[place] for place in ids]
        bases, guidelines = [], []
        base = place = 0
        for one, reading in zip(many, readings, strict=True):
            bases.append(base)
            if one.words:
                guidelines += [self._guideline(reading, lows[place:place + len(one.words)])] * len(one.words)
                place += len(one.words)
                base += one.ends[-1] + 1
        known = [(start + base, end + base, value) for base, reading in zip(bases, readings, strict=True)
                 for start, end, value in reading.known]
        ruled = [(start + base, end + base, value) for base, reading in zip(bases, readings, strict=True)
                 for start, end, value in reading.ruled]
        at = np.array(ids)
        seen = contexts(found, lows, sums.shapes[at], sums.companies[at], known, ruled, self.knowledge.names)
        labels = best_paths(self._scores(seen, sums, at, np.array(guidelines)), found.sentences, self.transitions)
        return parted(labels, many)

    def _guideline(self, reading: Reading, lows: Sequence[str]) -> int:
        if reading.source:
            return SOURCES.index(reading.source)
        return self.guide.source(reading.text, lows)

    def _scores(self, seen: Contexts, sums: _Sums, ids: NDArray[np.int64], guidelines: NDArray[np.int64]) -> Floats:
        rows = np.where(seen.slots >= 0, ids[seen.slots], 0)
        scores = np.zeros((len(ids), len(LABELS)), np.float32)
        for slot, places in enumerate(rows):
            scores += sums.rows[places, guidelines, slot]
        find = self._pairs.get
        pairs = np.array([find(pair, 0) for pair in seen.pairs])
        scores += self._pair_rows[pairs, 0]
        scores[1:] += self._pair_rows[pairs[:-1], 1]
        for values in seen.codes + self._offsets:
            scores += self._codes[guidelines, values]
        return scores

    def _places(self, words: list[str]) -> tuple[_Sums, list[int]]:
        sums = self._sums
        find = sums.places.get
        ids = [find(word, -1) for word in words]
        if min(ids) >= 0:
            return sums, ids
        with self._lock:
            if len(sums.places) > _MOST_WORDS:
                sums = _Sums()
                self._learn(sums, [""])
            if fresh := [word for word in dict.fromkeys(words) if word not in sums.places]:
                self._learn(sums, fresh)
            self._sums = sums
        return sums, [sums.places[word] for word in words]

    def _learn(self, sums: _Sums, words: Sequence[str]) -> None:
        """Take in words that are not known yet."""
        place, end = len(sums.lows), len(sums.lows) + len(words)
        while end > len(sums.rows):
            sums.rows = np.concatenate((sums.rows, np.zeros_like(sums.rows)))
            sums.shapes = np.concatenate((sums.shapes, np.zeros_like(sums.shapes)))
            sums.companies = np.concatenate((sums.companies, np.zeros_like(sums.companies)))
        sums.shapes[place:end] = [shape(word) if word else NONE for word in words]
        sums.companies[place:end] = [company(word, self.knowledge) for word in words]
        sums.lows += [folded(word) for word in words]
        shares, ends = array("q"), []
        for word in words:
            for name in bare_features(word, self.knowledge):
                shares.extend(self._shares.get(name, _NO_SHARES))
            ends.append(len(shares) // 2)
        targets, sources = np.array(shares).reshape(-1, 2).T
        height = (len(SOURCES) + 1) * len(SLOTS)
        rows = np.zeros((len(words) * height, len(LABELS)), np.float32)
        owner = np.arange(len(words)).repeat(np.diff(ends, prepend=0))
        np.add.at(rows, owner * height + targets, self._weights[sources])
        blocks = rows.reshape(len(words), -1, len(SLOTS), len(LABELS))
        sums.rows[place:end] = blocks[:, :1] + blocks[:, 1:]
        # Last, so that a reader who finds a word finds its row.
        sums.places.update(zip(words, range(place, end), strict=True))


def _share_table(weights: dict[str, Floats]) -> tuple[dict[str, array[int]], Floats]:
    """Feature of a word -> where it adds (all sources' slots, then each source's) and which row of weights, in turns.
    """
    shares: dict[str, array[int]] = {}
    flags = {source: number + 1 for number, source in enumerate(SOURCES)}
    slots = {slot: place for place, slot in enumerate(SLOTS)}
    for number, feature in enumerate(weights):
        flag, bar, rest = feature.partition("|")
        block = flags.get(flag, 0) if bar else 0
        slot, colon, name = (rest if block else feature).partition(":")
        if colon and slot in slots:
            shares.setdefault(name, array("q")).extend((block * len(SLOTS) + slots[slot], number))
    return shares, np.array(list(weights.values()), np.float32).reshape(-1, len(LABELS))


def _pair_table(weights: dict[str, Floats]) -> tuple[dict[str, int], Floats]:
    """Pair -> row; in a row what the pair adds to its first word, then to its second. Row 0 is nothing."""
    places: dict[str, int] = {}
    for feature in weights:
        if feature.startswith(("p<", "p>")):
            places.setdefault(feature[2:], len(places) + 1)
    rows = np.zeros((len(places) + 1, 2, len(LABELS)), np.float32)
    for feature, weight in weights.items():
        if feature.startswith(("p<", "p>")):
            rows[places[feature[2:]], int(feature[1] == "<")] = weight
    return places, rows


def _code_table(weights: dict[str, Floats]) -> tuple[NDArray[np.int64], Floats]:
    """Where each code's values begin, and what each value adds under each source; the source's own share is in it."""
    sizes = np.array(list(CODES.values()))
    offsets = np.cumsum(sizes) - sizes
    table = np.zeros((len(SOURCES), int(sizes.sum()), len(LABELS)), np.float32)
    nothing = np.zeros(len(LABELS), np.float32)
    begins = dict(zip(CODES, offsets.tolist(), strict=True))
    for feature, weight in weights.items():
        flag, bar, rest = feature.rpartition("|")
        code, sign, value = rest.partition("=")
        if sign and code in CODES and flag in ("", *SOURCES):
            rows = SOURCES.index(flag) if bar else slice(None)
            table[rows, begins[code] + int(value)] += weight
    for number, source in enumerate(SOURCES):
        # Each token has exactly one value of the first code.
        table[number, :sizes[0]] += weights.get(f"{source}|", nothing) + weights.get("|", nothing)
    return offsets[:, None], table
