"""Measures equal trec_eval's; broken lines are reported; runs are what evaluators expect."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from scipy.sparse import csr_matrix

from recommender.blend import SHIPPED, load
from recommender.build import build, library_texts
from recommender.errors import InputError
from recommender.evaluation import SPLITS
from recommender.evaluation.breakdown import Breakdown
from recommender.evaluation.controls import examine
from recommender.evaluation.evaluate import as_text, evaluate
from recommender.evaluation.files import read_drafts, read_qrels, run_lines
from recommender.evaluation.learning import of_kind
from recommender.evaluation.lessons import described, draft_rows, inputs_of, lessons, without_memberships
from recommender.evaluation.metrics import MEASURES, bootstrap
from recommender.ingest.normal import Skipped
from recommender.loaded import Index, kind_of
from recommender.papers import Draft, Paper
from recommender.prepare import prepare
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.signals import SIGNALS
from recommender.store.intake import Incoming
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
    assert found.silent == ("semantic", "anchors", "cooccurrence")  # no vectors, nothing cited, nothing named
    heard = SIGNALS.keys() - set(found.silent)
    assert set(table) == {"bm25 alone", "blend", *(f"{name} alone" for name in heard),
                          *(f"blend without {name}" for name in heard)}
    assert "left out: semantic, anchors, cooccurrence" in as_text(found, seed=1)
    assert table["blend"]["recall@20"] == 1.0
    assert "blend over bm25 alone, nDCG@10: " in as_text(found, seed=1)


def test_a_signal_that_speaks_of_one_draft_is_not_silent(settings: Settings, library: Library) -> None:
    text = "A small student is trained by distillation of its teacher, CLIP."
    drafts = [Draft(id="d", abstract=text), Draft(id="e", abstract=text, references=("kd3",))]
    found = evaluate(Recommender.open(settings, library), drafts, {"d": {"kd1": 1}, "e": {"kd1": 1}})
    assert found.silent == ("semantic",)
    assert "anchors alone" in found.means()


def test_the_bootstrap_holds_the_mean_and_narrows_with_more_drafts() -> None:
    few, many = bootstrap([0.0, 1.0] * 10, seed=1), bootstrap([0.0, 1.0] * 1000, seed=1)
    assert few[0] < 0.5 < few[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert bootstrap([0.25] * 5, seed=1) == (0.25, 0.25)


def test_what_is_found_is_told_by_age_citations_and_venue() -> None:
    breakdown = Breakdown()
    old, new = Paper(id="old", year=2000, venue="Vis"), Paper(id="new", year=2019)
    breakdown.add([(old, True), (new, False)], 2020, {"blend": ["old"], "bm25": ["new"]})
    lines = {line[:44].strip(): line[44:].split() for line in breakdown.as_lines()}
    assert lines["cited in the library"] == ["1", "1.000", "0.000"]
    assert lines["0 to 1 year older"] == ["1", "0.000", "1.000"]
    assert lines["10 years or more"] == ["1", "1.000", "0.000"]
    assert lines["in Vis"][0] == "1"


@pytest.fixture(scope="module")
def citing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Library]]:
    """Two fields whose newer papers cite six older ones of their own: text and citations both tell."""
    dice = random.Random(5)
    words = {"g": "graph layout edge crossing node drawing tree planar vertex degree bend angle cluster force spring "
                  "stress overlap label map route curve circle level rank",
             "r": "query index retrieval feedback term document corpus posting weight idf search click log intent "
                  "answer passage snippet session user topic judge pool relevance score"}
    papers = []
    for number in range(200):
        field = "gr"[number % 2]
        older = [f"{field}{n:03d}" for n in range(number % 2, number - 1, 2)]
        papers.append(Paper(id=f"{field}{number:03d}", title=" ".join(dice.choices(words[field].split(), k=5)),
                            abstract=" ".join(dice.choices([*words[field].split(), "study", "result", "data"], k=50)),
                            year=1990 + number // 10, references=tuple(dice.sample(older, min(6, len(older))))))
    settings = Settings(tmp_path_factory.mktemp("citing"), als_iterations=2)
    library = Library.open(settings)
    library.take(Incoming(paper, "t", line, "jsonl") for line, paper in enumerate(papers, 1))
    build(settings, library)
    yield settings, library
    library.close()


def test_half_of_a_reading_list_is_a_lesson(citing: tuple[Settings, Library]) -> None:
    settings, library = citing
    corpus = Index.load(settings).corpus
    lists = csr_matrix((np.random.default_rng(1).random((len(corpus), 40)) < 0.1).astype(np.float32))
    corpus = replace(corpus, blocks={**corpus.blocks, "lists": lists},
                     by_column={**corpus.by_column, "lists": csr_matrix(lists.T)})
    signals = {name: signal.fit(corpus, settings) for name, signal in SIGNALS.items()}
    found = lessons(corpus, signals, library_texts(library, corpus), settings, 30, ("all", "list"))
    assert found is not None
    assert 8 <= found.modes.count("list") <= 10, "a quarter of the lists teaches, the rest is what they are found by"
    assert set(of_kind(found, "list").modes) == {"list"}
    assert (found.cited[np.repeat([mode == "list" for mode in found.modes], found.groups)]).sum() > 10


def test_half_of_the_references_stands_in_where_lists_are_too_few(citing: tuple[Settings, Library],
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    settings, library = citing
    monkeypatch.setattr("recommender.evaluation.lessons.LISTED", (6, 200))
    corpus = Index.load(settings).corpus
    signals = {name: signal.fit(corpus, settings) for name, signal in SIGNALS.items()}
    found = lessons(corpus, signals, library_texts(library, corpus), settings, 30, ("half", "list"))
    assert found is not None
    assert set(found.modes) == {"half"}
    assert of_kind(found, "list").modes == found.modes
    wanted = np.add.reduceat(found.cited, np.cumsum([0, *found.groups[:-1]])) + found.missed
    assert wanted.max() == 3, "of six references three are given and three are wanted"


def test_behind_a_gate_a_lesson_holds_the_candidates_that_are_hard_to_tell_apart(
        citing: tuple[Settings, Library], monkeypatch: pytest.MonkeyPatch) -> None:
    settings, library = citing
    monkeypatch.setattr("recommender.evaluation.lessons.TAUGHT", 10)
    corpus = Index.load(settings).corpus
    signals = {name: signal.fit(corpus, settings) for name, signal in SIGNALS.items()}
    every, hard = (lessons(corpus, signals, library_texts(library, corpus), settings, 30, ("all",), gates=gates)
                   for gates in (None, load(SHIPPED)))
    assert every is not None
    assert hard is not None
    assert hard.groups.max() == 10 < every.groups.min()
    place = every.drafts.tolist().index(hard.drafts[0])
    whole = {row.tobytes() for row in every.tables[place]}
    assert all(row.tobytes() in whole for row in hard.tables[0])
    start = every.groups[:place].sum()
    wanted = every.cited[start:start + every.groups[place]].sum() + every.missed[place]
    assert hard.cited[:10].sum() + hard.missed[0] == wanted, "what the gate stops counts as missed"


def test_an_earlier_period_asks_with_older_drafts_and_knows_still_older_lists(citing: tuple[Settings, Library]) -> None:
    corpus = Index.load(citing[0]).corpus
    rows, last = draft_rows(corpus, 30, 1)
    older, still_older = draft_rows(corpus, 30, 1, period=1)
    assert last is not None
    assert still_older is not None
    assert corpus.years[rows].min() > last >= corpus.years[older].max()
    assert corpus.years[older].min() > still_older
    assert not len(draft_rows(corpus, 30, 1, period=200)[0])
    drawn = [draft_rows(corpus, 30, 1, "random", period)[0].tolist() for period in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(("papers", "text", "kind"), [
    (0, "graph layout", "text"), (2, "graph layout", "text and papers"), (9, "graph layout", "text and papers"),
    (2, "", "papers"), (9, "", "list")])
def test_a_query_is_answered_by_the_blend_of_its_kind(citing: tuple[Settings, Library], papers: int, text: str,
                                                      kind: str) -> None:
    index = Index.load(citing[0])
    given = tuple(f"g{number:03d}" for number in range(0, 2 * papers, 2))
    query, _ = prepare(index.corpus, index.bm25, citing[1], Draft(title=text, references=given))
    assert kind_of(query, index.signals) == kind
    # What lessons tell of papers is what ranks them.
    scored, blend = index.rank(query, 20), index.blends[kind]
    told = inputs_of(blend, described(index.signals, query, scored.rows))
    np.testing.assert_allclose(blend.scores(told), scored.score, rtol=1e-9)


def test_a_teaching_list_holds_nothing_meanwhile(citing: tuple[Settings, Library]) -> None:
    corpus = Index.load(citing[0]).corpus
    lists = csr_matrix(np.ones((len(corpus), 3), dtype=np.float32))
    corpus = replace(corpus, blocks={**corpus.blocks, "lists": lists})
    left = without_memberships(corpus, np.array([5]), np.array([1])).blocks["lists"].toarray()
    assert left[:, 1].sum() == left[5].sum() == 0
    assert left.sum() == 2 * (len(corpus) - 1)


@pytest.mark.parametrize("split", SPLITS)
def test_a_library_examines_itself_with_controls(split: str, citing: tuple[Settings, Library]) -> None:
    settings, library = citing
    index = Index.load(settings)
    found = examine(index.corpus, index.signals, library_texts(library, index.corpus), settings, split)
    assert {"bm25", "blend", "blend, citations shuffled", "blend, noise for cooccurrence"} <= found.values.keys()
    assert any(name.startswith("blend learned without") for name in found.values)
    assert found.noise < 0.4
    assert "bm25" in found.as_text(1)


def test_an_unknown_split_and_too_few_lists_are_refused(citing: tuple[Settings, Library], settings: Settings,
                                                        library: Library) -> None:
    index = Index.load(citing[0])
    with pytest.raises(InputError, match="time, random"):
        examine(index.corpus, index.signals, library_texts(citing[1], index.corpus), citing[0], "by moon")
    small = Index.load(settings)
    with pytest.raises(InputError, match="reference lists"):
        examine(small.corpus, small.signals, library_texts(library, small.corpus), settings, "time")
