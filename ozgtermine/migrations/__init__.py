"""Migrations by Alembic, run by `upgrade(engine)`; no configuration file is needed."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

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

    with engine.connect() as connection:
        made = configuration()
        made.attributes["connection"] = connection
        getattr(alembic_command, command)(made, revision)
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Return whether the database is at the newest revision."""
    from alembic.runtime.migration import MigrationContext  # heavy, and needed only to migrate
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(configuration()).get_current_head()
