"""What is known of a paper before the draft is read: age, citations, length, and the standing of venue and authors."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import NO_YEAR, Corpus
from recommender.index.sparse import Rows, gather, row_dots, weighted_sum
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Mask, Query, Scores, nothing, table

RECENT = 5
"""Years before the draft in which a citation is a recent one."""
DOUBT = 3.0
"""Papers without a citation that a venue, or an author, is held to have besides its own."""


class Prior:
    """Small, and never a reason by itself."""

    name: ClassVar[str] = "prior"
    features: ClassVar[tuple[str, ...]] = (
        "citation_count", "age", "recent", "venue_cited", "authors_cited", "venue_share", "authors_papers", "words",
        "title_words")

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

    def describe(self, query: Query, rows: Rows) -> Features:
        """log(1 + visible citations), all and recent; years before the draft (or before the library's newest).

        Then how much the papers of its venue, and of its most cited author, are cited; how large its venue is, how many
        papers its busiest author has, and how long its text and its title are.
        """
        if query.is_empty:
            return nothing(rows, len(self.features))
        years = self.corpus.years.astype(np.float64)
        now = query.year if query.year is not None else self.latest
        lately = years >= now - RECENT + 1 if self.latest != NO_YEAR else None
        return np.concatenate([
            table(self._citations(query, rows), np.where(years[rows] != NO_YEAR, now - years[rows], np.nan),
                  np.full(len(rows), np.nan) if lately is None else self._citations(query, rows, lately),
                  *(self._cited(query, group, rows) for group in ("venues", "authors")),
                  self._size(query, "venues", rows) / len(self.corpus), np.log1p(self._size(query, "authors", rows))),
            self.lengths[rows]], axis=1)

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """How often it is cited."""
        cited_by = self.corpus.by_column.get("citations")
        if cited_by is None or query.is_empty:
            return []
        citers = cited_by.indices[cited_by.indptr[row]:cited_by.indptr[row + 1]]
        count = float(np.log1p(query.lists_references[citers].sum()))
        return [Evidence(self.name, "count", "citations in this library", count)] if count else []

    def _citations(self, query: Query, rows: Rows, counted: Mask | None = None) -> Scores:
        """[rows] log(1 + citations) by visible papers, or by those of them that are counted [papers]."""
        cited_by = self.corpus.by_column.get("citations")
        if cited_by is None:
            return np.full(len(rows), np.nan)
        listing = query.lists_references if counted is None else query.lists_references & counted
        return np.log1p(row_dots(cited_by, rows, listing)[0])

    def _cited(self, query: Query, group: str, rows: Rows) -> Scores:
        """[rows] mean log(1 + citations) of a venue's, or the best author's, other papers; missing without any list."""
        block, cites = self.corpus.blocks.get(group), self.corpus.blocks.get("citations")
        if block is None or cites is None or not query.lists_references.any():
            return np.full(len(rows), np.nan)
        cited, fame = query.once("prior.fame", lambda: _fame(query, cites))
        total = query.once(f"prior.{group}", lambda: weighted_sum(block, cited, fame[cited]))
        columns, own, owner = gather(block, rows)
        others = (total[columns] - own * fame[rows][owner]) / (self._held(query, group)[columns] - 1 + DOUBT)
        return _largest(others, owner, len(rows))

    def _size(self, query: Query, group: str, rows: Rows) -> Scores:
        """[rows] how many papers its venue, or its busiest author, has."""
        block = self.corpus.blocks.get(group)
        if block is None:
            return np.full(len(rows), np.nan)
        columns, _, owner = gather(block, rows)
        return _largest(self._held(query, group)[columns].astype(np.float64), owner, len(rows))

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


def _fame(query: Query, cites: csr_matrix) -> tuple[Rows, Scores]:
    """The visible papers that are cited, and log(1 + citations) [papers]."""
    listing = np.flatnonzero(query.lists_references & (np.diff(cites.indptr) > 0))
    fame = weighted_sum(cites, listing, np.ones(len(listing)))
    cited = np.flatnonzero((fame > 0) & query.visible)
    counts = np.log1p(fame[cited])
    fame[:] = 0
    fame[cited] = counts
    return cited, fame


def _largest(values: Scores, owner: Rows, rows: int) -> Scores:
    """[rows] largest of the values of each owner, which ascend; missing where it has none."""
    largest = np.full(rows, np.nan)
    if len(owner):
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        largest[owner[first]] = np.maximum.reduceat(values, first)
    return largest
