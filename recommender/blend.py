"""Feature tables -> one score, with each signal's part in it: base and parts add up to the score exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recommender.index.sparse import Rows
from recommender.signals.base import Features, Scores

Tables = Mapping[str, Features]
"""Signal name -> [rows × its features]."""


@dataclass(frozen=True)
class Scored:
    """Rows with their scores and what each signal contributed."""

    rows: Rows
    score: Scores
    base: Scores
    parts: dict[str, Scores]
    """Signal name -> [rows]; NaN where the signal had nothing to go on."""

    def order(self) -> Rows:
        """Positions best first; ties go to the smaller row, which is the smaller id."""
        return np.lexsort((self.rows, -self.score))


class Blend(Protocol):
    """Makes one score out of what the signals say."""

    def score(self, rows: Rows, tables: Tables, context: Mapping[str, float]) -> Scored:
        """`context` describes the query: how dense citation evidence is around it, the library's size, its length."""
        ...


@dataclass(frozen=True)
class WeightedBlend:
    """A weighted sum of bounded readings of some features, all of them at least 0."""

    weights: Mapping[str, Mapping[str, tuple[float, float]]]
    """Signal -> feature -> (weight, value at which it counts half)."""
    columns: Mapping[str, tuple[str, ...]]
    """Signal -> its feature columns."""

    def score(self, rows: Rows, tables: Tables, context: Mapping[str, float]) -> Scored:
        """A missing value adds nothing; a signal all of whose readings are missing has no part."""
        parts: dict[str, Scores] = {}
        score = np.zeros(len(rows))
        for signal, features in self.weights.items():
            if signal not in tables:
                continue
            part, known = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.bool_)
            for feature, (weight, half) in features.items():
                value = tables[signal][:, self.columns[signal].index(feature)].astype(np.float64)
                present = np.isfinite(value)
                value = np.maximum(np.where(present, value, 0), 0)
                part += weight * value / (value + half)
                known |= present
            parts[signal] = np.where(known, part, np.nan)
            score += part
        return Scored(rows, score, np.zeros(len(rows)), parts)
