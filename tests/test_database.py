"""Connections to a server, which it may close at any time."""

import pytest
from sqlalchemy import create_engine, text

from ozgtermine.database import db

OTHERS = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


pytestmark = [
    pytest.mark.usefixtures("app"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


def test_a_connection_that_the_server_has_closed_is_not_used_once_more() -> None:
    db.session.execute(text("SELECT 1"))
    db.session.remove()  # it waits in the pool
    other = create_engine(db.engine.url)
    with other.connect() as connection:
        assert connection.scalar(OTHERS) >= 1
    other.dispose()

    assert db.session.scalar(text("SELECT 2")) == 2


def test_a_connection_that_was_closed_here_while_it_waited_is_not_used_once_more() -> None:
    taken = db.engine.raw_connection()
    connection = taken.dbapi_connection
    taken.close()  # it waits in the pool
    assert connection
    connection.close()

    assert db.session.scalar(text("SELECT 2")) == 2
