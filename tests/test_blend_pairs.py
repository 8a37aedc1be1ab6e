"""A text with papers beside it: the blend that goes on from the text's and the papers' own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.blend import CONTEXT, GIVEN, KINDS, UNDER, Blend, as_text, joined, load
from recommender.evaluation.learning import calibrated, ground_of, learn, measures_of, scores_of
from recommender.evaluation.lessons import COLUMNS, INPUTS, PAIRED, Examples
from recommender.loaded import FEATURES, SIDES

GROUPS, SIZE, KIND = 150, 40, "text and papers"
TEXT = INPUTS.index(("bm25", "bm25_share"))
PAPERS = PAIRED.index(("bm25", GIVEN + "bm25_share"))


@pytest.fixture(scope="module")
def examples() -> Examples:
    """The text and the papers each tell half of what is cited."""
    dice = np.random.default_rng(7)
    tables = np.full((GROUPS * SIZE, len(PAIRED)), np.nan, dtype=np.float32)
    tables[:, TEXT], tables[:, PAPERS] = dice.random((2, GROUPS * SIZE))
    for place, (signal, _) in enumerate(PAIRED):
        if not signal:
            tables[:, place] = 1.0
    cited = dice.random(GROUPS * SIZE) < tables[:, TEXT] * tables[:, PAPERS]
    return Examples(tuple(np.split(tables, GROUPS)), cited, np.full(GROUPS, SIZE), ("given",) * GROUPS,
                    np.arange(GROUPS), np.zeros(GROUPS, int))


@pytest.fixture(scope="module")
def blends(examples: Examples) -> dict[str, Blend]:
    """Those of one side each, and the one that goes on from both."""
    half = len(INPUTS)
    found = {kind: learn(replace(examples, tables=tuple(np.ascontiguousarray(table[:, side])
                                                        for table in examples.tables)), seed=1, without=("semantic",))
             for kind, side in zip(UNDER[KIND], (slice(half), slice(half, None)), strict=True)}
    return {**found, KIND: calibrated(learn(examples, seed=1, ground=ground_of(KIND, found)), examples)}


def test_it_ranks_better_than_the_text_the_papers_and_their_sum(examples: Examples, blends: dict[str, Blend]) -> None:
    both = measures_of(scores_of(blends[KIND], examples), examples)[:, 0].mean()
    half = len(INPUTS)
    for kind, side in zip(UNDER[KIND], (slice(half), slice(half, None)), strict=True):
        one = replace(examples, tables=tuple(table[:, side] for table in examples.tables))
        assert both > measures_of(scores_of(blends[kind], one), one)[:, 0].mean() + 0.05
    assert [weight > 0 for weight, _ in blends[KIND].under.values()] == [True, True]


def test_its_score_is_theirs_weighed_and_what_its_own_trees_add(examples: Examples, blends: dict[str, Blend]) -> None:
    blend, inputs = blends[KIND], examples.tables[0][:, [PAIRED.index(column) for column in blends[KIND].columns]]
    own = replace(blend, under={}).scores(inputs)
    weights = [weight for weight, _ in blend.under.values()]
    np.testing.assert_allclose(blend.scores(inputs), own + blend.below(inputs) @ weights, rtol=1e-9)


def test_base_and_parts_add_up_to_the_score(examples: Examples, blends: dict[str, Blend]) -> None:
    places = {column: place for place, column in enumerate(PAIRED)}
    tables = {name: examples.tables[0][:, [places[name, feature] for feature in SIDES[name]]] for name in FEATURES}
    scored = blends[KIND].rank(np.arange(SIZE), tables, dict.fromkeys(SIDES[""], 1.0), SIDES, SIZE)
    parts = np.nansum(np.stack(list(scored.parts.values())), axis=0)
    np.testing.assert_allclose(parts + scored.base, scored.score, rtol=1e-12)
    np.testing.assert_allclose(scored.score, scores_of(blends[KIND], examples)[:SIZE][scored.rows], rtol=1e-9)
    assert np.isnan(scored.parts["citations"]).all()


def test_it_is_saved_beside_what_it_goes_on_from(examples: Examples, blends: dict[str, Blend], tmp_path: Path) -> None:
    every = {kind: blends.get(kind, blends["text"]) for kind in KINDS}
    (tmp_path / "blend.json").write_text(as_text(every))
    again = load(tmp_path / "blend.json")
    np.testing.assert_array_equal(scores_of(again[KIND], examples), scores_of(blends[KIND], examples))
    assert [blend for _, blend in again[KIND].under.values()] == [again[kind] for kind in UNDER[KIND]]


def test_it_can_go_on_from_others_and_be_joined(examples: Examples, blends: dict[str, Blend]) -> None:
    turned = {"text": blends["papers"], "papers": blends["text"]}
    assert [blend for _, blend in blends[KIND].on(turned).under.values()] == list(turned.values())
    other = learn(examples, seed=2, ground=blends[KIND])
    mean = (scores_of(blends[KIND], examples) + scores_of(other, examples)) / 2
    np.testing.assert_allclose(scores_of(joined(blends[KIND], other, 0.5), examples), mean, rtol=1e-9)
    with pytest.raises(ValueError, match="columns"):
        joined(blends[KIND], blends["text"], 0.5)


def test_the_context_of_both_sides_is_told_apart() -> None:
    assert SIDES[""] == (*CONTEXT, *(GIVEN + name for name in CONTEXT))
    assert len(PAIRED) == 2 * len(INPUTS) == 2 * (len(COLUMNS) + len(CONTEXT))
