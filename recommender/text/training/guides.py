"""Learns by which guideline a text is to be read: a softmax over clues, by gradient descent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from recommender.text.sources import SOURCES, Guide, clues
from recommender.text.tokens import folded, tokens
from recommender.text.training.examples import Record


def guide(given: Sequence[Record], least: int = 5, steps: int = 1500, rate: float = 2.0, decay: float = 1e-2) -> Guide:
    """The sources weigh alike, however many records they have."""
    seen = [sorted(clues(record["text"], [folded(word) for word in tokens(record["text"]).words[:400]]))
            for record in given]
    counts = Counter(clue for some in seen for clue in some)
    place = {clue: at for at, clue in enumerate(sorted(clue for clue, count in counts.items() if count >= least))}
    table = np.zeros((len(given), len(place)), np.float32)
    for row, some in enumerate(seen):
        columns = [place[clue] for clue in some if clue in place]
        table[row, columns] = 1
    wanted = np.array([SOURCES.index(record["source"]) for record in given])
    share = 1 / np.maximum(np.bincount(wanted, minlength=len(SOURCES)), 1)[wanted] / len(SOURCES)
    target = np.eye(len(SOURCES), dtype=np.float32)[wanted]
    weights = np.zeros((len(place), len(SOURCES)), np.float32)
    # Layout is believed before words: what is written about says less than who prepared the text.
    decays = np.array([[0.0 if clue[0] == "<" else decay] for clue in place], np.float32)
    for _ in range(steps):
        scores = table @ weights
        scores = np.exp(scores - scores.max(1, keepdims=True))
        slope = table.T @ ((scores / scores.sum(1, keepdims=True) - target) * share[:, None].astype(np.float32))
        weights -= rate * (slope + decays * weights)
    return Guide({clue: weights[at] for clue, at in place.items()})
