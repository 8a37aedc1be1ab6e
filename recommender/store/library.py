"""The library: papers in, papers out, found by id, by search, or in order; the one door to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    bindparam,
    delete,
    distinct,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from recommender.errors import LibraryError
from recommender.names import fold
from recommender.papers import Paper
from recommender.settings import Settings
from recommender.store.database import connect, ensure_schema, writing
from recommender.store.intake import Counts, Incoming, Intake
from recommender.store.known import match
from recommender.store.rows import chunks, read_ids, read_papers
from recommender.store.schema import AliasRow, FactRow, ListItemRow, ListRow, PaperRow, RecordRow, ReferenceRow

ID_SCHEMES = ("id", "doi", "arxiv")
"""Under which an id given from outside is looked up, in this order."""


# Statements are made once: making one takes longer than SQLite takes to answer it.
_FACT = select(FactRow.value).where(FactRow.name == bindparam("name"))
_ALIASES_OF = select(AliasRow.value, AliasRow.scheme, AliasRow.paper_key).where(
    AliasRow.value.in_(bindparam("ids", expanding=True)), AliasRow.scheme.in_(ID_SCHEMES))


@dataclass(frozen=True, slots=True)
class Status:
    """How large the library is, and how often it has changed."""

    papers: int
    references: int
    lists: int
    revision: int


class Library:
    """Papers in one database. Raises LibraryError when its schema is not this program's."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, settings: Settings) -> Library:
        """The settings' library; a brand-new one is created."""
        engine = connect(settings)
        try:
            ensure_schema(engine, settings)
        except LibraryError:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Give the database's connections back."""
        self.engine.dispose()

    # -- what holds for the library as a whole ---------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """One remembered fact about the library."""
        with self.engine.connect() as connection:
            return connection.scalar(_FACT, {"name": name})

    def remember(self, name: str, value: str) -> None:
        """Keep a fact about the library."""
        try:
            with writing(self.engine) as connection:
                set_fact(connection, name, value)
        except IntegrityError:  # another process wrote the same new fact a moment ago
            with writing(self.engine) as connection:
                set_fact(connection, name, value)

    def status(self) -> Status:
        """Counts of the whole library."""
        with self.engine.connect() as connection:
            papers, references = (connection.scalar(select(func.count()).select_from(table)) or 0
                                  for table in (PaperRow, ReferenceRow))
            lists = connection.scalar(select(func.count()).where(ListRow.deleted.is_(False))) or 0
            return Status(papers, references, lists, revision(connection))

    def changed_since(self, number: int) -> int:
        """How many papers were added or changed after that revision."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).where(PaperRow.revision > number)) or 0

    def is_untouched(self) -> bool:
        """Whether nothing was ever put in: no import has begun, and there is no paper and no list."""
        with self.engine.connect() as connection:
            return (connection.scalar(select(FactRow.value).where(FactRow.name == "import_begun")) is None
                    and connection.scalar(select(PaperRow.key).limit(1)) is None
                    and connection.scalar(select(ListRow.key).limit(1)) is None)

    # -- in ----------------------------------------------------------------------------------------------------

    def take(self, records: Iterable[Incoming], after_batch: Callable[[int], object] = lambda n: None,
             ) -> tuple[Counts, list[tuple[str, int, str]]]:
        """Take records in, all in one transaction: whatever is raised meanwhile, the library stays as it was.

        `after_batch` is told how many records each batch held. Returns the counts, and (file, line, what) for
        records that went in under another id.
        """
        self.remember("import_begun", "yes")
        with writing(self.engine) as connection:
            # One import at a time, also where a database lets many write (SQLite does not).
            connection.execute(select(FactRow.value).where(FactRow.name == "import_begun").with_for_update())
            intake = Intake(connection, revision(connection) + 1)
            for taken in intake.take(records):
                after_batch(taken)
            if intake.counts.changed:
                set_fact(connection, "revision", str(intake.revision))
        return intake.counts, intake.notes

    def forget(self, file: str, but: Iterable[str] = ()) -> int:
        """Take out the papers that came from this file alone, except those of the ids `but`; returns how many."""
        kept = set(self.keys_of(but).values())
        with writing(self.engine) as connection:
            others = select(RecordRow.paper_key).where(RecordRow.file != file)
            doomed = [key for key in connection.scalars(select(RecordRow.paper_key).distinct().where(
                RecordRow.file == file, RecordRow.paper_key.not_in(others))) if key not in kept]
            for chunk in chunks(doomed):
                connection.execute(delete(PaperRow).where(PaperRow.key.in_(chunk)))
            if doomed:
                set_fact(connection, "revision", str(revision(connection) + 1))
        return len(doomed)

    # -- out ---------------------------------------------------------------------------------------------------

    def keys_of(self, ids: Iterable[str]) -> dict[str, int]:
        """The key of each id that the library knows: given ids, merged-away ids, DOIs and arXiv ids."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, tuple[int, int]] = {}
        with self.engine.connect() as connection:
            for chunk in chunks(wanted):
                for value, scheme, key in connection.execute(_ALIASES_OF, {"ids": chunk}):
                    found[value] = min(found.get(value, (len(ID_SCHEMES), 0)), (ID_SCHEMES.index(scheme), key))
        return {id: found[id][1] for id in wanted if id in found}

    def get(self, id: str) -> Paper | None:
        """The paper known under this id."""
        key = self.keys_of([id]).get(id)
        return None if key is None else self.papers([key])[0]

    def papers(self, keys: Sequence[int]) -> list[Paper]:
        """The papers of these keys, in their order; a key that is gone is left out."""
        found = self.papers_by_key(keys)
        return [found[key] for key in keys if key in found]

    def papers_by_key(self, keys: Sequence[int]) -> dict[int, Paper]:
        """The papers of these keys, by key; a key that is gone is left out."""
        with self.engine.connect() as connection:
            return read_papers(connection, keys)

    def ids_of(self, keys: Iterable[int]) -> dict[int, str]:
        """The id of each key."""
        with self.engine.connect() as connection:
            return read_ids(connection, keys)

    def match(self, papers: Sequence[Paper]) -> list[str | None]:
        """For each record, the id of the paper of the library that it is; None where there is none."""
        with self.engine.connect() as connection:
            return match(connection, papers)

    def stream(self) -> Iterator[tuple[int, Paper]]:
        """Every paper with its key, by id, a chunk in memory at a time, all from one snapshot."""
        with self.engine.connect() as connection:
            last: str | None = None
            while True:
                page = select(PaperRow.key, PaperRow.id).order_by(PaperRow.id).limit(1000)
                rows = connection.execute(page if last is None else page.where(PaperRow.id > last)).all()
                if not rows:
                    return
                papers = read_papers(connection, [row.key for row in rows])
                yield from ((row.key, papers[row.key]) for row in rows)
                last = rows[-1].id

    def citations(self) -> Iterator[tuple[int, int]]:
        """Every resolved reference as (citing key, cited key), once each, no paper citing itself."""
        with self.engine.connect() as connection:
            rows = connection.execution_options(yield_per=10_000).execute(
                select(ReferenceRow.paper_key, AliasRow.paper_key).distinct()
                .join(AliasRow, (AliasRow.value == ReferenceRow.reference) & AliasRow.scheme.in_(ID_SCHEMES))
                .where(ReferenceRow.paper_key != AliasRow.paper_key)
                .order_by(ReferenceRow.paper_key, AliasRow.paper_key))
            yield from rows

    def memberships(self) -> Iterator[tuple[int, int]]:
        """Every list's papers as (list key, paper key); deleted lists say nothing."""
        with self.engine.connect() as connection:
            yield from connection.execute(
                select(ListItemRow.list_key, AliasRow.paper_key).distinct()
                .join(ListRow, (ListRow.key == ListItemRow.list_key) & ListRow.deleted.is_(False))
                .join(AliasRow, (AliasRow.value == ListItemRow.paper_id) & AliasRow.scheme.in_(ID_SCHEMES))
                .order_by(ListItemRow.list_key, AliasRow.paper_key))

    def citing(self, key: int, limit: int = 50) -> list[int]:
        """Keys of the papers that cite this one, newest first."""
        with self.engine.connect() as connection:
            return list(connection.scalars(
                select(PaperRow.key).distinct().join(ReferenceRow, ReferenceRow.paper_key == PaperRow.key)
                .join(AliasRow, (AliasRow.value == ReferenceRow.reference) & AliasRow.scheme.in_(ID_SCHEMES))
                .where(AliasRow.paper_key == key, PaperRow.key != key)
                .order_by(PaperRow.year.desc().nulls_last(), PaperRow.key).limit(limit)))

    def search(self, query: str, limit: int = 20, offset: int = 0) -> tuple[list[Paper], int]:
        """Papers whose title or authors hold every word (the last one may be unfinished), and how many."""
        words = fold(query).split()
        if not words:
            return [], 0
        with self.engine.connect() as connection:
            found = (self._matching if self.engine.dialect.name == "sqlite" else self._matching_text)(words)
            total = connection.scalar(select(func.count()).select_from(found.subquery())) or 0
            keys = list(connection.scalars(found.limit(limit).offset(offset)))
        return self.papers(keys), total

    def _matching(self, words: Sequence[str]) -> Select[Any]:
        """Keys by SQLite's full-text search, best first."""
        query = " ".join(f'"{word}"' for word in words) + "*"
        return (select(literal_column("rowid")).select_from(text("paper_search"))
                .where(text("paper_search MATCH :query").bindparams(query=query))
                .order_by(literal_column("rank"), literal_column("rowid")))

    def _matching_text(self, words: Sequence[str]) -> Select[Any]:
        """Keys by PostgreSQL's full-text search."""
        simple: ColumnElement[str] = literal_column("'simple'")
        return select(PaperRow.key).where(func.to_tsvector(simple, PaperRow.search_text).op("@@")(
            func.to_tsquery(simple, " & ".join(words) + ":*"))).order_by(PaperRow.key)

    def venues(self, prefix: str = "", limit: int = 20) -> list[tuple[str, int]]:
        """The venues with the most papers whose name holds the text, with their counts."""
        with self.engine.connect() as connection:
            counts = func.count()
            return list(connection.execute(
                select(PaperRow.venue, counts)
                .where(PaperRow.venue != "", PaperRow.venue.icontains(prefix, autoescape=True))
                .group_by(PaperRow.venue).order_by(counts.desc(), PaperRow.venue).limit(limit)))

    def years(self) -> tuple[int | None, int | None]:
        """The oldest and the newest year in the library."""
        with self.engine.connect() as connection:
            oldest, newest = connection.execute(select(func.min(PaperRow.year), func.max(PaperRow.year))).one()
            return oldest, newest

    def unresolved(self) -> int:
        """How many ids references name that the library does not know."""
        return self._unknown(ReferenceRow.reference)

    def unresolved_in_lists(self) -> int:
        """How many ids lists name that the library does not know."""
        live = select(ListRow.key).where(ListRow.deleted.is_(False))
        return self._unknown(ListItemRow.paper_id, ListItemRow.list_key.in_(live))

    def _unknown(self, column: InstrumentedAttribute[str], *where: ColumnElement[bool]) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count(distinct(column))).where(
                *where, ~exists().where(AliasRow.value == column, AliasRow.scheme.in_(ID_SCHEMES)))) or 0


def revision(connection: Connection) -> int:
    """How often the library has changed."""
    return int(connection.scalar(select(FactRow.value).where(FactRow.name == "revision")) or 0)


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Write one fact about the library on an open transaction."""
    if not connection.execute(update(FactRow).where(FactRow.name == name).values(value=value)).rowcount:
        connection.execute(insert(FactRow).values(name=name, value=value))


@contextmanager
def opened(settings: Settings) -> Iterator[Library]:
    """The settings' library, closed at the end."""
    library = Library.open(settings)
    try:
        yield library
    finally:
        library.close()
