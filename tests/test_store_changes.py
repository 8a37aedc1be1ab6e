"""Laws of writing to the database: locks and snapshots, keys, what counts as changed, and texts that are read once."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from records import take, titles

from recommender.errors import LibraryError
from recommender.papers import Paper
from recommender.settings import Settings
from recommender.store.extractions import Extractions
from recommender.store.library import Library, opened
from recommender.store.lists import Lists

# -- at once ---------------------------------------------------------------------------------------------------------


def test_sqlite_writes_ahead_and_enforces_foreign_keys(tmp_path: Path) -> None:
    with opened(Settings(tmp_path)) as library, library.engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1


def test_a_locked_database_is_explained(tmp_path: Path) -> None:
    with opened(Settings(tmp_path)) as library:
        sa.event.listen(library.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=10"))
        library.engine.dispose()
        other = sqlite3.connect(tmp_path / "library.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="locked"):
            Lists(library).create("A list")
        other.close()


def test_readers_see_one_snapshot_while_others_write(empty: Library) -> None:
    take(empty, *(Paper(id=f"p{i:04}", title=f"Title number {i} of many") for i in range(1500)))
    reading = empty.stream()
    first = next(reading)[1]
    take(empty, Paper(id="p9999", title="It came in the meantime"))
    seen = [first, *(paper for _, paper in reading)]
    assert len(seen) == (1500 if empty.engine.dialect.name == "sqlite" else 1501)


def test_two_imports_at_once_both_arrive(empty: Library) -> None:
    def one(name: str) -> None:
        take(empty, *(Paper(id=f"{name}{i}", title=f"Title {name} {i} of many", doi=f"10.1/{i}") for i in range(600)))

    threads = [threading.Thread(target=one, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert empty.status().papers == 600
    assert len(empty.keys_of(f"{name}{i}" for name in "ab" for i in range(600))) == 1200


# -- what counts as changed ------------------------------------------------------------------------------------------


def test_only_what_changed_counts_as_changed(empty: Library) -> None:
    take(empty, Paper(id="a", title="A paper by itself", references=("b", "c")))
    before = empty.status()
    assert (before.papers, before.references) == (1, 2)
    assert empty.changed_since(before.revision) == 0
    take(empty, Paper(id="a", title="A paper by itself", references=("b", "c")))
    assert empty.status() == before
    take(empty, Paper(id="a", title="A paper by itself", abstract="Now with an abstract."),
         Paper(id="b", title="And another paper here"))
    assert empty.changed_since(before.revision) == 2
    assert empty.changed_since(0) == 2


def test_an_import_that_brings_nothing_still_counts_as_begun(empty: Library) -> None:
    take(empty)
    assert not empty.is_untouched()


# -- what is forgotten -----------------------------------------------------------------------------------------------


def test_a_key_is_never_given_twice(empty: Library) -> None:
    take(empty, Paper(id="a", title="The first of them"), Paper(id="b", title="The last of them"), file="old")
    last = empty.keys_of(["b"])["b"]
    empty.forget("old")
    take(empty, Paper(id="c", title="Another one altogether"))
    assert empty.keys_of(["c"])["c"] > last


def test_forgetting_a_file_takes_its_papers_and_nobody_elses(empty: Library) -> None:
    take(empty, Paper(id="a", title="Only in the old file"), Paper(id="b", title="In both of the files"), file="old")
    take(empty, Paper(id="b", title="In both of the files", abstract="Said again."), file="new")
    take(empty, Paper(id="c", title="Only in the new file", references=("a",)), file="new")
    assert empty.forget("old", but=["missing"]) == 1
    assert [paper.id for _, paper in empty.stream()] == ["b", "c"]
    assert empty.get("a") is None
    assert list(empty.citations()) == []
    assert titles(empty, "old") == set()


# -- extractions -----------------------------------------------------------------------------------------------------


def test_each_text_is_read_once_a_version(empty: Library) -> None:
    take(empty, Paper(id="a", title="The same text", venue="x"), Paper(id="b", title="The same text", venue="y"),
         Paper(id="c", title="Another text"))
    cache = Extractions(empty)
    assert cache.due(1) == 3
    read = [text_hash for batch in cache.unread(1) for text_hash, _, _ in batch]
    assert len(read) == 2
    cache.save(1, {text_hash: [("Method", "CLIP", 2)] for text_hash in read})
    assert (cache.due(1), cache.due(2)) == (0, 3)
    assert cache.of([*read, "unknown"]) == {text_hash: [("Method", "CLIP", 2)] for text_hash in read}
    cache.save(2, {read[0]: []})
    assert cache.of(read)[read[0]] == []
