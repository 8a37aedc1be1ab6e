"""Nearness in meaning: vectors of texts by a sentence encoder, where the semantic extra and vectors are there.

How like a paper is to the draft is their cosine, and what the library's own citations say of such a text and such a
paper (`recommender.semantic.citing`). All papers are scanned in the vectors' 128 main directions; whatever is then
looked at is compared in full.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import ClassVar

import numpy as np

from recommender.errors import RecommenderError
from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, best
from recommender.papers import Evidence
from recommender.semantic.citing import citing_map
from recommender.semantic.encoder import Vectors, encoder
from recommender.settings import Settings
from recommender.signals.base import Features, Mask, Query, Scores, Weighted, nothing, table, to_others
from recommender.signals.citations import AROUND, Citations
from recommender.signals.neighbours import GROUPS, Neighbours

DIRECTIONS = 128
"""Directions of most variance that a scan of all papers looks at."""
CITING = 0.3
"""What the cosine under the map of citations counts beside that of the vectors."""
NEAR = 100
"""The papers nearest in meaning whose references and people are evidence."""
SHARPNESS = 3
"""A near paper's weight is its likeness to this power."""
FEEDBACK = 10
"""The papers nearest in meaning that a candidate is compared with."""
_OWN = ("cosine", "cosine_share", "cosine_z", "feedback", "given", "given_best")
_AROUND = ("cited_by_near", "cited_share", "cocited", "cocited_share", "coupled_share", "cites_near", "core_authors")
_PICKED = [AROUND.index(name) for name in _AROUND]


class Semantic:
    """The meaning of the draft against that of every paper; silent without vectors, or without the extra."""

    name: ClassVar[str] = "semantic"
    features: ClassVar[tuple[str, ...]] = (*_OWN, *(f"near_{name}" for name in _AROUND),
                                           *(f"near_{group}" for group in GROUPS))

    def __init__(self, corpus: Corpus, directions: Vectors | None = None, scan: Vectors | None = None,
                 citing: Vectors | None = None, model: str = "", encoded_by: str = "") -> None:
        self.corpus = corpus
        self.citations, self.neighbours = Citations(corpus), Neighbours(corpus)
        none = np.zeros((0, 0), np.float32)
        self.directions = none if directions is None else directions
        """[dimensions × DIRECTIONS] orthonormal."""
        self.scan = none if scan is None else scan
        """[papers × (DIRECTIONS, axes)] every paper's vector in these directions, then under the map, times CITING."""
        self.citing = none if citing is None else citing
        """[dimensions × axes] the map of a text that cites; no axes where none is known."""
        self.model, self.encoded_by = model, encoded_by
        self.missing = "" if corpus.embeddings is not None else "no vectors"
        """Why it is silent; empty where it is not."""
        self.learned_from = corpus.listing
        """[papers] whose reference lists the map knows."""

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Semantic:
        """Find the main directions, eigenvectors of the vectors' second moments, and the map of citations."""
        if corpus.embeddings is None:
            return cls(corpus)
        every = corpus.embeddings.astype(np.float32)
        _, vectors = np.linalg.eigh((every.T @ every).astype(np.float64))
        directions = np.ascontiguousarray(vectors[:, ::-1][:, :DIRECTIONS]).astype(np.float32)
        bare = cls(corpus, directions, every @ directions, None, settings.semantic_model,
                   encoder(settings.semantic_model).name)
        return bare.taught_by(corpus)

    def taught_by(self, corpus: Corpus) -> Semantic:
        """The same with the map that another state of the corpus's reference lists gives."""
        if self.missing:
            return self
        plain = self.scan[:, :self.directions.shape[1]]
        citing, cited = citing_map(corpus) or (np.zeros((len(self.directions), 0), np.float32), plain[:, :0])
        made = Semantic(self.corpus, self.directions, np.concatenate([plain, CITING * cited], axis=1), citing,
                        self.model, self.encoded_by)
        made.learned_from = corpus.listing
        return made

    def save(self, writer: ArrayWriter) -> None:
        """The directions, the map, and the papers in them; the vectors are the corpus's."""
        if self.corpus.embeddings is not None:
            writer.array("semantic.directions", self.directions)
            writer.array("semantic.scan", self.scan)
            writer.array("semantic.citing", self.citing)
            writer.names("semantic.encoder", [self.model, self.encoded_by])

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Semantic:
        """As saved."""
        if corpus.embeddings is None:
            return cls(corpus)
        directions, scan, citing = (reader.array(f"semantic.{name}") for name in ("directions", "scan", "citing"))
        return cls(corpus, directions, scan, citing, *reader.names("semantic.encoder"))

    def answers(self, query: Query) -> bool:
        """Whether it has anything to say to a query."""
        return self._meaning(query) is not None

    def nominate(self, query: Query, k: int) -> Rows:
        """The nearest in meaning, and the most cited, co-cited and coupled around these."""
        meaning = self._meaning(query)
        if meaning is None:
            return np.zeros(0, dtype=np.intp)
        nearest = best(self._scanned(query, meaning), k, query.allowed)
        return np.unique(np.concatenate([nearest, self.citations.nominate(self._around(query, meaning), k // 2)]))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing throughout without a vector of the query, and for a paper without one."""
        meaning = self._meaning(query)
        if meaning is None or self.corpus.embeddings is None:
            return nothing(rows, len(self.features))
        around, scanned = self._around(query, meaning), self._scanned(query, meaning)
        own = self._vectors(rows)
        known: Mask = np.asarray(own.any(axis=1))
        cosine = np.where(known, own @ meaning, np.nan).astype(np.float64)
        likeness = cosine + self._as_cited(query, meaning, rows)
        # Not the largest of the rows asked for: a row's features are the same whoever stands beside it.
        top = float(scanned.max(initial=0.0)) or 1.0
        middle, spread = query.once("semantic.spread", lambda: (float(scanned.mean()), float(scanned.std()) or 1.0))
        columns = (cosine, likeness / top, (likeness - middle) / spread,
                   self._closeness(own, known, around.near.rows[:FEEDBACK], rows)[0],
                   *self._closeness(own, known, query.liked.rows, rows))
        return np.concatenate([table(*columns), self.citations.around(around, rows)[:, _PICKED],
                               self.neighbours.describe(around, rows)], axis=1)

    def explain(self, query: Query, row: int) -> list[Evidence]:
        """One piece: how near it is in meaning."""
        meaning = self._meaning(query)
        if meaning is None:
            return []
        cosine = float(self._vectors(np.array([row]))[0] @ meaning)
        return [Evidence(self.name, "meaning", f"{cosine:.0%} alike", cosine)] if cosine else []

    def _meaning(self, query: Query) -> Vectors | None:
        """[dimensions] the draft's vector; without a text, the middle of the anchors'."""
        if self.missing:
            return None
        return query.once("semantic", lambda: self._encoded(query))

    def _encoded(self, query: Query) -> Vectors | None:
        if query.wording:
            try:
                machine = encoder(self.model)
            except RecommenderError as error:
                self.missing = str(error)
                logging.getLogger("recommender").warning("The index holds vectors, and goes unused: %s", error)
                return None
            if machine.name != self.encoded_by:
                self.missing = f"the index was encoded by {self.encoded_by}, here is {machine.name}"
                return None
            return machine.vector(query.wording)
        liked = query.liked.rows
        middle: Vectors = self._vectors(liked).sum(axis=0) if len(liked) else np.zeros(0, np.float32)
        norm = float(np.linalg.norm(middle))
        return middle / norm if norm else None

    def _vectors(self, rows: Rows) -> Vectors:
        """[rows × dimensions]"""
        if self.corpus.embeddings is None:
            raise RuntimeError("asked without vectors")
        return np.asarray(self.corpus.embeddings[rows], dtype=np.float32)

    def _asked(self, query: Query, meaning: Vectors) -> Vectors:
        """[DIRECTIONS + axes] the draft's vector in the directions, then as that of one who cites, of unit length."""
        def compute() -> Vectors:
            citing = meaning @ self.citing
            # Of a hidden paper that lists references, the map has learned what it cites.
            if self.learned_from[query.hidden].any():
                citing[:] = 0
            norm = float(np.linalg.norm(citing))
            return np.concatenate([meaning @ self.directions, citing / (norm or 1.0)])

        return query.once("semantic.asked", compute)

    def _as_cited(self, query: Query, meaning: Vectors, rows: Rows) -> Scores:
        """[rows] what the map adds to the cosine."""
        axes = slice(self.directions.shape[1], None)
        return np.asarray(self.scan[rows, axes] @ self._asked(query, meaning)[axes], dtype=np.float64)

    def _scanned(self, query: Query, meaning: Vectors) -> Scores:
        """[papers] about the likeness."""
        return query.once("semantic.scan", lambda: (self.scan @ self._asked(query, meaning)).astype(np.float64))

    def _around(self, query: Query, meaning: Vectors) -> Query:
        """The same query with the papers nearest in meaning as its near papers."""
        def near() -> Query:
            rows = best(self._scanned(query, meaning), 4 * NEAR, query.visible)
            likeness = (self._vectors(rows) @ meaning).astype(np.float64) + self._as_cited(query, meaning, rows)
            likeness = np.maximum(likeness, 0)
            order = np.lexsort((rows, -likeness))[:NEAR]
            weights = likeness[order] ** SHARPNESS
            total = float(weights.sum())
            return replace(query, near=Weighted(rows[order], weights / total) if total else Weighted.none(), memo={})

        return query.once("semantic.near", near)

    def _closeness(self, own: Vectors, known: Mask, others: Rows, rows: Rows) -> tuple[Scores, Scores]:
        """[rows] mean and largest cosine to other papers, itself left out."""
        mean, largest = to_others((own @ self._vectors(others).T).astype(np.float64), rows, others)
        return np.where(known, mean, np.nan), np.where(known, largest, np.nan)
