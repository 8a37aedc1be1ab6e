"""Copies of a library that lack something, built as `build` builds and gone when done; the library itself is only read.

Vectors of meaning are not copied, so copies answer without the semantic signal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import bindparam, delete, update

from recommender.build import build
from recommender.errors import InputError
from recommender.evaluation.ship import HOLES, UNEVEN
from recommender.ingest.identity import text_hash
from recommender.progress import stage
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.store.database import writing
from recommender.store.library import Library, opened
from recommender.store.rows import chunks
from recommender.store.schema import AuthorRow, ListItemRow, PaperRow, ReferenceRow


@contextmanager
def copied(settings: Settings, work: Path | None, change: Callable[[Library], object]) -> Iterator[Recommender]:
    """The recommender of a copy that `change` was done to; `work` is where the copy is put (None: the system's place).

    Raises InputError for a library that is no SQLite file.
    """
    if settings.database_url:
        raise InputError("Only a library in the file library.db can be copied; this one has a database_url.")
    with TemporaryDirectory(prefix="protocol.", dir=work) as folder:
        made = replace(settings, data=Path(folder))
        with (closing(sqlite3.connect(f"file:{settings.data / 'library.db'}?mode=ro", uri=True)) as source,
              closing(sqlite3.connect(made.data / "library.db")) as target):
            source.backup(target)
        with opened(made) as library:
            change(library)
            build(made, library, stage)
            recommender = Recommender.open(made, library)
            blend = recommender.manifest["blend"]
            print("built: " + ", ".join([f"{recommender.manifest['papers']} papers", f"blend from {blend['from']}", *(
                f"{kind}: {said['from']}" for kind, said in blend.items() if isinstance(said, dict))]))
            yield recommender


def with_holes(library: Library, seed: int) -> None:
    """Records lose what ship.py's uneven records lose, as often, but others; what is missing is not read from texts."""
    generator = np.random.default_rng(seed)
    poorer, nameless = [], []
    for key, paper in library.stream():
        if generator.random() >= UNEVEN:
            continue
        lost = {name for name, chance in HOLES.items() if generator.random() < chance}
        if "authors" in lost:
            nameless.append(key)
        abstract = "" if "abstract" in lost else paper.abstract
        poorer.append({"at": key, "abstract": abstract, "venue": "" if "venue" in lost else paper.venue,
                       "keywords": [] if "keywords" in lost else list(paper.keywords),
                       "text_hash": text_hash(paper.title, abstract)})
    with writing(library.engine) as connection:
        for chunk in chunks(poorer):
            connection.execute(update(PaperRow).where(PaperRow.key == bindparam("at")), chunk)
        for keys in chunks(nameless):
            connection.execute(delete(AuthorRow).where(AuthorRow.paper_key.in_(keys)))


def without_papers(library: Library, keys: Iterable[int]) -> None:
    """These papers are not there."""
    with writing(library.engine) as connection:
        for chunk in chunks(keys):
            connection.execute(delete(PaperRow).where(PaperRow.key.in_(chunk)))


def without_references(library: Library, keys: Iterable[int]) -> None:
    """These papers have no reference lists."""
    with writing(library.engine) as connection:
        for chunk in chunks(keys):
            connection.execute(delete(ReferenceRow).where(ReferenceRow.paper_key.in_(chunk)))


def without_memberships(library: Library, off: Mapping[int, Collection[str]]) -> None:
    """List key -> ids of the papers that are taken off it."""
    with writing(library.engine) as connection:
        for key, ids in off.items():
            for chunk in chunks(ids):
                connection.execute(delete(ListItemRow).where(ListItemRow.list_key == key,
                                                             ListItemRow.paper_id.in_(chunk)))
