"""Lexical search: BM25 over all papers out of a sparse matrix, and what else the words alone say.

Three variants are rank-bm25's, score for score: Okapi (Robertson and Zaragoza, "The Probabilistic Relevance
Framework", 2009; negative idf raised to a quarter of the mean), Plus and L (Lv and Zhai, 2011). The default is
Okapi with Lucene's idf, log(1 + (N - n + 0.5) / (n + 0.5)), which is positive for every term. A query's weight of a
term is its multiplicity there; the program's own queries use the square root of the count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus, no_terms
from recommender.index.sparse import Floats, Rows, best, crossing, foremost, gather, like, row_dots
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, Scores, Weighted, nothing, table, to_others

OKAPI_EPSILON = 0.25
PLUS_DELTA = 1.0
L_DELTA = 0.5
RANKED = 2048
"""Papers whose rank is told; all others have this one."""
FEEDBACK = 10
"""The papers whose centre is the feedback query (Rocchio)."""


class Weigher(Protocol):
    """One variant: weights of postings, and what a term gives to a paper that lacks it."""

    def __call__(self, tf: Floats, norm: Floats, df: npt.NDArray[np.float64], term: npt.NDArray[np.intp],
                 papers: int, k1: float) -> tuple[Floats, Floats]:
        """`tf`, `norm` (1 - b + b dl / avgdl), `term` [postings]; `df` [terms]. Weights, and the constant [terms]."""
        ...


def _okapi(tf: Floats, norm: Floats, df: npt.NDArray[np.float64], term: npt.NDArray[np.intp], papers: int,
           k1: float) -> tuple[Floats, Floats]:
    idf = np.log(papers - df + 0.5) - np.log(df + 0.5)
    negative = idf < 0
    if negative.any():
        idf[negative] = OKAPI_EPSILON * idf.mean()
    return idf[term] * tf * (k1 + 1) / (tf + k1 * norm), np.zeros(len(df))


def _plus(tf: Floats, norm: Floats, df: npt.NDArray[np.float64], term: npt.NDArray[np.intp], papers: int,
          k1: float) -> tuple[Floats, Floats]:
    idf = np.log((papers + 1) / df)
    return idf[term] * tf * (k1 + 1) / (tf + k1 * norm), idf * PLUS_DELTA


def _l(tf: Floats, norm: Floats, df: npt.NDArray[np.float64], term: npt.NDArray[np.intp], papers: int,
       k1: float) -> tuple[Floats, Floats]:
    idf = np.log(papers + 1) - np.log(df + 0.5)
    shifted = tf / norm + L_DELTA
    # The count stands once more in front than in the paper: so does rank-bm25 have it.
    return idf[term] * tf * (k1 + 1) * shifted / (k1 + shifted), np.zeros(len(df))


def _lucene(tf: Floats, norm: Floats, df: npt.NDArray[np.float64], term: npt.NDArray[np.intp], papers: int,
            k1: float) -> tuple[Floats, Floats]:
    idf = np.log1p((papers - df + 0.5) / (df + 0.5))
    return idf[term] * tf * (k1 + 1) / (tf + k1 * norm), np.zeros(len(df))


VARIANTS: dict[str, Weigher] = {"lucene": _lucene, "okapi": _okapi, "plus": _plus, "l": _l}


@dataclass(frozen=True)
class Postings:
    """BM25 weights of every term in every paper, by term; scores come out of it by addition."""

    weights: csr_matrix
    """[terms × papers]"""
    constant: Floats
    """[terms] what a paper without the term gets."""

    @classmethod
    def weigh(cls, counts: csr_matrix, variant: str, k1: float, b: float) -> Postings:
        """From counts [terms × papers]; a paper's length is the sum of its counts."""
        terms, papers = counts.shape
        df = np.diff(counts.indptr).astype(np.float64)
        length = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()
        norm = 1 - b + b * length / (length.sum() / papers if length.sum() else 1.0)
        term = np.repeat(np.arange(terms), np.diff(counts.indptr))
        data, constant = VARIANTS[variant](counts.data.astype(np.float64), norm[counts.indices], df, term, papers, k1)
        return cls(csr_matrix((data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape), constant)

    def scores(self, terms: Weighted) -> Scores:
        """[papers] the score of every paper."""
        weights = self.weights
        if not len(terms):
            return np.zeros(weights.shape[1])
        # Copied once, in the precision of the sum: a slice of the matrix would be copied, and its values then again.
        spans = [slice(*span) for span in zip(weights.indptr[terms.rows], weights.indptr[terms.rows + 1], strict=True)]
        values = np.concatenate([weights.data[span] for span in spans], dtype=np.float64)
        papers = np.concatenate([weights.indices[span] for span in spans])
        ends = np.cumsum([0, *(span.stop - span.start for span in spans)])
        scores: Scores = csc_matrix((values, papers, ends), (weights.shape[1], len(spans))) @ terms.weights
        constant = float(self.constant[terms.rows] @ terms.weights)
        return scores + constant if constant else scores


class Bm25:
    """The words of the draft against the words of every paper."""

    name: ClassVar[str] = "bm25"
    features: ClassVar[tuple[str, ...]] = (
        "bm25", "bm25_share", "bm25_rank", "phrases", "phrases_share", "closeness", "cosine", "title", "feedback",
        "feedback_best", "sentence", "second_sentence", "sentences", "title_matched", "title_covered",
        "titles", "draft_covered")

    def __init__(self, corpus: Corpus, unigrams: Postings, by_paper: csr_matrix, phrases: Postings | None) -> None:
        self.corpus = corpus
        self.unigrams = unigrams
        self.phrases = phrases
        self.by_paper = by_paper
        """[papers × terms] the weights of `unigrams`, by paper."""
        self.rarity = np.log(1 + len(corpus) / np.maximum(np.diff(unigrams.weights.indptr), 1))
        """[terms] what a term weighs in tf-idf."""
        titles = corpus.blocks.get("titles")
        self.whole = None if titles is None else row_dots(titles, np.arange(len(corpus)), self.rarity, self.rarity ** 2)
        """[2 × papers] how rare a title's words are together, and the sum of squares."""

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Bm25:
        """Weigh the counts as the settings say."""
        papers = len(corpus)
        counts = corpus.by_column.get("terms", csr_matrix((0, papers), dtype=np.float32))
        unigrams = Postings.weigh(counts, settings.bm25_variant, settings.bm25_k1, settings.bm25_b)
        phrases = (Postings.weigh(corpus.by_column["phrases"], settings.bm25_variant, settings.bm25_k1, settings.bm25_b)
                   if "phrases" in corpus.blocks else None)
        by_paper = csr_matrix(unigrams.weights.T.tocsr())
        return cls(corpus, unigrams, by_paper, phrases)

    def save(self, writer: ArrayWriter) -> None:
        """Indices are the corpus's own, so that only weights are written."""
        writer.array("bm25.weights", self.unigrams.weights.data)
        writer.array("bm25.constant", self.unigrams.constant)
        writer.array("bm25.by_paper", self.by_paper.data)
        if self.phrases:
            writer.array("bm25.phrases.weights", self.phrases.weights.data)
            writer.array("bm25.phrases.constant", self.phrases.constant)

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Bm25:
        """On the corpus's own indices."""
        empty = csr_matrix((0, len(corpus)), dtype=np.float32)
        counts = corpus.by_column.get("terms", empty)
        phrases = None
        if reader.has("bm25.phrases.weights"):
            phrases = Postings(like(corpus.by_column["phrases"], reader.array("bm25.phrases.weights")),
                               reader.array("bm25.phrases.constant"))
        by_paper = like(corpus.blocks.get("terms", no_terms(len(corpus))), reader.array("bm25.by_paper"))
        return cls(corpus, Postings(like(counts, reader.array("bm25.weights")), reader.array("bm25.constant")),
                   by_paper, phrases)

    def nominate(self, query: Query, k: int) -> Rows:
        """The best by words, by phrases, and by both together."""
        if not len(query.terms):
            return np.zeros(0, dtype=np.intp)
        return np.unique(np.concatenate([best(scores, k, query.allowed) for scores in
                                         (query.lexical, query.phrased, query.closeness)]))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Scores as they are, and as a share of what the draft itself would score best."""
        if not len(query.terms):
            return nothing(rows, len(self.features))
        phrases = query.phrased if len(query.phrases) else np.full(len(self.corpus), np.nan)
        ordered = query.once("ordered", lambda: np.sort(query.lexical[foremost(query.lexical, RANKED)])[-RANKED:])
        rank = len(ordered) - np.searchsorted(ordered, query.lexical[rows], side="right")
        ten = best(query.lexical, FEEDBACK, query.visible)
        top = float(query.lexical[ten].max(initial=0.0)) or 1.0
        angles = self._angles(query, rows, ten)
        feedback, closest = to_others(angles[:, 2:], rows, ten)
        held = crossing(self.by_paper, rows, query.terms.rows)
        return table(
            query.lexical[rows], query.lexical[rows] / top, np.log1p(rank), phrases[rows],
            phrases[rows] / (float(phrases.max(initial=0.0)) or 1.0), query.closeness[rows], angles[:, 0],
            angles[:, 1] if len(query.title) else np.full(len(rows), np.nan), feedback, closest,
            *self._sentences(query, held), *self._titles(query, rows), self._covered(query, held))

    def explain(self, query: Query, row: int) -> Iterator[Evidence]:
        """The draft's terms that the paper holds."""
        names, terms, place = query.once("bm25.named", lambda: self._named(query))
        span = slice(self.by_paper.indptr[row], self.by_paper.indptr[row + 1])
        asked = place.take(self.by_paper.indices[span])
        held = np.flatnonzero(asked >= 0)
        amounts = self.unigrams.constant[terms.rows].astype(np.float64)
        amounts[asked[held]] += self.by_paper.data[span][held]
        amounts *= terms.weights
        for at in np.argsort(-amounts, kind="stable").tolist():
            if amounts[at]:
                yield Evidence(self.name, "term", names[at], float(amounts[at]))

    def _named(self, query: Query) -> tuple[list[str], Weighted, Rows]:
        """The draft's terms by the words that it has for them, these words, and [terms] the place of each; -1 for none.
        """
        named = sorted((query.surfaces.get(term, self._term(term)), place)
                       for place, term in enumerate(query.terms.rows.tolist()))
        order = np.array([place for _, place in named], dtype=np.intp)
        terms = Weighted(query.terms.rows[order], query.terms.weights[order])
        place = np.full(self.by_paper.shape[1], -1, dtype=np.intp)
        place[terms.rows] = np.arange(len(terms))
        return [name for name, _ in named], terms, place

    def cosine(self, query: Query, rows: Rows) -> Scores:
        """[rows] cosine of tf-idf vectors of draft and paper."""
        unit = self._unit(query.terms)
        vector = np.zeros(self.corpus.vectors.shape[1])
        vector[unit.rows] = unit.weights
        return np.asarray(row_dots(self.corpus.vectors, rows, vector)[0])

    def _angles(self, query: Query, rows: Rows, others: Rows) -> Scores:
        """[rows × (draft, draft's title, each of the other rows)] cosines."""
        return cosines(self.corpus.vectors, rows, others, (self._unit(query.terms), self._unit(query.title)))

    def _sentences(self, query: Query, held: csr_matrix) -> tuple[Scores, Scores, Scores]:
        """[rows] each: BM25 of the best sentence, of the second best, and their mean, by each one's length.

        `held` [rows × the draft's terms] are the weights in `by_paper`.
        """
        missing = np.full(held.shape[0], np.nan)
        if not query.sentences:
            return missing, missing, missing
        # Each sentence's terms are among the draft's.
        sides = [Weighted(np.searchsorted(query.terms.rows, sentence.rows),
                          sentence.weights / np.sqrt(self.rarity[sentence.rows].sum())) for sentence in query.sentences]
        scores = np.sort(_product(held, sides), axis=1)
        return scores[:, -1], scores[:, -2] if len(query.sentences) > 1 else missing, scores.mean(axis=1)

    def _titles(self, query: Query, rows: Rows) -> tuple[Scores, Scores, Scores]:
        """[rows] each: rarity of title words that the draft has, its share of the whole's, cosine of titles."""
        titles = self.corpus.blocks.get("titles")
        missing = np.full(len(rows), np.nan)
        if titles is None or self.whole is None:
            return missing, missing, missing
        shared, common = np.zeros(titles.shape[1]), np.zeros(titles.shape[1])
        shared[query.terms.rows] = self.rarity[query.terms.rows]
        common[query.title.rows] = self.rarity[query.title.rows] ** 2
        matched, cosine = row_dots(titles, rows, shared, common)
        whole, norm = self.whole[:, rows]
        norm = np.sqrt(norm * common.sum())
        return (np.where(whole > 0, matched, np.nan), np.divide(matched, whole, where=whole > 0, out=missing.copy()),
                np.divide(cosine, norm, where=norm > 0, out=missing))

    def _covered(self, query: Query, held: csr_matrix) -> Scores:
        """[rows] the share of the draft's tf-idf weight that lies on words which the paper has too."""
        weights = query.terms.weights * self.rarity[query.terms.rows]
        return np.asarray(like(held, np.ones_like(held.data)) @ weights / weights.sum())

    def _term(self, column: int) -> str:
        return self.corpus.vocabularies["terms"].names[column]

    def _unit(self, terms: Weighted) -> Weighted:
        """The weighted terms as a tf-idf vector of unit length."""
        weights = terms.weights * self.rarity[terms.rows]
        norm = float(np.linalg.norm(weights))
        return Weighted(terms.rows, weights / norm if norm else weights)


def cosines(vectors: csr_matrix, rows: Rows, others: Rows, first: Sequence[Weighted] = ()) -> Scores:
    """[rows × (first, others)] cosines of unit vectors; those of `first` come with their columns and weights."""
    columns, values, owner = gather(vectors, others)
    ends = np.searchsorted(owner, np.arange(1, len(others)))
    return _product(vectors[rows], [*first, *(Weighted(one, weights.astype(np.float64)) for one, weights in zip(
        np.split(columns, ends), np.split(values, ends), strict=True) if len(others))])


def _product(matrix: csr_matrix, sides: Sequence[Weighted]) -> Scores:
    """[rows × sides] the matrix times each side, given by its columns and their weights."""
    dense = np.zeros((matrix.shape[1], len(sides)), dtype=np.float32)
    for number, side in enumerate(sides):
        dense[side.rows, number] = side.weights
    return np.asarray(matrix @ dense, dtype=np.float64)
