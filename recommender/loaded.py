"""An index as it is served: corpus, signals and blend of one build, with the one way from a query to scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from recommender.blend import CONTEXT, GIVEN, SHIPPED, SMALL, Blends, Scored, Tables, load
from recommender.errors import ArtifactError
from recommender.index.artifact import ArrayReader, reading
from recommender.index.corpus import Corpus
from recommender.index.sparse import Rows, best
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.signals.als import Als
from recommender.signals.base import Features, Query, Signal
from recommender.signals.bm25 import Bm25
from recommender.signals.citations import Citations
from recommender.signals.semantic import Semantic
from recommender.text import entities, terms

ANALYSIS = {"terms": terms.VERSION, "entities": entities.VERSION}
"""Versions of the text analyses that an index must share with the program that reads it."""

FEATURES = {name: signal.features for name, signal in SIGNALS.items()}
SIDES = {name: (*features, *(GIVEN + feature for feature in features)) for name, features in
         {**FEATURES, "": CONTEXT}.items()}
"""The same, and the context's: of a text, or of papers in its place, and then of papers given beside a text."""
_KNOWN = {(name, feature) for name, features in SIDES.items() for feature in features}
BLEND = "blend.json"
"""The blend learned from the library itself, in a build that has one; otherwise the shipped one serves."""
TAUGHT_BY = "taught_by"
"""The rows that taught that blend."""
NOMINATED = 250
"""Rows that each retriever gives for the hundred best."""
FEWEST = 100
"""Rows that each gives for the twenty best: more would change hardly any of them (tests/benchmarks/README.md)."""
MANY = 5
"""Papers that are a list when no text comes with them."""


@dataclass(frozen=True)
class Index:
    """One build, ready to answer."""

    folder: Path
    manifest: Mapping[str, Any]
    corpus: Corpus
    signals: Mapping[str, Signal]
    blends: Blends
    taught_by: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Papers from whose reference lists these blends learned."""

    @classmethod
    def load(cls, settings: Settings) -> Index:
        """The current build, memory-mapped. Raises ArtifactError where there is none, or none that fits."""
        # A query's products are small: BLAS threads would cost more than they bring, and the server has its own.
        threadpool_limits(1, "blas")
        return reading(settings.index, cls._of)

    @classmethod
    def _of(cls, folder: Path) -> Index:
        reader = ArrayReader(folder)
        if reader.manifest.get("analysis") != ANALYSIS:
            raise ArtifactError(f"The index at {folder} was made by another text analysis. "
                                "Rebuild it with: recommender build")
        corpus = Corpus.restore(reader)
        signals = {name: signal.restore(reader, corpus) for name, signal in SIGNALS.items()}
        # Whether it has a blend of its own is for the manifest to say: the file may be cleared away meanwhile.
        has_own = BLEND in reader.manifest["checksums"]
        blends = load(folder / BLEND) if has_own else shipped_for(corpus)
        if gone := {column for blend in blends.values() for column in blend.columns} - _KNOWN:
            raise ArtifactError(f"The blend at {folder / BLEND if has_own else SHIPPED} reads what signals no longer "
                                f"tell ({len(gone)} features). Rebuild it with: recommender build")
        taught_by = reader.array(TAUGHT_BY) if reader.has(TAUGHT_BY) else np.zeros(0, dtype=np.intp)
        return cls(folder, reader.manifest, corpus, signals, blends, taught_by)

    @cached_property
    def shipped(self) -> Blends:
        """The shipped blends, which know none of this library's papers by what they cite."""
        return shipped_for(self.corpus)

    @property
    def bm25(self) -> Bm25:
        """The lexical signal, which prepares queries too."""
        return bm25_of(self.signals)

    def factors(self, rows: Rows) -> Features:
        """[rows × factors] where these papers lie in the joint factorisation."""
        als = self.signals["als"]
        if not isinstance(als, Als):
            raise TypeError("the signal als is not Als")
        return np.asarray(als.papers[rows], dtype=np.float32)

    def understands(self, query: Query) -> bool:
        """Whether the query's meaning is known, even if none of its words is."""
        return _is_understood(query, self.signals)

    def candidates(self, query: Query, k: int, names: Sequence[str]) -> Rows:
        """The union of what the signals nominate; filled up to k where there are k allowed papers."""
        each = max(k, min(max(FEWEST, NOMINATED * k // 100), NOMINATED))
        rows = nominated({name: self.signals[name] for name in names}, query, each)
        if len(rows) < k:
            left = query.allowed.copy()
            left[rows] = False
            more = best(query.lexical, k - len(rows), left)
            left[more] = False
            rows = np.concatenate([rows, more])
            rows = np.sort(np.concatenate([rows, np.flatnonzero(left)[:k - len(rows)]]))
        return rows

    def rank(self, query: Query, k: int, names: Sequence[str] | None = None) -> Scored:
        """The k best rows, best first, scored by the blend of these signals (default: all).

        The signal bm25 by itself is the plain unigram score of every paper.
        """
        if names is not None and list(names) == ["bm25"]:
            return self._lexical(query, k)
        chosen = tuple(SIGNALS) if names is None else tuple(names)
        rows = self.candidates(query, k, chosen)
        asked = {name: self.signals[name] for name in chosen}
        # A hidden paper that taught the blend has taught it what it cites itself.
        blends = self.shipped if np.isin(query.hidden, self.taught_by).any() else self.blends
        blend = blends[kind_of(query, asked)]
        context = dict(zip(SIDES[""], context_of(self.signals, query), strict=False))
        scored = blend.rank(rows, tables_of(asked, query, rows), context, SIDES, k)
        if "citations" in self.corpus.blocks:
            return scored
        # Calibration knows libraries with reference lists; of another's likelihoods nothing is claimed.
        return replace(scored, likelihood=np.full(len(scored.rows), np.nan))

    def _lexical(self, query: Query, k: int) -> Scored:
        rows = best(query.lexical, k, query.allowed)
        if len(rows) < k:
            left = query.allowed.copy()
            left[rows] = False
            others = np.flatnonzero(left)
            rows = np.concatenate([rows, others[np.argsort(-query.lexical[others], kind="stable")][:k - len(rows)]])
        score = query.lexical[rows]
        return Scored(rows, score, np.zeros(len(rows)), {"bm25": score}, np.full(len(rows), np.nan))


def shipped_for(corpus: Corpus) -> Blends:
    """The shipped blends that serve a library as long as it has none of its own."""
    return load(SHIPPED, is_small=len(corpus) < SMALL and "citations" not in corpus.blocks)


def nominated(signals: Mapping[str, Signal], query: Query, each: int = NOMINATED) -> Rows:
    """The union of what these signals nominate."""
    return np.unique(np.concatenate([np.zeros(0, dtype=np.intp), *(
        signal.nominate(side, each) for side in query.sides for signal in signals.values())]))


def tables_of(signals: Mapping[str, Signal], query: Query, rows: Rows) -> Tables:
    """Signal -> [rows × its features], of papers given beside a text behind those of the text, as SIDES has them."""
    return {name: np.concatenate([signal.describe(side, rows) for side in query.sides], axis=1)
            for name, signal in signals.items()}


def bm25_of(signals: Mapping[str, Signal]) -> Bm25:
    """The lexical signal among these."""
    signal = signals["bm25"]
    if not isinstance(signal, Bm25):
        raise TypeError("the signal bm25 is not Bm25")
    return signal


def kind_of(query: Query, signals: Mapping[str, Signal]) -> str:
    """Which blend answers a query, one of `blend.KINDS`."""
    papers = len(query.liked)
    alone = "list" if papers >= MANY else "papers"
    kind = "text and papers" if query.given is not None else alone if papers else "text"
    return f"{kind}, meaning" if _is_understood(query, signals) else kind


def _is_understood(query: Query, signals: Mapping[str, Signal]) -> bool:
    semantic = signals.get("semantic")
    return isinstance(semantic, Semantic) and semantic.answers(query)


def context_of(signals: Mapping[str, Signal], query: Query) -> tuple[float, ...]:
    """What the blend may know of a query besides the signals' features, in the order of `SIDES`."""
    return tuple(value for side in query.sides for value in _context_of(signals, side))


def _context_of(signals: Mapping[str, Signal], side: Query) -> tuple[float, ...]:
    """As `blend.CONTEXT` has it."""
    citations = signals["citations"]
    return (citations.density(side) if isinstance(citations, Citations) else 0.0, float(np.log1p(len(side.corpus))),
            float(np.log1p(len(side.liked))))
