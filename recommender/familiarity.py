"""How used a library is to a draft's words: whether it holds anything on the draft's subject at all.

The nearest paper's likeness cannot tell, for among enough papers something is always like. What can: the mean logarithm
of how many papers use the draft's words, and its pairs of neighbouring words. Words of another subject are rare in any
library; how rare is too rare the library's own papers say, each asked as a draft with its own record left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from recommender.index.corpus import Corpus, no_terms
from recommender.index.counting import PHRASE_PAPERS
from recommender.index.sparse import Rows
from recommender.papers import Paper
from recommender.text.terms import terms

ASKED = 500
"""Own papers asked as drafts."""
ENOUGH = 100
"""Papers; fewer say too little of what is rare."""
FEWEST = 5
"""Different words; of a text with fewer nothing is judged."""
OPENINGS = (6, 12, 24, 48)
"""Words after which own texts are cut off besides being asked whole: drafts are short and long."""
STRANGE = 0.01
"""Share of the own papers that may be called strange; so many of the drafts on the library's subject are."""

Least = list[tuple[float, float]]
"""(different words of a draft, what its familiarity must reach), by number of words; between them, by its logarithm."""


def words_of(title: str, abstract: str) -> list[str]:
    """The terms of a draft in their order, "" for each word that is none; its title apart from its abstract."""
    return [*terms(title), "", *terms(abstract)]


def familiarity(corpus: Corpus, words: Sequence[str], row: int | None = None) -> tuple[int, float]:
    """How many different words there are, and how used the library is to them; `row` is left out of the library.

    Mean of log((n + ½) / (N + 1)) over words, by the square root of their count, n of N papers using each; plus the
    sum of log(1 + n) over pairs of neighbouring words, of which those of fewer than PHRASE_PAPERS papers have n = 0,
    by the number of pairs and one.
    """
    counts = Counter(word for word in words if word)
    if not counts:
        return 0, -np.inf
    weights = np.sqrt(np.fromiter(counts.values(), dtype=np.float64))
    used = np.log((_papers(corpus, "terms", counts, row) + 0.5) / (len(corpus) + 1))
    pairs = dict.fromkeys(f"{one} {other}" for one, other in pairwise(words) if one and other)
    held = _papers(corpus, "phrases", pairs, row)
    paired = np.log1p(np.where(held >= PHRASE_PAPERS, held, 0)).sum() / (len(pairs) + 1)
    return len(counts), float(used @ weights / weights.sum() + paired)


def least_familiar(corpus: Corpus, texts: Callable[[Rows], Mapping[int, Paper]], seed: int) -> Least:
    """What drafts must reach here, by their length; nothing where the library has too few papers to say."""
    able = np.flatnonzero(np.diff(corpus.blocks.get("terms", no_terms(len(corpus))).indptr) >= FEWEST)
    if len(able) < ENOUGH:
        return []
    rows = np.sort(np.random.default_rng(seed).permutation(able)[:ASKED])
    found: dict[int | None, list[tuple[int, float]]] = {}
    for row, paper in texts(rows).items():
        for words in (words_of(paper.title, paper.abstract), words_of("", paper.abstract)):
            ends = np.flatnonzero([bool(word) for word in words]) + 1
            for opening in (*OPENINGS, None):
                if opening is None or opening < len(ends):
                    told = familiarity(corpus, words[:None if opening is None else ends[opening - 1]], row)
                    if told[0] >= FEWEST:
                        found.setdefault(opening, []).append(told)
    least: dict[float, float] = {}
    for lengths, values in (zip(*told, strict=True) for told in found.values() if len(told) >= ENOUGH):
        length, reached = float(np.median(lengths)), round(float(np.quantile(values, STRANGE)), 4)
        # Where texts are short throughout, two openings may be of one length.
        least[length] = min(reached, least.get(length, reached))
    return sorted(least.items())


def is_familiar(told: tuple[int, float], least: Iterable[Sequence[float]]) -> bool | None:
    """Whether a draft of this many words and this familiarity is on the library's subject; None where none can say."""
    points = np.array(list(least), dtype=np.float64).reshape(-1, 2)
    words, value = told
    if words < FEWEST or not len(points):
        return None
    return bool(value >= np.interp(np.log(words), np.log(points[:, 0]), points[:, 1]))


def _papers(corpus: Corpus, block: str, names: Iterable[str], row: int | None) -> npt.NDArray[np.float64]:
    """[names] how many papers have each, that of `row` not counted."""
    names = list(names)
    vocabulary = corpus.vocabularies.get(block)
    if vocabulary is None:
        return np.zeros(len(names))
    columns = np.array([vocabulary.columns.get(name, -1) for name in names], dtype=np.intp)
    ends, matrix = corpus.by_column[block].indptr, corpus.blocks[block]
    papers = np.where(columns >= 0, ends[columns + 1] - ends[columns], 0).astype(np.float64)
    if row is not None:
        papers -= np.isin(columns, matrix.indices[matrix.indptr[row]:matrix.indptr[row + 1]])
    return papers
