"""Reading lists: made, ordered, annotated, deleted and restored; every change counts in `lists_revision`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from recommender.errors import InputError, LibraryError
from recommender.names import fold
from recommender.papers import Paper, PaperList
from recommender.store.database import writing
from recommender.store.library import ID_SCHEMES, Library, set_fact
from recommender.store.rows import chunks
from recommender.store.schema import AliasRow, FactRow, ListItemRow, ListRow

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A list in an overview."""

    id: str
    name: str
    description: str
    size: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What an undo needs to put a paper back where it was."""

    paper_id: str
    position: int
    note: str


class Lists:
    """One owner's reading lists in a library."""

    def __init__(self, library: Library, owner: str = "") -> None:
        self.library = library
        self.engine = library.engine
        self.owner = owner

    def overview(self) -> list[ListEntry]:
        """Every list with its size, by name."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(ListRow.id, ListRow.name, ListRow.description, func.count(ListItemRow.paper_id))
                .outerjoin(ListItemRow, ListItemRow.list_key == ListRow.key)
                .where(ListRow.owner == self.owner, ListRow.deleted.is_(False))
                .group_by(ListRow.key).order_by(func.lower(ListRow.name), ListRow.id))
            return [ListEntry(*row) for row in rows]

    def get(self, id: str) -> PaperList:
        """One list, whole. Raises LibraryError where there is none of that id (or, failing that, name).

        Where two of its papers have turned out to be one, that one stands in the place of the first.
        """
        with self.engine.connect() as connection:
            row = self._row(connection, id)
            items = connection.execute(
                select(ListItemRow.paper_id, ListItemRow.note).where(ListItemRow.list_key == row.key)
                .order_by(ListItemRow.position, ListItemRow.paper_id)).all()
        keys = self.library.keys_of(paper for paper, _ in items)
        first: dict[int | str, str] = {}
        notes: dict[str, str] = {}
        for paper, note in items:
            shown = first.setdefault(keys.get(paper, paper), paper)
            if note:
                notes[shown] = f"{notes[shown]}\n{note}" if shown in notes else note
        return PaperList(row.id, row.name, tuple(first.values()), row.description, notes)

    def papers(self, id: str) -> tuple[list[Paper], list[str]]:
        """The papers of a list, by its id or name, in its order; and the ids on it that the library lacks."""
        ids = self.get(id).papers
        keys = self.library.keys_of(ids)
        found = self.library.papers(list(dict.fromkeys(keys[one] for one in ids if one in keys)))
        return found, [one for one in ids if one not in keys]

    def all(self) -> list[PaperList]:
        """Every list, whole, by id."""
        return sorted((self.get(entry.id) for entry in self.overview()), key=lambda one: one.id)

    def holding(self, paper_ids: Sequence[str]) -> list[ListEntry]:
        """The lists on which the paper of these ids stands."""
        found = self.holding_each(paper_ids)
        ids = {entry.id for entries in found.values() for entry in entries}
        return [entry for entry in self.overview() if entry.id in ids]

    def holding_each(self, paper_ids: Sequence[str]) -> dict[str, list[ListEntry]]:
        """The lists on which each of these papers stands, under whatever id; papers on none are left out."""
        keys = self.library.keys_of(paper_ids)
        entries = {entry.id: entry for entry in self.overview()}
        on: dict[int, list[str]] = defaultdict(list)
        with self.engine.connect() as connection:
            for chunk in chunks(sorted(set(keys.values()))):
                for list_id, key in connection.execute(
                        select(ListRow.id, AliasRow.paper_key).distinct()
                        .join(ListItemRow, ListItemRow.list_key == ListRow.key)
                        .join(AliasRow, (AliasRow.value == ListItemRow.paper_id) & AliasRow.scheme.in_(ID_SCHEMES))
                        .where(ListRow.owner == self.owner, ListRow.deleted.is_(False), AliasRow.paper_key.in_(chunk))):
                    on[key].append(list_id)
        # In the order of `overview`.
        return {paper: [entry for id, entry in entries.items() if id in on[key]]
                for paper, key in keys.items() if key in on}

    def create(self, name: str, description: str = "") -> str:
        """Make an empty list; returns its id, made of the name."""
        name = _checked(name)
        with self._changing() as connection:
            taken = set(connection.scalars(select(ListRow.id).where(ListRow.owner == self.owner)))
            slug = fold(name).replace(" ", "-")[:60] or "list"
            id = next(candidate for number in range(1, len(taken) + 2)
                      if (candidate := slug if number == 1 else f"{slug}-{number}") not in taken)
            connection.execute(insert(ListRow).values(owner=self.owner, id=id, name=name, description=description))
        return id

    def rename(self, id: str, name: str, description: str | None = None) -> None:
        """Give a list another name (and description); its id stays."""
        values = {"name": _checked(name)} | ({} if description is None else {"description": description})
        with self._changing() as connection:
            connection.execute(update(ListRow).where(ListRow.key == self._row(connection, id).key).values(**values))

    def delete(self, id: str) -> None:
        """Put a list away; `restore` brings it back."""
        with self._changing() as connection:
            key = self._row(connection, id).key
            connection.execute(update(ListRow).where(ListRow.key == key).values(deleted=True))

    def restore(self, id: str) -> None:
        """Bring a deleted list back."""
        with self._changing() as connection:
            connection.execute(update(ListRow).where(ListRow.owner == self.owner, ListRow.id == id)
                               .values(deleted=False))

    def add(self, id: str, paper_id: str, position: int | None = None, note: str = "") -> bool:
        """Put a paper on a list (at the end, or at a position); False where it stood there already."""
        with self._changing() as connection:
            key, order, hidden = self._opened(connection, id)
            if self._standing(order, paper_id) is not None:
                return False
            connection.execute(insert(ListItemRow).values(list_key=key, paper_id=paper_id, position=-1, note=note))
            order.insert(len(order) if position is None else max(0, min(position, len(order))), paper_id)
            self._renumber(connection, key, [*order, *hidden])
        return True

    def remove(self, id: str, paper_id: str) -> Removed | None:
        """Take a paper off a list; returns what an undo needs."""
        with self._changing() as connection:
            key, order, hidden = self._opened(connection, id)
            standing = self._standing(order, paper_id)
            if standing is None:
                return None
            note = connection.scalar(select(ListItemRow.note).where(
                ListItemRow.list_key == key, ListItemRow.paper_id == standing)) or ""
            position = order.index(standing)
            order.remove(standing)
            gone = [standing, *(one for one in hidden if self._standing([standing], one) is not None)]
            connection.execute(delete(ListItemRow).where(ListItemRow.list_key == key, ListItemRow.paper_id.in_(gone)))
            self._renumber(connection, key, [*order, *(one for one in hidden if one not in gone)])
        return Removed(standing, position, note)

    def move(self, id: str, paper_id: str, by: int) -> None:
        """Move a paper up (negative) or down its list by so many places."""
        with self._changing() as connection:
            key, order, hidden = self._opened(connection, id)
            standing = self._standing(order, paper_id)
            if standing is not None:
                place = order.index(standing)
                order.remove(standing)
                order.insert(max(0, min(place + by, len(order))), standing)
                self._renumber(connection, key, [*order, *hidden])

    def note(self, id: str, paper_id: str, note: str) -> None:
        """Write a note beside a paper on a list; empty takes it away."""
        with self._changing() as connection:
            key, order, hidden = self._opened(connection, id)
            standing = self._standing(order, paper_id)
            same = [one for one in hidden if standing is not None and self._standing([standing], one) is not None]
            for one, text in ((standing, note.strip()), *((other, "") for other in same)):
                connection.execute(update(ListItemRow).where(
                    ListItemRow.list_key == key, ListItemRow.paper_id == one).values(note=text))

    def take(self, lists: Iterable[PaperList]) -> tuple[int, int]:
        """Import lists, replacing those of the same id; all or none. Returns how many were added and replaced."""
        added = replaced = 0
        with self._changing() as connection:
            for one in lists:
                old = connection.scalar(select(ListRow.key).where(ListRow.owner == self.owner, ListRow.id == one.id))
                values = {"name": one.name, "description": one.description, "deleted": False}
                if old is None:
                    added += 1
                    key = connection.scalar(insert(ListRow).values(owner=self.owner, id=one.id, **values)
                                            .returning(ListRow.key))
                else:
                    replaced += 1
                    key = old
                    connection.execute(update(ListRow).where(ListRow.key == old).values(**values))
                    connection.execute(delete(ListItemRow).where(ListItemRow.list_key == old))
                rows = [{"list_key": key, "paper_id": paper, "position": place, "note": one.notes.get(paper, "")}
                        for place, paper in enumerate(dict.fromkeys(one.papers))]
                for chunk in chunks(rows):
                    connection.execute(insert(ListItemRow), chunk)
        return added, replaced

    # -- how -------------------------------------------------------------------------------------------------

    def _changing(self) -> _Changing:
        return _Changing(self)

    def _row(self, connection: Connection, id: str) -> ListRow:
        mine = select(ListRow).where(ListRow.owner == self.owner, ListRow.deleted.is_(False))
        for match in (ListRow.id == id, ListRow.name == id):
            row = connection.execute(mine.where(match).order_by(ListRow.key).limit(1)).one_or_none()
            if row is not None:
                return row  # type: ignore[return-value]
        raise LibraryError(f"There is no list {id!r}. See the lists at /lists, or: recommender lists export")

    def _opened(self, connection: Connection, id: str) -> tuple[int, list[str], list[str]]:
        """A list's key, its papers in order, and further ids on it of papers that stand there already."""
        key = self._row(connection, id).key
        ids = list(connection.scalars(select(ListItemRow.paper_id).where(ListItemRow.list_key == key)
                                      .order_by(ListItemRow.position, ListItemRow.paper_id)))
        keys = self.library.keys_of(ids)
        first: dict[int | str, str] = {}
        for one in ids:
            first.setdefault(keys.get(one, one), one)
        return key, list(first.values()), [one for one in ids if first[keys.get(one, one)] != one]

    def _standing(self, order: Sequence[str], paper_id: str) -> str | None:
        """The id under which a paper stands in this order."""
        if paper_id in order:
            return paper_id
        keys = self.library.keys_of([paper_id, *order])
        return next((one for one in order if paper_id in keys and keys.get(one) == keys[paper_id]), None)

    def _renumber(self, connection: Connection, key: int, order: list[str]) -> None:
        for place, paper_id in enumerate(order):
            connection.execute(update(ListItemRow).where(ListItemRow.list_key == key, ListItemRow.paper_id == paper_id,
                                                         ListItemRow.position != place).values(position=place))


class _Changing:
    """A transaction that counts as one change of the lists."""

    def __init__(self, lists: Lists) -> None:
        self.begun = writing(lists.engine)

    def __enter__(self) -> Connection:
        connection = self.begun.__enter__()
        before = connection.scalar(select(FactRow.value).where(FactRow.name == "lists_revision"))
        set_fact(connection, "lists_revision", str(int(before or 0) + 1))
        return connection

    def __exit__(self, *raised: object) -> None:
        self.begun.__exit__(*raised)  # type: ignore[arg-type]


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise InputError(f"A list wants a name of 1 to {MAX_NAME} characters.")
    return name
