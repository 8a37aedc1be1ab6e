"""Drafts as their author pasted them, and what the author said of the recommendations."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from recommender.errors import LibraryError
from recommender.papers import Choice, Draft, Filters
from recommender.store.database import writing
from recommender.store.library import Library
from recommender.store.schema import DraftRow, VerdictRow

VERDICTS = ("relevant", "irrelevant", "hidden")


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """A draft in an overview."""

    id: str
    title: str
    opening: str
    created: datetime


class Drafts:
    """One owner's drafts in a library."""

    def __init__(self, library: Library, owner: str = "") -> None:
        self.engine = library.engine
        self.owner = owner

    def overview(self, limit: int = 100) -> list[DraftEntry]:
        """The latest drafts, newest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(DraftRow).where(DraftRow.owner == self.owner)
                                      .order_by(DraftRow.created.desc(), DraftRow.key.desc()).limit(limit))
            return [DraftEntry(row.id, row.title, row.abstract[:200], row.created) for row in rows]

    def save(self, draft: Draft) -> str:
        """Keep a draft; returns the random id under which it is found again."""
        id = secrets.token_urlsafe(12)
        with writing(self.engine) as connection:
            connection.execute(insert(DraftRow).values(id=id, owner=self.owner, **_columns(draft)))
        return id

    def change(self, id: str, draft: Draft) -> None:
        """Put another text, other references or other filters in a draft's place; its verdicts stay."""
        with writing(self.engine) as connection:
            connection.execute(update(DraftRow).where(DraftRow.key == self._key(connection, id))
                               .values(**_columns(draft)))

    def get(self, id: str) -> Draft:
        """A draft with its verdicts. Raises LibraryError where there is none of that id."""
        with self.engine.connect() as connection:
            key = self._key(connection, id)
            row = connection.execute(select(DraftRow).where(DraftRow.key == key)).one()
            said: dict[str, list[str]] = {verdict: [] for verdict in VERDICTS}
            for paper, verdict in connection.execute(
                    select(VerdictRow.paper_id, VerdictRow.verdict).where(VerdictRow.draft_key == key)
                    .order_by(VerdictRow.created, VerdictRow.paper_id)):
                said[verdict].append(paper)
        return Draft(id=id, title=row.title, abstract=row.abstract, references=tuple(row.cited),
                     liked=tuple(said["relevant"]), disliked=tuple(said["irrelevant"]),
                     entities=tuple(Choice(label, name, weight) for label, name, weight in row.entities),
                     authors=tuple(row.authors), own_authors=row.own_authors,
                     filters=Filters(row.year_from, row.year_to, tuple(row.venues), tuple(said["hidden"])))

    def judge(self, id: str, paper_id: str, verdict: str | None) -> None:
        """Say of a recommendation that it is relevant, irrelevant or hidden; None takes the verdict back."""
        with writing(self.engine) as connection:
            key = self._key(connection, id)
            connection.execute(delete(VerdictRow).where(VerdictRow.draft_key == key,
                                                        VerdictRow.paper_id == paper_id))
            if verdict is not None:
                connection.execute(insert(VerdictRow).values(draft_key=key, paper_id=paper_id, verdict=verdict))

    def delete(self, id: str) -> None:
        """Forget a draft and its verdicts for good: an unpublished text leaves no copy behind."""
        with writing(self.engine) as connection:
            connection.execute(delete(DraftRow).where(DraftRow.key == self._key(connection, id)))

    def _key(self, connection: Connection, id: str) -> int:
        key = connection.scalar(select(DraftRow.key).where(DraftRow.owner == self.owner, DraftRow.id == id))
        if key is None:
            raise LibraryError("There is no such draft; it may have been deleted. Paste it again at /")
        return key


def _columns(draft: Draft) -> dict[str, object]:
    return {"title": draft.title, "abstract": draft.abstract, "cited": list(draft.references),
            "year_from": draft.filters.year_from, "year_to": draft.filters.year_to,
            "venues": list(draft.filters.venues),
            "entities": [[one.label, one.name, one.weight] for one in draft.entities],
            "authors": list(draft.authors), "own_authors": draft.own_authors}
