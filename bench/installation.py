"""An installation for a benchmark: an empty database of either kind and the environment to serve it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.models import Base
from ozgtermine.rules.schedule import When, when
from tests import factories, postgresql

KEY = "only for a benchmark"


@dataclass(frozen=True)
class Installation:
    """What a server process needs, and the slug of an event in a year for which one can register."""

    environment: dict[str, str]
    settings: Settings
    slug: str


@contextmanager
def databases() -> Iterator[list[tuple[str, str]]]:
    """Yield name and URL of an empty database of each kind; an empty URL means SQLite in the instance."""
    with postgresql.server() as address, _database(address) as url:
        yield [("SQLite", ""), ("PostgreSQL", url)]


@contextmanager
def installation(url: str) -> Iterator[Installation]:
    """Yield an installation with one event, inside its application context; it goes again."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"OZGTERMINE_INSTANCE": folder, "OZGTERMINE_SECRET_KEY": KEY, "OZGTERMINE_DATABASE_URL": url}
        settings = Settings.load({**os.environ, **environment})
        with create_app(settings).app_context(), _tables():
            with transaction() as session:
                slug = factories.offer(session, event=factories.event(session, at=_in_a_year())).event.slug
            yield Installation(environment, settings, slug)


def _in_a_year() -> When:
    return when(starts_on=clock.today() + timedelta(days=365))


@contextmanager
def _database(address: str | None) -> Iterator[str]:
    """Yield the URL of an empty database on the server, which goes again."""
    if address is None:
        raise RuntimeError("there is no PostgreSQL here")
    name = f"ozgtermine_bench_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        yield address.replace("postgresql://", "postgresql+psycopg://", 1).rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _tables() -> Iterator[None]:
    Base.metadata.create_all(db.engine)
    try:
        yield
    finally:
        db.session.remove()
        Base.metadata.drop_all(db.engine)
        db.engine.dispose()
