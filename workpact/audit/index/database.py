"""The database: SQLite in a file or PostgreSQL by URL, brought to the newest revision, in whole transactions only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from workpact import WorkpactError
from workpact.audit.index.tables import REVISION_TABLE
from workpact.chain.journal import data_folder

DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
MIGRATIONS = Path(__file__).parent / "migrations"
BUSY = 60
"""Seconds to wait while another process writes."""
LOCK = 0x776F726B70616374
"""What PostgreSQL knows our changes of tables by."""


class DatabaseFailed(WorkpactError):
    """The database cannot be opened, read or written."""


class NewerDatabase(WorkpactError):
    """The database was made by a newer version. Nothing was written."""


class OtherDeployment(WorkpactError):
    """The database is an index of another chain or of other contracts. Nothing was written."""


class NoIndex(WorkpactError):
    """The database has no index in it."""


def default_url(chain_id: int, genesis: bytes) -> str:
    """A file of the user's own data for each chain, told by its first block."""
    return f"sqlite:///{data_folder() / f'index-{chain_id}-{genesis[:4].hex()}.sqlite'}"


class Database:
    """One database. Nothing is asked of it before the first transaction."""

    def __init__(self, url: str) -> None:
        self._url = _parsed(url)
        self.name = self._url.render_as_string(hide_password=True)
        try:
            self._engine = _engine(self._url)
        except ImportError:
            raise DatabaseFailed(
                f"{self.name} needs a driver that is not installed: pip install 'workpact[postgresql]'"
            ) from None

    @property
    def exists(self) -> bool:
        """False for an SQLite file that is not there; nothing makes it but `written`."""
        file = self._url.database
        return self._url.get_backend_name() != "sqlite" or (bool(file) and Path(str(file)).is_file())

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One state of it; nothing is written."""
        with self._named(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def written(self) -> Iterator[Connection]:
        """One transaction: all of it is kept or, if anything fails, nothing. One process at a time."""
        if not self.exists and self._url.database:
            with self._named():
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        with self._named(), self._engine.execution_options(is_writing=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection

    def revision(self, connection: Connection) -> str | None:
        """Of its tables; None if it has none yet. Raises `NewerDatabase`."""
        options = {"version_table": REVISION_TABLE}
        found = MigrationContext.configure(connection, opts=options).get_current_revision()
        scripts = ScriptDirectory.from_config(_config())
        if found is not None and found not in {each.revision for each in scripts.walk_revisions()}:
            raise NewerDatabase(
                f"{self.name} is of revision {found}, which this version of workpact does not know: it was made by a "
                "newer one. Update workpact, or name another database (--database)."
            )
        return found

    def upgrade(self, connection: Connection) -> None:
        """Makes or changes its tables, within the caller's transaction."""
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    def close(self) -> None:
        """Gives its connections back."""
        self._engine.dispose()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise DatabaseFailed(
                f"{self.name}: {reason}. Check --database: an SQLite file (sqlite:///FILE), or a PostgreSQL that "
                "answers (postgresql://USER@HOST/NAME)."
            ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseFailed(f"{url} is no URL of a database: write sqlite:///FILE or postgresql://…") from None
    if parsed.drivername not in DRIVERS:
        raise DatabaseFailed(f"The index is kept in SQLite or PostgreSQL, not in {parsed.drivername}.")
    return parsed.set(drivername=DRIVERS[parsed.drivername])


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY})

    # Python's sqlite3 leaves changes of tables out of transactions unless it is told to begin none itself.
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_writing = connection.get_execution_options().get("is_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine
