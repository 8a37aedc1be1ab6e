"""Measures equal trec_eval's; broken lines are reported; runs are what evaluators expect."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval

from recommender.errors import InputError
from recommender.evaluation.evaluate import as_text, evaluate
from recommender.evaluation.files import read_drafts, read_qrels, run_lines
from recommender.evaluation.metrics import MEASURES, bootstrap
from recommender.ingest.normal import Skipped
from recommender.papers import Draft
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.store.library import Library

TREC = {"nDCG@10": "ndcg_cut_10", "recall@20": "recall_20", "recall@100": "recall_100", "MRR": "recip_rank",
        "MAP": "map"}


@pytest.mark.parametrize("seed", range(10))
def test_measures_are_trec_evals(seed: int) -> None:
    dice = np.random.default_rng(seed)
    papers = [f"p{i}" for i in range(300)]
    ranking = [str(paper) for paper in dice.permutation(papers)[:100]]
    grades = {str(paper): int(dice.integers(0, 3)) for paper in dice.permutation(papers)[:40]} | {"never ranked": 1}
    evaluator = pytrec_eval.RelevanceEvaluator({"d": grades}, set(TREC.values()))
    trusted = evaluator.evaluate({"d": {paper: float(100 - rank) for rank, paper in enumerate(ranking)}})["d"]
    for name, measure in MEASURES.items():
        assert measure(ranking, grades) == pytest.approx(trusted[TREC[name]])


def test_drafts_are_read_and_broken_ones_reported_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "drafts.jsonl"
    file.write_text("\n".join([
        json.dumps({"id": "a", "title": "T", "abstract": None, "year": 2019, "exclude": ["x"], "references": None}),
        "{broken", json.dumps({"id": "b", "year": "soon"}), json.dumps({"title": "no id"}), "",
        json.dumps({"id": 7, "abstract": "A"}), json.dumps({"id": "a"})]))
    items = list(read_drafts(file))
    drafts = [item for item in items if isinstance(item, Draft)]
    assert [draft.id for draft in drafts] == ["a", "7"]
    assert drafts[0].exclude == ("x",)
    assert drafts[0].filters.year_to == 2019
    assert [item.line for item in items if isinstance(item, Skipped)] == [2, 3, 4, 7]


def test_a_broken_judgement_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "qrels"
    file.write_text("d 0 p 1\nd 0 q\n")
    with pytest.raises(InputError, match="line 2"):
        read_qrels(file)


def test_a_runs_scores_fall_strictly_even_where_they_tie() -> None:
    lines = [line.split() for line in run_lines("d", [("a", 1.0), ("b", 1.0), ("c", 1.0), ("e", 0.5)], "tag")]
    assert [(line[0], line[1], line[2], line[3], line[5]) for line in lines] == [
        ("d", "Q0", paper, str(rank), "tag") for rank, paper in enumerate("abce", 1)]
    scores = [float(line[4]) for line in lines]
    assert all(one > other for one, other in pairwise(scores))


def test_the_table_has_bm25_every_signal_the_blend_without_each_and_the_blend(
        settings: Settings, library: Library) -> None:
    recommender = Recommender.open(settings, library)
    draft = Draft(id="d", abstract="A small student is trained by distillation of its teacher.")
    found = evaluate(recommender, [draft, Draft(id="unjudged", abstract="x")], {"d": {"kd1": 1, "kd2": 1}})
    table = found.means()
    assert found.drafts == 1
    assert found.nominated == 1.0
    assert set(table) == {"bm25 alone", "blend", *(f"{name} alone" for name in SIGNALS),
                          *(f"blend without {name}" for name in SIGNALS)}
    assert table["blend"]["recall@20"] == 1.0
    assert "blend over bm25 alone, nDCG@10: " in as_text(found, seed=1)


def test_the_bootstrap_holds_the_mean_and_narrows_with_more_drafts() -> None:
    few, many = bootstrap([0.0, 1.0] * 10, seed=1), bootstrap([0.0, 1.0] * 1000, seed=1)
    assert few[0] < 0.5 < few[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert bootstrap([0.25] * 5, seed=1) == (0.25, 0.25)
