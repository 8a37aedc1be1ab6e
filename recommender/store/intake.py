"""Takes records into the library: finds the paper each one is, merges or adds it, all in one transaction.

Works a batch at a time, so memory does not grow with the file; a batch costs a fixed number of statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from recommender.export.keys import citation_key
from recommender.ingest import identity
from recommender.papers import Paper
from recommender.store.known import Held, Known, names_of
from recommender.store.rows import CHUNK, author_rows, chunks, paper_values, reference_rows
from recommender.store.schema import AliasRow, AuthorRow, PaperRow, RecordRow, ReferenceRow

NOTES = 10_000
"""Notes kept; an import with more is odd throughout, and its counts say so."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way in, with the place it was read from."""

    paper: Paper
    file: str
    line: int
    format: str


@dataclass(slots=True)
class Counts:
    """What became of the records; but for `joined`, they add up to the records seen."""

    added: int = 0
    merged: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    joined: int = 0
    """Papers the library had before that turned out to be one with another: it has so many fewer."""

    @property
    def changed(self) -> int:
        """How many records changed the library."""
        return self.added + self.merged + self.updated


class Intake:
    """One import: `take` batches of records on an open transaction's connection."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self.counts = Counts()
        self.notes: list[tuple[str, int, str]] = []
        """(file, line, what) of records that went in, but not as they stood; the first `NOTES` of them."""
        self.suffixes: dict[str, int] = {}
        """The last suffix given to an id that came with several titles."""
        self.newest = connection.scalar(select(func.max(PaperRow.key))) or 0
        """Papers with a greater key came with this import."""

    def take(self, records: Iterable[Incoming]) -> Iterator[int]:
        """Take the records in; yields after each batch how many it held."""
        for batch in chunks(records):
            _Batch(self, batch).run()
            yield len(batch)

    def note(self, record: Incoming, what: str) -> None:
        """Report a record that did not go in as it stood."""
        if len(self.notes) < NOTES:
            self.notes.append((record.file, record.line, what))


class _Batch(Known):
    def __init__(self, intake: Intake, records: list[Incoming]) -> None:
        super().__init__(intake.connection)
        self.intake, self.records = intake, records
        self.counts = intake.counts
        self.new: list[Held] = []
        self.fresh_aliases: dict[tuple[str, str], Held] = {}
        self.fresh_records: dict[str, tuple[Incoming, Held]] = {}

    def run(self) -> None:
        """Match every record of the batch in order, then write what changed."""
        hashed = [(identity.record_hash(record.paper), record) for record in self.records]
        known = dict(self.connection.execute(select(RecordRow.hash, RecordRow.file).where(
            RecordRow.hash.in_({hash for hash, _ in hashed}))).all())
        self._move(known, hashed)
        unseen = [(hash, record) for hash, record in hashed if hash not in known]
        self.counts.unchanged += len(self.records) - len(unseen)
        self.load([record.paper for _, record in unseen])
        for hash, record in unseen:
            if hash in self.fresh_records:
                self.counts.unchanged += 1
            else:
                self.fresh_records[hash] = (record, self._place(record))
        self._write()

    def _move(self, known: Mapping[str, str], hashed: Sequence[tuple[str, Incoming]]) -> None:
        """Note where a known record came from last, so that `forget` of its first file leaves it alone."""
        moved = {hash: {"is": hash, "file": record.file, "line": record.line, "format": record.format}
                 for hash, record in hashed if hash in known and known[hash] != record.file}
        if moved:
            self.connection.execute(
                update(RecordRow.__table__).where(RecordRow.__table__.c.hash == bindparam("is")),  # type: ignore[arg-type]
                list(moved.values()))

    # -- placing a record ----------------------------------------------------------------------------------

    def _place(self, record: Incoming) -> Held:
        paper, given = record.paper, bool(record.paper.id)
        if not given:
            paper = replace(paper, id=identity.made_id(paper))
        holder = self.aliases.get(("id", paper.id))
        # An id that this program made up, and exported, is nobody's own when it comes back.
        own_id = given and (holder is None or holder.own_id or holder.paper.id != paper.id)
        taken = paper.id
        if holder is not None and self.clashes(holder, paper):
            paper = replace(paper, id=self._suffixed(paper))
        same = self.same(paper, own_id)
        if same:
            held = same[0]
            for other in same[1:]:
                self._absorb(held, other, record)
            self._merge(held, paper, own_id, given)
        else:
            held = self._add(paper, own_id)
        if paper.id != taken:
            self.intake.note(record, f"the id {taken} already belongs to another title; "
                                     f"this paper is kept as {held.paper.id}")
        return held

    def _suffixed(self, paper: Paper) -> str:
        """The id with a suffix under which this title is known already, or else with the next free one."""
        title = identity.title_index(paper.title)
        given = re.compile(re.escape(paper.id) + r"-\d+")
        known: Iterable[str] = self.connection.scalars(select(AliasRow.value).where(
            AliasRow.scheme == "id", AliasRow.title == title,
            AliasRow.value > f"{paper.id}-", AliasRow.value < f"{paper.id}."))
        seen = sorted({id for id in [*known, *(id for id, said in self.said.items() if said == title)]
                       if given.fullmatch(id)}, key=lambda id: (len(id), id))
        if seen:
            return seen[0]
        number = self.intake.suffixes.get(paper.id, 1) + 1
        while self.is_taken(f"{paper.id}-{number}"):
            number += 1
        self.intake.suffixes[paper.id] = number
        return f"{paper.id}-{number}"

    # -- changing what is held -----------------------------------------------------------------------------

    def _add(self, paper: Paper, own_id: bool) -> Held:
        held = Held(paper, own_id)
        self.new.append(held)
        self.entitle(held, paper)
        self._name(held, paper, own_id)
        self.counts.added += 1
        return held

    def _merge(self, held: Held, paper: Paper, own_id: bool, given: bool) -> None:
        again = given or (bool(paper.key) and self.aliases.get(("key", paper.key)) is held)
        update = held.paper.id == paper.id and again
        merged = identity.merge(held.paper, paper, update)
        if own_id and not held.own_id:
            # A given id is kept verbatim: it replaces one that the program made up.
            merged = replace(merged, id=paper.id)
            held.own_id, held.dirty = True, True
        changed = merged != held.paper
        if changed:
            held.paper, held.dirty = merged, True
        if not update:
            self.counts.merged += 1
        elif changed:
            self.counts.updated += 1
        else:
            self.counts.unchanged += 1
        self.entitle(held, paper)
        self.entitle(held, held.paper)
        self._name(held, paper, own_id)

    def _name(self, held: Held, paper: Paper, own_id: bool) -> None:
        for scheme, value in names_of(paper, own_id):
            if self.alias(scheme, value) is None:
                self.know(scheme, value, held, identity.title_index(paper.title) if own_id else "")
                self.fresh_aliases[scheme, value] = held

    def _absorb(self, held: Held, other: Held, record: Incoming) -> None:
        """Two papers turn out to be one: the first takes over all that the second had."""
        held.paper = identity.merge(held.paper, other.paper, update=False)
        if other.own_id and not held.own_id:
            held.paper, held.own_id = replace(held.paper, id=other.paper.id), True
        held.dirty = True
        for names in (self.aliases, self.fresh_aliases):
            names.update({name: held for name, owner in names.items() if owner is other})
        self.fresh_records.update({hash: (record, held) for hash, (record, owner) in self.fresh_records.items()
                                   if owner is other})
        for helds in self.titles.values():
            if other in helds:
                helds.remove(other)
        self.entitle(held, held.paper)
        if other.key is not None:
            for table in (AliasRow, RecordRow):
                self.connection.execute(update(table).where(table.paper_key == other.key).values(paper_key=held.key))
            self.connection.execute(delete(PaperRow).where(PaperRow.key == other.key))
            del self.held[other.key]
            if self.alias("key", other.paper.key) is None:
                # It was exported under this citation key: such an entry still finds its paper.
                self.aliases["key", other.paper.key] = self.fresh_aliases["key", other.paper.key] = held
        else:
            self.new.remove(other)
        if other.key is not None and other.key <= self.intake.newest:
            self.counts.joined += 1
            self.intake.note(record, f"shows that {held.paper.id} and {other.paper.id} are one paper; both ids "
                                     "go on working")
        else:
            self.counts.added -= 1
            self.counts.merged += 1

    # -- writing -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        self._write_new(self.new)
        for held in self.held.values():
            if held.dirty:
                self._rewrite(held)
        _bulk(self.connection, AliasRow, [
            {"scheme": scheme, "value": value, "paper_key": held.key,
             "title": self.said.get(value, "") if scheme == "id" else ""}
            for (scheme, value), held in self.fresh_aliases.items()])
        _bulk(self.connection, RecordRow, [
            {"hash": hash, "paper_key": held.key, "file": record.file, "line": record.line, "format": record.format}
            for hash, (record, held) in self.fresh_records.items()])

    def _write_new(self, helds: list[Held]) -> None:
        if not helds:
            return
        keys = self._cite_keys([held.paper for held in helds])
        rows = [{**paper_values(held.paper, self.intake.revision), "id": held.paper.id, "own_id": held.own_id,
                 "cite_base": base, "cite_number": number}
                for held, (base, number) in zip(helds, keys, strict=True)]
        _bulk(self.connection, PaperRow, rows)
        made = {id: key for chunk in chunks(helds) for id, key in self.connection.execute(
            select(PaperRow.id, PaperRow.key).where(PaperRow.id.in_([held.paper.id for held in chunk])))}
        for held in helds:
            held.key = key = made[held.paper.id]
            self.held[key] = held
            held.dirty = False
        _bulk(self.connection, AuthorRow, [row for h in helds for row in author_rows(h.key or 0, h.paper)])
        _bulk(self.connection, ReferenceRow, [row for h in helds for row in reference_rows(h.key or 0, h.paper)])

    def _rewrite(self, held: Held) -> None:
        key = held.key or 0
        self.connection.execute(update(PaperRow).where(PaperRow.key == key).values(
            **paper_values(held.paper, self.intake.revision), id=held.paper.id, own_id=held.own_id))
        for table, rows in ((AuthorRow, author_rows(key, held.paper)),
                            (ReferenceRow, reference_rows(key, held.paper))):
            self.connection.execute(delete(table).where(table.paper_key == key))
            _bulk(self.connection, table, rows)

    def _cite_keys(self, papers: list[Paper]) -> list[tuple[str, int]]:
        bases = [citation_key(paper) for paper in papers]
        last: dict[str, int] = {}
        for chunk in chunks(sorted(set(bases))):
            last.update(self.connection.execute(
                select(PaperRow.cite_base, func.max(PaperRow.cite_number))
                .where(PaperRow.cite_base.in_(chunk)).group_by(PaperRow.cite_base)).all())
        keys = []
        for base in bases:
            last[base] = last.get(base, 0) + 1
            keys.append((base, last[base]))
        return keys


def _bulk(connection: Connection, table: type, rows: list[dict[str, object]]) -> None:
    for chunk in chunks(rows, CHUNK * 10):
        connection.execute(insert(table), chunk)
