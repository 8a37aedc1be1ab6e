"""The tables, typed; migrations/ holds how a database gets them.

`aliases` is the one place where an id becomes a paper: every id, DOI and arXiv id under which a paper is known,
merged ones included. References, lists and verdicts keep ids as text and find their papers through it, so a
paper that arrives later, or is merged away, is found without anything being rewritten.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Ids sort by code point in every database, so that ties break the same way everywhere.
Ident = String().with_variant(String(collation="C"), "postgresql")


def now() -> datetime:
    """The present moment in UTC, without zone information as SQLite keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """Declarative base of every table."""


class PaperRow(Base):
    """One paper; its authors, references and aliases stand in tables of their own."""

    __tablename__ = "papers"
    # A key is never given twice: an index that was built before a paper went must not find another in its place.
    __table_args__ = (UniqueConstraint("cite_base", "cite_number"),
                      Index("ix_papers_venue_year", "venue", "year"), {"sqlite_autoincrement": True})

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Ident, unique=True)
    own_id: Mapped[bool]
    """Whether the id came with the record; otherwise the program made it up."""
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(index=True)
    """What spellings of the title share, cut to what databases index."""
    abstract: Mapped[str]
    year: Mapped[int | None] = mapped_column(index=True)
    venue: Mapped[str]
    doi: Mapped[str]
    arxiv: Mapped[str]
    url: Mapped[str]
    type: Mapped[str]
    keywords: Mapped[list[str]] = mapped_column(JSON)
    entities: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    """Methods, datasets and tasks as the import gave them."""
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    cite_base: Mapped[str]
    cite_number: Mapped[int]
    """Citation key: the base, and from the second paper of that base on -2, -3, …; never changes."""
    text_hash: Mapped[str] = mapped_column(index=True)
    """Of title and abstract: where `extractions` has what was found in them."""
    search_text: Mapped[str]
    """Folded title and authors, for the search box."""
    revision: Mapped[int] = mapped_column(index=True)
    """The library's revision that last changed this paper."""


class AuthorRow(Base):
    """One author of one paper, in the paper's order."""

    __tablename__ = "authors"

    paper_key: Mapped[int] = mapped_column(ForeignKey("papers.key", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class ReferenceRow(Base):
    """One entry of a paper's reference list: an id, known to the library or not."""

    __tablename__ = "references"

    paper_key: Mapped[int] = mapped_column(ForeignKey("papers.key", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Ident, index=True)


class AliasRow(Base):
    """A name under which a paper is known; scheme is id, doi, arxiv or key (a .bib's own citation key)."""

    __tablename__ = "aliases"

    value: Mapped[str] = mapped_column(Ident, primary_key=True)
    scheme: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(default="")
    """Of a given id: the key of the title that it came with; under another title it names another paper."""
    paper_key: Mapped[int] = mapped_column(ForeignKey("papers.key", ondelete="CASCADE"), index=True)


class RecordRow(Base):
    """A record that was taken in, by the hash of what it said: importing it again changes nothing."""

    __tablename__ = "records"

    hash: Mapped[str] = mapped_column(primary_key=True)
    paper_key: Mapped[int] = mapped_column(ForeignKey("papers.key", ondelete="CASCADE"), index=True)
    file: Mapped[str]
    line: Mapped[int]
    format: Mapped[str]


class ExtractionRow(Base):
    """What was found in a text, by the text's hash: a text is read once per extractor version."""

    __tablename__ = "extractions"

    text_hash: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    found: Mapped[list[list[Any]]] = mapped_column(JSON)
    """[label, canonical name, count] in order of first appearance."""


class CorrectionRow(Base):
    """What a reader said of a method, dataset or task: one correction for each, by name and not by column."""

    __tablename__ = "corrections"

    key: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(Ident, unique=True)
    """The key of what it speaks of: label and what its spellings share, or one spelling."""
    action: Mapped[str]
    label: Mapped[str]
    name: Mapped[str]
    to_label: Mapped[str]
    to_name: Mapped[str]
    created: Mapped[datetime] = mapped_column(default=now)


class ListRow(Base):
    """A reading list."""

    __tablename__ = "lists"
    __table_args__ = (UniqueConstraint("owner", "id"),)

    key: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(default="")
    id: Mapped[str] = mapped_column(Ident)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    deleted: Mapped[bool] = mapped_column(default=False)
    """A deleted list stays until it is purged, so that deleting can be undone."""


class ListItemRow(Base):
    """One paper on a list, in the reader's order."""

    __tablename__ = "list_items"

    list_key: Mapped[int] = mapped_column(ForeignKey("lists.key", ondelete="CASCADE"), primary_key=True)
    paper_id: Mapped[str] = mapped_column(Ident, primary_key=True, index=True)
    position: Mapped[int]
    note: Mapped[str] = mapped_column(default="")


class DraftRow(Base):
    """A draft as it was pasted; its id is random, so that no URL says anything of its text."""

    __tablename__ = "drafts"

    key: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(default="")
    id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    abstract: Mapped[str]
    year_from: Mapped[int | None]
    year_to: Mapped[int | None]
    venues: Mapped[list[str]] = mapped_column(JSON)
    cited: Mapped[list[str]] = mapped_column(JSON)
    """Ids of the papers it cites already."""
    entities: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    """[label, name, weight] of what the author added, weighed otherwise or took away (weight 0)."""
    authors: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Who writes it, where that is said."""
    own_authors: Mapped[bool] = mapped_column(default=False)
    """Whether their own papers count as evidence."""
    created: Mapped[datetime] = mapped_column(default=now)


class VerdictRow(Base):
    """What the author said of one recommendation: relevant, or hidden."""

    __tablename__ = "verdicts"

    draft_key: Mapped[int] = mapped_column(ForeignKey("drafts.key", ondelete="CASCADE"), primary_key=True)
    paper_id: Mapped[str] = mapped_column(Ident, primary_key=True)
    verdict: Mapped[str]
    created: Mapped[datetime] = mapped_column(default=now)


class FactRow(Base):
    """Facts about the library as a whole: its revision, whether an import has begun, the form key."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
