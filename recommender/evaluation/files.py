"""Drafts, judgements and runs as files: JSON lines, TREC qrels, TREC runs; a broken line is reported, not fatal."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from recommender.errors import InputError
from recommender.ingest.files import open_text
from recommender.ingest.normal import Skipped
from recommender.papers import Draft, Filters

Qrels = dict[str, dict[str, int]]
"""Draft id -> paper id -> grade."""


def read_drafts(path: Path) -> Iterator[Draft | Skipped]:
    """Drafts from JSON lines of `id, title, abstract, year, exclude, references, authors, own_authors`."""
    seen: set[str] = set()
    with open_text(path) as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                draft = draft_of(json.loads(text))
            except (ValueError, RecursionError) as error:
                yield Skipped(line, f"{error}")
                continue
            if draft.id in seen:
                yield Skipped(line, f"a draft of the id {draft.id!r} came before")
                continue
            seen.add(draft.id)
            yield draft


def draft_of(said: Any) -> Draft:
    """A draft from a JSON object. Raises ValueError naming the field."""
    if not isinstance(said, dict):
        raise ValueError("a draft is a JSON object with id, title, abstract, year, exclude, references, authors, "
                         "own_authors")
    id = said.get("id")
    if isinstance(id, bool) or not isinstance(id, str | int) or not str(id) or any(c.isspace() for c in str(id)):
        raise ValueError("id must be a text without white space, or a whole number")
    for name in ("title", "abstract"):
        if not isinstance(said.get(name), str | None):
            raise ValueError(f"{name} must be a text")
    year = said.get("year")
    if isinstance(year, bool) or not isinstance(year, int | None):
        raise ValueError("year must be a whole number or null")
    lists = {}
    for name in ("exclude", "references"):
        ids = said.get(name) or []
        if not isinstance(ids, list) or not all(isinstance(one, str | int) and not isinstance(one, bool)
                                                for one in ids):
            raise ValueError(f"{name} must be a list of paper ids")
        lists[name] = tuple(str(one) for one in ids)
    authors = said.get("authors") or []
    if not isinstance(authors, list) or not all(isinstance(one, str) for one in authors):
        raise ValueError("authors must be a list of names")
    own_authors = said.get("own_authors") or False
    if not isinstance(own_authors, bool):
        raise ValueError("own_authors must be true or false")
    return Draft(id=str(id), title=said.get("title") or "", abstract=said.get("abstract") or "",
                 filters=Filters(year_to=year), references=lists["references"], exclude=lists["exclude"],
                 authors=tuple(authors), own_authors=own_authors)


def read_qrels(path: Path) -> Qrels:
    """TREC qrels: draft, 0, paper, grade. Raises InputError, naming the line, for a line that is none."""
    qrels: Qrels = defaultdict(dict)
    with open_text(path) as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                draft, _, paper, grade = text.split()
                qrels[draft][paper] = int(grade)
            except ValueError:
                raise InputError(f"{path}, line {line}: a judgement is «draft 0 paper grade», not "
                                 f"{text.strip()[:80]!r}.") from None
    return dict(qrels)


def run_lines(draft_id: str, ranking: Iterable[tuple[str, float]], tag: str) -> Iterator[str]:
    """TREC run lines of one draft, best first.

    Evaluators sort by score and break ties their own way, so equal scores are set apart by the least there is.
    """
    last = math.inf
    for rank, (paper, score) in enumerate(ranking, 1):
        last = score if score < last else math.nextafter(last, -math.inf)
        yield f"{draft_id} Q0 {paper} {rank} {last!r} {tag}\n"


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A text file to write. Raises InputError where that cannot be."""
    try:
        with path.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Name another file.") from error


def signals_named(text: str | None) -> Sequence[str] | None:
    """Signal names from a comma-separated option; None where it was not given."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
