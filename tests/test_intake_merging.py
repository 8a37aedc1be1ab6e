"""Laws of which records become one paper, which never do, and that order and parts make no difference."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from records import everything, groups, incoming, paper, take

from recommender.ingest.read import Record, read_text
from recommender.papers import Paper
from recommender.settings import load_settings
from recommender.store.intake import Counts
from recommender.store.library import Library, opened
from recommender.store.rows import CHUNK

# -- one paper -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [
    (paper("a"), paper("a", abstract="More.")),
    (paper("a", doi="10.1/x"), paper("b", "Quite another title here", doi="10.1/x")),
    (paper("a", arxiv="2001.00001"), paper("b", "Quite another title here", arxiv="2001.00001")),
    (paper("a"), paper()),
    (paper(doi="10.1/x"), paper()),
    (paper(), paper(venue="Somewhere")),
    (paper(arxiv="2001.00001"), paper(authors=("Lovelace, A.",))),
])
@pytest.mark.parametrize("way", ["one batch", "two imports", "turned round", "two turned round"])
def test_records_that_say_so_are_one_paper(empty: Library, one: Paper, other: Paper, way: str) -> None:
    records = [one, other] if "round" not in way else [other, one]
    if "two" in way:
        take(empty, records[0])
        take(empty, records[1])
    else:
        take(empty, *records)
    assert len(everything(empty)) == 1


@pytest.mark.parametrize(("one", "other"), [
    (paper("a"), paper("b")),
    (paper(doi="10.1/x"), paper(doi="10.1/y")),
    (paper("a"), paper(doi="10.1/x")),
    (paper(arxiv="2001.00001"), paper(arxiv="2001.00002")),
    (paper(doi="10.1/x"), paper(arxiv="2001.00002")),
    (paper(title="Editorial"), paper(title="Editorial", venue="Another journal")),
    (paper(title="Editorial", year=None), paper(title="Editorial", year=None, abstract="Another one.")),
    (paper(year=None), paper(year=None, abstract="Known twice, dated never.")),
    (paper("a", year=None), paper()),
    (paper(), paper(year=2021)),
    (paper(), paper(authors=("Bo Berg",))),
])
def test_other_records_stay_apart(empty: Library, one: Paper, other: Paper) -> None:
    assert take(empty, one, other).added == 2
    assert len(everything(empty)) == 2


def test_arxiv_versions_are_one_paper(empty: Library) -> None:
    text = "\n".join(f'{{"title": "A preprint in two versions", "arxiv": "{id}"}}'
                     for id in ("arXiv:2001.00001v1", "https://arxiv.org/abs/2001.00001v3"))
    take(empty, *(item.paper for item in read_text(text) if isinstance(item, Record)))
    assert len(everything(empty)) == 1


def test_a_library_of_bags_of_words_keeps_papers_of_equal_titles(empty: Library) -> None:
    assert take(empty, *(paper(str(i), "model data learn network graph deep") for i in range(20))).added == 20


def test_a_merge_keeps_the_fuller_record_whichever_came_first(tmp_path: Path) -> None:
    short = paper("a", doi="10.1/x")
    full = paper("b", doi="10.1/x", abstract="All of it.", venue="Venue", keywords=("one", "two"), references=("r",))
    for name, order in (("one", [short, full]), ("two", [full, short])):
        with opened(load_settings(tmp_path / name)) as library:
            take(library, *order)
            (kept,) = everything(library)
            assert (kept.abstract, kept.venue, kept.keywords, kept.references) == (
                full.abstract, full.venue, full.keywords, full.references)


# -- chains ----------------------------------------------------------------------------------------------------------

LINK = paper("a", doi="10.1/b", title="A title that is nobody else's")


@pytest.mark.parametrize("cut", [(3,), (1, 2), (2, 1), (1, 1, 1)])
@pytest.mark.parametrize("apart", [False, True])
def test_a_record_that_names_two_papers_makes_them_one(empty: Library, cut: tuple[int, ...], apart: bool) -> None:
    records = [paper("a", LINK.title, references=("r",)), paper("b", "The second of two papers", doi="10.1/b"), LINK]
    filler = [paper(f"filler{i}", f"Filler number {i} of many") for i in range(CHUNK)]
    at = 0
    for size in cut:
        part = records[at: at + size]
        # A batch of its own for each record, within one import.
        take(empty, *(one for record in part for one in ([record, *filler] if apart else [record])))
        at += size
    assert groups(empty, ["a", "b", "10.1/b"]) == {frozenset(["a", "b", "10.1/b"])}
    assert empty.get("b").references == ("r",)  # type: ignore[union-attr]
    assert empty.status().papers == 1 + (CHUNK if apart else 0)


def test_a_chain_by_doi_and_title_makes_all_of_it_one_paper(empty: Library) -> None:
    take(empty, paper(), paper("a", "Its other title altogether", doi="10.1/x"))
    take(empty, paper(doi="10.1/x"))
    assert len(everything(empty)) == 1


def test_a_chain_after_a_merge_that_changed_the_title_does_not_stumble(empty: Library) -> None:
    take(empty, paper("a", doi="10.1/a"),
         paper("c", "Short title of three", doi="10.1/c"), paper("d", "A much longer title of the same", doi="10.1/c"),
         paper("a", doi="10.1/c"))
    assert groups(empty, ["a", "c", "d"]) == {frozenset(["a", "c", "d"])}


def test_joined_papers_keep_the_given_id(empty: Library) -> None:
    take(empty, paper(title="The first known of all", doi="10.1/a"))
    take(empty, paper("mine", "The second known of all", arxiv="2001.00001"))
    counts, notes = empty.take(incoming([paper("", "The third known of all", doi="10.1/a", arxiv="2001.00001")]))
    assert [one.id for one in everything(empty)] == ["mine"]
    assert (counts.merged, counts.joined) == (1, 1)
    assert len(notes) == 1


# -- in any order ----------------------------------------------------------------------------------------------------


def _records(seed: int) -> list[Paper]:
    """Random records of twelve works, each of a title of its own; ids and identifiers belong to one work each."""
    draw = random.Random(seed)
    records: list[Paper] = []
    for work in range(12):
        title = f"Work number {work} of the twelve"
        records += [Paper(
            id=f"w{work}-{draw.choice('abc')}" if draw.random() < 0.5 else "",
            title=title if draw.random() < 0.8 else f"{title}, extended version",
            abstract="word " * draw.randint(0, 5), year=2000 + work, authors=("Ada Lovelace",),
            doi=f"10.1/w{work}.{draw.randint(1, 2)}" if draw.random() < 0.4 else "",
            arxiv=f"2001.{work:05d}" if draw.random() < 0.4 else "", url=f"https://example.org/{version}")
            for version in range(draw.randint(1, 5))]
    # One id names one title here: what becomes of an id with two titles does depend on the order.
    titles: dict[str, str] = {}
    return [replace(one, title=titles.setdefault(one.id, one.title)) if one.id else one for one in records]


def _parts(library: Library, records: Sequence[Paper]) -> set[frozenset[str]]:
    return groups(library, {name for one in records for name in (one.id, one.doi, one.arxiv) if name})


@pytest.mark.parametrize("seed", range(8))
def test_identifiers_give_the_same_papers_in_any_order_and_any_parts(tmp_path: Path, seed: int) -> None:
    # Title agreement is left out: it depends on who came first where a record without identity has two suitors.
    records = [replace(one, year=None) for one in _records(seed) if one.id or one.doi or one.arxiv]
    draw = random.Random(seed)
    found = []
    for turn in range(6):
        order = list(records)
        if turn:
            draw.shuffle(order)
        with opened(load_settings(tmp_path / str(turn))) as library:
            counted = Counts()
            while order:
                size = draw.randint(1, len(order)) if turn % 2 else len(order)
                counts = take(library, *order[:size])
                counted.added, counted.joined = counted.added + counts.added, counted.joined + counts.joined
                order = order[size:]
            found.append(_parts(library, records))
            assert library.status().papers == counted.added - counted.joined
            assert {one.abstract.count("word") for one in everything(library)} <= set(range(6))
    assert all(one == found[0] for one in found[1:])


@pytest.mark.parametrize("seed", range(4))
def test_everything_imported_again_changes_nothing(empty: Library, seed: int) -> None:
    records = _records(seed)
    first = take(empty, *records)
    assert first.added + first.merged + first.updated + first.unchanged == len(records)
    before, status = everything(empty), empty.status()
    assert take(empty, *records) == Counts(unchanged=len(records))
    assert take(empty, *records[::-1], file="again.jsonl") == Counts(unchanged=len(records))
    assert (everything(empty), empty.status()) == (before, status)
