"""Papers in place of text: what is near to the references given, a list's papers, and the verdicts.

The other signals' own features, asked with the anchors as the near papers, and closeness of text to each anchor.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, gather
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, Scores, Weighted, nothing, table
from recommender.signals.bm25 import cosines
from recommender.signals.citations import AROUND, Citations
from recommender.signals.neighbours import Neighbours


class Anchors:
    """Nearness to given papers; without any, silent."""

    name: ClassVar[str] = "anchors"
    features: ClassVar[tuple[str, ...]] = (
        "similar", "most_similar", "unlike", "likeness", "cited_beside", "reach_cited", "reach_coupled",
        *(f"near_{name}" for name in AROUND), *(f"near_{name}" for name in Neighbours.features))

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.citations, self.neighbours = Citations(corpus), Neighbours(corpus)

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Anchors:
        """Nothing is learned."""
        return cls(corpus)

    def save(self, writer: ArrayWriter) -> None:
        """Nothing of its own to write."""

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Anchors:
        """On the corpus."""
        return cls(corpus)

    def nominate(self, query: Query, k: int) -> Rows:
        """What the anchors cite, are cited with, share references with, and stand on lists with."""
        liked = _liked(query)
        if not len(liked):
            return liked.rows
        near = _around(query, liked)
        return np.unique(np.concatenate([self.citations.nominate(near, k), self.neighbours.listed(near, k)]))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing throughout without anchors; `unlike` is closeness to what was marked as not relevant."""
        liked = _liked(query)
        if not len(liked):
            return nothing(rows, len(self.features))
        near = _around(query, liked)
        close = self._cosines(rows, liked.rows)
        disliked = query.anchors.rows[query.anchors.weights < 0]
        unlike = (self._cosines(rows, disliked).max(axis=1) if len(disliked) else np.full(len(rows), np.nan))
        own = table(close @ liked.weights, close.max(axis=1), unlike, query.closeness[rows],
                    self.citations.beside(query, liked, rows), *self.citations.reach(query, liked.rows, rows))
        return np.concatenate([own, self.citations.around(near, rows), self.neighbours.describe(near, rows)], axis=1)

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """The anchors whose text it is close to."""
        liked = _liked(query)
        if not len(liked):
            return []
        columns, values, owner = query.once("anchors.vectors", lambda: gather(self.corpus.vectors, liked.rows))
        own, weights, _ = gather(self.corpus.vectors, np.array([row]))
        vector = np.zeros(self.corpus.vectors.shape[1])
        vector[own] = weights
        shares = np.bincount(owner, values * vector[columns], len(liked)) * liked.weights
        found = [Evidence(self.name, "paper", str(anchor), float(share), "is like it")
                 for anchor, share in zip(liked.rows.tolist(), shares, strict=True) if share]
        return sorted(found, key=lambda e: (-e.amount, e.name))

    def _cosines(self, rows: Rows, others: Rows) -> Scores:
        return cosines(self.corpus.vectors, rows, others)


def _liked(query: Query) -> Weighted:
    """The anchors that speak for, their weights summing to 1."""
    liked = query.liked
    return Weighted(liked.rows, liked.weights / liked.weights.sum()) if len(liked) else liked


def _around(query: Query, liked: Weighted) -> Query:
    """The same query with the anchors as its near papers."""
    near: Query = query.once("anchors", lambda: replace(query, near=liked, memo={}))
    return near
