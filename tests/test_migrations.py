"""Migrations make the tables that the models describe, and take them away again."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from ozgtermine.migrations import downgrade, is_current, upgrade
from ozgtermine.models import Base


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on a database without tables, and give the tables back to the tests that come after."""
    made = create_engine(database_url)
    Base.metadata.drop_all(made)
    yield made
    Base.metadata.drop_all(made)
    with made.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    Base.metadata.create_all(made)
    made.dispose()


def test_migrations_lead_to_the_tables_of_the_models(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert is_current(engine)


def test_accounts_and_what_points_to_them_survive_new_columns(engine: Engine) -> None:
    upgrade(engine, "0002")
    with engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO account (id, email, email_normalised, name, role, session_epoch, created_at) "
            "VALUES (7, 'a@b.example', 'a@b.example', 'Erika', 'editor', 1, '2023-01-01 00:00:00+00:00')"
        ))
        connection.execute(text(
            "INSERT INTO account_link (id, token_hash, purpose, account_id, created_at, expires_at) VALUES "
            "(3, 'x', 'invite', 7, '2023-01-01 00:00:00+00:00', '2023-01-02 00:00:00+00:00')"
        ))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT account_id, purpose FROM account_link")).all() == [(7, "invite")]
        assert connection.execute(text("SELECT id, role, totp_step FROM account")).all() == [(7, "editor", 0)]
        connection.execute(text("UPDATE account_link SET purpose = 'sign_in'"))
        with pytest.raises(IntegrityError):
            connection.execute(text("UPDATE account_link SET purpose = 'unknown'"))


def test_migrations_leave_the_checks_of_the_models_and_no_other(engine: Engine) -> None:
    """Alembic compares no CHECKs, and SQLite's copies of tables can lose or double them."""
    upgrade(engine)
    migrated = checks(engine)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    assert migrated == checks(engine)


def checks(engine: Engine) -> dict[str, list[str]]:
    found = inspect(engine)
    names = sorted(set(found.get_table_names()) - {"alembic_version"})
    return {name: sorted(str(check["name"]) for check in found.get_check_constraints(name)) for name in names}


def test_a_database_without_tables_is_not_current(engine: Engine) -> None:
    assert not is_current(engine)


def test_going_all_the_way_back_leaves_no_table(engine: Engine) -> None:
    upgrade(engine)
    downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert not is_current(engine)
