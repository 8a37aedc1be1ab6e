"""What a library's citations say of meaning: papers like those that such texts cite, by vectors made for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.build import count
from recommender.evaluation.lessons import without_lists
from recommender.papers import Draft, Paper
from recommender.prepare import assemble
from recommender.semantic.citing import ENOUGH, citing_map
from recommender.settings import Settings
from recommender.signals.base import Query, Weighted
from recommender.signals.bm25 import Bm25
from recommender.signals.semantic import Semantic
from recommender.store.intake import Incoming
from recommender.store.library import opened

PAPERS, DIMENSIONS, GROUPS = 1200, 64, 8
OLD = 300
"""The first papers are old; each of the others cites four of them, of its own subject and of any style."""
SUBJECT = np.arange(PAPERS) % GROUPS


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory) -> Semantic:
    """Papers whose vectors are of a subject and, more so, of a style."""
    generator = np.random.default_rng(5)
    axes = np.linalg.qr(generator.standard_normal((DIMENSIONS, 2 * GROUPS)))[0].T
    style = generator.integers(GROUPS, 2 * GROUPS, PAPERS)
    vectors = 0.5 * axes[SUBJECT] + 0.6 * axes[style] + generator.standard_normal((PAPERS, DIMENSIONS)) / 20
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    settings = Settings(tmp_path_factory.mktemp("styled"))
    with opened(settings) as library:
        library.take(Incoming(Paper(
            id=f"p{number:04}", title=f"Paper {number}", references=[] if number < OLD else [
                f"p{old:04}" for old in generator.permutation(np.arange(SUBJECT[number], OLD, GROUPS))[:4].tolist()]),
            "t", number, "jsonl") for number in range(PAPERS))
        corpus, _ = count(library, PAPERS)
    halves = vectors.astype(np.float16)
    return Semantic.fit(replace(corpus, embeddings=halves), settings)


def meaning_of(signal: Semantic, row: int, hidden: tuple[int, ...] = ()) -> Query:
    """A query that means what a paper means."""
    corpus = signal.corpus
    everyone = np.ones(len(corpus), dtype=np.bool_)
    everyone[row] = False
    query = assemble(corpus, Bm25.fit(corpus, Settings(Path())), Draft(title="Paper"), Weighted.none(), Weighted.none(),
                     everyone, everyone, np.array(hidden, dtype=np.intp))
    assert corpus.embeddings is not None
    return replace(query, memo={"semantic": corpus.embeddings[row].astype(np.float32)})


def alike(signal: Semantic, query: Query, row: int) -> float:
    """Of the hundred that are most like it, the share that has a paper's subject."""
    likeness = signal.describe(query, np.arange(PAPERS))[:, signal.features.index("cosine_share")]
    return float((SUBJECT[np.argsort(-np.where(query.allowed, likeness, -9))[:100]] == SUBJECT[row]).mean())


def test_what_such_texts_cite_is_nearer_than_what_is_like_them_otherwise(styled: Semantic) -> None:
    without = styled.taught_by(without_lists(styled.corpus, np.zeros(PAPERS, dtype=np.bool_)))
    told, untold = (np.mean([alike(signal, meaning_of(signal, row), row) for row in range(OLD, OLD + 20)])
                    for signal in (styled, without))
    assert told > untold + 0.2
    assert without.citing.shape == (DIMENSIONS, 0)


def test_few_citations_give_no_map(styled: Semantic) -> None:
    listing = np.arange(PAPERS) < OLD + ENOUGH // 4 - 1
    assert citing_map(without_lists(styled.corpus, listing)) is None
    assert citing_map(replace(styled.corpus, embeddings=None)) is None
    assert styled.corpus.embeddings is not None
    unencoded = np.where(listing[:, None], styled.corpus.embeddings, np.float16(0))
    assert citing_map(replace(styled.corpus, embeddings=unencoded)) is None


def test_the_cosine_stays_the_cosine(styled: Semantic) -> None:
    query, rows = meaning_of(styled, OLD), np.arange(PAPERS)
    assert styled.corpus.embeddings is not None
    plain = styled.corpus.embeddings.astype(np.float32) @ query.memo["semantic"]
    np.testing.assert_allclose(styled.describe(query, rows)[:, 0], plain, atol=1e-6)


def test_a_hidden_paper_that_lists_references_gains_nothing_from_what_the_map_learned(styled: Semantic) -> None:
    without = styled.taught_by(without_lists(styled.corpus, np.zeros(PAPERS, dtype=np.bool_)))
    rows = np.arange(PAPERS)
    hidden, untold = meaning_of(styled, OLD, (OLD,)), meaning_of(without, OLD, (OLD,))
    np.testing.assert_allclose(styled.describe(hidden, rows), without.describe(untold, rows), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(styled.describe(meaning_of(styled, OLD, (0,)), rows),
                               styled.describe(meaning_of(styled, OLD), rows), rtol=1e-5, atol=1e-6)
