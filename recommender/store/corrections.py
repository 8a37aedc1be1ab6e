"""Corrections of methods, datasets and tasks, kept by name; every change counts in `corrections_revision`."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from recommender.errors import InputError, LibraryError
from recommender.naming import ACTIONS, Correction, Naming, alone_key
from recommender.papers import ENTITY_LABELS
from recommender.store.database import writing
from recommender.store.library import Library, set_fact
from recommender.store.schema import CorrectionRow, FactRow

MAX_NAME = 200


class Corrections:
    """The corrections of a library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.engine = library.engine

    def revision(self) -> int:
        """How often they have changed."""
        return int(self.library.fact("corrections_revision") or 0)

    def all(self) -> list[Correction]:
        """Every correction, the latest first."""
        with self.engine.connect() as connection:
            return _all(connection)

    def naming(self) -> Naming:
        """What names mean under them."""
        return Naming(self.all())

    def add(self, action: str, label: str, name: str, to_label: str = "", to_name: str = "",
            ) -> tuple[Correction, Correction | None]:
        """Keep a correction; returns it, and the one about the same entity whose place it takes.

        A merge back into what was merged away before takes the earlier one back. Raises InputError for a
        correction that says nothing.
        """
        to_name = " ".join(to_name.split())
        _check(action, label, name, to_label, to_name)
        with writing(self.engine) as connection:
            naming = Naming(_all(connection))
            entity = alone_key(label, name) if action == "split" else naming.key(label, name)
            if action == "merge" and naming.key(to_label, to_name) == entity:
                raise InputError(f"“{name}” and “{to_name}” are one already.")
            undone = []
            if to_name and action != "split":
                passed = naming.path(naming.key(to_label, to_name))
                undone = passed[:passed.index(entity)] if entity in passed else []
            old = next((one for one in naming.corrections if one.entity == entity), None)
            connection.execute(delete(CorrectionRow).where(CorrectionRow.entity.in_([entity, *undone])))
            made = Correction(action, label, name, to_label, to_name, entity)
            return self._put(connection, made), old

    def put_back(self, correction: Correction) -> None:
        """Have a correction again that was taken back, or that another took the place of."""
        _check(correction.action, correction.label, correction.name, correction.to_label, correction.to_name)
        with writing(self.engine) as connection:
            connection.execute(delete(CorrectionRow).where(CorrectionRow.entity == correction.entity))
            self._put(connection, correction)

    def take_back(self, id: int) -> Correction:
        """Forget a correction. Raises LibraryError where there is none of that id."""
        with writing(self.engine) as connection:
            found = next((one for one in _all(connection) if one.id == id), None)
            if found is None:
                raise LibraryError("There is no such correction; it may have been taken back already.")
            connection.execute(delete(CorrectionRow).where(CorrectionRow.key == id))
            _count(connection)
            return found

    def _put(self, connection: Connection, one: Correction) -> Correction:
        id = connection.scalar(insert(CorrectionRow).returning(CorrectionRow.key).values(
            entity=one.entity, action=one.action, label=one.label, name=one.name, to_label=one.to_label,
            to_name=one.to_name))
        _count(connection)
        return Correction(one.action, one.label, one.name, one.to_label, one.to_name, one.entity, id or 0)


def _check(action: str, label: str, name: str, to_label: str, to_name: str) -> None:
    if action not in ACTIONS:
        raise InputError(f"There is no correction {action!r}. There are: {', '.join(ACTIONS)}.")
    wanted = [label, to_label] if action in ("merge", "rename") else [label]
    if any(one not in ENTITY_LABELS for one in wanted):
        raise InputError(f"A kind is one of: {', '.join(ENTITY_LABELS)}.")
    if not name or (action in ("merge", "rename") and not to_name):
        raise InputError("Give a name: the field is empty.")
    if len(to_name) > MAX_NAME or not to_name.isprintable():
        raise InputError(f"A name has at most {MAX_NAME} characters, all of them printable.")
    if action == "rename" and (label, name) == (to_label, to_name):
        raise InputError("That is its name and kind already.")


def _all(connection: Connection) -> list[Correction]:
    rows = connection.execute(select(CorrectionRow.__table__).order_by(CorrectionRow.key.desc()))
    return [Correction(row.action, row.label, row.name, row.to_label, row.to_name, row.entity, row.key)
            for row in rows]


def _count(connection: Connection) -> None:
    before = connection.scalar(select(FactRow.value).where(FactRow.name == "corrections_revision"))
    set_fact(connection, "corrections_revision", str(int(before or 0) + 1))
