"""Migrations by Alembic, run by `upgrade(engine)`; no configuration file is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config


def configuration() -> "Config":
    """Return Alembic's configuration for this folder."""
    from alembic.config import Config  # heavy, and needed only to migrate

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return made


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`; each migration commits or leaves nothing behind."""
    _run(engine, "upgrade", revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database back to `revision`."""
    _run(engine, "downgrade", revision)


def _run(engine: Engine, command: str, revision: str) -> None:
    from alembic import command as alembic_command  # heavy, and needed only to migrate

    with engine.connect() as connection, _without_foreign_keys(connection):
        made = configuration()
        made.attributes["connection"] = connection
        getattr(alembic_command, command)(made, revision)
        connection.commit()


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """On SQLite a changed table is copied and dropped; with foreign keys on, dropping would delete what points to it.

    Raises RuntimeError where a key points nowhere afterwards.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        dangling = driver.execute("PRAGMA foreign_key_check").fetchall()
        if dangling:
            raise RuntimeError(f"keys that point nowhere: {dangling}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def is_current(engine: Engine) -> bool:
    """Return whether the database is at the newest revision."""
    from alembic.runtime.migration import MigrationContext  # heavy, and needed only to migrate
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(configuration()).get_current_head()
