"""Invented records and a draft for the tests of the store, and how a library takes and tells them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recommender.papers import Draft, Filters, Paper
from recommender.store.intake import Counts, Incoming
from recommender.store.library import Library

TITLE = "A telling title of six words"
DRAFT = Draft(title="A draft", abstract="About it.", references=("a", "b"), filters=Filters(2000, 2020, ("Venue",)))


def paper(id: str = "", title: str = TITLE, **said: object) -> Paper:
    """A paper of one title, year and author, and what else is said of it."""
    return replace(Paper(id=id, title=title, year=2020, authors=("Ada Lovelace",)), **said)  # type: ignore[arg-type]


def incoming(papers: Iterable[Paper], file: str = "a.jsonl") -> list[Incoming]:
    """These papers as the lines of a file."""
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


def titles(library: Library, query: str) -> set[str]:
    """What a search finds."""
    found, total = library.search(query)
    assert len(found) == total
    return {paper.title for paper in found}
