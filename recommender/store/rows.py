"""Papers into rows and rows into papers, in bulk: a fixed number of statements however many papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Select, bindparam, select

from recommender.ingest.identity import text_hash, title_index
from recommender.names import fold
from recommender.papers import Paper
from recommender.store.schema import AuthorRow, PaperRow, ReferenceRow

T = TypeVar("T")

CHUNK = 500
"""Keys a statement: well under every database's limit on parameters."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def cite_key(base: str, number: int) -> str:
    """The citation key that the library keeps for a paper."""
    return base if number == 1 else f"{base}-{number}"


def paper_values(paper: Paper, revision: int) -> dict[str, Any]:
    """The columns of `papers` that a paper's content fills."""
    return {
        "title": paper.title, "title_key": title_index(paper.title), "abstract": paper.abstract,
        "year": paper.year, "venue": paper.venue, "doi": paper.doi, "arxiv": paper.arxiv, "url": paper.url,
        "type": paper.type, "keywords": list(paper.keywords), "fields": dict(paper.fields),
        "entities": {label: list(names) for label in ("methods", "datasets", "tasks")
                     if (names := getattr(paper, label))},
        "text_hash": text_hash(paper.title, paper.abstract),
        "search_text": fold(" ".join((paper.title, *paper.authors))), "revision": revision,
    }


def author_rows(key: int, paper: Paper) -> list[dict[str, Any]]:
    """The paper's rows of `authors`."""
    return [{"paper_key": key, "position": i, "name": name} for i, name in enumerate(paper.authors)]


def reference_rows(key: int, paper: Paper) -> list[dict[str, Any]]:
    """The paper's rows of `references`."""
    return [{"paper_key": key, "position": i, "reference": id} for i, id in enumerate(paper.references)]


# Statements are made once: making one takes longer than SQLite takes to answer it.
_KEYS: BindParameter[int] = bindparam("keys", expanding=True)
_PAPERS, _AUTHORS, _REFERENCES = (row.__table__.c for row in (PaperRow, AuthorRow, ReferenceRow))
_PAPERS_OF = select(*(_PAPERS[name] for name in (
    "key", "id", "title", "abstract", "year", "venue", "doi", "arxiv", "url", "keywords", "entities", "type",
    "cite_base", "cite_number", "fields"))).where(_PAPERS.key.in_(_KEYS))
_AUTHORS_OF = select(_AUTHORS.paper_key, _AUTHORS.name).where(_AUTHORS.paper_key.in_(_KEYS)).order_by(
    _AUTHORS.paper_key, _AUTHORS.position)
_REFERENCES_OF = select(_REFERENCES.paper_key, _REFERENCES.reference).where(_REFERENCES.paper_key.in_(_KEYS)).order_by(
    _REFERENCES.paper_key, _REFERENCES.position)
_IDS_OF = select(_PAPERS.key, _PAPERS.id).where(_PAPERS.key.in_(_KEYS))


def read_papers(connection: Connection, keys: Iterable[int]) -> dict[int, Paper]:
    """The papers of these keys, whole."""
    found: dict[int, Paper] = {}
    for chunk in chunks(keys):
        authors, references = (_grouped(connection, statement, chunk) for statement in (_AUTHORS_OF, _REFERENCES_OF))
        # Taken apart at once: SQLAlchemy looks a value's name up as long as it takes to make a paper.
        for (key, id, title, abstract, year, venue, doi, arxiv, url, keywords, entities, type, base, number,
             fields) in connection.execute(_PAPERS_OF, {"keys": chunk}).all():
            found[key] = Paper(
                id=id, title=title, abstract=abstract, authors=tuple(authors[key]), year=year, venue=venue, doi=doi,
                arxiv=arxiv, url=url, keywords=tuple(keywords), references=tuple(references[key]),
                methods=tuple(entities.get("methods", ())), datasets=tuple(entities.get("datasets", ())),
                tasks=tuple(entities.get("tasks", ())), type=type, key=cite_key(base, number), fields=fields)
    return found


def read_ids(connection: Connection, keys: Iterable[int]) -> dict[int, str]:
    """The id of each key."""
    return {key: id for chunk in chunks(keys) for key, id in connection.execute(_IDS_OF, {"keys": chunk}).all()}


def _grouped(connection: Connection, statement: Select[Any], keys: list[int]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = defaultdict(list)
    for paper, text in connection.execute(statement, {"keys": keys}).all():
        grouped[paper].append(text)
    return grouped
