"""The blend: additive by signal, exact, learned, calibrated; and a library that learns its own."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest

from recommender.blend import CONTEXT, GIVEN, KINDS, SHIPPED, Blend, as_text, joined, load
from recommender.build import build
from recommender.errors import ArtifactError
from recommender.evaluation.learning import (
    INPUTS,
    TAUGHT,
    calibrated,
    learn,
    ndcg_of,
    parted,
    scores_of,
    share_of,
)
from recommender.evaluation.lessons import COLUMNS, Examples
from recommender.loaded import FEATURES, Index
from recommender.papers import Draft, Paper
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.store.intake import Incoming
from recommender.store.library import Library

GROUPS, SIZE = 120, 40
BM25, NOISE = INPUTS.index(("bm25", "bm25_share")), INPUTS.index(("prior", "age"))


@pytest.fixture(scope="module")
def examples() -> Examples:
    """Citing follows the words alone; everything else is noise or missing."""
    dice = np.random.default_rng(3)
    tables = np.full((GROUPS * SIZE, len(INPUTS)), np.nan, dtype=np.float32)
    tables[:, BM25] = dice.random(GROUPS * SIZE)
    tables[:, NOISE] = dice.random(GROUPS * SIZE)
    for place in range(len(COLUMNS), len(INPUTS)):
        tables[:, place] = 1.0
    cited = dice.random(GROUPS * SIZE) < tables[:, BM25] ** 4
    return Examples(tuple(np.split(tables, GROUPS)), cited, np.full(GROUPS, SIZE), ("all",) * GROUPS, np.arange(GROUPS),
                    np.zeros(GROUPS, int))


@pytest.fixture(scope="module")
def blend(examples: Examples) -> Blend:
    return calibrated(learn(examples, seed=1), examples)


def asked(examples: Examples) -> tuple[dict[str, Any], dict[str, float]]:
    """The first group as signals' tables and a context."""
    place, tables = 0, {}
    for name, features in FEATURES.items():
        tables[name] = examples.tables[0][:, place:place + len(features)]
        place += len(features)
    return tables, dict.fromkeys(CONTEXT, 1.0)


def test_base_and_parts_add_up_to_the_score_and_that_is_the_trees(blend: Blend, examples: Examples) -> None:
    tables, context = asked(examples)
    scored = blend.rank(np.arange(SIZE), tables, context, FEATURES, SIZE)
    parts = np.nansum(np.stack(list(scored.parts.values())), axis=0)
    np.testing.assert_allclose(parts + scored.base, scored.score, rtol=1e-12)
    np.testing.assert_allclose(scored.score, scores_of(blend, examples)[:SIZE][scored.rows], rtol=1e-9)


def test_a_signal_without_evidence_has_no_part(blend: Blend, examples: Examples) -> None:
    tables, context = asked(examples)
    scored = blend.rank(np.arange(SIZE), tables, context, FEATURES, SIZE)
    assert np.isnan(scored.parts["citations"]).all()
    assert np.isfinite(scored.parts["bm25"]).all()


def test_noise_gets_a_part_near_zero(blend: Blend, examples: Examples) -> None:
    tables, context = asked(examples)
    scored = blend.rank(np.arange(SIZE), tables, context, FEATURES, SIZE)
    assert np.std(scored.parts["prior"]) < 0.25 * np.std(scored.parts["bm25"])


def test_best_first_and_ties_to_the_smaller_row(blend: Blend, examples: Examples) -> None:
    tables, context = asked(examples)
    same = {name: np.repeat(table[:1], SIZE, axis=0) for name, table in tables.items()}
    rows = np.arange(100, 100 + SIZE)[::-1].copy()
    assert blend.rank(rows, same, context, FEATURES, 5).rows.tolist() == [100, 101, 102, 103, 104]
    scores = blend.rank(np.arange(SIZE), tables, context, FEATURES, 10).score
    assert (np.diff(scores) <= 0).all()


@pytest.mark.parametrize("which", ["learned", *KINDS])
def test_every_path_of_every_tree_uses_one_signal(which: str, blend: Blend) -> None:
    chosen = blend if which == "learned" else load(SHIPPED)[which]
    owners = [signal for signal, _ in chosen.columns]
    forests = [lightgbm.Booster(model_str=trees) for _, trees in chosen.forests]
    for tree in (tree for forest in forests for tree in forest.dump_model()["tree_info"]):
        stack: list[tuple[dict[str, Any], set[str]]] = [(tree["tree_structure"], set())]
        while stack:
            node, used = stack.pop()
            if "split_feature" in node:
                used = used | ({owners[node["split_feature"]]} - {""})
                stack += [(node["left_child"], used), (node["right_child"], used)]
            assert len(used) <= 1


def test_likelihood_rises_strictly_with_the_score(blend: Blend, examples: Examples) -> None:
    tables, context = asked(examples)
    scored = blend.rank(np.arange(SIZE), tables, context, FEATURES, SIZE)
    apart = np.diff(scored.score) < -1e-9
    assert (np.diff(scored.likelihood)[apart] < 0).all()
    assert ((scored.likelihood > 0) & (scored.likelihood < 1)).all()


def test_saved_and_loaded_it_scores_the_same(blend: Blend, examples: Examples, tmp_path: Path) -> None:
    (tmp_path / "blend.json").write_text(as_text(dict.fromkeys(KINDS, blend)))
    again = load(tmp_path / "blend.json")["text"]
    np.testing.assert_array_equal(scores_of(again, examples), scores_of(blend, examples))
    assert again.calibration == blend.calibration
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(ArtifactError, match="recommender build"):
        load(tmp_path / "broken.json")


def test_forests_and_joined_blends_score_by_the_mean(examples: Examples) -> None:
    both = learn(examples, seed=1, forests=2)
    one, other = (replace(both, forests=[(1.0, trees)]) for _, trees in both.forests)
    assert one.forests != other.forests
    mean = (scores_of(one, examples) + scores_of(other, examples)) / 2
    np.testing.assert_allclose(scores_of(both, examples), mean, rtol=1e-9)
    np.testing.assert_allclose(scores_of(joined(one, other, 0.5), examples), mean, rtol=1e-9)
    np.testing.assert_array_equal(scores_of(joined(one, other, 1.0), examples), scores_of(one, examples))
    with pytest.raises(ValueError, match="columns"):
        joined(one, learn(examples, seed=1, without=("bm25",)), 0.5)


def test_drafts_held_out_say_what_share_a_blend_is_to_have(examples: Examples) -> None:
    taught, test = parted(examples)
    good = learn(taught, seed=1)
    chance = replace(taught, cited=np.random.default_rng(1).permutation(taught.cited))
    misled = learn(chance, seed=1, ground=replace(good, forests=()))
    share = share_of(good, misled, test)
    assert 0.6 < share <= 0.75
    assert share_of(misled, good, test) == pytest.approx(1 - share, abs=1e-3)


def test_one_without_a_share_leaves_nothing_behind(blend: Blend, examples: Examples) -> None:
    other = learn(examples, seed=2)
    assert [trees for _, trees in joined(other, blend, 0.0).forests] == [trees for _, trees in blend.forests]
    assert joined(other, blend, 1.0).forests == other.forests


def test_what_the_gate_stops_would_not_have_come_first(blend: Blend, examples: Examples) -> None:
    tables: dict[str, Any] = {}
    place = 0
    for name, features in FEATURES.items():
        tables[name] = np.concatenate(examples.tables[:50])[:, place:place + len(features)]
        place += len(features)
    rows = np.arange(50 * SIZE)
    found = blend.rank(rows, tables, dict.fromkeys(CONTEXT, 1.0), FEATURES, 20)
    every = scores_of(blend, examples)[:50 * SIZE]
    assert found.rows.tolist() == np.lexsort((rows, -every))[:20].tolist()


def test_the_gate_stops_what_is_not_worth_a_closer_look(examples: Examples) -> None:
    wide = Examples((np.concatenate(examples.tables),), examples.cited, np.array([GROUPS * SIZE]), ("all",),
                    np.zeros(1, int), np.zeros(1, int))
    score = scores_of(learn(wide, seed=1), wide)
    assert np.isfinite(score).sum() == TAUGHT
    passed = np.isfinite(score)
    assert wide.cited[passed].mean() > 2 * wide.cited.mean()


def test_a_signal_left_out_is_not_an_input(examples: Examples) -> None:
    assert "bm25" not in {signal for signal, _ in learn(examples, seed=1, without=("bm25",)).columns}


def test_a_small_library_without_reference_lists_ranks_texts_by_what_its_like_taught() -> None:
    usual, small = load(SHIPPED), load(SHIPPED, is_small=True)
    assert {kind for kind in KINDS if usual[kind].forests != small[kind].forests} == {"text", "text, meaning"}
    assert usual.keys() == small.keys() == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_blend_knows_the_signals_there_are(kind: str) -> None:
    shipped = load(SHIPPED)[kind]
    assert set(shipped.names) == set(SIGNALS) - (set() if kind.endswith("meaning") else {"semantic"})
    assert all(feature.removeprefix(GIVEN) in FEATURES[signal] for signal, feature in shipped.columns if signal)
    assert shipped.calibration is not None


def test_a_library_with_reference_lists_learns_from_them_and_says_so(tmp_path: Path) -> None:
    """Two fields whose papers cite their own; each newer paper cites six older ones of its field."""
    dice = random.Random(5)
    fields = {"g": "graph layout edge crossing node drawing tree planar force cluster label bundle matrix hierarchy",
              "r": "query index retrieval rank feedback term corpus judge expansion passage snippet stem log click"}
    papers = []
    for number in range(260):
        field = "gr"[number % 2]
        words = fields[field].split()
        older = [f"{field}{n:03d}" for n in range(number % 2, number - 1, 2)]
        papers.append(Paper(id=f"{field}{number:03d}", title=" ".join(dice.choices(words, k=5)),
                            abstract=" ".join(dice.choices([*words, "study", "method", "result", "data"], k=30)),
                            year=1990 + number // 10, references=tuple(dice.sample(older, min(6, len(older))))))
    settings = Settings(tmp_path / "data", als_iterations=3)
    settings.data.mkdir()
    library = Library.open(settings)
    library.take(Incoming(paper, "t", line, "jsonl") for line, paper in enumerate(papers, 1))
    build(settings, library)
    said = Index.load(settings).manifest["blend"]
    assert said["drafts"] > 0
    for kind in ("text", "papers"):
        assert said[kind]["from"] in {"library", "shipped"}
        assert 0 <= said[kind]["held_out"]["share"] <= 1
    draft = Draft(title="planar graph drawing", abstract="edge crossing")
    found = Recommender.open(settings, library).recommend(draft, 10)
    assert {one.paper.id[0] for one in found.recommendations} == {"g"}
    # A paper that taught, asked as a draft of its own, is answered by blends that have not seen its list.
    index = Index.load(settings)
    taught = library.ids_of(index.corpus.keys[index.taught_by].tolist())
    assert len(taught) == said["drafts"]
    general = Recommender(settings, library, replace(index, blends={}))
    assert general.ranking(replace(draft, exclude=(min(taught.values()),)), 10)
    with pytest.raises(KeyError):
        general.ranking(replace(draft, exclude=(papers[0].id,)), 10)
    library.close()


def test_ndcg_counts_what_was_no_candidate(examples: Examples) -> None:
    score = examples.cited.astype(float)
    assert ndcg_of(score, examples) == pytest.approx(np.ones(GROUPS))
    missed = Examples(examples.tables, examples.cited, examples.groups, examples.modes, examples.drafts,
                      np.full(GROUPS, 10))
    assert (ndcg_of(score, missed) <= 1 + 1e-12).all()
    assert ndcg_of(score, missed).mean() < 1
