"""Citation neighbourhood: what the papers nearest to the draft cite, are cited with, and are cited by.

Small (1973) for co-citation, Kessler (1963) for bibliographic coupling. Hidden papers' reference lists count nowhere.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, best, gather, weighted_sum
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, Scores, nothing, table


class Citations:
    """References of the nearest papers, in four readings."""

    name: ClassVar[str] = "citations"
    features: ClassVar[tuple[str, ...]] = ("cited_by_near", "cited_by_near_share", "cocited", "coupled", "cites_near")

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.cites = corpus.blocks.get("citations")
        self.cited_by = corpus.by_column.get("citations")
        if self.cites is not None and self.cited_by is not None:
            self.listed = np.diff(self.cites.indptr)
            """[papers] how many references a paper lists."""
            self.citers = np.diff(self.cited_by.indptr)
            """[papers] how many papers cite it."""

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Citations:
        """Nothing is learned: the corpus's citation block says it all."""
        return cls(corpus)

    def save(self, writer: ArrayWriter) -> None:
        """Nothing of its own to write."""

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Citations:
        """On the corpus."""
        return cls(corpus)

    def density(self, query: Query) -> float:
        """Share of the nearest papers, by weight, that have a reference list: 0 is no evidence at all."""
        if self.cites is None or not len(query.near):
            return 0.0
        return float(query.near.weights[self.listed[query.near.rows] > 0].sum())

    def nominate(self, query: Query, k: int) -> Rows:
        """The most cited, co-cited and coupled around the draft."""
        if not self._has_evidence(query):
            return np.zeros(0, dtype=np.intp)
        cited, cocited, coupled, _ = self._all(query)
        return np.unique(np.concatenate([best(scores, k, query.allowed) for scores in (cited, cocited, coupled)]))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing throughout where no near paper has references or citers; by paper where it lists none."""
        if not self._has_evidence(query):
            return nothing(rows, len(self.features))
        cited, cocited, coupled, citing = self._all(query)
        lists_any = self.listed[rows] > 0
        return table(cited[rows], cited[rows] / np.sqrt(1 + self.citers[rows]), cocited[rows],
                     np.where(lists_any, coupled[rows], np.nan), np.where(lists_any, citing[rows], np.nan))

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """The near papers that cite it."""
        if not self._has_evidence(query) or self.cites is None:
            return []
        columns, values, owner = gather(self.cites, query.near.rows)
        hits = np.flatnonzero(columns == row)
        found = [Evidence(self.name, "paper", str(query.near.rows[owner[hit]]),
                          float(values[hit] * query.near.weights[owner[hit]]), "cites it") for hit in hits]
        return sorted(found, key=lambda e: (-e.amount, e.name))

    def _has_evidence(self, query: Query) -> bool:
        if self.cites is None or not len(query.near):
            return False
        return bool((self.listed[query.near.rows] > 0).any() or (self.citers[query.near.rows] > 0).any())

    def _all(self, query: Query) -> tuple[Scores, Scores, Scores, Scores]:
        """[papers] each: cited by near papers, co-cited with them, coupled with them, citing them."""
        cites, cited_by, near = self.cites, self.cited_by, query.near
        if cites is None or cited_by is None:
            raise RuntimeError("asked without citations")
        cited = weighted_sum(cites, near.rows, near.weights)
        citing = weighted_sum(cited_by, near.rows, near.weights) * query.visible
        citers = np.flatnonzero(citing)
        cocited = weighted_sum(cites, citers, citing[citers] / np.sqrt(self.listed[citers]))
        shared = np.flatnonzero(cited)
        coupled = weighted_sum(cited_by, shared, cited[shared] / np.sqrt(self.citers[shared]))
        return (cited, cocited / np.sqrt(1 + self.citers),
                coupled * query.visible / np.sqrt(1 + self.listed), citing)
