"""The database's laws once more on PostgreSQL, in a throw-away cluster; without its server programs, skipped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from test_corrections import (  # noqa: F401 - the laws, asked again with this module's `empty`
    test_a_merge_back_takes_the_first_one_back,
    test_a_split_spelling_can_be_merged_elsewhere,
    test_another_correction_of_the_same_thing_takes_the_place_of_the_first,
    test_every_change_counts_and_what_is_gone_is_said,
    test_merges_in_a_row_all_end_at_the_last,
)
from test_intake_ids import (  # noqa: F401
    test_an_id_is_held_to_the_title_that_it_came_with,
    test_an_id_merged_away_goes_on_working,
    test_ids_that_differ_in_case_are_two_papers,
    test_references_to_papers_that_come_later_are_resolved_when_they_come,
    test_the_same_id_with_another_title_is_a_second_paper_suffixed_and_reported,
)
from test_intake_integrity import (  # noqa: F401
    test_a_batch_more_than_full_merges_across_its_border,
    test_a_failure_midway_leaves_the_library_as_it_was,
    test_hostile_content_comes_back_as_it_was,
    test_our_own_export_is_read_as_the_same_papers,
)
from test_intake_merging import (  # noqa: F401
    test_a_record_that_names_two_papers_makes_them_one,
    test_joined_papers_keep_the_given_id,
)
from test_store_changes import *  # noqa: F403
from test_store_drafts import *  # noqa: F403
from test_store_lists import *  # noqa: F403
from test_store_migrations import *  # noqa: F403
from test_store_search import *  # noqa: F403

from recommender.errors import LibraryError
from recommender.settings import Settings
from recommender.store import database
from recommender.store.library import Library, opened
from recommender.store.schema import Base

pytest.importorskip("psycopg", reason="psycopg is not installed: pip install '.[postgresql]'")

_BINARIES = [Path(found).parent for found in [shutil.which("initdb")] if found] + sorted(
    Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
BINARIES = next((folder for folder in _BINARIES if (folder / "pg_ctl").exists() and (folder / "initdb").exists()), None)
if BINARIES is None:
    pytest.skip("PostgreSQL's server programs are not installed", allow_module_level=True)


def _run(folder: Path, *command: str) -> None:
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*user, str(BINARIES / command[0]), *command[1:]], cwd=folder, capture_output=True,  # type: ignore[operator]
                          text=True, check=False)
    if done.returncode:
        pytest.fail(f"{command[0]} failed: {done.stdout}{done.stderr}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server that lives as long as this module, without the name of a database."""
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as name, socket.socket() as free:
        folder = Path(name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        _run(folder, "initdb", "-D", str(folder / "data"), "-U", "tester", "--auth", "trust", "-E", "UTF8", "--no-sync",
             "--locale", "C.UTF-8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c synchronous_commit=off"
        _run(folder, "pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://tester@127.0.0.1:{port}"
        finally:
            _run(folder, "pg_ctl", "-D", str(folder / "data"), "-w", "-m", "immediate", "stop")


@pytest.fixture
def empty(server: str, tmp_path: Path) -> Iterator[Library]:
    """A library of its own on PostgreSQL, with nothing in it."""
    with opened(Settings(tmp_path, database_url=f"{server}/postgres")) as library:
        with database.writing(library.engine) as connection:
            tables = ", ".join(f'"{name}"' for name in Base.metadata.tables)
            connection.execute(sa.text(f"TRUNCATE {tables}"))
        yield library


def test_it_is_postgresql_that_answers(empty: Library) -> None:
    assert empty.engine.dialect.name == "postgresql"


def test_an_old_schema_is_refused_here_too(empty: Library, tmp_path: Path) -> None:
    settings = Settings(tmp_path, database_url=empty.engine.url.render_as_string(hide_password=False))
    with database.writing(empty.engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(LibraryError, match="a migration is pending"):
        Library.open(settings)
    with database.writing(empty.engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :head").bindparams(head=database.head()))
