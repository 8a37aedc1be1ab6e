"""Laws of a whole import: all of it or nothing, of any size and content, and our own exports as the same papers."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from records import everything, incoming, paper, take

from recommender.errors import InputError
from recommender.export.write import writer
from recommender.importing import import_files
from recommender.ingest.read import Record, read_text
from recommender.papers import Paper
from recommender.settings import load_settings
from recommender.store.intake import Counts, Incoming
from recommender.store.library import Library, opened
from recommender.store.rows import CHUNK

# -- whole or not at all ---------------------------------------------------------------------------------------------


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


# -- files imported again --------------------------------------------------------------------------------------------


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
