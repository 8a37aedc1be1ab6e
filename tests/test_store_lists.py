"""Laws of reading lists in the database: their order, names, notes and owners, and what can be undone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from records import take

from recommender.errors import InputError, LibraryError
from recommender.papers import Paper, PaperList
from recommender.store.library import Library
from recommender.store.lists import Lists


@pytest.fixture
def lists(empty: Library) -> Lists:
    take(empty, *(Paper(id=id, title=f"The paper called {id}") for id in "abcd"))
    made = Lists(empty)
    made.take([PaperList("l", "A List", ("a", "b", "c"), "About it", {"b": "read this"})])
    return made


def test_a_list_keeps_order_notes_and_papers_that_come_later(empty: Library) -> None:
    one = PaperList("l", "A List", ("z", "later", "a"), "About", {"a": "a note", "later": "not here yet"})
    assert Lists(empty).take([one]) == (1, 0)
    assert Lists(empty).get("l") == one
    assert empty.unresolved_in_lists() == 3
    take(empty, Paper(id="later", title="It has come at last"))
    assert empty.unresolved_in_lists() == 2
    assert [key for _, key in empty.memberships()] == [empty.keys_of(["later"])["later"]]


def test_an_imported_list_takes_the_place_of_the_one_with_its_id(lists: Lists) -> None:
    assert lists.take([PaperList("l", "Renamed", ("d",)), PaperList("m", "Another")]) == (1, 1)
    assert lists.all() == [PaperList("l", "Renamed", ("d",)), PaperList("m", "Another")]


def test_lists_are_found_by_id_and_then_by_name(lists: Lists) -> None:
    lists.take([PaperList("A List", "Its id is the other's name")])
    assert lists.get("l").id == "l"
    assert lists.get("A List").id == "A List"
    with pytest.raises(LibraryError, match="There is no list 'x'"):
        lists.get("x")


def test_made_lists_have_ids_of_their_names(lists: Lists) -> None:
    assert [lists.create(name) for name in ("Zum Lesen!", "Zum  lesen", "???")] == ["zum-lesen", "zum-lesen-2", "list"]
    assert lists.get("zum-lesen-2").name == "Zum lesen"
    for name in ("", "  ", "x" * 201):
        with pytest.raises(InputError, match="1 to 200"):
            lists.create(name)


def test_renaming_keeps_id_and_papers(lists: Lists) -> None:
    before = lists.get("l")
    lists.rename("l", "Other name", "Other words")
    assert lists.get("l") == replace(before, name="Other name", description="Other words")


def test_a_deleted_list_is_gone_and_comes_back_whole(lists: Lists, empty: Library) -> None:
    before = lists.get("l")
    lists.delete("l")
    assert lists.overview() == []
    assert list(empty.memberships()) == []
    assert empty.status().lists == 0
    with pytest.raises(LibraryError):
        lists.get("l")
    lists.restore("l")
    assert lists.get("l") == before


def test_papers_are_added_once_where_they_are_wanted(lists: Lists) -> None:
    assert lists.add("l", "d", position=1)
    assert not lists.add("l", "d")
    assert lists.add("l", "x", position=99)
    assert lists.get("l").papers == ("a", "d", "b", "c", "x")


def test_removing_can_be_undone(lists: Lists) -> None:
    before = lists.get("l")
    removed = lists.remove("l", "b")
    assert removed is not None
    assert lists.get("l").papers == ("a", "c")
    lists.add("l", removed.paper_id, removed.position, removed.note)
    assert lists.get("l") == before
    assert lists.remove("l", "nothing") is None


@pytest.mark.parametrize(("paper", "by", "order"), [
    ("a", 1, "bac"), ("c", -1, "acb"), ("a", -5, "abc"), ("a", 99, "bca"), ("b", 0, "abc"), ("x", 1, "abc"),
])
def test_papers_move_up_and_down_within_the_list(lists: Lists, paper: str, by: int, order: str) -> None:
    lists.move("l", paper, by)
    assert "".join(lists.get("l").papers) == order


def test_notes_are_written_and_taken_away(lists: Lists) -> None:
    lists.note("l", "a", "  first  ")
    lists.note("l", "b", "")
    assert lists.get("l").notes == {"a": "first"}


def test_two_papers_of_a_list_that_turn_out_to_be_one_stand_on_it_once(lists: Lists, empty: Library) -> None:
    take(empty, Paper(id="a", title="The paper called a", doi="10.1/ac"))
    take(empty, Paper(id="c", title="The paper called c", doi="10.1/ac"))
    assert lists.get("l").papers == ("a", "b")
    assert not lists.add("l", "c")
    assert [entry.id for entry in lists.holding(["c"])] == ["l"]
    assert set(lists.holding_each(["a", "b", "d"])) == {"a", "b"}
    lists.move("l", "c", 1)
    assert lists.get("l").papers == ("b", "a")
    lists.note("l", "10.1/ac", "noted")
    assert lists.get("l").notes["a"] == "noted"
    assert lists.remove("l", "c") is not None
    assert lists.get("l").papers == ("b",)


def test_each_owner_has_lists_of_their_own(lists: Lists, empty: Library) -> None:
    assert Lists(empty, "someone").overview() == []
    assert Lists(empty, "someone").take([PaperList("l", "Theirs")]) == (1, 0)
    assert lists.get("l").name == "A List"


def test_every_change_of_the_lists_counts(lists: Lists, empty: Library) -> None:
    counted = [empty.fact("lists_revision")]
    for change in (lambda: lists.add("l", "d"), lambda: lists.move("l", "d", -1), lambda: lists.remove("l", "d"),
                   lambda: lists.delete("l"), lambda: lists.restore("l")):
        change()
        counted.append(empty.fact("lists_revision"))
    assert len(set(counted)) == len(counted)
