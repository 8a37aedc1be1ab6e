"""Marked texts -> sentences of feature lists and labels, as both learners want them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recommender.text.combining import cues
from recommender.text.contexts import contexts
from recommender.text.features import CODES, FLAGGED_CODES, SLOTS, Knowledge, company, word_features
from recommender.text.rules import read
from recommender.text.sources import SOURCES
from recommender.text.tokens import Tokens, folded, shape, tokens

Record = dict[str, Any]
EVERYWHERE = "|"
"""The feature that every token has."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sequence of the learners."""

    features: list[list[str]]
    labels: list[str]


def records(files: Iterable[Path]) -> list[Record]:
    """The records of JSON-lines files in order: `source`, `text`, `spans`."""
    return [json.loads(line) for file in sorted(files) for line in file.read_text(encoding="utf-8").splitlines()]


def labels(found: Tokens, spans: Sequence[dict[str, Any]]) -> list[str]:
    """BIO labels of tokens; of two spans on one token the first holds."""
    marked = ["O"] * len(found.words)
    for span in sorted(spans, key=lambda one: (one["start"], -one["end"])):
        inside = [at for at in range(len(found.words))
                  if found.starts[at] < span["end"] and found.ends[at] > span["start"]]
        if inside and all(marked[at] == "O" for at in inside):
            for at in inside:
                marked[at] = f"{'B' if at == inside[0] else 'I'}-{span['label']}"
    return marked


def sentences(given: Iterable[Record], knowledge: Knowledge) -> Iterator[Sentence]:
    """Every sentence of every record, with the features of its source."""
    cache: dict[str, list[tuple[list[str], list[str]]]] = {}
    for record in given:
        found = tokens(record["text"])
        if not found.words:
            continue
        features = text_features(record["text"], found, record["source"], knowledge, cache)
        marked = labels(found, record["spans"])
        for begin, end in zip(found.sentences, [*found.sentences[1:], len(found.words)], strict=True):
            yield Sentence(features[begin:end], marked[begin:end])


def text_features(text: str, found: Tokens, source: str, knowledge: Knowledge,
                  cache: dict[str, list[tuple[list[str], list[str]]]]) -> list[list[str]]:
    """Token -> its features as text."""
    lows = [folded(word) for word in found.words]
    shapes, companies = (np.array([of(word) for word in found.words])
                         for of in (shape, lambda word: company(word, knowledge)))
    seen = contexts(found, lows, shapes, companies, *cues(read(text)), knowledge.names)
    listed: list[list[str]] = [[EVERYWHERE, f"{source}|"] for _ in found.words]
    for word in {"", *found.words}:
        if word not in cache:
            cache[word] = [(many, [f"{name}|{one}" for name in SOURCES for one in some])
                           for many, some in word_features(word, knowledge)]
    own = f"{source}|"
    for slot in range(len(SLOTS)):
        for at, word in enumerate(seen.slots[slot].tolist()):
            many, some = cache[found.words[word] if word >= 0 else ""][slot]
            listed[at] += many
            listed[at] += [one for one in some if one.startswith(own)]
    for code, values in zip(CODES, seen.codes.tolist(), strict=True):
        flagged = code in FLAGGED_CODES
        for at, value in enumerate(values):
            listed[at].append(f"{code}={value}")
            if flagged:
                listed[at].append(f"{source}|{code}={value}")
    for at, pair in enumerate(seen.pairs):
        if pair:
            listed[at].append(f"p>{pair}")
            listed[at + 1].append(f"p<{pair}")
    return listed


