"""Citations, co-occurrence and factors on libraries small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder
from recommender.papers import Draft, Paper
from recommender.prepare import assemble
from recommender.settings import Settings
from recommender.signals.als import Als, joint_matrix
from recommender.signals.base import Query, Weighted
from recommender.signals.bm25 import Bm25
from recommender.signals.citations import Citations
from recommender.signals.cooccurrence import SHRINKAGE, Cooccurrence, associate
from recommender.signals.neighbours import Neighbours


def corpus_of(texts: list[str], edges: list[tuple[int, int]] = (), entities: list[list[str]] | None = None,  # type: ignore[assignment]
              lists: list[tuple[int, int]] = ()) -> Corpus:  # type: ignore[assignment]
    builder = CorpusBuilder()
    for key, text in enumerate(texts):
        found = [("Method", name, 1) for name in (entities[key] if entities else [])]
        builder.add(key, Paper(id=f"p{key}", title=text), found)
    return builder.finish(edges, lists)


def asked(corpus: Corpus, near: dict[int, float], hidden: tuple[int, ...] = ()) -> Query:
    visible = np.ones(len(corpus), dtype=np.bool_)
    visible[list(hidden)] = False
    bm25 = Bm25.fit(corpus, Settings(Path()))
    query = assemble(corpus, bm25, Draft(), Weighted.none(), Weighted.none(), visible, visible)
    return replace(query, near=Weighted.of(near), memo={})


# 0 and 1 are near the draft. 0 cites 2 and 3, 1 cites 3; 4 cites 0 and 5; 6 cites 3 and 7.
EDGES = [(0, 2), (0, 3), (1, 3), (4, 0), (4, 5), (6, 3), (6, 7)]
TEXTS = ["zero", "one", "two", "three", "four", "five", "six", "seven"]


def test_what_near_papers_cite_counts_by_their_weight() -> None:
    signal = Citations.fit(corpus_of(TEXTS, EDGES), Settings(Path()))
    table = signal.describe(asked(signal.corpus, {0: 0.75, 1: 0.25}), np.arange(8))
    assert table[:, signal.features.index("cited_by_near")].tolist() == [0, 0, 0.75, 1.0, 0, 0, 0, 0]


def test_papers_cited_together_with_near_ones_count_less_the_longer_the_list_and_the_more_cited_they_are() -> None:
    signal = Citations.fit(corpus_of(TEXTS, EDGES), Settings(Path()))
    table = signal.describe(asked(signal.corpus, {0: 0.75, 1: 0.25}), np.arange(8))
    cocited = table[:, signal.features.index("cocited")]
    # 4 cites the near 0 (weight .75) and, on a list of two, 5, which one paper cites.
    assert cocited[5] == pytest.approx(0.75 / np.sqrt(2) / np.sqrt(1 + 1))
    assert cocited[7] == 0


def test_papers_that_share_references_with_near_ones_are_coupled() -> None:
    signal = Citations.fit(corpus_of(TEXTS, EDGES), Settings(Path()))
    table = signal.describe(asked(signal.corpus, {0: 0.75, 1: 0.25}), np.arange(8))
    coupled = table[:, signal.features.index("coupled")]
    # 6 shares 3 (cited by near papers with weight 1, by three papers in all); it lists two.
    assert coupled[6] == pytest.approx(1.0 / np.sqrt(3) / np.sqrt(1 + 2))
    assert np.isnan(coupled[7])


def test_a_hidden_papers_reference_list_counts_nowhere() -> None:
    signal = Citations.fit(corpus_of(TEXTS, EDGES), Settings(Path()))
    query = asked(signal.corpus, {0: 0.75, 1: 0.25}, hidden=(1, 4))
    table = signal.describe(query, np.arange(8))
    assert table[3, signal.features.index("cited_by_near")] == 0.75
    assert table[5, signal.features.index("cocited")] == 0


def test_without_citations_around_there_is_nothing_to_say() -> None:
    signal = Citations.fit(corpus_of(TEXTS, EDGES), Settings(Path()))
    query = asked(signal.corpus, {7: 1.0}, hidden=(6,))
    assert np.isnan(signal.describe(query, np.arange(8))).all()
    assert signal.density(query) == 0
    assert not len(signal.nominate(query, 5))


def test_association_is_symmetric_and_shrinks_where_it_rests_on_few_papers() -> None:
    block = csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 1]], dtype=np.float32))
    association, together = associate(block)
    assert together[0, 1] == together[1, 0] == 3
    assert association[0, 1] == association[1, 0] > 0
    pmi = np.log(3 * 6 / (4 * 3)) / np.log(6)
    assert association[0, 1] == pytest.approx(pmi * 3 / (3 + SHRINKAGE))
    assert association[0, 2] == 0, "1 paper in common is fewer than chance"


def test_a_hub_connects_nothing() -> None:
    everywhere = np.ones((300, 1), dtype=np.float32)
    pair = np.zeros((300, 2), dtype=np.float32)
    pair[:5] = 1
    association, _ = associate(csr_matrix(np.hstack([everywhere, pair])))
    assert association[0].nnz == 0
    assert association[1, 2] > 0


def test_evidence_names_the_link_and_the_papers_in_common() -> None:
    named = [["LoRA", "adapters"]] * 3 + [["adapters"], ["GAN"], ["GAN"]]
    corpus = corpus_of(["a", "b", "c", "d", "e", "f"], entities=named)
    signal = Cooccurrence.fit(corpus, Settings(Path()))
    lora = corpus.vocabularies["entities"].columns["Method\tLoRA"]
    query = replace(asked(corpus, {0: 1.0}), entities=Weighted.of({lora: 1.0}), memo={})
    evidence = signal.explain(query, 3)
    assert [(one.name, one.link) for one in evidence] == [("adapters", "with LoRA in 3 papers")]
    assert signal.describe(query, np.array([3]))[0, 0] == pytest.approx(evidence[0].amount)
    assert np.isfinite(signal.describe(query, np.array([4]))).all()


def test_factors_tell_two_communities_apart() -> None:
    texts = ["graph layout edge drawing"] * 6 + ["query index retrieval ranking"] * 6
    corpus = corpus_of([f"{text} {text}" for text in texts])
    signal = Als.fit(corpus, Settings(Path()))
    query = replace(asked(corpus, {}), terms=Weighted.of(
        {corpus.vocabularies["terms"].columns[term]: 1.0 for term in ("graph", "edg")}), memo={})
    scores = signal.describe(query, np.arange(12))[:, 0]
    assert scores[:6].min() > scores[6:].max()


def test_blocks_that_are_empty_fall_away() -> None:
    layout, _, matrix = joint_matrix(corpus_of(["graph layout"] * 8))
    assert not len(layout.kept["citations"])
    assert not len(layout.kept["lists"])
    assert matrix.shape[0] == 8


@pytest.mark.parametrize("papers", [1, 2, 3])
def test_the_tiniest_library_can_be_factorised(papers: int) -> None:
    corpus = corpus_of(["graph layout of edges"] * papers)
    signal = Als.fit(corpus, Settings(Path()))
    assert signal.papers.shape[0] == papers


# List 0 holds 0, 1 and 2; list 1 holds 1 and 3; 4 stands on none.
LISTS = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 3)]


def test_papers_on_lists_with_near_ones_are_near_by_the_lists_length_and_their_own_number_of_lists() -> None:
    signal = Neighbours.fit(corpus_of(TEXTS, lists=LISTS), Settings(Path()))
    query = asked(signal.corpus, {0: 0.75, 1: 0.25})
    listed = signal.describe(query, np.arange(8))[:, signal.features.index("lists")]
    assert listed[2] == pytest.approx(1.0 / np.sqrt(3) / np.sqrt(1 + 1))
    assert listed[3] == pytest.approx(0.25 / np.sqrt(2) / np.sqrt(1 + 1))
    assert listed[0] == pytest.approx(0.25 / np.sqrt(3) / np.sqrt(1 + 1)), "its own weight is left out"
    assert np.isnan(listed[4])
    assert signal.listed(query, 8).tolist() == [1, 0, 2, 3]


def test_the_share_of_given_papers_that_vouch_for_one_is_told() -> None:
    signal = Citations.fit(corpus_of(TEXTS, EDGES), Settings(Path()))
    query = asked(signal.corpus, {0: 1.0})
    cited, coupled = signal.reach(query, np.array([2, 3]), np.arange(8))
    assert cited[[2, 3, 7]].tolist() == [1.0, 1.0, 0.5], "0 cites 2 and 3; 6 cites 3 and 7"
    _, coupled = signal.reach(query, np.array([0, 1]), np.arange(8))
    assert coupled[6] == 1.0, "6 cites 3, as 0 and 1 do"
    assert coupled[4] == 0


@pytest.mark.parametrize("seed", range(3))
def test_factors_of_a_small_library_of_texts_alone_know_a_subject_by_words_the_draft_lacks(seed: int) -> None:
    # Eight subjects of 40 words, of which a text has 6 beside 14 common ones; two texts of a subject share about one.
    dice = np.random.default_rng(seed)
    subjects = np.arange(200) % 8

    def written(subject: int) -> str:
        numbers = [*(1000 * (1 + subject) + dice.integers(40, size=6)), *dice.integers(400, size=14)]
        return " ".join("w" + "".join("abcdefghij"[int(digit)] for digit in f"{number:04d}") for number in numbers)

    corpus = corpus_of([written(subject) for subject in subjects])
    signal, bm25 = Als.fit(corpus, Settings(Path())), Bm25.fit(corpus, Settings(Path()))
    every = np.ones(len(corpus), dtype=np.bool_)
    found, matched = [], []
    for subject in range(8):
        query = assemble(corpus, bm25, Draft(abstract=written(subject)), Weighted.none(), Weighted.none(), every, every)
        closeness = signal.describe(query, np.arange(len(corpus)))[:, signal.features.index("closeness")]
        for shares, scores in ((found, closeness), (matched, query.lexical)):
            shares.append(float((subjects[np.argsort(-scores, kind="stable")[:20]] == subject).mean()))
    assert np.mean(found) > 0.8
    assert np.mean(matched) < 0.65


def test_factors_find_what_would_stand_on_one_list_with_the_given_papers() -> None:
    lists = [(name, paper) for name in range(12) for paper in range(name % 2, 20, 2) if (name + paper) % 5]
    corpus = corpus_of([f"pair{number // 2}" for number in range(20)], lists=lists)
    signal = Als.fit(corpus, Settings(Path()))
    bm25 = Bm25.fit(corpus, Settings(Path()))
    every = np.ones(20, dtype=np.bool_)
    query = assemble(corpus, bm25, Draft(), Weighted.of({0: 1.0, 2: 1.0}), Weighted.none(), every, every)
    together = signal.describe(query, np.arange(4, 20))[:, signal.features.index("together")]
    assert together[::2].min() > together[1::2].max(), "even papers stand on lists with 0 and 2"


def test_factors_are_silent_of_what_a_hidden_papers_reference_list_has_taught_them() -> None:
    texts = ["graph layout edge drawing"] * 6 + ["query index retrieval ranking"] * 6
    corpus = corpus_of([f"{text} {text}" for text in texts], edges=[(0, 1)])
    signal = Als.fit(corpus, Settings(Path()))
    query = replace(asked(corpus, {}), terms=Weighted.of({corpus.vocabularies["terms"].columns["graph"]: 1.0}))
    for hidden, silent in ((0, True), (1, False)):
        one = replace(query, hidden=np.array([hidden]), memo={})
        assert np.isnan(signal.describe(one, np.arange(12))).all() == silent
        assert (len(signal.nominate(one, 5)) == 0) == silent
        assert (not list(signal.explain(one, 3))) == silent
