"""Who and where: authors, venues, keywords and reading lists of the papers nearest to the draft.

A candidate's own contribution is left out. Where the draft says who writes it, being their paper speaks for none;
switched on, each of them counts as if the nearest paper were theirs.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, best, gather, weighted_sum
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, Scores, in_common, nothing, table

GROUPS = ("authors", "keywords", "venues", "lists")
OWN = "writes the draft"
"""How an author of the draft is linked to it, where their own papers count."""


class Neighbours:
    """What the nearest papers have in common with a candidate besides their text."""

    name: ClassVar[str] = "neighbours"
    features: ClassVar[tuple[str, ...]] = GROUPS

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        keywords, lists = corpus.blocks.get("keywords"), corpus.by_column.get("lists")
        self.rarity = {group: np.ones(corpus.blocks[group].shape[1]) for group in GROUPS if group in corpus.blocks}
        """Group -> [columns] 1 for a keyword of one paper, towards 0 for that of all; a long list says less of each."""
        if keywords is not None:
            self.rarity["keywords"] = _rarity(keywords)
        if lists is not None:
            self.rarity["lists"] = 1 / np.sqrt(np.maximum(np.diff(lists.indptr), 1))

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Neighbours:
        """Nothing is learned."""
        return cls(corpus)

    def save(self, writer: ArrayWriter) -> None:
        """Nothing of its own to write."""

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Neighbours:
        """On the corpus."""
        return cls(corpus)

    def nominate(self, query: Query, k: int) -> Rows:
        """The closest in text among the papers of near papers' authors: an author in common is no topic in common."""
        block, by_author = self.corpus.blocks.get("authors"), self.corpus.by_column.get("authors")
        if block is None or by_author is None or not len(query.near):
            return np.zeros(0, dtype=np.intp)
        weights = self._weights(query, "authors")
        authors = np.flatnonzero(weights > 0)
        rows, _, owner = gather(by_author, authors)
        shared = np.bincount(rows, weights=weights[authors][owner], minlength=len(self.corpus))
        found = np.flatnonzero(shared > 0)
        return found[best(shared[found] * query.closeness[found], k, query.allowed[found])]

    def listed(self, query: Query, k: int) -> Rows:
        """The best of those that stand on lists with near papers."""
        block, by_list = self.corpus.blocks.get("lists"), self.corpus.by_column.get("lists")
        if block is None or by_list is None or not len(query.near):
            return np.zeros(0, dtype=np.intp)
        weights = self._weights(query, "lists") * self.rarity["lists"]
        lists = np.flatnonzero(weights)
        scores = weighted_sum(by_list, lists, weights[lists]) / np.sqrt(1 + np.diff(block.indptr))
        return best(scores, k, query.allowed)

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing for a paper without that group, and where no near paper has it."""
        if not len(query.near):
            return nothing(rows, len(GROUPS))
        return table(*(self._shared(query, rows, group) for group in GROUPS))

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """The authors that stand over near papers too."""
        block = self.corpus.blocks.get("authors")
        if block is None or not len(query.near):
            return []
        weights = self._weights(query, "authors")
        own = float(query.near.weights[query.near.rows == row].sum())
        columns = block.indices[block.indptr[row]:block.indptr[row + 1]]
        names, writing = self.corpus.vocabularies["authors"].names, set(query.authors.tolist())
        found = [Evidence(self.name, "author", _shown(names[column]), float(weights[column] - own),
                          OWN if column in writing else "") for column in columns if weights[column] - own > 1e-12]
        return sorted(found, key=lambda e: (-e.amount, e.name))

    def _weights(self, query: Query, group: str) -> Scores:
        """[columns of the group] how much of the near papers' weight has each; the draft's authors as it says."""
        def compute() -> Scores:
            weights = weighted_sum(self.corpus.blocks[group], query.near.rows, query.near.weights)
            if group == "authors":
                weights[query.authors] = (weights[query.authors] + query.near.weights.max(initial=0.0)
                                          if query.own_authors else 0.0)
            return weights

        return query.once(f"neighbours.{group}", compute)

    def _shared(self, query: Query, rows: Rows, group: str) -> Scores:
        block = self.corpus.blocks.get(group)
        if block is None:
            return np.full(len(rows), np.nan)
        weights = self._weights(query, group)
        if not weights.any():
            return np.full(len(rows), np.nan)
        counted = self.rarity[group]
        if group == "authors" and len(query.authors) and not query.own_authors:
            counted = counted.copy()
            counted[query.authors] = 0
        shared = in_common(block, rows, query.near, weights, counted)
        return shared / np.sqrt(1 + np.diff(block.indptr)[rows]) if group == "lists" else shared


def _rarity(block: csr_matrix) -> Scores:
    papers = np.bincount(block.indices, minlength=block.shape[1])
    return np.asarray(np.log(1 + block.shape[0] / np.maximum(papers, 1)) / np.log(1 + block.shape[0]))


def _shown(author: str) -> str:
    """«de la cruz jm» as a person reads it: De La Cruz JM."""
    family, _, initials = author.rpartition(" ")
    return f"{family.title()} {initials.upper()}" if family else author.title()
