"""The sparse scorer reproduces rank-bm25, variant by variant."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from rank_bm25 import BM25L, BM25Okapi, BM25Plus
from scipy.sparse import csr_matrix

from recommender.papers import Paper
from recommender.signals.base import Weighted
from recommender.signals.bm25 import VARIANTS, Postings
from recommender.text.terms import terms

TRUSTED = {"okapi": BM25Okapi, "plus": BM25Plus, "l": BM25L}


def counted(documents: list[list[str]]) -> tuple[csr_matrix, dict[str, int]]:
    """[terms × documents] counts, and the row of each term."""
    vocabulary = {term: row for row, term in enumerate(sorted({term for one in documents for term in one}))}
    counts = np.zeros((len(vocabulary), len(documents)), dtype=np.float32)
    for column, document in enumerate(documents):
        for term, count in Counter(document).items():
            counts[vocabulary[term], column] = count
    return csr_matrix(counts), vocabulary


def ours(documents: list[list[str]], query: list[str], variant: str, k1: float, b: float) -> np.ndarray:
    counts, vocabulary = counted(documents)
    asked = Counter(term for term in query if term in vocabulary)
    weighted = Weighted.of({vocabulary[term]: float(count) for term, count in asked.items()})
    return Postings.weigh(counts, variant, k1, b).scores(weighted)


@pytest.mark.parametrize("variant", TRUSTED)
@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (2.0, 0.85), (0.9, 0.0), (1.2, 1.0)])
def test_scores_are_rank_bm25s_on_the_toy_library(variant: str, k1: float, b: float, toy_papers: list[Paper]) -> None:
    documents = [[term for term in terms(f"{paper.title} {paper.abstract}") if term] for paper in toy_papers]
    text = "distil a student of CLIP, the student of a teacher, for video of unheard words"
    query = [term for term in terms(text) if term]
    trusted = TRUSTED[variant](documents, k1=k1, b=b).get_scores(query)
    assert ours(documents, query, variant, k1, b) == pytest.approx(trusted, rel=1e-5)


@pytest.mark.parametrize("variant", TRUSTED)
@pytest.mark.parametrize("seed", range(8))
def test_scores_are_rank_bm25s_on_random_libraries(variant: str, seed: int) -> None:
    dice = np.random.default_rng(seed)
    words = [f"w{i}" for i in range(40)]
    weight = 1 / np.arange(1, 41)
    documents = [list(dice.choice(words, dice.integers(3, 60), p=weight / weight.sum())) for _ in range(50)]
    # The most frequent words stand in more than half of the documents: Okapi's idf is negative there.
    query = [*dice.choice(words, 12), "w0", "w0", "w1", "unheard"]
    trusted = TRUSTED[variant](documents, k1=2.0, b=0.85).get_scores(query)
    assert ours(documents, query, variant, 2.0, 0.85) == pytest.approx(trusted, rel=1e-5)


def test_a_word_in_every_document_counts_a_little_by_default_and_never_against() -> None:
    documents = [["all", "one"], ["all", "two"], ["all", "all"]]
    assert (ours(documents, ["all"], "lucene", 2.0, 0.85) > 0).all()


def test_every_variant_prefers_the_document_with_the_rarer_word() -> None:
    documents = [["rare", "common"], ["common", "common"], ["common", "other"], ["other", "other"], ["else", "thing"]]
    for variant in VARIANTS:
        scores = ours(documents, ["rare", "common"], variant, 2.0, 0.85)
        assert scores.argmax() == 0


@pytest.mark.parametrize(("text", "expected"), [
    ("Pre-training", ["pre", "train"]), ("naïve Café", ["naiv", "cafe"]),
    ("The studies of GANs", ["", "studi", "", "gan"]),
    ("x = 3", ["", "3"]), ("", []),
])
def test_one_analysis_folds_stems_and_stops(text: str, expected: list[str]) -> None:
    assert terms(text) == expected
