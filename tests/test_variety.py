"""Variety and themes: the best stays first, likeness costs, groups have telling names."""

from __future__ import annotations

import numpy as np

from recommender.blend import Scored
from recommender.papers import Draft, Paper
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.store.library import Library
from recommender.themes import OTHERS, themes
from recommender.variety import varied

# Rows 0 to 2 are alike, 3 lies elsewhere.
FACTORS = np.array([[1, 0], [1, 0.05], [1, 0.1], [0, 1]], dtype=np.float32)
SCORED = Scored(np.array([7, 8, 9, 10]), np.array([4.0, 3.9, 3.8, 3.0]), np.zeros(4), {"bm25": np.arange(4.0)},
                np.full(4, 0.5))


def test_without_variety_the_first_stay_as_they_are() -> None:
    assert varied(SCORED, FACTORS, 3, 0).rows.tolist() == [7, 8, 9]


def test_with_variety_the_best_stays_first_and_the_unlike_moves_up() -> None:
    found = varied(SCORED, FACTORS, 3, 0.7)
    assert found.rows.tolist()[:2] == [7, 10]
    assert found.parts["bm25"].tolist()[:2] == [0, 3]


def test_more_is_wanted_than_there_is() -> None:
    assert len(varied(SCORED, FACTORS, 10, 0.5).rows) == 4
    assert len(varied(SCORED.at(np.zeros(0, dtype=np.intp)), FACTORS[:0], 5, 0.5).rows) == 0


def test_papers_that_lie_together_are_named_by_what_they_share() -> None:
    tails = ["of trees", "in three dimensions", "under constraints", "for software", "with bends"]
    papers = [Paper(id=f"g{n}", title=f"Graph drawing {tail}") for n, tail in enumerate(tails)]
    papers += [Paper(id=f"q{n}", title=f"Query expansion {tail}") for n, tail in enumerate(tails)]
    dice = np.random.default_rng(2)
    factors = np.repeat(np.eye(2, dtype=np.float32), 5, axis=0) + dice.normal(0, 0.01, (10, 2)).astype(np.float32)
    found = themes(papers, [()] * 10, factors)
    assert found[0].name == "Graph drawing"
    assert any(theme.name == "Query expansion" for theme in found)
    assert sorted(place for theme in found for place in theme.places) == list(range(10))


def test_a_few_results_are_one_theme() -> None:
    assert [theme.name for theme in themes([Paper(id="a")], [()], np.ones((1, 2)))] == [OTHERS]
    assert themes([], [], np.zeros((0, 2))) == []


def test_every_result_is_in_exactly_one_theme(settings: Settings, library: Library) -> None:
    recommender = Recommender.open(settings, library)
    answer = recommender.recommend(Draft(title="distillation of vision language models"), 12, variety=0.3)
    places = sorted(place for theme in recommender.themes(answer) for place in theme.places)
    assert places == list(range(len(answer.recommendations)))
