"""Reading lists as JSON lines of `id, name, papers` (and our own `description, notes`), in and out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from recommender.ingest.files import open_text
from recommender.ingest.normal import Skipped
from recommender.papers import PaperList


def read_lists(path: Path, skipped: Callable[[Skipped], object], tick: Callable[[int], object] = lambda n: None,
               ) -> Iterator[PaperList]:
    """The lists of a file; `skipped` is told of every line that is none."""
    with open_text(path) as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                yield list_of(json.loads(text))
            except (ValueError, RecursionError) as error:
                skipped(Skipped(line, str(error)))
            tick(1)


def list_of(said: Any) -> PaperList:
    """A list from a JSON object. Raises ValueError naming the field."""
    if not isinstance(said, dict):
        raise ValueError("a list is a JSON object with id, name, papers")
    id, papers = said.get("id"), said.get("papers")
    if isinstance(id, bool) or not isinstance(id, str | int) or not str(id).strip():
        raise ValueError("id must be a text or a whole number")
    name = said.get("name") or str(id)
    if not isinstance(name, str):
        raise ValueError("name must be a text")
    if not isinstance(papers, list) or not all(isinstance(one, str | int) and not isinstance(one, bool)
                                               for one in papers):
        raise ValueError("papers must be a list of paper ids")
    description, notes = said.get("description") or "", said.get("notes") or {}
    if not isinstance(description, str):
        raise ValueError("description must be a text")
    if not isinstance(notes, dict) or not all(isinstance(note, str) for note in notes.values()):
        raise ValueError("notes must map paper ids to texts")
    return PaperList(str(id), name, tuple(dict.fromkeys(str(one) for one in papers)), description, notes)


def list_lines(lists: Iterable[PaperList]) -> Iterator[str]:
    """One JSON line a list."""
    for one in lists:
        said: dict[str, Any] = {"id": one.id, "name": one.name, "papers": list(one.papers)}
        said |= {"description": one.description} if one.description else {}
        said |= {"notes": dict(one.notes)} if one.notes else {}
        yield json.dumps(said, ensure_ascii=False)
