"""The trained tagger: a linear chain over BIO labels that marks datasets, methods and tasks.

Its weights come from `recommender.text.training`. Prediction is numpy alone: what a word adds to the scores of
the tokens around it is summed once a word, and a text's sentences are decoded side by side (Viterbi 1967).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ArtifactError
from recommender.text.features import (
    CODES,
    FLAGGED_CODES,
    KINDS,
    LABELS,
    SLOTS,
    Contexts,
    Knowledge,
    Ranges,
    bare_features,
    contexts,
)
from recommender.text.sources import SOURCES, Guide
from recommender.text.tokens import NONE, Tokens, folded, in_a_row, shape, tokens

MODEL = Path(__file__).with_name("tagger.npz")
FORMAT = 1
_MOST_WORDS = 40_000
"""Words whose sums are kept; with more, all are forgotten."""

Floats = NDArray[np.float32]
Tag = tuple[int, int, str]
"""Start and end in code points, label."""


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
        self.rows = np.zeros((1024, len(SOURCES), len(SLOTS), len(LABELS)), np.float32)


class Tagger:
    """A model in memory; safe to share between threads."""

    def __init__(self, weights: dict[str, Floats], transitions: Floats, knowledge: Knowledge, guide: Guide) -> None:
        self.knowledge, self.guide = knowledge, guide
        self.transitions = np.where(_impossible(), np.float32(-1e6), transitions)
        self._shares, self._weights = _share_table(weights)
        self._lock = threading.Lock()
        self._sums = _Sums()
        self._learn(self._sums, "")
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
                guidelines += [self._guideline(reading, lows[place:place + 400])] * len(one.words)
                place += len(one.words)
                base += one.ends[-1] + 1
        known = [(start + base, end + base, value) for base, reading in zip(bases, readings, strict=True)
                 for start, end, value in reading.known]
        ruled = [(start + base, end + base, value) for base, reading in zip(bases, readings, strict=True)
                 for start, end, value in reading.ruled]
        at = np.array(ids)
        seen = contexts(found, lows, sums.shapes[at], known, ruled, self.knowledge.names)
        labels = _best_paths(self._scores(seen, sums, at, np.array(guidelines)), found.sentences, self.transitions)
        return _parted(labels, many)

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
                self._learn(sums, "")
            for word in words:
                if word not in sums.places:
                    self._learn(sums, word)
            self._sums = sums
        return sums, [sums.places[word] for word in words]

    def _learn(self, sums: _Sums, word: str) -> None:
        place = len(sums.lows)
        if place == len(sums.rows):
            sums.rows = np.concatenate((sums.rows, np.zeros_like(sums.rows)))
            sums.shapes = np.concatenate((sums.shapes, np.zeros_like(sums.shapes)))
        sums.shapes[place] = shape(word) if word else NONE
        sums.lows.append(folded(word))
        shares = [share for name in bare_features(word, self.knowledge) for share in self._shares.get(name, ())]
        if shares:
            targets, sources = np.array(shares).T
            row = np.zeros(((len(SOURCES) + 1) * len(SLOTS), len(LABELS)), np.float32)
            np.add.at(row, targets, self._weights[sources])
            blocks = row.reshape(-1, len(SLOTS), len(LABELS))
            sums.rows[place] = blocks[0] + blocks[1:]
        # Last, so that a reader who finds the word finds its row.
        sums.places[word] = place


def _share_table(weights: dict[str, Floats]) -> tuple[dict[str, list[tuple[int, int]]], Floats]:
    """Feature of a word -> where it adds (all sources' slots, then each source's) and which row of weights."""
    shares: dict[str, list[tuple[int, int]]] = {}
    flags = {source: number + 1 for number, source in enumerate(SOURCES)}
    slots = {slot: place for place, slot in enumerate(SLOTS)}
    for number, feature in enumerate(weights):
        flag, bar, rest = feature.partition("|")
        block = flags.get(flag, 0) if bar else 0
        slot, colon, name = (rest if block else feature).partition(":")
        if colon and slot in slots:
            shares.setdefault(name, []).append((block * len(SLOTS) + slots[slot], number))
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
    for begin, (code, size) in zip(offsets, CODES.items(), strict=True):
        for value in range(size):
            for number, source in enumerate(SOURCES):
                row = table[number, begin + value]
                row += weights.get(f"{code}={value}", nothing)
                if code in FLAGGED_CODES:
                    row += weights.get(f"{source}|{code}={value}", nothing)
    for number, source in enumerate(SOURCES):
        # Each token has exactly one value of the first code.
        table[number, :sizes[0]] += weights.get(f"{source}|", nothing) + weights.get("|", nothing)
    return offsets[:, None], table


def _impossible() -> NDArray[np.bool_]:
    """(from, to) that BIO does not allow."""
    return np.array([[to[0] == "I" and (old == "O" or old[2:] != to[2:]) for to in LABELS] for old in LABELS])


_START = np.array([-1e6 if label[0] == "I" else 0.0 for label in LABELS], np.float32)


def _best_paths(scores: Floats, sentences: list[int], transitions: Floats) -> NDArray[np.int64]:
    """The best label of each token, its sentence's labels taken together; sentences of like lengths share a table."""
    count = len(scores)
    firsts = np.array(sentences)
    lengths = np.diff(firsts, append=count)
    labels = np.zeros(count, np.int64)
    order = np.argsort(lengths, kind="stable")
    for begin in range(0, len(order), 64):
        some = order[begin:begin + 64]
        size, longest = lengths[some], int(lengths[some[-1]])
        at = np.minimum(firsts[some] + np.arange(longest)[:, None], count - 1)
        table = scores[at]
        best = table[0] + _START
        back = np.empty((longest, len(some), len(LABELS)), np.int8)
        rows = np.arange(len(some))
        final = best.copy()
        for step in range(1, longest):
            paths = best[:, :, None] + transitions
            back[step] = paths.argmax(1)
            best = paths.max(1) + table[step]
            final[size > step] = best[size > step]
        label = final.argmax(1)
        for step in range(longest - 1, -1, -1):
            here = size > step
            labels[at[step, here]] = label[here]
            if step:
                label = np.where(here, back[step, rows, label], label)
    return labels


def _parted(labels: NDArray[np.int64], many: Sequence[Tokens]) -> list[list[Tag]]:
    """Each text's own tags, from the labels of all in a row."""
    parted = []
    begin = 0
    for one in many:
        parted.append(_tags(labels[begin:begin + len(one.words)].tolist(), one))
        begin += len(one.words)
    return parted


def _tags(labels: list[int], found: Tokens) -> list[Tag]:
    tags: list[Tag] = []
    firsts = set(found.sentences)
    for at, label in enumerate(labels):
        if label % 2:
            end = at + 1
            while end < len(labels) and labels[end] == label + 1 and end not in firsts:
                end += 1
            tags.append((found.starts[at], found.ends[end - 1], KINDS[label // 2]))
    return tags


# The file.


def saved(weights: dict[str, Floats], transitions: Floats, knowledge: Knowledge, guide: Guide) -> dict[str, Any]:
    """The arrays of a model file; strings as UTF-8 lines, so that no pickle is needed."""
    features, words, marks = sorted(weights), sorted(knowledge.clusters), sorted(knowledge.marks)
    names = sorted(knowledge.names)
    return {
        "format": np.array(FORMAT), "labels": _lines(list(LABELS)), "features": _lines(features),
        "weights": np.array([weights[feature] for feature in features], np.float16),
        "transitions": transitions.astype(np.float32), "words": _lines(words),
        "clusters": np.array([knowledge.clusters[word] for word in words], np.uint16),
        "marked": _lines(marks), "marks": _lines([knowledge.marks[word] for word in marks]),
        "names": _lines(names), "named": np.array([knowledge.names[name] for name in names], np.uint8), **guide.saved(),
    }


def load(path: Path) -> Tagger:
    """The model of a file; ArtifactError where it is not one of this version."""
    with np.load(path, allow_pickle=False) as held:
        if int(held["format"]) != FORMAT or _words(held["labels"]) != list(LABELS):
            raise ArtifactError(f"The tagger's model {path.name} is of another version. "
                                "Train it again with: python -m recommender.text.training")
        weights = dict(zip(_words(held["features"]), held["weights"].astype(np.float32), strict=True))
        knowledge = Knowledge(
            {word: tuple(row) for word, row in zip(_words(held["words"]), held["clusters"].tolist(), strict=True)},
            dict(zip(_words(held["marked"]), _words(held["marks"]), strict=True)),
            dict(zip(_words(held["names"]), held["named"].tolist(), strict=True)))
        return Tagger(weights, held["transitions"], knowledge, Guide.load(held))


def _lines(words: list[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _words(lines: NDArray[np.uint8]) -> list[str]:
    text = lines.tobytes().decode()
    return text.split("\n") if text else []


_LOADING = threading.Lock()


def tagger() -> Tagger:
    """The model shipped with the program, read at its first use and once."""
    with _LOADING:
        return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Tagger:
    return load(MODEL)
