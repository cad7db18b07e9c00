"""Migrations make the tables that the models describe, and take them away again."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

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


def test_a_database_without_tables_is_not_current(engine: Engine) -> None:
    assert not is_current(engine)


def test_going_all_the_way_back_leaves_no_table(engine: Engine) -> None:
    upgrade(engine)
    downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert not is_current(engine)
