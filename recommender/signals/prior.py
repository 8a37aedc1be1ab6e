"""What is known of a paper before the draft is read: age, citations, length, and the standing of venue and authors."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import NO_YEAR, Corpus
from recommender.index.links import Links
from recommender.index.sparse import Floats, Rows, gather
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
        cited_by = corpus.by_column.get("citations")
        self.cited: Rows = np.flatnonzero(np.diff(cited_by.indptr)) if cited_by is not None else np.zeros(0, np.intp)
        """The papers that are cited."""
        self.theirs: dict[str, tuple[Rows, Floats, Rows]] = {
            group: gather(corpus.blocks[group], self.cited) for group in self.held}
        """Group -> the entries of `cited`."""
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
        years = self.corpus.years[rows].astype(np.float64)
        now = query.year if query.year is not None else self.latest
        citations, recent = self._citations(query, rows, now - RECENT + 1)
        (venue, share), (authors, papers) = (self._standing(query, group, rows) for group in ("venues", "authors"))
        return np.concatenate([
            table(citations, np.where(years != NO_YEAR, now - years, np.nan), recent, venue, authors,
                  share / len(self.corpus), np.log1p(papers)), self.lengths[rows]], axis=1)

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """How often it is cited."""
        cited_by = self.corpus.by_column.get("citations")
        if cited_by is None or query.is_empty:
            return []
        citers = cited_by.indices[cited_by.indptr[row]:cited_by.indptr[row + 1]]
        count = float(np.log1p(query.lists_references[citers].sum()))
        return [Evidence(self.name, "count", "citations in this library", count)] if count else []

    def _citations(self, query: Query, rows: Rows, since: int) -> tuple[Scores, Scores]:
        """[rows] each: log(1 + citations) by visible papers, and by those of them since that year."""
        cited_by, missing = self.corpus.by_column.get("citations"), np.full(len(rows), np.nan)
        if cited_by is None:
            return missing, missing
        citers, _, owner = gather(cited_by, rows)
        known = query.lists_references[citers]
        recent = known & (self.corpus.years[citers] >= since)
        every, lately = (np.log1p(np.bincount(owner, counted, len(rows))) for counted in (known, recent))
        return every, missing if self.latest == NO_YEAR else lately

    def _standing(self, query: Query, group: str, rows: Rows) -> tuple[Scores, Scores]:
        """[rows] each: mean log(1 + citations) of a venue's, or the best author's, other papers (missing without any
        list), and how many papers its venue, or its busiest author, has."""
        missing = np.full(len(rows), np.nan)
        if group not in self.held:
            return missing, missing
        columns, own, owner = gather(self.corpus.blocks[group], rows)
        held = self.held[group][columns] - self._hidden(query, group, columns)
        size = _largest(held.astype(np.float64), owner, len(rows))
        links = self.corpus.links
        if links is None or not len(self.cited) or not query.lists_references.any():
            return missing, size
        fame = query.once("prior.fame", lambda: self._fame(query, links))
        theirs, values, cited = self.theirs[group]
        total = np.bincount(theirs, values * fame[links.place[self.cited]][cited], len(self.held[group]))
        mean = (total[columns] - own * fame[links.place[rows]][owner]) / (held - 1 + DOUBT)
        return _largest(mean, owner, len(rows)), size

    def _fame(self, query: Query, links: Links) -> Scores:
        """[linked] log(1 + citations) by visible papers; 0 for a hidden one."""
        return np.asarray(np.log1p(links.citers(query.lists_references)) * query.visible[links.papers])

    def _hidden(self, query: Query, group: str, columns: Rows) -> Rows:
        """[columns] how many hidden papers each of these has."""
        hidden = np.sort(gather(self.corpus.blocks[group], query.hidden)[0])
        return hidden.searchsorted(columns, side="right") - hidden.searchsorted(columns)

    def _length(self, group: str) -> Scores:
        """[papers]"""
        block = self.corpus.blocks.get(group)
        if block is None:
            return np.full(len(self.corpus), np.nan)
        return np.asarray(np.log1p(np.diff(block.indptr).astype(np.float64)))


def _largest(values: Scores, owner: Rows, rows: int) -> Scores:
    """[rows] largest of the values of each owner, which ascend; missing where it has none."""
    largest = np.full(rows, np.nan)
    if len(owner):
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        largest[owner[first]] = np.maximum.reduceat(values, first)
    return largest
