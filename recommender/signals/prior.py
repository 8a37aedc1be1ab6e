"""What is known of a paper before the draft is read: its age, and how often the library cites it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import NO_YEAR, Corpus
from recommender.index.sparse import Rows, row_dots
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, table


class Prior:
    """Age and citation count; small, and never a reason by itself."""

    name: ClassVar[str] = "prior"
    features: ClassVar[tuple[str, ...]] = ("citation_count", "age")

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        known = corpus.years[corpus.years != NO_YEAR]
        self.latest = int(known.max()) if len(known) else NO_YEAR

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
        """log(1 + visible citations), and years before the draft (or before the library's newest)."""
        cited_by = self.corpus.by_column.get("citations")
        count = (np.log1p(row_dots(cited_by, rows, query.lists_references.astype(np.float64))) if cited_by is not None
                 else np.full(len(rows), np.nan))
        if query.is_empty:
            count = np.full(len(rows), np.nan)
        years = self.corpus.years[rows].astype(np.float64)
        now = query.year if query.year is not None else self.latest
        age = np.where((years != NO_YEAR) & (not query.is_empty), now - years, np.nan)
        return table(count, age)

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """How often it is cited."""
        cited_by = self.corpus.by_column.get("citations")
        if cited_by is None or query.is_empty:
            return []
        citers = cited_by.indices[cited_by.indptr[row]:cited_by.indptr[row + 1]]
        count = float(np.log1p(query.lists_references[citers].sum()))
        return [Evidence(self.name, "count", "citations in this library", count)] if count else []
