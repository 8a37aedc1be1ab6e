"""What is known of a paper before the draft, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder
from recommender.papers import Draft, Paper
from recommender.prepare import assemble
from recommender.settings import Settings
from recommender.signals.base import Features, Weighted
from recommender.signals.bm25 import Bm25
from recommender.signals.prior import DOUBT, Prior

PAPERS = [
    Paper(title="graph layout", authors=("Ada One", "Bo Two"), venue="Vis", year=2000),
    Paper(title="graph drawing", abstract="of large graphs by force", authors=("Bo Two",), venue="Vis", year=2005),
    Paper(title="query logs", authors=("Cy Three",), venue="SIGIR", year=2010),
    Paper(title="query expansion", authors=("Ada One", "Cy Three"), year=2019),
    Paper(title="feedback", year=2020)]
EDGES = [(2, 0), (3, 0), (4, 0), (4, 1)]


@pytest.fixture
def corpus() -> Corpus:
    builder = CorpusBuilder()
    for key, paper in enumerate(PAPERS):
        builder.add(key, replace(paper, id=f"p{key}"), [])
    return builder.finish(EDGES, [])


def told(corpus: Corpus, hidden: tuple[int, ...] = (), blind: bool = False, text: str = "graph") -> dict[str, Features]:
    """Feature -> [papers]"""
    visible = np.ones(len(corpus), dtype=np.bool_)
    visible[list(hidden)] = False
    bm25 = Bm25.fit(corpus, Settings(Path()))
    query = assemble(corpus, bm25, Draft(title=text), Weighted.none(), Weighted.none(), visible, visible,
                     np.array(hidden, dtype=np.intp))
    if blind:
        query = replace(query, lists_references=np.zeros_like(visible))
    found = Prior.fit(corpus, Settings(Path())).describe(query, np.arange(len(corpus)))
    return dict(zip(Prior.features, found.T, strict=True))


def test_citations_are_counted_all_and_of_the_last_years(corpus: Corpus) -> None:
    found = told(corpus)
    np.testing.assert_allclose(found["citation_count"], np.log1p([3, 1, 0, 0, 0]), rtol=1e-6)
    np.testing.assert_allclose(found["recent"], np.log1p([2, 1, 0, 0, 0]), rtol=1e-6)
    assert found["age"].tolist() == [20, 15, 10, 1, 0]


def test_a_paper_stands_by_the_other_papers_of_its_venue_and_of_its_best_author(corpus: Corpus) -> None:
    found = told(corpus)
    first, second = np.log1p(3) / (1 + DOUBT), np.log1p(1) / (1 + DOUBT)
    np.testing.assert_allclose(found["venue_cited"], [second, first, 0, np.nan, np.nan], rtol=1e-5)
    np.testing.assert_allclose(found["authors_cited"], [second, first, 0, first, np.nan], rtol=1e-5)


def test_venues_and_authors_are_as_large_as_the_papers_they_have(corpus: Corpus) -> None:
    found = told(corpus)
    np.testing.assert_allclose(found["venue_share"], [0.4, 0.4, 0.2, np.nan, np.nan], rtol=1e-6)
    np.testing.assert_allclose(found["authors_papers"], [*np.log1p([2, 2, 2, 2]), np.nan], rtol=1e-6)
    np.testing.assert_allclose(found["title_words"], np.log1p([2, 2, 2, 2, 1]), rtol=1e-6)
    assert found["words"][1] == found["words"].max()


def test_a_hidden_paper_makes_nobody_known_nor_a_venue_large(corpus: Corpus) -> None:
    found = told(corpus, hidden=(0,))
    np.testing.assert_allclose(found["venue_share"][1], 0.2, rtol=1e-6)
    np.testing.assert_allclose(found["authors_papers"][[1, 3]], np.log1p([1, 2]), rtol=1e-6)
    assert found["venue_cited"][1] == found["authors_cited"][3] == 0


def test_without_any_reference_list_nobodys_standing_is_known(corpus: Corpus) -> None:
    found = told(corpus, blind=True)
    assert np.isnan(found["venue_cited"]).all()
    assert np.isnan(found["authors_cited"]).all()
    assert found["venue_share"][0] > 0


def test_of_an_empty_draft_nothing_is_told(corpus: Corpus) -> None:
    assert all(np.isnan(column).all() for column in told(corpus, text="").values())
