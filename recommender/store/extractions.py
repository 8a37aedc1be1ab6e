"""What was found in texts, kept by the text's hash: each text is read once a version of the extractor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select

from recommender.store.database import writing
from recommender.store.library import Library
from recommender.store.rows import chunks
from recommender.store.schema import ExtractionRow, PaperRow

Found = list[tuple[str, str, int]]
"""(label, canonical name, count) in order of first appearance."""


class Extractions:
    """The cache of extractions in a library."""

    def __init__(self, library: Library) -> None:
        self.engine = library.engine

    def due(self, version: int) -> int:
        """How many papers' texts this version has not read yet."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(_unread(version).subquery())) or 0

    def unread(self, version: int, size: int = 1000) -> Iterator[list[tuple[str, str, str]]]:
        """Batches of (text hash, title, abstract) this version has not read; texts may come twice."""
        return _batches(self.engine, _unread(version), size)

    def save(self, version: int, found: dict[str, Found]) -> None:
        """Keep what was found, in place of what another version found."""
        with writing(self.engine) as connection:
            for chunk in chunks(found.items()):
                connection.execute(delete(ExtractionRow).where(
                    ExtractionRow.text_hash.in_([text_hash for text_hash, _ in chunk])))
                connection.execute(insert(ExtractionRow), [
                    {"text_hash": text_hash, "version": version, "found": [list(one) for one in names]}
                    for text_hash, names in chunk])

    def of(self, hashes: Sequence[str]) -> dict[str, Found]:
        """What was found in texts, by hash."""
        with self.engine.connect() as connection:
            return {row.text_hash: [(label, name, count) for label, name, count in row.found]
                    for chunk in chunks(hashes)
                    for row in connection.execute(select(ExtractionRow.text_hash, ExtractionRow.found)
                                                  .where(ExtractionRow.text_hash.in_(chunk)))}


def texts(library: Library, size: int = 1000) -> Iterator[list[tuple[str, str, str]]]:
    """Batches of (text hash, title, abstract) of all papers, each text once a batch."""
    return _batches(library.engine, _texts(), size)


def _batches(engine: Engine, wanted: Any, size: int) -> Iterator[list[tuple[str, str, str]]]:
    last = 0
    while True:
        with engine.connect() as connection:
            rows = connection.execute(wanted.where(PaperRow.key > last).order_by(PaperRow.key).limit(size)).all()
        if not rows:
            return
        last = rows[-1].key
        yield list({row.text_hash: (row.text_hash, row.title, row.abstract) for row in rows}.values())


def _texts() -> Any:
    return select(PaperRow.key, PaperRow.text_hash, PaperRow.title, PaperRow.abstract)


def _unread(version: int) -> Any:
    return (_texts().outerjoin(ExtractionRow, ExtractionRow.text_hash == PaperRow.text_hash)
            .where(or_(ExtractionRow.version.is_(None), ExtractionRow.version != version)))
