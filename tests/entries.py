"""BibTeX as the tests write it, and what is read of it."""

from __future__ import annotations

from recommender.ingest.read import Item, Record, read_text
from recommender.papers import Paper


def items(text: str, **options: int) -> list[Item]:
    return list(read_text(text, "bibtex", **options))


def paper(text: str) -> Paper:
    """The paper of a text that holds one entry."""
    (item,) = items(text)
    assert isinstance(item, Record), item
    return item.paper


def of(fields: str, kind: str = "article") -> Paper:
    """The paper of an entry with these fields beside its title."""
    return paper(f"@{kind}{{k, title = {{T}}, {fields}}}")


def titles(text: str) -> list[str]:
    """The titles in order; a refused entry as its line."""
    return [item.paper.title if isinstance(item, Record) else f"line {item.line}" for item in items(text)]
