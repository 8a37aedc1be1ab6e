"""What a draft is missing: used nearby, not named, not everywhere anyway; and where a name was introduced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.introduced import introduction
from recommender.papers import Choice, Draft, Paper
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.store.library import Library

DRAFT = Draft(title="Finding the moment in a video", abstract="A sentence retrieves the video whose frames match it. "
              "Text-video retrieval by temporal grounding of captions in long videos, with frame embeddings.")


@pytest.fixture
def recommender(settings: Settings, library: Library) -> Recommender:
    return Recommender.open(settings, library)


def missing(recommender: Recommender, draft: Draft) -> list[tuple[str, str]]:
    return [(one.label, one.name) for one in recommender.recommend(draft, 5).missing]


def test_datasets_of_the_nearest_papers_come_first_with_the_papers(recommender: Recommender) -> None:
    found = recommender.recommend(DRAFT, 5).missing
    assert {one.name for one in found[:2]} == {"MSR-VTT", "ActivityNet"}
    first = next(one for one in found if one.name == "MSR-VTT")
    assert {paper.id for paper in first.papers} <= {"tv1", "tv3", "tv4"}
    assert first.near == len(first.papers) == 3
    assert [one.label for one in found] == sorted((one.label for one in found), key=["Dataset", "Method"].index)
    for label in ("Dataset", "Method"):
        scores = [one.score for one in found if one.label == label]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) <= 5


def test_what_the_draft_names_in_any_spelling_is_not_missing(recommender: Recommender) -> None:
    named = replace(DRAFT, abstract=DRAFT.abstract + " We evaluate on the MSRVTT dataset.")
    assert ("Dataset", "MSR-VTT") not in missing(recommender, named)
    assert ("Dataset", "ActivityNet") in missing(recommender, named)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_what_the_author_added_or_took_away_is_not_suggested_again(recommender: Recommender, weight: float) -> None:
    chosen = replace(DRAFT, entities=(Choice("Dataset", "MSR-VTT", weight),))
    assert ("Dataset", "MSR-VTT") not in missing(recommender, chosen)


def test_a_hidden_paper_is_no_evidence(recommender: Recommender) -> None:
    hidden = replace(DRAFT, exclude=("tv1", "tv3", "tv4"))
    assert ("Dataset", "MSR-VTT") not in missing(recommender, hidden)


def test_nothing_is_missing_where_nothing_is_near(recommender: Recommender) -> None:
    assert missing(recommender, Draft(title="Soufflés", abstract="Eggs, butter and a hot oven.")) == []
    assert missing(recommender, Draft()) == []


# -- choices ---------------------------------------------------------------------------------------------------------


def ranks(recommender: Recommender, draft: Draft) -> list[str]:
    return [one.paper.id for one in recommender.recommend(draft, 15).recommendations]


def test_an_added_entity_draws_its_papers_up_and_more_of_it_further(recommender: Recommender) -> None:
    plain = Draft(abstract="Small adapters learn new languages from unlabelled text.")
    places = [ranks(recommender, replace(plain, entities=chosen)).index("kd4") for chosen in (
        (), (Choice("Method", "prompt tuning"),), (Choice("Method", "prompt tuning", 4.0),))]
    assert places[0] > places[1] >= places[2]
    assert places[2] == 0
    best = recommender.recommend(replace(plain, entities=(Choice("Method", "prompt tuning", 4.0),)), 15)
    evidence = next(one.evidence for one in best.recommendations if one.paper.id == "kd4")
    assert "prompt tuning" in {one.name for one in evidence}


@pytest.mark.parametrize(("weight", "better"), [(4.0, True), (2.0, True), (0.5, False), (0.0, False)])
def test_more_of_what_the_draft_names_moves_its_papers_up_and_less_down(
    recommender: Recommender, weight: float, better: bool
) -> None:
    draft = Draft(abstract="We prompt CLIP on unseen classes; the student keeps the accuracy of the teacher.")
    def scores(draft: Draft) -> dict[str, float]:
        answer = recommender.recommend(draft, 15).recommendations
        for one in answer:
            assert one.base + sum(one.parts.values()) == pytest.approx(one.score, abs=1e-9)
        return {one.paper.id: one.score for one in answer}
    before, after = scores(draft), scores(replace(draft, entities=(Choice("Method", "CLIP", weight),)))
    lead = {name: scores["kd4"] - scores["mt2"] for name, scores in (("before", before), ("after", after))}
    assert (lead["after"] > lead["before"]) is better


def test_an_entity_taken_away_is_no_longer_evidence(recommender: Recommender) -> None:
    draft = Draft(abstract="We prompt CLIP on unseen classes.")
    def methods(draft: Draft) -> set[str]:
        return {one.name for found in recommender.recommend(draft, 5).recommendations for one in found.evidence
                if one.signal == "cooccurrence" and not one.link}
    assert "CLIP" in methods(draft)
    assert "CLIP" not in methods(replace(draft, entities=(Choice("Method", "CLIP", 0.0),)))


def test_entities_alone_are_enough_to_go_on(recommender: Recommender) -> None:
    assert ranks(recommender, Draft(entities=(Choice("Method", "adapters"),)))[0].startswith("mt")


# -- introductions ---------------------------------------------------------------------------------------------------

USER = Paper(id="user", title="A study of retrieval", year=2000,
             abstract="We are early. Results on VidSet are good. More.")
SAYS = Paper(id="says", title="Videos", year=2001,
             abstract="Videos matter. We introduce Vid-Set, a large collection. End.")
TITLE = Paper(id="title", title="VidSet: videos for all", year=2002, abstract="Videos matter. VidSet has a million.")


@pytest.mark.parametrize(("papers", "who", "sentence", "own"), [
    ([USER, SAYS, TITLE], "title", "VidSet has a million.", True),
    ([USER, SAYS], "says", "We introduce Vid-Set, a large collection.", True),
    ([USER], "user", "Results on VidSet are good.", False),
    ([Paper(id="silent", title="Nothing", abstract="No name here.")], "silent", "", False),
])
def test_the_paper_that_claims_a_name_introduces_it(papers: list[Paper], who: str, sentence: str, own: bool) -> None:
    found = introduction(papers, ["VidSet", "Vid-Set"])
    assert found is not None
    assert (found.paper.id, found.sentence, found.own) == (who, sentence, own)


@pytest.mark.parametrize("spellings", [[], ["***"], ["(("]])
def test_a_name_without_letters_introduces_nothing_and_breaks_nothing(spellings: list[str]) -> None:
    introduction([USER], spellings)
    assert introduction([], ["VidSet"]) is None


def test_a_long_sentence_is_cut_at_a_word() -> None:
    found = introduction([Paper(id="a", abstract="VidSet " + "and more " * 200)], ["VidSet"])
    assert found is not None
    assert len(found.sentence) < 410
    assert found.sentence.endswith(" …")
