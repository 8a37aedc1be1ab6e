"""What a signal is, and the prepared query that every signal is asked with.

A signal nominates rows and describes rows: `features` gives float32 [rows × its features], NaN where the query,
or that paper, gives nothing to go on. A row's features never depend on which other rows are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from recommender.index.artifact import ArrayReader, ArrayWriter
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, gather
from recommender.papers import Evidence
from recommender.settings import Settings

T = TypeVar("T")
Features = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weighted:
    """Rows or columns with a weight each."""

    rows: Rows
    weights: Scores

    def __len__(self) -> int:
        return len(self.rows)

    def positive(self) -> Weighted:
        """Those of a weight above 0."""
        chosen = self.weights > 0
        return Weighted(self.rows[chosen], self.weights[chosen])

    @classmethod
    def none(cls) -> Weighted:
        """No rows at all."""
        return cls(np.zeros(0, dtype=np.intp), np.zeros(0))

    @classmethod
    def of(cls, weights: Mapping[int, float]) -> Weighted:
        """From a mapping, by ascending row."""
        rows = sorted(weights)
        return cls(np.array(rows, dtype=np.intp), np.array([weights[row] for row in rows], dtype=np.float64))


@dataclass(frozen=True)
class Query:
    """One prepared query; whatever several signals need is in here, computed once."""

    corpus: Corpus
    terms: Weighted
    """Columns of the terms block: square root of the term's count in the draft."""
    known: float
    """How much of the draft's tf-idf length lies in terms that the library has: 1 is all of it."""
    title: Weighted
    """The same of the draft's title alone."""
    sentences: tuple[Weighted, ...]
    """The known terms of each of the draft's sentences, weight 1 each."""
    phrases: Weighted
    entities: Weighted
    """Columns of the entities block that the draft names."""
    anchors: Weighted
    """Rows given as evidence: references, a list's papers, verdicts (negative: not like this). Beside a text, the
    negative ones alone: the others are asked for by `given`."""
    visible: Mask
    """[papers] what may count as evidence: not hidden, not newer than the draft."""
    allowed: Mask
    """[papers] what may be recommended; a subset of `visible`."""
    lexical: Scores
    """[papers] unigram BM25 of every paper."""
    phrased: Scores
    """[papers] BM25 of every paper by phrases; 0 throughout where the draft has none that the library knows."""
    closeness: Scores
    """[papers] words and phrases together: what makes a paper near."""
    nearest: Rows
    """The visible papers nearest to the query, best first; anchors are not among them."""
    near: Weighted
    """The visible papers nearest to the query, anchors first, weights summing to 1."""
    year: int | None
    """The draft's year, where it is known."""
    lists_references: Mask
    """[papers] whose reference lists are known; a subset of `visible`."""
    hidden: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Rows whose records must not count: what a fitted signal has learned of them is not to be told either."""
    authors: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Columns of the authors block: who writes the draft, where that is said and the library knows them."""
    own_authors: bool = False
    """Whether their own papers count as evidence; otherwise that a paper is theirs says nothing."""
    wording: str = field(default="", repr=False)
    """The draft's text for an encoder."""
    surfaces: Mapping[int, str] = field(default_factory=dict)
    """Term column -> the word as the draft writes it, or the papers in place of a text do."""
    given: Query | None = None
    """The papers given beside a text, asked by themselves."""
    memo: dict[str, Any] = field(default_factory=dict, repr=False)
    """What a signal has worked out for this query and asks for again; nobody else reads it."""

    def once(self, name: str, compute: Callable[[], T]) -> T:
        """The value of `compute`, worked out once a query."""
        if name not in self.memo:
            self.memo[name] = compute()
        value: T = self.memo[name]
        return value

    @property
    def sides(self) -> tuple[Query, ...]:
        """The text, or the papers, or both, one after the other."""
        return (self,) if self.given is None else (self, self.given)

    @property
    def liked(self) -> Weighted:
        """The anchors that speak for, by ascending row."""
        return self.anchors.positive()

    @property
    def has_papers(self) -> bool:
        """Whether papers speak for others, in place of a text or beside one."""
        return any(len(side.liked) for side in self.sides)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to go on at all."""
        return not len(self.terms) and not len(self.entities) and not len(self.anchors)


class Signal(Protocol):
    """One source of evidence; fitted on a corpus, saved as arrays, restored from them."""

    name: ClassVar[str]
    features: ClassVar[tuple[str, ...]]
    """Names of the feature columns; the first is the one that `explain` accounts for."""

    @classmethod
    def fit(cls, corpus: Corpus, settings: Settings) -> Signal:
        """Learn from the corpus; a second fit equals a first."""
        ...

    def save(self, writer: ArrayWriter) -> None:
        """Write what was fitted into a build."""
        ...

    @classmethod
    def restore(cls, reader: ArrayReader, corpus: Corpus) -> Signal:
        """Read a saved signal; it answers as before."""
        ...

    def nominate(self, query: Query, k: int) -> Rows:
        """Its best allowed rows, best first; none where it cannot find papers by itself."""
        ...

    def describe(self, query: Query, rows: Rows) -> Features:
        """[rows × features]"""
        ...

    def explain(self, query: Query, row: int) -> Iterable[Evidence]:
        """What stands behind the first feature of a row, largest first, then by name; the amounts add up to it."""
        ...


def nothing(rows: Rows, features: int) -> Features:
    """All missing: what a signal says of rows when it has nothing to go on."""
    return np.full((len(rows), features), np.nan, dtype=np.float32)


def to_others(closeness: Scores, rows: Rows, others: Rows) -> tuple[Scores, Scores]:
    """[rows] mean and largest closeness to the others [rows × others], itself left out; missing where none is left."""
    counted = others[None, :] != rows[:, None]
    number = counted.sum(axis=1)
    mean = (closeness * counted).sum(axis=1) / np.maximum(number, 1)
    largest = np.where(counted, closeness, -1.0).max(axis=1, initial=-1.0)
    return np.where(number > 0, mean, np.nan), np.where(number > 0, largest, np.nan)


def in_common(block: csr_matrix, rows: Rows, papers: Weighted, weights: Scores, counted: Scores) -> Scores:
    """[rows] how much of the papers' weight is on those with the same column of a block, itself left out.

    `weights` [columns] is how much of it each column has, `counted` [columns] what each counts. Missing for a row
    without any column.
    """
    own = np.zeros(block.shape[0])
    own[papers.rows] = papers.weights
    columns, values, owner = gather(block, rows)
    shares = values * counted[columns]
    total, number = (np.bincount(owner, one, len(rows)) for one in (shares * weights[columns], shares))
    return np.where(block.indptr[rows + 1] > block.indptr[rows], np.maximum(total - own[rows] * number, 0), np.nan)


def table(*columns: npt.NDArray[np.float64]) -> Features:
    """Feature columns side by side."""
    return np.array(columns, dtype=np.float32).T
