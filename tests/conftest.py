"""The application on SQLite and on PostgreSQL, empty for every test."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db
from tests.postgresql import server

SECRET_KEY = "only-for-tests"  # noqa: S105 - guards nothing


@pytest.fixture(scope="session")
def postgresql(worker_id: str) -> Iterator[str]:
    """Yield the address of a database of this test process."""
    name = f"ozgtermine_test_{os.getpid()}_{worker_id}"
    with server() as address:
        if address is None:
            pytest.skip("no PostgreSQL here")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            yield (
                make_url(address)
                .set(database=name, drivername="postgresql+psycopg")
                .render_as_string(hide_password=False)
            )
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite'}"
    address: str = request.getfixturevalue("postgresql")
    return address


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(instance=tmp_path, database_url=database_url, secret_key=SECRET_KEY, environment="demo",
                    base_url="http://termine.example")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    with made.app_context():
        db.drop_all()
        db.create_all()
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:  # noqa: ARG001 - its context is what the session needs
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
