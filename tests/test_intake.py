"""Laws of what becomes of records on their way into a real library: which merge, which never do, what is reported."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.errors import InputError
from recommender.export.write import writer
from recommender.importing import import_files
from recommender.ingest.read import Record, read_text
from recommender.papers import Paper, PaperList
from recommender.settings import load_settings
from recommender.store.intake import Counts, Incoming
from recommender.store.library import Library, opened
from recommender.store.lists import Lists
from recommender.store.rows import CHUNK

TITLE = "A telling title of six words"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    """A library of its own, with nothing in it."""
    with opened(load_settings(tmp_path)) as library:
        yield library


def incoming(papers: Iterable[Paper], file: str = "a.jsonl") -> list[Incoming]:
    return [Incoming(paper, file, line, "jsonl") for line, paper in enumerate(papers, 1)]


def take(library: Library, *papers: Paper, file: str = "a.jsonl") -> Counts:
    return library.take(incoming(papers, file))[0]


def groups(library: Library, names: Iterable[str]) -> set[frozenset[str]]:
    """Which of these ids are one paper."""
    by_key: dict[int, set[str]] = {}
    for name, key in library.keys_of(names).items():
        by_key.setdefault(key, set()).add(name)
    return {frozenset(together) for together in by_key.values()}


def everything(library: Library) -> list[Paper]:
    return [paper for _, paper in library.stream()]


def paper(id: str = "", title: str = TITLE, **said: object) -> Paper:
    return replace(Paper(id=id, title=title, year=2020, authors=("Ada Lovelace",)), **said)  # type: ignore[arg-type]


# -- ids ---------------------------------------------------------------------------------------------------------


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


# -- one paper ---------------------------------------------------------------------------------------------------


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


# -- one id, two titles --------------------------------------------------------------------------------------------


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


# -- aliases -----------------------------------------------------------------------------------------------------


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


# -- chains ------------------------------------------------------------------------------------------------------

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


# -- whole or not at all -------------------------------------------------------------------------------------------


def test_a_failure_midway_leaves_the_library_as_it_was(empty: Library) -> None:
    take(empty, paper("a"), paper("b", "The second of two papers", doi="10.1/b"))
    before, status = everything(empty), empty.status()

    def breaking() -> Iterator[Incoming]:
        yield from incoming(paper(f"n{i}", f"Filler number {i} of many") for i in range(CHUNK + 1))
        yield Incoming(paper("a", doi="10.1/b"), "a.jsonl", 1, "jsonl")
        raise InputError("the file is gone")

    with pytest.raises(InputError):
        empty.take(breaking())
    assert (everything(empty), empty.status()) == (before, status)


def test_one_file_that_cannot_be_read_keeps_all_of_them_out(empty: Library, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.pdf"
    good.write_text('{"id": "a", "title": "A title"}\n')
    bad.write_bytes(b"%PDF-1.7 and so on")
    with pytest.raises(InputError, match=r"bad\.pdf: This looks like PDF"):
        import_files(load_settings(tmp_path), empty, [good, bad])
    assert empty.status().papers == 0


# -- size and hostility ----------------------------------------------------------------------------------------------


def _memory(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _many(count: int) -> Iterator[Incoming]:
    for i in range(count):
        one = paper(f"p{i}", f"Title number {i} of many", abstract=f"{i} is the number. " * 20)
        yield Incoming(one, "f", i, "jsonl")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    used = []
    for count in (2_000, 12_000):
        with opened(load_settings(tmp_path / str(count))) as library:
            used.append(_memory(lambda held=library, n=count: held.take(_many(n))))
            assert library.status().papers == count
    assert used[1] < used[0] + 2_000_000


@pytest.mark.parametrize("one", [
    paper("quotes", "It's \"quoted\"; DROP TABLE papers;-- %s {0} \\"),
    paper("scripts", "Ελληνικά, العربية, 中文字符, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 and 🦜 emoji"),
    paper("abstract", abstract="A megabyte of text. " * 52_429),
    paper("title", "very long title " * 5_000),
    paper("authors", authors=tuple(f"Author Number{i}" for i in range(5_000))),
    paper("references", references=tuple(f"r{i}" for i in range(20_000))),
    paper("fields", fields={f"field {i}": "x" * 100 for i in range(500)}),
    paper("nothing", "", year=None, authors=()),
], ids=lambda one: one.id)
def test_hostile_content_comes_back_as_it_was(empty: Library, one: Paper) -> None:
    take(empty, one)
    assert empty.get(one.id) == replace(one, key=empty.get(one.id).key)  # type: ignore[union-attr]
    assert take(empty, one, file="b") == Counts(unchanged=1)


def test_a_batch_more_than_full_merges_across_its_border(empty: Library) -> None:
    records = [paper(f"p{i}", f"Title number {i} of many", doi=f"10.1/{i}") for i in range(CHUNK + 1)]
    again = [paper(f"q{i}", f"Title number {i} of many", doi=f"10.1/{i}") for i in range(CHUNK + 1)]
    assert take(empty, *records, *again) == Counts(added=CHUNK + 1, merged=CHUNK + 1)


# -- our own BibTeX --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["bibtex", "bibtex-unicode", "jsonl"])
def test_our_own_export_is_read_as_the_same_papers(empty: Library, format: str) -> None:
    records = [
        paper("own-id"), paper("own-2"), paper("no-year", "Of no known year at all", year=None),
        paper("no-authors", "By nobody in particular, anonymous", authors=()), paper("two", "Two words"),
        paper("editorial-1", "Editorial"), paper("editorial-2", "Editorial"),
        paper("bare", "Bare", year=None, authors=()),
        paper("", "Made up for this test", abstract="Ünïcödé & 100 % of $\\alpha$"), paper("", doi="10.1/x"),
        paper("arx", "A preprint of its own", arxiv="2001.00001"), paper("", "Short", year=None, authors=()),
        paper("tex", "On {GPU}s & the 50 % of $x_1$, or: _why_ #1?", authors=("Paul Erdős", "{The A & B Group}")),
    ]
    take(empty, *records)
    before = everything(empty)
    text = "".join(writer(format).write(before))
    back = [item.paper for item in read_text(text) if isinstance(item, Record)]
    assert len(back) == len(before)
    counts = take(empty, *back, file="export")
    assert counts.added == 0
    assert [one.id for one in everything(empty)] == [one.id for one in before]
    assert take(empty, *back, file="export") == Counts(unchanged=len(back))


def test_importing_from_another_file_keeps_the_paper_when_the_first_is_forgotten(empty: Library) -> None:
    take(empty, paper("a"), paper("b", "The second of two papers"), file="first")
    take(empty, paper("a"), file="second")
    assert empty.forget("first") == 1
    assert [one.id for one in everything(empty)] == ["a"]
