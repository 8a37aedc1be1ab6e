"""Laws of finding papers in the database: by words, by venue, by any of their ids, and by key."""

from __future__ import annotations

import pytest
from records import take, titles

from recommender.papers import Paper
from recommender.store.library import Library

FOUND = [
    Paper(id="a", title="Erdős numbers, and how to count them", authors=("Paul Erdős", "Bo van der Berg")),
    Paper(id="b", title="Counting sheep", authors=("O'Brien, Pat",)),
    Paper(id="c", title="知识蒸馏 for C++ in 100% of cases", authors=("{World Health Organization}",)),
]


@pytest.mark.parametrize(("query", "ids"), [
    ("erdos", "a"), ("ERDŐS number", "a"), ("count", "ab"), ("count sheep", ""), ("counting sh", "b"),
    ("sheep count", "b"),
    ("o'brien", "b"), ("berg", "a"), ("van der berg paul", "a"), ("world organ", "c"), ("100", "c"), ("知识", "c"),
    ("", ""), ("   ", ""), ("zebra", ""),
])
def test_search_finds_every_word_and_the_beginning_of_the_last(empty: Library, query: str, ids: str) -> None:
    take(empty, *FOUND)
    assert titles(empty, query) == {paper.title for paper in FOUND if paper.id in ids}


@pytest.mark.parametrize("query", [
    '" OR *', "* OR search_text:*", "NEAR(a b)", "a AND NOT b", "'; DROP TABLE papers; --", "%", "_", "\\", "a:*", "!!",
    "&|!()<->", "^", "{a b}", "-", "\u00b2 \u2460 \u0660", "🦜", "\u0301", "ⅷ", "a" * 10_000, "word " * 500,
])
def test_search_takes_anything_that_is_typed(empty: Library, query: str) -> None:
    take(empty, *FOUND)
    empty.search(query)
    assert empty.status().papers == 3


def test_search_follows_a_title_that_changes(empty: Library) -> None:
    take(empty, Paper(id="a", doi="10.1/x", title="Short and old name"))
    take(empty, Paper(id="b", doi="10.1/x", title="A longer and better name of it"))
    assert titles(empty, "better") == {"A longer and better name of it"}
    assert titles(empty, "old") == set()


def test_search_comes_in_pages(empty: Library) -> None:
    take(empty, *(Paper(id=str(i), title=f"Common title number {i}") for i in range(25)))
    pages = [empty.search("common", 10, offset)[0] for offset in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({paper.id for page in pages for paper in page}) == 25


def test_venues_are_found_by_a_part_of_the_name_most_papers_first(empty: Library) -> None:
    take(empty, *(Paper(id=str(i), title=f"Title number {i} here", venue=venue, year=2000 + i)
                  for i, venue in enumerate(["B 100%", "A Letters", "B 100%", "", "C_Letters"])))
    assert empty.venues() == [("B 100%", 2), ("A Letters", 1), ("C_Letters", 1)]
    assert empty.venues("letters") == [("A Letters", 1), ("C_Letters", 1)]
    assert empty.venues("%") == [("B 100%", 2)]
    assert empty.venues("_") == [("C_Letters", 1)]
    assert empty.years() == (2000, 2004)


def test_ids_dois_and_arxiv_ids_all_find_the_paper(empty: Library) -> None:
    take(empty, Paper(id="mine", title="A paper with names", doi="10.1/x", arxiv="2001.00001"))
    keys = empty.keys_of(["mine", "10.1/x", "2001.00001", "MINE", "other"])
    assert set(keys) == {"mine", "10.1/x", "2001.00001"}
    assert len(set(keys.values())) == 1


def test_papers_come_in_the_order_of_their_keys_and_gone_ones_are_left_out(empty: Library) -> None:
    take(empty, *FOUND)
    keys = empty.keys_of(["c", "a"])
    assert [paper.id for paper in empty.papers([keys["c"], 10**6, keys["a"]])] == ["c", "a"]
