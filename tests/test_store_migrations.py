"""Laws of the database's schema: as declared, migrated up and down, and refused where it does not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from records import DRAFT, take, titles

from recommender.errors import LibraryError
from recommender.papers import Choice, Paper
from recommender.settings import Settings
from recommender.store import database
from recommender.store.drafts import Drafts
from recommender.store.library import Library, opened
from recommender.store.schema import Base

# -- up and down -----------------------------------------------------------------------------------------------------


def test_the_migrated_schema_is_the_one_that_the_program_declares(empty: Library) -> None:
    with empty.engine.connect() as connection:
        migrated = MigrationContext.configure(connection, opts={
            "include_name": lambda name, kind, _: kind != "table" or not name.startswith("paper_search")})
        differences = compare_metadata(migrated, Base.metadata)
    # PostgreSQL's search index is an expression's, which the declared schema does not hold.
    assert [one for one in differences if "ix_papers_search" not in str(one)] == []


def test_migrating_down_to_base_leaves_nothing_and_up_again_works(empty: Library) -> None:
    take(empty, Paper(id="a", title="Something to lose"))
    database.migrate(empty.engine, "base")
    assert set(sa.inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    database.migrate(empty.engine)
    take(empty, Paper(id="a", title="Something to find"))
    assert titles(empty, "find") == {"Something to find"}


def test_one_revision_down_and_up_again_keeps_papers_drafts_and_verdicts(empty: Library) -> None:
    take(empty, Paper(id="a", title="Something to keep"))
    drafts = Drafts(empty)
    id = drafts.save(replace(DRAFT, entities=(Choice("Method", "CLIP", 2.0),)))
    drafts.judge(id, "a", "relevant")
    assert drafts.get(id).entities == (Choice("Method", "CLIP", 2.0),)
    database.migrate(empty.engine, "0001")
    assert "corrections" not in sa.inspect(empty.engine).get_table_names()
    database.migrate(empty.engine)
    assert drafts.get(id) == replace(DRAFT, id=id, liked=("a",))
    assert titles(empty, "keep") == {"Something to keep"}


def test_the_revision_before_drafts_had_authors_keeps_the_rest_of_a_draft(empty: Library) -> None:
    drafts = Drafts(empty)
    saved = replace(DRAFT, entities=(Choice("Method", "CLIP", 2.0),))
    id = drafts.save(replace(saved, authors=("Ada Lovelace", "van der Berg, Bo"), own_authors=True))
    database.migrate(empty.engine, "0002")
    columns = {column["name"] for column in sa.inspect(empty.engine).get_columns("drafts")}
    assert not columns & {"authors", "own_authors"}
    database.migrate(empty.engine)
    assert drafts.get(id) == replace(saved, id=id)


def test_a_brand_new_library_is_made_at_the_newest_revision(empty: Library) -> None:
    with empty.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == database.head()
    assert empty.is_untouched()


# -- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE alembic_version SET version_num = '0000'", "DROP TABLE alembic_version"])
def test_a_pending_migration_is_refused_and_the_command_named(tmp_path: Path, statement: str) -> None:
    with opened(Settings(tmp_path)) as library, database.writing(library.engine) as connection:
        connection.execute(sa.text(statement))
    with pytest.raises(LibraryError, match=r"a migration is pending\. Run: recommender --data .* migrate"):
        Library.open(Settings(tmp_path))


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_text("This is not a database, it is a note that got lost. " * 50)
    with pytest.raises(LibraryError, match="not a database"):
        Library.open(Settings(tmp_path))


@pytest.mark.parametrize("url", ["nonsense", "mysql+nodriver://x/y", "postgresql+psycopg://127.0.0.1:1/x"])
def test_a_database_url_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(LibraryError, match="database_url"):
        Library.open(Settings(tmp_path, database_url=url))
