"""Methods, datasets and tasks: those the draft names, widened by what they occur together with.

Association is positive pointwise mutual information (Church and Hanks, 1990), shrunk where it rests on few papers;
names that stand in very many papers connect everything with everything and are not widened.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix, diags_array

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, best, gather, like, row_dots, weighted_sum
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, Scores, Weighted, nothing, table

SHRINKAGE = 3.0
"""Papers in common at which an association counts half."""
PARTNERS = 20
"""Associations kept an entity."""
HUB_SHARE = 0.05
"""An entity in more than this share of the papers is a hub."""
HUB_FLOOR = 50
"""… but never one in so few papers."""
WIDENING = 0.3
"""What the strongest association of a named entity counts beside the entity itself."""


class Cooccurrence:
    """The draft's entities against every paper's."""

    name: ClassVar[str] = "cooccurrence"
    features: ClassVar[tuple[str, ...]] = ("entities", "named", "named_share")

    def __init__(self, corpus: Corpus, association: csr_matrix | None, together: csr_matrix | None) -> None:
        self.corpus = corpus
        self.association = association
        """[entities × entities] 0 to 1."""
        self.together = together
        """[entities × entities] papers in common, for the same pairs."""
        self.block = corpus.blocks.get("entities")
        self.by_entity = corpus.by_column.get("entities")
        if self.by_entity is not None and self.block is not None:
            used = np.diff(self.by_entity.indptr)
            self.rarity = np.log(1 + len(corpus) / np.maximum(used, 1)) / np.log(1 + len(corpus))
            self.binary = _binary(self.block)
            """[papers × entities] 1 where a paper names one."""
            self.crowd = np.sqrt(np.maximum(np.diff(self.block.indptr), 1))
            """[papers] square root of how many entities a paper names."""

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Cooccurrence:
        """Count which entities stand in one paper, and weigh the pairs."""
        block = corpus.blocks.get("entities")
        if block is None:
            return cls(corpus, None, None)
        return cls(corpus, *associate(block))

    def save(self, writer: ArrayWriter) -> None:
        """Both entity × entity matrices."""
        if self.association is not None and self.together is not None:
            writer.matrix("cooccurrence.association", self.association)
            writer.matrix("cooccurrence.together", self.together)

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Cooccurrence:
        """As saved."""
        if not reader.has("cooccurrence.association"):
            return cls(corpus, None, None)
        return cls(corpus, reader.matrix("cooccurrence.association"), reader.matrix("cooccurrence.together"))

    def nominate(self, query: Query, k: int) -> Rows:
        """Papers that share most with the widened entities."""
        if self.by_entity is None or not len(query.entities):
            return np.zeros(0, dtype=np.intp)
        weights = self._widened(query) * self.rarity
        columns = np.flatnonzero(weights > 0)
        rows, _, owner = gather(self.by_entity, columns)
        total = np.bincount(rows, weights[columns][owner], len(self.corpus))
        found = np.flatnonzero(total > 0)
        return found[best(total[found] / self.crowd[found], k, query.allowed[found])]

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing where the draft names none that the library knows; by paper where the paper names none."""
        if self.block is None or not len(query.entities):
            return nothing(rows, len(self.features))
        present = self.block.indptr[rows + 1] > self.block.indptr[rows]
        named = np.zeros(self.block.shape[1])
        named[query.entities.rows] = query.entities.weights
        widened, weighed, share = row_dots(self.binary, rows, self._widened(query) * self.rarity,
                                           named * self.rarity, named)
        columns = widened / self.crowd[rows], weighed, share / query.entities.weights.sum()
        return table(*(np.where(present, column, np.nan) for column in columns))

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """Entities in common, and entities that go with the draft's."""
        if self.block is None or self.association is None or self.together is None or not len(query.entities):
            return []
        widened = self._widened(query)
        named = set(query.entities.rows.tolist())
        found = []
        for column in self.block.indices[self.block.indptr[row]:self.block.indptr[row + 1]].tolist():
            amount = float(widened[column] * self.rarity[column] / self.crowd[row])
            if amount:
                label, name = self.corpus.entity_name(column)
                found.append(Evidence(self.name, label.lower(), name, amount,
                                      "" if column in named else self._link(query, column)))
        return sorted(found, key=lambda e: (-e.amount, e.name))

    def _link(self, query: Query, column: int) -> str:
        """Which of the draft's entities brought this one in, and in how many papers they stand together."""
        source, papers = query.once("entities.sources", lambda: self._sources(query.entities))[column]
        return f"with {self.corpus.entity_name(source)[1]} in {papers} paper{'s' if papers != 1 else ''}"

    def _sources(self, named: Weighted) -> dict[int, tuple[int, int]]:
        """Partner -> the named entity that brings it in most, and the number of papers that name both."""
        if self.association is None or self.together is None:
            return {}
        partners, strengths, owner = gather(self.association, named.rows)
        _, papers, _ = gather(self.together, named.rows)
        # The two matrices have their entries in the same places; the last of equals is the smallest column.
        order = np.lexsort((-owner, strengths * named.weights[owner]))
        return {int(partners[at]): (int(named.rows[owner[at]]), int(papers[at])) for at in order}

    def _widened(self, query: Query) -> Scores:
        """[entities] weight of each entity: the draft's own, and their partners at a discount."""
        return query.once("entities", lambda: self._widen(query))

    def _widen(self, query: Query) -> Scores:
        if self.association is None:
            raise RuntimeError("asked without entities")
        weights = weighted_sum(self.association, query.entities.rows, query.entities.weights * WIDENING)
        weights[query.entities.rows] = np.maximum(weights[query.entities.rows], query.entities.weights)
        return weights

    def partners(self, column: int, limit: int) -> Weighted:
        """The entities that go with one, strongest first."""
        if self.association is None:
            return Weighted.none()
        span = slice(self.association.indptr[column], self.association.indptr[column + 1])
        order = np.argsort(-self.association.data[span], kind="stable")[:limit]
        return Weighted(self.association.indices[span][order].astype(np.intp),
                        self.association.data[span][order].astype(np.float64))


def associate(block: csr_matrix) -> tuple[csr_matrix, csr_matrix]:
    """Association (0 to 1) and papers in common of the entities of a [papers × entities] block."""
    papers, entities = block.shape
    binary = _binary(block)
    used = np.bincount(binary.indices, minlength=entities).astype(np.float64)
    telling = used <= max(HUB_FLOOR, HUB_SHARE * papers)
    kept = binary @ diags_array(telling.astype(np.float32))
    counts = csr_matrix(kept.T @ kept).tocoo()
    pairs = (counts.row != counts.col) & (counts.data > 0)
    row, col, common = counts.row[pairs], counts.col[pairs], counts.data[pairs].astype(np.float64)
    pmi = np.log(common * papers / (used[row] * used[col])) / np.log(max(papers, 2))
    strength = np.clip(pmi, 0, 1) * common / (common + SHRINKAGE)
    order = np.lexsort((col, -strength, row))
    row, col, common, strength = row[order], col[order], common[order], strength[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    chosen = (rank < PARTNERS) & (strength > 0)
    shape = (entities, entities)
    place = (row[chosen], col[chosen])
    return (csr_matrix((strength[chosen].astype(np.float32), place), shape=shape),
            csr_matrix((common[chosen].astype(np.float32), place), shape=shape))


def _binary(block: csr_matrix) -> csr_matrix:
    return like(block, np.ones(len(block.data), dtype=np.float32))
