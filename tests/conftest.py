"""The application on SQLite and on PostgreSQL, empty for every test; in CI nothing may be skipped.

The tables are made once in a process: SQLite's file is copied for each test, PostgreSQL's tables are emptied.
"""

import os
import shutil
from collections.abc import Iterator
from copy import copy, deepcopy
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session

from ozgtermine.application import assemble, wire
from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.models import Base
from ozgtermine.views import pace
from tests.postgresql import server

SECRET_KEY = "only-for-tests"
IN_CI = os.environ.get("CI", "").lower() in ("true", "1")
pytest_plugins = ["tests.living", "tests.browsing"]


@pytest.fixture(scope="session")
def postgresql(worker_id: str) -> Iterator[str]:
    """Yield the address of a database of this test process, with its tables."""
    name = f"ozgtermine_test_{os.getpid()}_{worker_id}"
    with server() as address:
        if address is None:
            pytest.skip("no PostgreSQL here")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            connection.execute(
                f'ALTER DATABASE "{name}" SET synchronous_commit = off'
            )  # nothing here is to last
            url = make_url(address).set(database=name, drivername="postgresql+psycopg")
            made = url.render_as_string(hide_password=False)
            _create_tables(made)
            yield made
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with its tables, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    _create_tables(f"sqlite:///{path}")
    return path


def _create_tables(address: str) -> None:
    engine = create_engine(address)
    Base.metadata.create_all(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database whose tables are empty."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite"), path)
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgresql")
    _empty(address)
    return address


def _empty(address: str) -> None:
    """Delete all rows and count ids from 1 again; with small tables many times quicker than TRUNCATE."""
    with psycopg.connect(address.replace("+psycopg", "", 1)) as connection:
        connection.execute("SET session_replication_role = replica")  # rows may go in any order
        for table in Base.metadata.sorted_tables:
            connection.execute(SQL("DELETE FROM {}").format(Identifier(table.name)))
        connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        instance=tmp_path,
        database_url=database_url,
        secret_key=SECRET_KEY,
        environment="demo",
        base_url="http://termine.example",
        require_second_factor=False,
    )


@pytest.fixture(scope="session")
def assembled() -> Flask:
    """Return the application without settings; putting it together takes longer than most tests."""
    return assemble()


@pytest.fixture
def app(settings: Settings, assembled: Flask) -> Iterator[Flask]:
    """Yield an application of its own under `settings`; only routes and compiled templates are shared."""
    pace.forget()
    made = copy(assembled)
    made.config, made.extensions = deepcopy(assembled.config), dict(assembled.extensions)
    made.teardown_appcontext_funcs = list(assembled.teardown_appcontext_funcs)
    wire(made, settings)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail in CI where a test was skipped: what nobody ran, nobody has seen."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
