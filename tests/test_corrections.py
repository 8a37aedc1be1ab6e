"""Corrections of methods, datasets and tasks: by name, at once where that can be, and after every build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from recommender.build import build
from recommender.catalogue import Catalogue
from recommender.errors import InputError, LibraryError
from recommender.naming import Naming
from recommender.papers import Draft, Paper
from recommender.prepare import prepare
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.standing import standing
from recommender.store.corrections import Corrections
from recommender.store.intake import Incoming
from recommender.store.library import Library


def corrected(library: Library, *said: tuple[str, ...]) -> Naming:
    corrections = Corrections(library)
    for one in said:
        corrections.add(*one)
    return corrections.naming()


# -- what names mean -------------------------------------------------------------------------------------------------


def test_spellings_are_one_as_far_as_they_share_a_key(empty: Library) -> None:
    naming = corrected(empty)
    assert naming.of("Dataset", "MSR-VTT") == naming.of("Dataset", "MSRVTT") != naming.of("Method", "MSR-VTT")


def test_a_merge_takes_every_spelling_along_and_gives_the_name(empty: Library) -> None:
    naming = corrected(empty, ("merge", "Dataset", "MS COCO", "Dataset", "COCO"))
    home = naming.of("Dataset", "MS-COCO")
    assert home == naming.of("Dataset", "COCO") is not None
    assert naming.shown(home) == ("Dataset", "COCO")


def test_merges_in_a_row_all_end_at_the_last(empty: Library) -> None:
    naming = corrected(empty, ("merge", "Method", "A", "Method", "B"), ("merge", "Method", "B", "Task", "C"))
    assert naming.of("Method", "A") == naming.of("Method", "B") == naming.of("Task", "C")


def test_a_merge_back_takes_the_first_one_back(empty: Library) -> None:
    naming = corrected(empty, ("rename", "Method", "A", "Method", "B"), ("rename", "Method", "B", "Method", "A"))
    assert naming.of("Method", "B") == naming.of("Method", "A")
    assert naming.shown(naming.of("Method", "A") or "") == ("Method", "A")
    assert [(one.name, one.to_name) for one in naming.corrections] == [("B", "A")]


def test_what_is_merged_into_a_muted_one_is_muted(empty: Library) -> None:
    naming = corrected(empty, ("mute", "Task", "UP"), ("merge", "Method", "Up-", "Task", "UP"))
    assert naming.of("Task", "up") is None
    assert naming.of("Method", "Up-") is None


def test_a_split_spelling_leaves_the_others_together(empty: Library) -> None:
    naming = corrected(empty, ("split", "Dataset", "VQA-v2"))
    assert naming.of("Dataset", "VQA v2") == naming.of("Dataset", "VQAv2") != naming.of("Dataset", "VQA-v2")


def test_a_split_spelling_can_be_merged_elsewhere(empty: Library) -> None:
    naming = corrected(empty, ("split", "Dataset", "Up"), ("merge", "Dataset", "Up", "Dataset", "Upworthy"))
    assert naming.of("Dataset", "Up") == naming.of("Dataset", "Upworthy") != naming.of("Dataset", "UP")


def test_another_correction_of_the_same_thing_takes_the_place_of_the_first(empty: Library) -> None:
    corrections = Corrections(empty)
    first, nothing = corrections.add("mute", "Method", "CLIP")
    second, old = corrections.add("rename", "Method", "Clip", "Method", "CLIP (model)")
    assert nothing is None
    assert old == first
    assert corrections.all() == [second]
    corrections.put_back(first)
    assert [one.action for one in corrections.all()] == ["mute"]


@pytest.mark.parametrize(("said", "why"), [
    (("paint", "Method", "A"), "no correction 'paint'"),
    (("mute", "Colour", "red"), "A kind is one of"),
    (("rename", "Method", "A", "Method", " "), "field is empty"),
    (("rename", "Method", "A", "Method", "A"), "already"),
    (("rename", "Method", "A", "Method", "x" * 201), "at most 200"),
    (("rename", "Method", "A", "Method", "a\x00b"), "printable"),
    (("merge", "Method", "A-B", "Method", "AB"), "one already"),
])
def test_a_correction_that_says_nothing_is_refused(empty: Library, said: tuple[str, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        Corrections(empty).add(*said)
    assert Corrections(empty).all() == []


def test_every_change_counts_and_what_is_gone_is_said(empty: Library) -> None:
    corrections = Corrections(empty)
    made, _ = corrections.add("mute", "Method", "CLIP")
    assert corrections.revision() == 1
    assert corrections.take_back(made.id) == made
    assert corrections.revision() == 2
    with pytest.raises(LibraryError, match="no such correction"):
        corrections.take_back(made.id)


# -- the index that is there, and the next one -----------------------------------------------------------------------


def catalogue(recommender: Recommender) -> Catalogue:
    return recommender.catalogue()


def names(recommender: Recommender) -> set[tuple[str, str]]:
    return {(label, name) for _, label, name in catalogue(recommender).everything}


def papers(recommender: Recommender, label: str, name: str) -> set[str]:
    card = recommender.entity(label, name)
    return {paper.id for paper in recommender.library.papers(card.keys)} if card else set()


@pytest.fixture(params=["at once", "after a build"])
def after(request: pytest.FixtureRequest, settings: Settings, library: Library) -> Callable[..., Recommender]:
    """A function that makes corrections and opens the index: the old one, or one built since."""

    def make(*said: tuple[str, ...]) -> Recommender:
        corrected(library, *said)
        if request.param == "after a build":
            build(settings, library)
        return Recommender.open(settings, library)

    return make


def columns(recommender: Recommender, text: str) -> set[tuple[str, str]]:
    """What of a draft's text the query is asked with."""
    index, naming = recommender.index, recommender.catalogue().naming
    query, _ = prepare(index.corpus, index.bm25, recommender.library, Draft(abstract=text), naming)
    return {catalogue(recommender).entity(int(catalogue(recommender).home[column])) for column in query.entities.rows}


def test_a_merged_spelling_finds_the_merged_entity(after: Callable[..., Recommender]) -> None:
    recommender = after(("merge", "Method", "XLM-R", "Method", "mBERT"))
    assert ("Method", "XLM-R") not in names(recommender)
    assert papers(recommender, "Method", "XLM-R") == papers(recommender, "Method", "mBERT") == {
        "mt1", "mt2", "mt3", "mt5"}
    assert columns(recommender, "We fine-tune XLM-R on WikiAnn.") >= {("Method", "mBERT")}
    card = recommender.entity("Method", "mBERT")
    assert card is not None
    assert card.papers == 4
    assert {name for kind in card.together.values() for name, _ in kind} >= {"WikiAnn"}


def test_a_muted_one_is_gone_from_pages_and_drafts(after: Callable[..., Recommender]) -> None:
    recommender = after(("mute", "Method", "CLIP"))
    assert ("Method", "CLIP") not in names(recommender)
    assert recommender.entity("Method", "CLIP") is None
    assert "CLIP" not in {name for _, name in columns(recommender, "We prompt CLIP on ImageNet.")}
    assert "CLIP" not in {name for _, name in recommender.entities_of(["kd3"])["kd3"]}
    answer = recommender.recommend(Draft(abstract="We distil CLIP into a small student on ImageNet."), 5)
    assert "CLIP" not in {one.name for found in answer.recommendations for one in found.evidence
                          if one.kind == "method"}


def test_a_new_name_and_kind_is_shown_everywhere(after: Callable[..., Recommender]) -> None:
    recommender = after(("rename", "Method", "CLIP", "Task", "Contrastive image–text"))
    assert ("Task", "Contrastive image–text") in names(recommender)
    assert papers(recommender, "Method", "clip") == papers(recommender, "Task", "Contrastive image–text") >= {"kd3"}
    assert ("Task", "Contrastive image–text") in recommender.entities_of(["kd3"])["kd3"]
    assert ("Task", "Contrastive image–text") in columns(recommender, "We prompt CLIP.")


def test_corrections_taken_back_are_gone_with_the_next_build(settings: Settings, library: Library) -> None:
    before = names(Recommender.open(settings, library))
    corrected(library, ("merge", "Method", "XLM-R", "Method", "mBERT"), ("mute", "Method", "CLIP"))
    build(settings, library)
    for one in Corrections(library).all():
        Corrections(library).take_back(one.id)
    build(settings, library)
    assert names(Recommender.open(settings, library)) == before


def test_a_split_spelling_is_one_of_its_own_after_a_build(settings: Settings, library: Library) -> None:
    library.take([Incoming(Paper(id="x", title="More scripts", methods=("XLMR",)), "f", 1, "jsonl")])
    build(settings, library)
    recommender = Recommender.open(settings, library)
    card = recommender.entity("Method", "XLM-R")
    assert card is not None
    assert {name for _, name in card.spellings} == {"XLM-R", "XLMR"}
    corrected(library, ("split", "Method", "XLMR"))
    assert papers(recommender, "Method", "XLMR") >= {"x", "mt1"}  # the old index knows them together
    build(settings, library)
    recommender = Recommender.open(settings, library)
    assert papers(recommender, "Method", "XLMR") == {"x"}
    assert "x" not in papers(recommender, "Method", "XLM-R")


def test_the_standing_says_that_corrections_are_newer_than_the_index(settings: Settings, library: Library) -> None:
    assert standing(settings, library).up_to_date
    corrected(library, ("mute", "Method", "CLIP"))
    now = standing(settings, library)
    assert not now.up_to_date
    assert "corrections changed" in now.as_text()
    Corrections(library).take_back(Corrections(library).all()[0].id)
    assert standing(settings, library).up_to_date
    corrected(library, ("mute", "Method", "CLIP"))
    build(settings, library)
    assert standing(settings, library).up_to_date


def test_corrections_are_part_of_what_an_index_was_built_from(settings: Settings, library: Library) -> None:
    build(settings, library)
    plain = Recommender.open(settings, library).manifest["fingerprint"]
    corrected(library, ("mute", "Method", "CLIP"))
    build(settings, library)
    assert Recommender.open(settings, library).manifest["fingerprint"] != plain


def test_a_batch_without_corrections_answers_as_before(settings: Settings, library: Library) -> None:
    recommender = Recommender.open(settings, library)
    draft = Draft(abstract="We distil CLIP into a small student on ImageNet.")
    assert recommender.ranking(draft, 5) == recommender.ranking(replace(draft, entities=()), 5)
