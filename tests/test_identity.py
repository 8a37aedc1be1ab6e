"""Laws of identity, as pure functions: when two records are one paper, which id is made up, what a merge keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.ingest import identity
from recommender.papers import Paper

DEEP = Paper(title="Deep learning for graphs", year=2020, authors=("Ada Lovelace",))


def test_titles_agree_across_case_accents_braces_and_punctuation() -> None:
    assert identity.title_key("{D}eep Learning, for Gráphs!") == identity.title_key("deep learning for graphs")


@pytest.mark.parametrize("other", [
    replace(DEEP, authors=("Lovelace, Ada",)),
    replace(DEEP, authors=("A. Lovelace", "Somebody Else")),
    replace(DEEP, title="Deep Learning for Graphs."),
])
def test_title_year_and_first_author_agree_across_spellings(other: Paper) -> None:
    assert identity.agree(DEEP, other)


@pytest.mark.parametrize("other", [
    replace(DEEP, year=2021),
    replace(DEEP, year=None),
    replace(DEEP, authors=("Ben Lovelace",)),
    replace(DEEP, authors=("Ada Byron",)),
    replace(DEEP, authors=()),
    replace(DEEP, title="Deep learning for trees"),
])
def test_another_year_author_or_title_does_not_agree(other: Paper) -> None:
    assert not identity.agree(DEEP, other)


@pytest.mark.parametrize("title", ["", "Editorial", "Reply to", "Editor's"])
def test_a_title_of_fewer_than_three_words_never_agrees(title: str) -> None:
    assert not identity.agree(replace(DEEP, title=title), replace(DEEP, title=title))


def test_an_unknown_year_on_both_sides_does_not_agree() -> None:
    assert not identity.agree(replace(DEEP, year=None), replace(DEEP, year=None))


def test_a_made_id_is_the_identifier_where_there_is_one() -> None:
    assert identity.made_id(replace(DEEP, doi="10.1/x")) == "doi:10.1/x"
    assert identity.made_id(replace(DEEP, arxiv="2001.00001")) == "arxiv:2001.00001"


def test_a_made_id_is_readable_deterministic_and_without_white_space() -> None:
    paper = replace(DEEP, authors=("Ludwig van der  Berg",), title="On\tspace and\u00a0more space")
    made = identity.made_id(paper)
    assert made == identity.made_id(paper)
    assert made.startswith("berg-2020-on-space-and-more")
    assert not any(char.isspace() for char in made)


def test_made_ids_of_records_that_a_title_cannot_identify_cover_all_they_say() -> None:
    first = Paper(title="Editorial", year=2020, authors=("Ada Lovelace",), venue="Letters")
    assert identity.made_id(first) != identity.made_id(replace(first, venue="Annals"))
    assert identity.made_id(replace(DEEP, year=None, abstract="one")) != identity.made_id(
        replace(DEEP, year=None, abstract="two"))


def test_made_ids_outlive_a_longer_abstract_where_the_title_identifies() -> None:
    assert identity.made_id(DEEP) == identity.made_id(replace(DEEP, abstract="More is known now."))


def test_a_merge_keeps_the_fuller_record_and_fills_its_gaps() -> None:
    held = replace(DEEP, id="a", venue="Held Venue")
    fuller = Paper(id="b", title=DEEP.title, abstract="An abstract.", authors=("Ada Lovelace", "Bo Berg"), year=2020,
                   venue="Fuller Venue", doi="10.1/x", url="https://example.org", keywords=("one",))
    merged = identity.merge(held, fuller, update=False)
    assert merged == replace(fuller, id="a")


def test_a_merge_with_less_changes_nothing() -> None:
    held = Paper(id="a", title=DEEP.title, abstract="An abstract.", authors=DEEP.authors, year=2020, venue="Venue",
                 fields={"pages": "1-2"})
    assert identity.merge(held, replace(DEEP, venue="Other", fields={"pages": "9"}), update=False) == held


def test_an_update_from_the_same_source_is_believed_in_plain_facts() -> None:
    held = Paper(id="a", title=DEEP.title, abstract="An abstract.", year=2020, venue="Preprint", doi="10.1/x")
    again = Paper(id="a", title=DEEP.title, year=2021, venue="Journal")
    merged = identity.merge(held, again, update=True)
    assert (merged.year, merged.venue, merged.doi, merged.abstract) == (2021, "Journal", "10.1/x", "An abstract.")


def test_equal_records_have_equal_hashes_and_any_difference_shows() -> None:
    assert identity.record_hash(DEEP) == identity.record_hash(replace(DEEP))
    for other in (replace(DEEP, id="x"), replace(DEEP, fields={"a": "b"}), replace(DEEP, references=("x",))):
        assert identity.record_hash(other) != identity.record_hash(DEEP)


def test_the_order_of_further_fields_makes_no_difference() -> None:
    assert identity.record_hash(replace(DEEP, fields={"a": "1", "b": "2"})) == identity.record_hash(
        replace(DEEP, fields={"b": "2", "a": "1"}))


def test_a_bibliographys_entry_may_lack_year_or_authors() -> None:
    assert identity.may_be(DEEP, Paper(title=DEEP.title))
    assert identity.may_be(DEEP, replace(DEEP, year=2022))
    assert not identity.may_be(DEEP, replace(DEEP, year=2023))
    assert not identity.may_be(DEEP, replace(DEEP, authors=("Bo Berg",)))
