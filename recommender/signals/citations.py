"""Citation neighbourhood: what the papers nearest to the draft cite, are cited with, and are cited by.

Small (1973) for co-citation, Kessler (1963) for bibliographic coupling. Hidden papers' reference lists count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_matrix, diags_array

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, best, row_dots, weighted_sum
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Mask, Query, Scores, Weighted, in_common, nothing, table, to_others
from recommender.signals.bm25 import cosines

AROUND = (
    "cited_by_near", "cited_share", "cited_normal", "cocited", "cocited_share", "coupled", "coupled_share",
    "cites_near", "citers_lexical", "references_lexical", "step", "core_authors", "core_keywords", "centre")
"""Features of the near papers, whichever these are."""
SCALES = {"sharp": 30, "broad": 500}
"""The nearest papers taken alike: how many."""
CORE = 100
"""The most co-cited papers, from which the second step goes on."""
HEART = 10
"""The most co-cited papers, whose text is the centre."""


class Citations:
    """References of the nearest papers, in several readings; a share is of the best paper's."""

    name: ClassVar[str] = "citations"
    features: ClassVar[tuple[str, ...]] = (
        *AROUND, "citers_close", *(f"{scale}_{reading}" for scale in SCALES for reading in ("cited", "cocited")))

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.cites = self.cited_by = None
        if (links := corpus.links) is not None:
            self.linked, self.place, self.cites, self.cited_by = links.papers, links.place, links.cites, links.cited_by
            self.listed = np.diff(self.cites.indptr)
            """[linked] how many references a paper lists."""
            self.citers = np.diff(self.cited_by.indptr)
            """[linked] how many papers cite it."""
            self.fame, self.breadth = np.sqrt(1 + self.citers), np.sqrt(1 + self.listed)
            """[linked] what a sum over citers, or over references, is divided by."""

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
        listing = self._listing(query)
        return float(listing.weights[self.listed[self.place[listing.rows]] > 0].sum())

    def nominate(self, query: Query, k: int) -> Rows:
        """The most cited, co-cited and coupled around the draft; half as many again: most of what is wanted is here."""
        found = self._around(query)
        if found is None:
            return np.zeros(0, dtype=np.intp)
        allowed = query.allowed[self.linked]
        return np.unique(np.concatenate([self.linked[best(scores, k + k // 2, allowed)] for scores in
                                         (found.cited, found.cocited, found.coupled)]))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing throughout where no near paper has references or citers; by paper where it lists none."""
        if self._around(query) is None:
            return nothing(rows, len(self.features))
        return np.concatenate([self.around(query, rows), self._scaled(query, rows)], axis=1)

    def around(self, query: Query, rows: Rows) -> Features:
        """[rows × AROUND]"""
        found = self._around(query)
        if found is None:
            return nothing(rows, len(AROUND))
        at = self.place[rows]
        lists_any = (self.listed[at] > 0) & query.lists_references[rows]
        lexical = self._of_best(query.lexical)
        return table(
            found.cited[at], _share(found.cited, at), found.cited[at] / self.fame[at],
            found.cocited[at], _share(found.cocited, at),
            np.where(lists_any, found.coupled[at], np.nan), np.where(lists_any, _share(found.coupled, at), np.nan),
            np.where(lists_any, found.citing[at], np.nan),
            _mean(self.cited_by, at, lexical, query.lists_references[self.linked]),
            np.where(lists_any, _mean(self.cites, at, lexical, query.visible[self.linked]), np.nan),
            found.step[at], *(self._shared(query, found.core, rows, group) for group in ("authors", "keywords")),
            self._centre(found.core.rows[:HEART], rows))

    def _scaled(self, query: Query, rows: Rows) -> Features:
        """[rows × (citers_close, cited and cocited by each of SCALES)]"""
        if self.cites is None or self.cited_by is None:
            return nothing(rows, len(self.features) - len(AROUND))
        at, known = self.place[rows], query.lists_references[self.linked]
        columns = [row_dots(self.cited_by, at, known * self._of_best(query.closeness) ** 2)[0]]
        for papers in SCALES.values():
            nearest = query.nearest[:papers]
            near, weights = self.place[nearest], query.closeness[nearest]
            weights = weights / (float(weights.sum()) or 1.0)
            listing = query.lists_references[nearest]
            columns.append(weighted_sum(self.cites, near[listing], weights[listing])[at])
            columns.append(self._cocited(weighted_sum(self.cited_by, near, weights) * known)[at])
        return table(*columns)

    def beside(self, query: Query, papers: Weighted, rows: Rows) -> Scores:
        """[rows] cited together with these papers by papers close to the query; missing where nobody cites these."""
        if self.cites is None or self.cited_by is None:
            return np.full(len(rows), np.nan)
        citing = weighted_sum(self.cited_by, self.place[papers.rows], papers.weights)
        citers = np.flatnonzero(citing * query.lists_references[self.linked])
        if not len(citers):
            return np.full(len(rows), np.nan)
        close = self._of_best(query.closeness)[citers]
        beside = weighted_sum(self.cites, citers, citing[citers] * close ** 2 / np.sqrt(self.listed[citers]))
        return np.asarray(beside[self.place[rows]])

    def reach(self, query: Query, papers: Rows, rows: Rows) -> tuple[Scores, Scores]:
        """[rows] each: the share of these papers that are cited together with it, and that share references with it.

        A hidden paper is no reference in common, as nowhere else.
        """
        if self.cites is None or self.cited_by is None:
            return np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        given, at = self.place[papers], self.place[rows]
        known, visible = (mask[self.linked].astype(np.float32) for mask in (query.lists_references, query.visible))
        citing = self.cited_by[given] @ diags_array(known)
        references = diags_array(known[given]) @ self.cites[given] @ diags_array(visible)
        cited, coupled = (
            np.bincount(found.indices[found.data > 0], minlength=len(self.linked))[at] / len(papers)
            for found in (csr_matrix(citing @ self.cites), csr_matrix(references @ self.cited_by @ diags_array(known))))
        return cited, coupled

    def _shared(self, query: Query, core: Weighted, rows: Rows, group: str) -> Scores:
        """[rows] how much of the core's weight lies on papers with the same author (or keyword), itself left out."""
        block = self.corpus.blocks.get(group)
        if block is None or not len(core):
            return np.full(len(rows), np.nan)
        counted = np.ones(block.shape[1])
        if group == "authors":
            counted[query.authors] = 0
        return in_common(block, rows, core, weighted_sum(block, core.rows, core.weights), counted)

    def _centre(self, heart: Rows, rows: Rows) -> Scores:
        """[rows] mean cosine to the heart's papers, itself left out."""
        if not len(heart):
            return np.full(len(rows), np.nan)
        return to_others(cosines(self.corpus.vectors, rows, heart), rows, heart)[0]

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """The near papers that cite it."""
        if self.cites is None or self.cited_by is None:
            return []
        weights = query.once("citations.listing", lambda: dict(zip(*map(np.ndarray.tolist, (
            self._listing(query).rows, self._listing(query).weights)), strict=True)))
        span = slice(*self.cited_by.indptr[self.place[row]:self.place[row] + 2])
        found = [Evidence(self.name, "paper", str(citer), value * weights[citer], "cites it") for citer, value in zip(
            self.linked[self.cited_by.indices[span]].tolist(), self.cited_by.data[span].tolist(), strict=True)
            if citer in weights]
        return sorted(found, key=lambda e: (-e.amount, e.name))

    def _listing(self, query: Query) -> Weighted:
        """The near papers whose reference lists are known."""
        known = query.lists_references[query.near.rows]
        return Weighted(query.near.rows[known], query.near.weights[known])

    def _around(self, query: Query) -> _Around | None:
        """None where no near paper has a known reference list, and none is cited."""
        return query.once("citations", lambda: self._look_around(query))

    def _look_around(self, query: Query) -> _Around | None:
        cites, cited_by, near = self.cites, self.cited_by, query.near
        if cites is None or cited_by is None or not len(near):
            return None
        known, visible = query.lists_references[self.linked], query.visible[self.linked]
        listing = self._listing(query)
        cited = weighted_sum(cites, self.place[listing.rows], listing.weights)
        citing = weighted_sum(cited_by, self.place[near.rows], near.weights) * known
        # A hidden paper is no common ground, though others name it.
        shared = np.flatnonzero((cited != 0) & visible)
        if not citing.any() and not len(shared):
            return None
        cocited = self._cocited(citing)
        core = best(cocited, CORE, visible)
        weights = cocited[core] / (float(cocited[core].sum()) or 1.0)
        step = self._cocited(weighted_sum(cited_by, core, weights) * known)
        coupled = weighted_sum(cited_by, shared, cited[shared] / np.sqrt(self.citers[shared])) * known
        return _Around(cited, cocited, coupled / self.breadth, citing, step, Weighted(self.linked[core], weights))

    def _cocited(self, citing: Scores) -> Scores:
        """[linked] how much the papers that cite, weighted [linked], also cite each."""
        if self.cites is None:
            raise RuntimeError("asked without citations")
        citers = np.flatnonzero(citing != 0)
        total = weighted_sum(self.cites, citers, citing[citers] / np.sqrt(self.listed[citers]))
        return np.asarray(total / self.fame)

    def _of_best(self, scores: Scores) -> Scores:
        """[linked] scores [papers] as shares of the largest of all."""
        return np.asarray(scores[self.linked] / (float(scores.max(initial=0.0)) or 1.0))


def _share(scores: Scores, at: Rows) -> Scores:
    """[at] of the largest score of all papers."""
    return scores[at] / (float(scores.max(initial=0.0)) or 1.0)


def _mean(block: csr_matrix | None, rows: Rows, values: Scores, counted: Mask) -> Scores:
    """[rows] mean of the values over a row's counted columns, shrunk to 0 by one; missing where it has none."""
    if block is None:
        return np.full(len(rows), np.nan)
    number, total = row_dots(block, rows, counted, values * counted)
    return np.where(number > 0, total / (number + 1), np.nan)


@dataclass(frozen=True)
class _Around:
    """The citation neighbourhood of a query, [linked] each."""

    cited: Scores
    """By near papers."""
    cocited: Scores
    """With near papers."""
    coupled: Scores
    """Sharing references with near papers."""
    citing: Scores
    """Near papers."""
    step: Scores
    """With the core."""
    core: Weighted
    """The most co-cited visible papers, most first, weights summing to 1."""
