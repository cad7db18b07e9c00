"""Migrations make the tables that the models describe, and take them away again."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from ozgtermine.database import db
from ozgtermine.migrations import downgrade, is_current, upgrade
from ozgtermine.models import Base


def test_migrations_lead_to_the_tables_of_the_models(app: Flask) -> None:
    db.drop_all()
    upgrade(db.engine)
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert is_current(db.engine)
    downgrade(db.engine)


def test_going_all_the_way_back_leaves_no_table(app: Flask) -> None:
    db.drop_all()
    upgrade(db.engine)
    downgrade(db.engine)
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    assert not is_current(db.engine)
