"""Scores -> labels -> tagged stretches: Viterbi (1967) over many sentences side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.text.features import KINDS, LABELS
from recommender.text.tokens import Tokens

Floats = NDArray[np.float32]
Tag = tuple[int, int, str]
"""Start and end in code points, label."""


def impossible() -> NDArray[np.bool_]:
    """(from, to) that BIO does not allow."""
    return np.array([[to[0] == "I" and (old == "O" or old[2:] != to[2:]) for to in LABELS] for old in LABELS])


_START = np.array([-1e6 if label[0] == "I" else 0.0 for label in LABELS], np.float32)


def best_paths(scores: Floats, sentences: list[int], transitions: Floats) -> NDArray[np.int64]:
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
        # The shorter sentences come first: those that reach a step are the last ones, from here on.
        going = size.searchsorted(np.arange(longest), side="right").tolist()
        best = table[0] + _START
        paths = np.empty((longest, len(some), len(LABELS), len(LABELS)), np.float32)
        for step in range(1, longest):
            on = slice(going[step], None)
            np.add(best[on, :, None], transitions, out=paths[step, on])
            np.add(np.maximum.reduce(paths[step, on], axis=1), table[step, on], out=best[on])
        back = paths.argmax(2)
        label = best.argmax(1)
        rows = np.arange(len(some))
        for step in range(longest - 1, -1, -1):
            on = slice(going[step], None)
            labels[at[step, on]] = label[on]
            if step:
                label[on] = back[step, rows[on], label[on]]
    return labels


def parted(labels: NDArray[np.int64], many: Sequence[Tokens]) -> list[list[Tag]]:
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
