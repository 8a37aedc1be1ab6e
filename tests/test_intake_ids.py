"""Laws of ids on their way into a library: kept, made up, suffixed where two titles share one, and never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from records import everything, groups, incoming, paper, take

from recommender.papers import PaperList
from recommender.settings import load_settings
from recommender.store.intake import Counts
from recommender.store.library import Library, opened
from recommender.store.lists import Lists

# -- given and made up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["A1", "a1", "10.1145/ABC", "id/with?odd=#chars", "‹é›", "12345", "x" * 300, "%_'\""])
def test_a_given_id_is_kept_verbatim(empty: Library, id: str) -> None:
    take(empty, paper(id))
    assert everything(empty)[0].id == id
    assert empty.get(id) is not None


def test_ids_that_differ_in_case_are_two_papers(empty: Library) -> None:
    assert take(empty, paper("Ab"), paper("aB")).added == 2


def test_made_ids_are_the_same_in_every_library_and_order(tmp_path: Path) -> None:
    records = [paper("", f"Title number {i} of many", key="") for i in range(5)] + [paper(doi="10.1/x")]
    found = []
    for name, order in (("one", records), ("two", records[::-1])):
        with opened(load_settings(tmp_path / name)) as library:
            take(library, *order)
            found.append([one.id for one in everything(library)])
    assert found[0] == found[1]
    assert not any(char.isspace() for id in found[0] for char in id)


def test_a_given_id_takes_the_place_of_one_that_was_made_up(empty: Library) -> None:
    take(empty, paper(doi="10.1/x"))
    take(empty, paper("mine", doi="10.1/x"))
    assert [one.id for one in everything(empty)] == ["mine"]
    assert groups(empty, ["mine", "doi:10.1/x", "10.1/x"]) == {frozenset(["mine", "doi:10.1/x", "10.1/x"])}


def test_a_made_up_id_that_comes_back_in_an_export_is_nobodys_own(empty: Library) -> None:
    take(empty, paper())
    made = everything(empty)[0]
    assert take(empty, made, file="export.jsonl") == Counts(unchanged=1)
    # Still without identity, so that title, year and author may speak.
    assert take(empty, paper("mine")).merged == 1
    assert everything(empty)[0].id == "mine"


# -- one id, two titles ----------------------------------------------------------------------------------------------


def test_the_same_id_with_another_title_is_a_second_paper_suffixed_and_reported(empty: Library) -> None:
    counts, notes = empty.take(incoming([paper("x"), paper("x", "Quite another title here")]))
    assert counts == Counts(added=2)
    assert [one.id for one in everything(empty)] == ["x", "x-2"]
    assert notes == [("a.jsonl", 2, "the id x already belongs to another title; this paper is kept as x-2")]


def test_a_suffixed_paper_is_found_again(empty: Library) -> None:
    second = paper("x", "Quite another title here")
    take(empty, paper("x"), second, paper("x", "And a third title"))
    assert take(empty, second, file="b.jsonl") == Counts(unchanged=1)
    assert take(empty, replace(second, abstract="Now with an abstract."), file="b.jsonl").added == 0
    assert [one.id for one in everything(empty)] == ["x", "x-2", "x-3"]
    assert empty.get("x-2").abstract == "Now with an abstract."  # type: ignore[union-attr]


def test_a_suffix_that_is_taken_is_passed_over(empty: Library) -> None:
    take(empty, paper("x"), paper("x-2", "Somebody's own title here"))
    take(empty, paper("x", "Quite another title here"))
    assert [one.id for one in everything(empty)] == ["x", "x-2", "x-3"]


def test_a_doi_says_one_paper_even_under_another_title(empty: Library) -> None:
    take(empty, paper("x", doi="10.1/x"), paper("x", "A corrected title of it", doi="10.1/x"))
    assert len(everything(empty)) == 1


def test_an_id_that_is_taken_does_not_go_to_a_paper_found_by_its_doi(empty: Library) -> None:
    take(empty, paper("x"), paper(title="Quite another title here", doi="10.1/y"))
    take(empty, paper("x", "Quite another title here", doi="10.1/y"))
    assert groups(empty, ["x", "10.1/y", "x-2"]) == {frozenset(["x"]), frozenset(["10.1/y", "x-2"])}


def test_an_id_is_held_to_the_title_that_it_came_with(empty: Library) -> None:
    longer = "A longer title that the merge prefers to the first"
    take(empty, paper("x", doi="10.1/x"), paper("y", longer, doi="10.1/x"))
    again = [paper("x", abstract="Without its DOI."), paper("y", longer, url="https://example.org")]
    assert take(empty, *again).added == 0
    assert len(everything(empty)) == 1


def test_a_thousand_titles_under_one_id_take_no_longer_each(empty: Library) -> None:
    assert take(empty, *(paper("same", f"Title number {i} of many") for i in range(2000))).added == 2000


# -- aliases ---------------------------------------------------------------------------------------------------------


def test_an_id_merged_away_goes_on_working(empty: Library) -> None:
    take(empty, paper("a", doi="10.1/x"), paper("citing", "This one cites the other", references=("b", "10.1/x")))
    Lists(empty).take([PaperList("l", "List", ("b", "a", "citing"))])
    take(empty, paper("b", doi="10.1/x", abstract="Fuller."))
    assert empty.get("b") == empty.get("a")
    keys = empty.keys_of(["a", "b", "citing"])
    assert keys["a"] == keys["b"]
    assert list(empty.citations()) == [(keys["citing"], keys["a"])]
    assert [key for _, key in empty.memberships()] == sorted({keys["a"], keys["citing"]})
    assert Lists(empty).get("l").papers == ("b", "citing")


def test_references_to_papers_that_come_later_are_resolved_when_they_come(empty: Library) -> None:
    take(empty, paper("a", references=("later", "never")))
    assert empty.unresolved() == 2
    assert list(empty.citations()) == []
    take(empty, paper("later", "It is here at last"))
    keys = empty.keys_of(["a", "later"])
    assert list(empty.citations()) == [(keys["a"], keys["later"])]
    assert empty.unresolved() == 1
