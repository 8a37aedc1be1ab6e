"""What is known of a paper before the draft is read: age, citations, length, and the standing of venue and authors."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import NO_YEAR, Corpus
from recommender.index.sparse import Rows, gather, largest, row_dots, weighted_sum
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, Scores, nothing, table

RECENT = 5
"""Years before the draft in which a citation is a recent one."""
DOUBT = 3.0
"""Papers without a citation that a venue, or an author, is held to have besides its own."""


class Prior:
    """Small, and never a reason by itself."""

    name: ClassVar[str] = "prior"
    glanced: ClassVar[tuple[str, ...]] = ("citation_count", "age")
    features: ClassVar[tuple[str, ...]] = (
        *glanced, "recent", "venue_cited", "authors_cited", "venue_share", "authors_papers", "words", "title_words")

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        known = corpus.years[corpus.years != NO_YEAR]
        self.latest = int(known.max()) if len(known) else NO_YEAR
        self.held: dict[str, Rows] = {
            group: np.bincount(corpus.blocks[group].indices, minlength=corpus.blocks[group].shape[1]).astype(np.intp)
            for group in ("venues", "authors") if group in corpus.blocks}
        """Group -> [columns] how many papers each venue, and each author, has."""
        self.lengths = table(self._length("terms"), self._length("titles"))
        """[papers × 2] log(1 + different words) of text and title."""

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Prior:
        """Nothing is learned."""
        return cls(corpus)

    def save(self, writer: ArrayWriter) -> None:
        """Nothing of its own to write."""

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Prior:
        """On the corpus."""
        return cls(corpus)

    def nominate(self, query: Query, k: int) -> Rows:
        """None: nothing is relevant for being old or famous."""
        return np.zeros(0, dtype=np.intp)

    def glance(self, query: Query, rows: Rows) -> Features:
        """log(1 + visible citations); years before the draft (or before the library's newest)."""
        if query.is_empty:
            return nothing(rows, len(self.glanced))
        years, fame = self.corpus.years[rows], self._fame(query)
        return table(np.full(len(rows), np.nan) if fame is None else fame[rows],
                     np.where(years != NO_YEAR, self._now(query) - years, np.nan))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Besides these: recent citations, how much the papers of its venue, and of its most cited author, are cited.

        Then how large its venue is, how many papers its busiest author has, and how long its text and its title are.
        """
        if query.is_empty:
            return nothing(rows, len(self.features))
        return np.concatenate([
            self.glance(query, rows),
            table(self._recent(query, rows), *(self._cited(query, group, rows) for group in ("venues", "authors")),
                  self._size(query, "venues", rows) / len(self.corpus), np.log1p(self._size(query, "authors", rows))),
            self.lengths[rows]], axis=1)

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """How often it is cited."""
        fame = self._fame(query)
        if fame is None or query.is_empty:
            return []
        count = float(fame[row])
        return [Evidence(self.name, "count", "citations in this library", count)] if count else []

    def _now(self, query: Query) -> int:
        return query.year if query.year is not None else self.latest

    def _fame(self, query: Query) -> Scores | None:
        """[papers] log(1 + visible citations) of the visible papers, else 0; None in a library without citations."""
        cites = self.corpus.blocks.get("citations")
        return None if cites is None else query.once("prior.fame", lambda: _fame(query, cites))

    def _recent(self, query: Query, rows: Rows) -> Scores:
        """[rows] log(1 + citations) by visible papers of the last years."""
        cited_by = self.corpus.by_column.get("citations")
        if cited_by is None or self.latest == NO_YEAR:
            return np.full(len(rows), np.nan)
        lately = query.lists_references & (self.corpus.years >= self._now(query) - RECENT + 1)
        return np.log1p(row_dots(cited_by, rows, lately.astype(np.float64)))

    def _cited(self, query: Query, group: str, rows: Rows) -> Scores:
        """[rows] mean log(1 + citations) of a venue's, or the best author's, other papers; missing without any list."""
        block, fame = self.corpus.blocks.get(group), self._fame(query)
        if block is None or fame is None or not query.lists_references.any():
            return np.full(len(rows), np.nan)
        cited = query.once("prior.cited", lambda: np.flatnonzero(fame))
        total = query.once(f"prior.{group}", lambda: weighted_sum(block, cited, fame[cited]))
        columns, own, owner = gather(block, rows)
        others = (total[columns] - own * fame[rows][owner]) / (self._held(query, group)[columns] - 1 + DOUBT)
        return largest(others, owner, len(rows))

    def _size(self, query: Query, group: str, rows: Rows) -> Scores:
        """[rows] how many papers its venue, or its busiest author, has."""
        block = self.corpus.blocks.get(group)
        if block is None:
            return np.full(len(rows), np.nan)
        columns, _, owner = gather(block, rows)
        return largest(self._held(query, group)[columns].astype(np.float64), owner, len(rows))

    def _held(self, query: Query, group: str) -> Rows:
        """[columns] how many papers that are not hidden each has."""
        if not len(query.hidden):
            return self.held[group]
        columns, _, _ = gather(self.corpus.blocks[group], query.hidden)
        return self.held[group] - np.bincount(columns, minlength=len(self.held[group]))

    def _length(self, group: str) -> Scores:
        """[papers]"""
        block = self.corpus.blocks.get(group)
        if block is None:
            return np.full(len(self.corpus), np.nan)
        return np.asarray(np.log1p(np.diff(block.indptr).astype(np.float64)))


def _fame(query: Query, cites: csr_matrix) -> Scores:
    listing = np.flatnonzero(query.lists_references & (np.diff(cites.indptr) > 0))
    fame = weighted_sum(cites, listing, np.ones(len(listing)))
    fame[~query.visible] = 0
    return np.log1p(fame, out=fame)
