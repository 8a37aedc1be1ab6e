"""Takes records into the library: finds the paper each one is, merges or adds it, all in one transaction.

Works a batch at a time, so memory does not grow with the file; a batch costs a fixed number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, func, insert, select, update

from recommender.export.keys import citation_key
from recommender.ingest import identity
from recommender.papers import Paper
from recommender.store.rows import CHUNK, author_rows, chunks, cite_key, paper_values, read_papers, reference_rows
from recommender.store.schema import AliasRow, AuthorRow, PaperRow, RecordRow, ReferenceRow


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way in, with the place it was read from."""

    paper: Paper
    file: str
    line: int
    format: str


@dataclass(slots=True)
class Counts:
    """What became of the records; the five add up to the records seen."""

    added: int = 0
    merged: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0

    @property
    def changed(self) -> int:
        """How many records changed the library."""
        return self.added + self.merged + self.updated


@dataclass(slots=True)
class Held:
    """A paper of the library, or of this batch, while records are matched against it."""

    paper: Paper
    own_id: bool
    key: int | None = None
    dirty: bool = False


class Intake:
    """One import: `take` batches of records on an open transaction's connection."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self.counts = Counts()
        self.notes: list[tuple[str, int, str]] = []
        """(file, line, what) of records that went in, but not as they stood."""

    def take(self, records: Iterable[Incoming]) -> Iterator[int]:
        """Take the records in; yields after each batch how many it held."""
        for batch in chunks(records):
            _Batch(self, batch).run()
            yield len(batch)


class _Batch:
    def __init__(self, intake: Intake, records: list[Incoming]) -> None:
        self.intake, self.connection, self.records = intake, intake.connection, records
        self.counts = intake.counts
        self.aliases: dict[tuple[str, str], Held] = {}
        self.titles: dict[str, list[Held]] = defaultdict(list)
        self.held: dict[int, Held] = {}
        self.new: list[Held] = []
        self.fresh_aliases: dict[tuple[str, str], Held] = {}
        self.fresh_records: dict[str, tuple[Incoming, Held]] = {}
        self.looked_up: set[str] = set()

    def run(self) -> None:
        """Match every record of the batch in order, then write what changed."""
        hashes = {identity.record_hash(record.paper): record for record in reversed(self.records)}
        known = set(self.connection.scalars(select(RecordRow.hash).where(RecordRow.hash.in_(hashes))))
        unseen = [(hash, record) for record in self.records
                  if (hash := identity.record_hash(record.paper)) not in known]
        self.counts.unchanged += len(self.records) - len(unseen)
        self.load([record.paper for _, record in unseen])
        for hash, record in unseen:
            if hash in self.fresh_records:
                self.counts.unchanged += 1
            else:
                self.fresh_records[hash] = (record, self._place(record))
        self._write()

    # -- finding the paper a record is ---------------------------------------------------------------------

    def load(self, papers: list[Paper]) -> None:
        """Hold every paper of the library that one of these records may be."""
        wanted = [name for paper in papers for name in _names(paper, bool(paper.id))]
        self.looked_up = {value for _, value in wanted}
        values = sorted(self.looked_up)
        keys: set[int] = set()
        found: list[tuple[str, str, int]] = []
        for chunk in chunks(values):
            rows = self.connection.execute(select(AliasRow.scheme, AliasRow.value, AliasRow.paper_key)
                                           .where(AliasRow.value.in_(chunk)))
            found += [tuple(row) for row in rows]
        keys.update(key for _, _, key in found)
        titles = sorted({key for paper in papers if (key := identity.title_key(paper.title))})
        for chunk in chunks(titles):
            # "Editorial" may title thousands: those never merge by title, so they are not loaded.
            telling = [title for title in chunk if len(title.split()) >= identity.TITLE_WORDS]
            keys.update(self.connection.scalars(select(PaperRow.key).where(PaperRow.title_key.in_(telling))))
        own_keys = self._own_cite_keys({value for scheme, value in wanted if scheme == "key"})
        self._hold(keys | set(own_keys.values()))
        for scheme, value, key in found:
            self.aliases[scheme, value] = self.held[key]
        for value, key in own_keys.items():
            self.aliases.setdefault(("key", value), self.held[key])

    def _own_cite_keys(self, values: set[str]) -> dict[str, int]:
        """Which of a .bib's citation keys are ones that this library exports under."""
        bases = sorted({value.rsplit("-", 1)[0] for value in values} | values)
        found = {}
        for chunk in chunks(bases):
            for key, base, number in self.connection.execute(
                    select(PaperRow.key, PaperRow.cite_base, PaperRow.cite_number)
                    .where(PaperRow.cite_base.in_(chunk))):
                if cite_key(base, number) in values:
                    found[cite_key(base, number)] = key
        return found

    def _hold(self, keys: set[int]) -> None:
        missing = sorted(keys - self.held.keys())
        own = dict(row for chunk in chunks(missing) for row in self.connection.execute(
            select(PaperRow.key, PaperRow.own_id).where(PaperRow.key.in_(chunk))).tuples())
        for key, paper in read_papers(self.connection, missing).items():
            self.held[key] = held = Held(paper, own[key], key)
            self.titles[identity.title_key(paper.title)].append(held)

    def _alias(self, scheme: str, value: str) -> Held | None:
        if (scheme, value) not in self.aliases and value not in self.looked_up:
            key = self.connection.scalar(select(AliasRow.paper_key)
                                         .where(AliasRow.value == value, AliasRow.scheme == scheme))
            if key is None:
                return None
            self._hold({key})
            self.aliases[scheme, value] = self.held[key]
        return self.aliases.get((scheme, value))

    def _place(self, record: Incoming) -> Held:
        paper, own_id = record.paper, bool(record.paper.id)
        if not own_id:
            paper = replace(paper, id=identity.made_id(paper))
        shared = [self.aliases.get((scheme, value)) for scheme, value in _names(paper, own_id) if scheme != "key"]
        same: list[Held] = []
        for held in shared:
            if held is not None and held not in same:
                same.append(held)
        by_id = self.aliases.get(("id", paper.id))
        if by_id is not None and identity.titles_clash(by_id.paper, paper):
            others = [held for held in same if held is not by_id]
            taken = paper.id
            if not others:
                suffixed, paper = self._suffixed(paper)
                others = [suffixed] if suffixed else []
                self.intake.notes.append((record.file, record.line,
                    f"the id {taken} already belongs to another title; "
                    f"this paper is kept as {others[0].paper.id if others else paper.id}"))
            same = others
        if not same and (twin := self._twin(paper, own_id)):
            same = [twin]
        if not same:
            return self._add(paper, own_id)
        same.sort(key=lambda held: held.key is None)
        held = same[0]
        for other in same[1:]:
            self._absorb(held, other)
        self._merge(held, paper, own_id)
        return held

    def find(self, paper: Paper) -> str | None:
        """The id of the held paper that a bibliography's entry is."""
        shared = [held for scheme, value in _names(paper, bool(paper.id))
                  if scheme != "key" and (held := self.aliases.get((scheme, value))) is not None]
        entry = self.aliases.get(("key", paper.key)) if paper.key else None
        candidates = [*shared, *([entry] if entry and identity.same_entry(entry.paper, paper) else []),
                      *(held for held in self.titles.get(identity.title_key(paper.title), ())
                        if identity.may_be(held.paper, paper))]
        return candidates[0].paper.id if candidates else None

    def _suffixed(self, paper: Paper) -> tuple[Held | None, Paper]:
        """The paper that already has this id and title under a suffix, or the paper under the next free one."""
        number = 2
        while (held := self._alias("id", f"{paper.id}-{number}")) is not None:
            if not identity.titles_clash(held.paper, paper):
                return held, paper
            number += 1
        return None, replace(paper, id=f"{paper.id}-{number}")

    def _twin(self, paper: Paper, own_id: bool) -> Held | None:
        identified = identity.has_identity(paper, own_id)
        entry = self.aliases.get(("key", paper.key)) if paper.key else None
        candidates = ([entry] if entry and identity.same_entry(entry.paper, paper) else []) + [
            held for held in self.titles.get(identity.title_key(paper.title), ())
            if identity.agree(held.paper, paper)]
        return next((held for held in candidates
                     if not (identified and identity.has_identity(held.paper, held.own_id))), None)

    # -- changing what is held -----------------------------------------------------------------------------

    def _add(self, paper: Paper, own_id: bool) -> Held:
        held = Held(paper, own_id)
        self.new.append(held)
        self.titles[identity.title_key(paper.title)].append(held)
        self._name(held, paper, own_id)
        self.counts.added += 1
        return held

    def _merge(self, held: Held, paper: Paper, own_id: bool) -> None:
        again = own_id or (bool(paper.key) and self.aliases.get(("key", paper.key)) is held)
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
        self._name(held, paper, own_id)

    def _name(self, held: Held, paper: Paper, own_id: bool) -> None:
        for name in _names(paper, own_id):
            if self._alias(*name) is None:
                self.aliases[name] = self.fresh_aliases[name] = held

    def _absorb(self, held: Held, other: Held) -> None:
        """Two papers turn out to be one: the first takes over all that the second had."""
        held.paper = identity.merge(held.paper, other.paper, update=False)
        held.dirty = True
        for names in (self.aliases, self.fresh_aliases):
            names.update({name: held for name, owner in names.items() if owner is other})
        self.fresh_records.update({hash: (record, held) for hash, (record, owner) in self.fresh_records.items()
                                   if owner is other})
        self.titles[identity.title_key(other.paper.title)].remove(other)
        if other.key is None:
            self.new.remove(other)
            self.counts.added -= 1
            self.counts.merged += 1
            return
        for table in (AliasRow, RecordRow):
            self.connection.execute(update(table).where(table.paper_key == other.key).values(paper_key=held.key))
        self.connection.execute(delete(PaperRow).where(PaperRow.key == other.key))
        del self.held[other.key]

    # -- writing -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        self._write_new(self.new)
        for held in self.held.values():
            if held.dirty:
                self._rewrite(held)
        _bulk(self.connection, AliasRow, [{"scheme": scheme, "value": value, "paper_key": held.key}
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
        made = self.connection.scalars(insert(PaperRow).returning(PaperRow.key, sort_by_parameter_order=True), rows)
        for held, key in zip(helds, made, strict=True):
            held.key = key
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
                .where(PaperRow.cite_base.in_(chunk)).group_by(PaperRow.cite_base)).tuples().all())
        keys = []
        for base in bases:
            last[base] = last.get(base, 0) + 1
            keys.append((base, last[base]))
        return keys


def match(connection: Connection, papers: Sequence[Paper]) -> list[str | None]:
    """For each record, the id of the held paper that it is; nothing is changed.

    A bibliography of one's own carries no ids of this library, so here title, year and first author may speak even
    where both sides have identifiers, as long as those do not contradict each other.
    """
    found: list[str | None] = []
    for chunk in chunks(papers):
        batch = _Batch(Intake(connection, 0), [])
        batch.load(chunk)
        found += [batch.find(paper) for paper in chunk]
    return found


def _names(paper: Paper, own_id: bool) -> list[tuple[str, str]]:
    """The (scheme, value) names that a record gives itself."""
    id = paper.id or identity.made_id(paper)
    names = [("id", id)]
    if paper.doi:
        names.append(("doi", paper.doi))
    if paper.arxiv:
        names.append(("arxiv", paper.arxiv))
    if paper.key and not own_id:
        names.append(("key", paper.key))
    return names


def _bulk(connection: Connection, table: type, rows: list[dict[str, object]]) -> None:
    for chunk in chunks(rows, CHUNK * 10):
        connection.execute(insert(table), chunk)
