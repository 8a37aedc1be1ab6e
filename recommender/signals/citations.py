"""Citation neighbourhood: what the papers nearest to the draft cite, are cited with, and are cited by.

Small (1973) for co-citation, Kessler (1963) for bibliographic coupling. Hidden papers' reference lists count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, best, gather, row_dots, weighted_sum
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Mask, Query, Scores, Weighted, nothing, table


class Citations:
    """References of the nearest papers, in several readings; a share is of the best paper's."""

    name: ClassVar[str] = "citations"
    features: ClassVar[tuple[str, ...]] = (
        "cited_by_near", "cited_share", "cited_normal", "cocited", "cocited_share", "coupled", "coupled_share",
        "cites_near", "citers_lexical", "references_lexical")

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
        """Share of the nearest papers, by weight, whose reference list is known: 0 is no evidence at all."""
        if self.cites is None or not len(query.near):
            return 0.0
        return float(query.near.weights[(self.listed * query.lists_references)[query.near.rows] > 0].sum())

    def nominate(self, query: Query, k: int) -> Rows:
        """The most cited, co-cited and coupled around the draft."""
        found = self._around(query)
        if found is None:
            return np.zeros(0, dtype=np.intp)
        return np.unique(np.concatenate([best(scores, k, query.allowed) for scores in
                                         (found.cited, found.cocited, found.coupled)]))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing throughout where no near paper has references or citers; by paper where it lists none."""
        found = self._around(query)
        if found is None:
            return nothing(rows, len(self.features))
        lists_any = (self.listed[rows] > 0) & query.lists_references[rows]
        lexical = query.lexical / (float(query.lexical.max(initial=0.0)) or 1.0)
        return table(
            found.cited[rows], _share(found.cited, rows), found.cited[rows] / np.sqrt(1 + self.citers[rows]),
            found.cocited[rows], _share(found.cocited, rows),
            np.where(lists_any, found.coupled[rows], np.nan), np.where(lists_any, _share(found.coupled, rows), np.nan),
            np.where(lists_any, found.citing[rows], np.nan),
            _mean(self.cited_by, rows, lexical, query.lists_references),
            np.where(lists_any, _mean(self.cites, rows, lexical, query.visible), np.nan))

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """The near papers that cite it."""
        near = self._listing(query)
        if self.cites is None or not len(near):
            return []
        columns, values, owner = gather(self.cites, near.rows)
        hits = np.flatnonzero(columns == row)
        found = [Evidence(self.name, "paper", str(near.rows[owner[hit]]),
                          float(values[hit] * near.weights[owner[hit]]), "cites it") for hit in hits]
        return sorted(found, key=lambda e: (-e.amount, e.name))

    def _listing(self, query: Query) -> Weighted:
        """The near papers whose reference lists are known."""
        known = query.lists_references[query.near.rows]
        return Weighted(query.near.rows[known], query.near.weights[known])

    def _around(self, query: Query) -> _Around | None:
        """None where no near paper has a known reference list, and none is cited."""
        return query.once("citations", lambda: self._look_around(query))

    def _look_around(self, query: Query) -> _Around | None:
        cites, cited_by, near, known = self.cites, self.cited_by, query.near, query.lists_references
        if cites is None or cited_by is None or not len(near):
            return None
        listing = self._listing(query)
        cited = weighted_sum(cites, listing.rows, listing.weights)
        citing = weighted_sum(cited_by, near.rows, near.weights) * known
        citers = np.flatnonzero(citing)
        # A hidden paper is no common ground, though others name it.
        shared = np.flatnonzero(cited * query.visible)
        if not len(citers) and not len(shared):
            return None
        cocited = weighted_sum(cites, citers, citing[citers] / np.sqrt(self.listed[citers]))
        coupled = weighted_sum(cited_by, shared, cited[shared] / np.sqrt(self.citers[shared])) * known
        return _Around(cited, cocited / np.sqrt(1 + self.citers), coupled / np.sqrt(1 + self.listed), citing)


def _share(scores: Scores, rows: Rows) -> Scores:
    """[rows] of the largest score of all papers."""
    return scores[rows] / (float(scores.max(initial=0.0)) or 1.0)


def _mean(block: csr_matrix | None, rows: Rows, values: Scores, counted: Mask) -> Scores:
    """[rows] mean of the values over a row's counted columns, shrunk to 0 by one; missing where it has none."""
    if block is None:
        return np.full(len(rows), np.nan)
    known = counted.astype(np.float64)
    number = row_dots(block, rows, known)
    return np.where(number > 0, row_dots(block, rows, values * known) / (number + 1), np.nan)


@dataclass(frozen=True)
class _Around:
    """The citation neighbourhood of a query, [papers] each."""

    cited: Scores
    """By near papers."""
    cocited: Scores
    """With near papers."""
    coupled: Scores
    """Sharing references with near papers."""
    citing: Scores
    """Near papers."""
