"""One factorisation of everything that is known of papers, so that one view lends to another.

implicit's alternating least squares (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback
datasets", 2008) on the joint matrix papers × [terms | methods and datasets | keywords | cited papers | lists]. A
draft is folded in from what it has; papers, cited papers and lists are scored against its factors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from threadpoolctl import threadpool_limits

from recommender.errors import RecommenderError
from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Floats, Rows, best, gather
from recommender.papers import Evidence
from recommender.settings import Settings
from recommender.signals.base import Features, Query, Weighted, nothing, table

COLUMNS = ("terms", "entities", "keywords", "citations", "lists")
CONFIDENCE = {"terms": 30.0, "entities": 15.0, "keywords": 15.0, "citations": 60.0, "lists": 60.0}
"""What an entry of value 1 weighs, where an empty cell weighs 1. A paper's terms have values of norm 1 together, the
rarer ones larger; so have its entities and its keywords. The value of a cited paper or a list is its rarity."""
SCANNED = 64
"""Axes that a look over all papers takes in."""
RARE, COMMON = 4, 0.5
"""Terms in fewer papers, or in more than this share of them, tell factors nothing; small libraries need rarer ones."""
PAPERS_A_FACTOR = 4
"""A small library has fewer factors than the settings say."""

Factors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Layout:
    """Which columns of which block stand where in the joint matrix."""

    kept: dict[str, npt.NDArray[np.intp]]
    """Block -> its columns that take part, ascending."""

    def offsets(self) -> dict[str, int]:
        """Block -> its first joint column."""
        places, at = {}, 0
        for name, columns in self.kept.items():
            places[name] = at
            at += len(columns)
        return places


class Als:
    """Joint factors of papers and of everything that describes them."""

    name: ClassVar[str] = "als"
    features: ClassVar[tuple[str, ...]] = (
        "paper", "paper_share", "closeness", "cited", "cited_share", "listed", "together", "together_share")

    def __init__(self, corpus: Corpus, layout: Layout, rarity: npt.NDArray[np.float32], papers: Factors,
                 columns: Factors, regularization: float) -> None:
        self.corpus, self.layout, self.rarity = corpus, layout, rarity
        self.papers, self.columns = papers, columns
        self.regularization = regularization
        self.offsets = layout.offsets()
        self.scan = np.ascontiguousarray(papers[:, :SCANNED])
        """[papers × SCANNED] the widest axes, which tell what is worth a closer look."""
        self.norms = np.maximum(np.sqrt(np.einsum("ij,ij->i", papers, papers)), 1e-9)
        self.gram = np.asarray(columns.T @ columns, dtype=np.float64)
        self.cited_places = np.full(len(corpus), -1, dtype=np.intp)
        """[papers] where each stands among the cited papers that take part; -1 where it does not."""
        self.cited_places[layout.kept["citations"]] = np.arange(len(layout.kept["citations"]))

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Als:
        """Factorise the joint matrix; always from the same seed, always a fresh model."""
        layout, rarity, matrix = joint_matrix(corpus)
        factors = max(2, min(settings.als_factors, len(corpus) // PAPERS_A_FACTOR))
        if not matrix.nnz:
            empty = np.zeros((len(corpus), factors), dtype=np.float32)
            return cls(corpus, layout, rarity, empty, np.zeros((matrix.shape[1], factors), np.float32),
                       settings.als_regularization)
        # A fitted implicit model would go on from its old factors, so every fit makes its own; BLAS must stay on one
        # thread beside implicit's own.
        model = _model(factors, settings.als_regularization, settings.als_iterations, settings.seed)
        with threadpool_limits(1, "blas"):
            model.item_factors = beginning(corpus, layout, factors, settings.seed)
            model.fit(matrix, show_progress=False)
        papers, columns = upright(np.asarray(model.user_factors), np.asarray(model.item_factors))
        return cls(corpus, layout, rarity, papers, columns, settings.als_regularization)

    @cached_property
    def papers_gram(self) -> npt.NDArray[np.float64]:
        """[factors × factors] XᵀX over all papers; only anchors want it."""
        return np.asarray(self.papers.T @ self.papers, dtype=np.float64)

    def save(self, writer: ArrayWriter) -> None:
        """Factors of papers and columns, and which columns took part."""
        writer.array("als.papers", self.papers)
        writer.array("als.columns", self.columns)
        writer.array("als.rarity", self.rarity)
        writer.array("als.regularization", np.array([self.regularization]))
        for name in COLUMNS:
            writer.array(f"als.kept.{name}", self.layout.kept[name])

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Als:
        """As saved."""
        layout = Layout({name: np.asarray(reader.array(f"als.kept.{name}")) for name in COLUMNS})
        return cls(corpus, layout, np.asarray(reader.array("als.rarity")), reader.array("als.papers"),
                   reader.array("als.columns"), float(reader.array("als.regularization")[0]))

    def nominate(self, query: Query, k: int) -> Rows:
        """The papers whose factors lie nearest the draft's, and the cited papers it would cite."""
        draft = self._fold(query)
        if draft is None:
            return np.zeros(0, dtype=np.intp)
        kept, together = self.layout.kept["citations"], self._together(query)
        every: tuple[Floats, ...] = (self._every(query, draft), *(() if together is None else (together,)))
        return np.unique(np.concatenate([kept[best(self._cited(query, draft), k, query.allowed[kept])],
                                         *(best(scores, k, query.allowed) for scores in every)]))

    def describe(self, query: Query, rows: Rows) -> Features:
        """Missing where the draft has no column that the factors know; `cited` where nobody cites the paper."""
        draft = self._fold(query)
        if draft is None:
            return nothing(rows, len(self.features))
        paper = (self.papers[rows] @ draft).astype(np.float64)
        every = self._every(query, draft)
        norm = max(float(np.linalg.norm(draft)), 1e-9)
        every_cited, places = self._cited(query, draft), self.cited_places[rows]
        top = float(np.nanmax(every_cited, initial=0.0)) or 1.0
        cited = np.append(every_cited, np.nan)[places]
        together = self._together(query)
        of_anchors = (np.full(len(rows), np.nan),) * 2 if together is None else (
            together[rows], together[rows] / (float(together.max(initial=0.0)) or 1.0))
        return table(paper, paper / (float(every.max(initial=0.0)) or 1.0), paper / self.norms[rows] / norm,
                     cited, cited / top, self._listed(draft, rows), *of_anchors)

    def explain(self, query: Query, row: int) -> Iterator[Evidence]:
        """Each of the draft's columns by what it adds to the paper's score (Hu et al., section 5)."""
        if self._fold(query) is None:
            return
        pull, named = query.once("als.pull", lambda: self._pull(query))
        shares = pull @ np.asarray(self.papers[row], dtype=np.float64)
        for place in np.argsort(-shares, kind="stable").tolist():
            kind, name = named[place]
            yield Evidence(self.name, kind, name, float(shares[place]))

    # -- the draft as a row of the joint matrix ------------------------------------------------------------

    def _fold(self, query: Query) -> Factors | None:
        return query.once("als", lambda: self._folded(query))

    def _folded(self, query: Query) -> Factors | None:
        entry, system, known = self._system(query)
        # Of a hidden paper that lists references, the factors have learned what it cites: better silent than told.
        if not len(entry) or self.corpus.listing[query.hidden].any():
            return None
        return np.linalg.solve(system, known.T @ entry.weights).astype(np.float32)

    def _pull(self, query: Query) -> tuple[npt.NDArray[np.float64], list[tuple[str, str]]]:
        """[columns of the draft × factors] what each adds to the draft's factors, and their kinds and names, by name.
        """
        entry, system, known = self._system(query)
        pull = np.asarray(np.linalg.solve(system, known.T * entry.weights).T, dtype=np.float64)
        named = [self._column(query, column) for column in entry.rows.tolist()]
        order = sorted(range(len(named)), key=lambda place: named[place][1])
        return pull[order], [named[place] for place in order]

    def _system(self, query: Query) -> tuple[Weighted, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """A draft's columns, the normal equations' matrix YᵀCY + λI, and its columns' factors (Hu et al., equation 4).
        """
        def compute() -> tuple[Weighted, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
            entry = self._entry(query)
            known = np.asarray(self.columns[entry.rows], dtype=np.float64)
            return entry, (self.gram + (known.T * (entry.weights - 1)) @ known
                           + self.regularization * np.eye(known.shape[1])), known

        return query.once("als.system", compute)

    def _entry(self, query: Query) -> Weighted:
        """Joint columns that the draft has, with its confidences."""
        joint: dict[int, float] = {}
        for name, weighted in (("terms", query.terms), ("entities", query.entities)):
            kept = self.layout.kept[name]
            if not len(kept) or not len(weighted):
                continue
            places = np.minimum(np.searchsorted(kept, weighted.rows), len(kept) - 1)
            known = kept[places] == weighted.rows
            columns = places[known] + self.offsets[name]
            values = weighted.weights[known] * self.rarity[columns]
            norm = float(np.linalg.norm(values))
            joint.update(zip(columns.tolist(), (CONFIDENCE[name] * values / norm).tolist(), strict=True))
        kept = self.layout.kept["citations"]
        if len(kept) and len(query.anchors):
            liked = query.liked.rows
            places = np.minimum(np.searchsorted(kept, liked), len(kept) - 1)
            for column in (places[kept[places] == liked] + self.offsets["citations"]).tolist():
                joint[column] = CONFIDENCE["citations"] * float(self.rarity[column])
        return Weighted.of(joint)

    def _column(self, query: Query, column: int) -> tuple[str, str]:
        """(kind, name) of a joint column."""
        block = next(name for name in reversed(COLUMNS)
                     if self.offsets[name] <= column < self.offsets[name] + len(self.layout.kept[name]))
        own = int(self.layout.kept[block][column - self.offsets[block]])
        if block == "entities":
            label, name = self.corpus.entity_name(own)
            return label.lower(), name
        if block == "citations":
            return "paper", str(own)
        return "term", query.surfaces.get(own, self.corpus.vocabularies[block].names[own])

    def _every(self, query: Query, draft: Factors) -> Factors:
        """[papers] the score of every paper, by the widest axes alone."""
        return query.once("als.papers", lambda: np.asarray(self.scan @ draft[:SCANNED]))

    def _together(self, query: Query) -> npt.NDArray[np.float64] | None:
        """[papers] as what would stand on one list with the anchors; None without any.

        The anchors are folded in as one more list column: y = (XᵀX + (c - 1)GᵀG + λI)⁻¹ c Σ G, X the factors of all
        papers, G of the anchors, c the confidence of a membership.
        """
        return query.once("als.together", lambda: self._all_together(query))

    def _all_together(self, query: Query) -> npt.NDArray[np.float64] | None:
        liked = query.liked.rows
        if not len(liked):
            return None
        given = self.papers[liked].astype(np.float64)
        system = (self.papers_gram + (CONFIDENCE["lists"] - 1) * given.T @ given
                  + self.regularization * np.eye(given.shape[1]))
        column = np.linalg.solve(system, CONFIDENCE["lists"] * given.sum(axis=0))
        return np.asarray(self.papers @ column.astype(np.float32), dtype=np.float64)

    def _cited(self, query: Query, draft: Factors) -> npt.NDArray[np.float64]:
        """[cited papers] the draft's score of each as one to cite; missing where nobody is known to cite it."""
        return query.once("als.cited", lambda: self._all_cited(query, draft))

    def _all_cited(self, query: Query, draft: Factors) -> npt.NDArray[np.float64]:
        kept, at, links = self.layout.kept["citations"], self.offsets["citations"], self.corpus.links
        if links is None:
            return np.zeros(0)
        known = links.citers(query.lists_references)[links.place[kept]] > 0
        return np.where(known, self.columns[at:at + len(kept)] @ draft, np.nan).astype(np.float64)

    def _listed(self, draft: Factors, rows: Rows) -> npt.NDArray[np.float64]:
        """[rows] the best score of a list that holds the paper; missing where none does."""
        block, kept, at = self.corpus.blocks.get("lists"), self.layout.kept["lists"], self.offsets["lists"]
        scores = np.full(len(rows), np.nan)
        if block is None or not len(kept):
            return scores
        lists, _, owner = gather(block, rows)
        values = self.columns[at:at + len(kept)] @ draft
        top = np.full(len(rows), -np.inf)
        np.maximum.at(top, owner, values[np.searchsorted(kept, lists)])
        return np.where(np.isfinite(top), top, np.nan)


def beginning(corpus: Corpus, layout: Layout, factors: int, seed: int) -> Factors:
    """[joint columns × factors] where the iteration starts: noise that follows from each column's name.

    A library that has grown a little starts almost where it did before, and so ends almost there.
    """
    parts = []
    for name, kept in layout.kept.items():
        if name == "citations":
            parts.append(corpus.marks[kept].astype(np.uint64))
        elif name == "lists":
            parts.append(kept.astype(np.uint64))
        else:
            names = corpus.vocabularies[name].names if len(kept) else ()
            parts.append(np.array([crc32(names[column].encode()) for column in kept.tolist()], dtype=np.uint64))
        parts[-1] = parts[-1] + np.uint64(crc32(name.encode()) << 32)
    numbers = np.concatenate(parts).astype(np.uint64)
    bits = (numbers[:, None] * np.uint64(factors) + np.arange(factors, dtype=np.uint64) + np.uint64(seed)).astype(
        np.uint64)
    # SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators", 2014).
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    bits = bits ^ (bits >> np.uint64(31))
    uniform: Factors = (bits >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)
    return (uniform - np.float32(0.5)) * np.float32(0.02)


def upright(papers: Factors, columns: Factors) -> tuple[Factors, Factors]:
    """Both turned so that the axes are the papers' main ones, widest first, each heavier on its positive side.

    Scores are the same in any rotation; in this one, factors of two fits can be laid side by side.
    """
    wide = papers.astype(np.float64)
    _, axes = np.linalg.eigh(wide.T @ wide)
    axes = axes[:, ::-1]
    axes = axes * np.where((wide @ axes).sum(axis=0) < 0, -1.0, 1.0)
    return (wide @ axes).astype(np.float32), (columns.astype(np.float64) @ axes).astype(np.float32)


def joint_matrix(corpus: Corpus) -> tuple[Layout, npt.NDArray[np.float32], csr_matrix]:
    """The joint matrix of confidences, which columns it has, and how much each counts [joint columns]."""
    papers = len(corpus)
    kept: dict[str, npt.NDArray[np.intp]] = {}
    parts, rarities = [], []
    for name in COLUMNS:
        block = corpus.blocks.get(name)
        if block is None:
            kept[name] = np.zeros(0, dtype=np.intp)
            continue
        used = np.bincount(block.indices, minlength=block.shape[1])
        low, high = (min(RARE, 2 + papers // 5000), max(COMMON * papers, 10)) if name == "terms" else (1, papers)
        columns = np.flatnonzero((used >= low) & (used <= high))
        rarity = np.log(1 + papers / used[columns]) / np.log(1 + papers)
        part = block[:, columns].tocsr().astype(np.float32)
        data = np.sqrt(part.data) * rarity[part.indices]
        if name in ("terms", "entities", "keywords"):
            owner = np.repeat(np.arange(papers), np.diff(part.indptr))
            norm = np.sqrt(np.bincount(owner, weights=data * data, minlength=papers))
            data = data / norm[owner]
        part.data = (CONFIDENCE[name] * data).astype(np.float32)
        kept[name] = columns
        parts.append(part)
        rarities.append(rarity)
    matrix = csr_matrix(hstack(parts, format="csr")) if parts else csr_matrix((papers, 0), dtype=np.float32)
    rarity = np.concatenate(rarities).astype(np.float32) if rarities else np.zeros(0, np.float32)
    return Layout(kept), rarity, matrix


def _model(factors: int, regularization: float, iterations: int, seed: int) -> Any:
    try:
        from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415 - the cure of its failure is ours to name
    except ImportError as error:
        raise RecommenderError(f"implicit cannot be loaded: {error}. It needs the system's OpenMP library; "
                               "on Debian: apt-get install libgomp1") from error
    # implicit checks at construction that BLAS keeps to one thread beside its own.
    with threadpool_limits(1, "blas"):
        return AlternatingLeastSquares(factors=factors, regularization=regularization, iterations=iterations,
                                       random_state=seed, dtype=np.float32)
