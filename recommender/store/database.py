"""Opens the database and holds its schema to the migrations: a brand-new one is made, an old one refused."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, inspect
from sqlalchemy.exc import ArgumentError, DBAPIError, InternalError, NoSuchModuleError, OperationalError

from recommender.errors import LibraryError
from recommender.settings import SITE, Settings


def connect(settings: Settings) -> Engine:
    """An engine for the settings' database; SQLite in WAL mode with foreign keys enforced."""
    try:
        engine = create_engine(settings.url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise LibraryError(f"The setting database_url is not usable: {error}. It wants an SQLAlchemy URL, such as "
                           "postgresql+psycopg://user@host/name (pip install '.[postgresql]').") from error
    event.listen(engine, "handle_error", _explain)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that writes; it waits for its turn at once, not in the middle."""
    return engine.execution_options(writing=True).begin()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's driver would begin a transaction at the first write only, and reads would see no one snapshot.
    connection.isolation_level = None
    cursor = connection.cursor()
    # The timeout first: to set the journal's mode, too, may have to wait for another process.
    for pragma in ("busy_timeout=60000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON",
                   "cache_size=-65536"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")


def _explain(context: ExceptionContext) -> None:
    """What the database cannot do (locked, full, read-only, gone), said in one sentence."""
    if isinstance(context.sqlalchemy_exception, OperationalError | InternalError):
        raise LibraryError(f"The library's database does not answer: {str(context.original_exception).strip()}. Check "
                           "the data folder or the setting database_url, and whether another import is running.",
                           ) from context.original_exception


def config(connection: Connection) -> Config:
    """Alembic's configuration for one open connection."""
    made = Config()
    made.set_main_option("script_location", str(SITE / "migrations").replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The revision that this version of the program wants."""
    made = Config()
    made.set_main_option("script_location", str(SITE / "migrations").replace("%", "%%"))
    revision = ScriptDirectory.from_config(made).get_current_head()
    if revision is None:
        raise LibraryError(f"No migrations found in {SITE / 'migrations'}. Install the program again.")
    return revision


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up (or down) to a revision. Raises LibraryError for one that there is not."""
    with writing(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        step = command.downgrade if revision == "base" or _is_older(revision, current) else command.upgrade
        try:
            step(config(connection), revision)
        except CommandError as error:
            raise LibraryError(f"The schema cannot be brought to {revision}: {error}. The newest revision is {head()}.",
                               ) from error


def _is_older(revision: str, current: str | None) -> bool:
    return current is not None and revision not in ("head", current) and revision < current


def ensure_schema(engine: Engine, settings: Settings) -> None:
    """Create a brand-new library; refuse one whose migrations are pending, naming the command.

    Raises LibraryError when the schema is older or newer than this program, or the database unreachable.
    """
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    except DBAPIError as error:
        raise LibraryError(f"The library's database cannot be opened: {error.orig}. "
                           "Check the data folder, or the setting database_url.") from error
    wanted = head()
    if current == wanted:
        return
    if current is None and not tables:
        migrate(engine)
        return
    raise LibraryError(f"The library's schema is at {current or 'no revision'}, this version needs {wanted}: a "
                       f"migration is pending. Run: recommender --data {settings.data} migrate")
