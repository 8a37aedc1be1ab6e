"""From a draft to recommendations: always k, adding up, explained; what is hidden stays hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import ArtifactError, InputError
from recommender.papers import Draft, Filters, Paper
from recommender.prepare import prepare
from recommender.recommend import Recommender, match_references
from recommender.settings import Settings
from recommender.starter import install
from recommender.store.intake import Incoming
from recommender.store.library import Library
from recommender.text.terms import words

DRAFT = Draft(title="Distilling a vision-language encoder into a small student",
              abstract="A student imitates the image-text similarities of CLIP, its teacher, by distillation.")


@pytest.fixture
def recommender(settings: Settings, library: Library) -> Recommender:
    return Recommender.open(settings, library)


def ids(recommender: Recommender, draft: Draft, k: int = 20) -> list[str]:
    return [one.paper.id for one in recommender.recommend(draft, k).recommendations]


def test_the_community_of_the_draft_comes_first(recommender: Recommender) -> None:
    assert {id[:2] for id in ids(recommender, DRAFT, 3)} == {"kd"}


def test_there_are_k_wherever_the_library_has_k(recommender: Recommender, toy_papers: list[Paper]) -> None:
    for k in (1, 5, len(toy_papers)):
        assert len(ids(recommender, DRAFT, k)) == k
        assert len(ids(recommender, Draft(abstract="a student of tongues"), k)) == k
    assert len(ids(recommender, DRAFT, 500)) == len(toy_papers)


def test_parts_and_base_add_up_to_the_score(recommender: Recommender) -> None:
    for one in recommender.recommend(replace(DRAFT, references=("kd1",)), 12).recommendations:
        assert one.base + sum(one.parts.values()) == pytest.approx(one.score, rel=1e-12, abs=1e-12)


def test_scores_fall_and_nothing_stands_twice(recommender: Recommender) -> None:
    found = recommender.recommend(DRAFT, 15).recommendations
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert len({one.paper.id for one in found}) == 15


def test_evidence_names_words_of_the_draft_and_papers_of_the_library(recommender: Recommender) -> None:
    best = recommender.recommend(DRAFT, 1).recommendations[0]
    words = {one.name for one in best.evidence if one.kind == "term"}
    assert words & {"distillation", "student", "teacher", "distilling", "clip", "vision"}
    for one in recommender.recommend(replace(DRAFT, references=("kd3",)), 10).recommendations:
        for evidence in one.evidence:
            assert evidence.kind != "paper" or recommender.library.get(evidence.name) is not None


def test_what_is_cited_disliked_excluded_or_hidden_is_not_recommended(recommender: Recommender) -> None:
    draft = replace(DRAFT, references=("kd1",), disliked=("kd2",), exclude=("kd3",), liked=("kd4",),
                    filters=Filters(without=("kd5",)))
    assert not set(ids(recommender, draft, 50)) & {"kd1", "kd2", "kd3", "kd4", "kd5"}


def test_years_and_venues_filter_and_unknown_years_pass(recommender: Recommender) -> None:
    found = ids(recommender, replace(DRAFT, filters=Filters(year_from=2018, year_to=2021)), 50)
    assert "mt5" in found
    assert not set(found) & {"kd1", "kd3", "tv3"}
    assert set(ids(recommender, replace(DRAFT, filters=Filters(venues=("Moving Pictures",))), 50)) == {
        "tv1", "tv2", "tv3", "tv4"}
    nothing = recommender.recommend(replace(DRAFT, filters=Filters(venues=("No such",))), 5)
    assert nothing.recommendations == ()
    assert "filters" in nothing.note


def test_ids_that_the_library_lacks_are_ignored(recommender: Recommender) -> None:
    assert ids(recommender, replace(DRAFT, references=("no",), exclude=("never",))) == ids(recommender, DRAFT)


def test_a_doi_is_as_good_as_an_id(recommender: Recommender) -> None:
    assert "kd1" not in ids(recommender, replace(DRAFT, references=("10.5555/kd1",)), 50)


def test_anchors_without_text_find_their_community(recommender: Recommender) -> None:
    assert ids(recommender, Draft(liked=("mt1", "mt3")), 3)[0][:2] == "mt"
    assert ids(recommender, Draft(liked=("kd1", "kd2")), 3)[0][:2] == "kd"


def test_terms_of_given_papers_are_named_by_their_own_words(recommender: Recommender) -> None:
    given = recommender.library.papers(list(recommender.library.keys_of(["kd1", "kd2"]).values()))
    written = set(words(" ".join(f"{paper.title} {paper.abstract} {' '.join(paper.keywords)}" for paper in given)))
    found = recommender.recommend(Draft(liked=("kd1", "kd2")), 3).recommendations
    named = {one.name for paper in found for one in paper.evidence if one.kind == "term"}
    assert named
    assert named <= written


def test_an_empty_draft_gets_a_note_and_no_papers(recommender: Recommender) -> None:
    answer = recommender.recommend(Draft(), 5)
    assert answer.recommendations == ()
    assert not answer.relevant
    assert "nothing to go on" in answer.note


def test_a_draft_apart_from_its_own_record(recommender: Recommender) -> None:
    own = Draft(title="Compressing vision-language encoders", abstract=DRAFT.abstract)
    assert "kd3" in ids(recommender, own, 50)
    assert "kd3" not in ids(recommender, recommender.apart(own), 50)


def test_an_unknown_signal_lists_the_known_ones(recommender: Recommender) -> None:
    with pytest.raises(InputError, match=r"no signal bm52.*bm25, semantic"):
        recommender.ranking(DRAFT, 5, ["bm52"])


def test_the_signal_bm25_ranks_every_paper_by_its_plain_score(recommender: Recommender) -> None:
    index = recommender.index
    query, _ = prepare(index.corpus, index.bm25, recommender.library, DRAFT)
    ranked = recommender.ranking(DRAFT, 100, ["bm25"])
    assert len(ranked) == len(index.corpus)
    rows = np.lexsort((np.arange(len(query.lexical)), -query.lexical))
    keys = index.corpus.keys[rows].tolist()
    names = recommender.library.ids_of(keys)
    assert [id for id, _ in ranked] == [names[key] for key in keys]
    assert [score for _, score in ranked] == pytest.approx(query.lexical[rows].tolist())


def test_a_bibliography_is_matched_and_what_is_missing_is_named(library: Library) -> None:
    bib = """@article{a, title = {Distilling large teachers into small students}, author = {Ada Kd1}, year = 2015}
@misc{b, title = {Something that nobody has}, year = 2020}
@misc{c, title = {Other words}, doi = {10.5555/KD2}}"""
    matched = match_references(library, bib)
    assert matched.ids == ("kd1", "kd2")
    assert matched.missing == ((2, "Something that nobody has"),)
    lines = match_references(library, "kd3\n10.5555/tv1\nunknown-id\n")
    assert lines.ids == ("kd3", "tv1")
    assert lines.missing == ((3, "unknown-id"),)


def test_without_an_index_the_cure_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(tmp_path_factory.mktemp("bare"))
    library = Library.open(settings)
    with pytest.raises(ArtifactError, match="recommender build"):
        Recommender.open(settings, library)
    library.close()


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    settings = Settings(tmp_path_factory.mktemp("starter"))
    library = Library.open(settings)
    install(settings, library)
    yield Recommender.open(settings, library)
    library.close()


@pytest.mark.parametrize("text", [
    "We distil a large vision-language model into a compact student for zero-shot classification.",
    "Adapters for parameter-efficient transfer of multilingual models to low-resource languages.",
    "A spoken dialogue system that gives a large language model ears, trained on speech instructions.",
    "Grounding dialogue responses in knowledge graphs with retrieved facts.",
    "Retrieving videos with sentences by cross-modal contrastive learning.",
])
def test_a_draft_on_the_librarys_subject_is_called_relevant(starter: Recommender, text: str) -> None:
    assert starter.recommend(Draft(abstract=text), 5).relevant


@pytest.mark.parametrize("text", [
    "Sourdough starters ferment rye at low temperature; crumb and crust depend on hydration and proofing time.",
    "We date the glacial moraines of the eastern Alps by cosmogenic beryllium in quartz boulders.",
    "Tariffs on steel imports and regional employment in the nineteenth century.",
])
def test_of_a_draft_on_something_else_it_is_said(starter: Recommender, text: str) -> None:
    answer = starter.recommend(Draft(abstract=text), 5)
    assert not answer.relevant
    assert answer.note


def test_where_the_library_has_no_reference_lists_no_likelihood_is_claimed(starter: Recommender) -> None:
    assert {one.likelihood for one in starter.recommend(DRAFT, 5).recommendations} == {None}


def test_a_running_recommender_takes_up_a_newer_build(settings: Settings, library: Library) -> None:
    from recommender.build import build

    recommender = Recommender.open(settings, library)
    assert not recommender.refresh()
    library.take([Incoming(Paper(id="kd6", title="One more student for the teacher's distillation"), "t", 1, "jsonl")])
    build(settings, library)
    assert recommender.refresh()
    assert "kd6" in ids(recommender, DRAFT, 50)
