"""The engine, `transaction()`, and the public revision.

Every write goes through `transaction()`. On SQLite it waits its turn before `BEGIN IMMEDIATE`, and for the disk after
the commit, when others write already (`turns`).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from select import POLLIN, poll

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, Pool, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from ozgtermine import clock
from ozgtermine.models import (
    Access,
    Base,
    Document,
    DocumentVersion,
    Event,
    Membership,
    Mirror,
    NewsletterIssue,
    OfferQuestion,
    Organisation,
    Person,
    Programme,
    ProgrammeItem,
    Project,
    RegistrationOffer,
    Room,
    Series,
    Setting,
    Venue,
)
from ozgtermine.operations import auditing, dating_entries, telling_seats
from ozgtermine.queries.revision import (
    forget_public_change,
    is_marked,
    mark_public_change,
    note_raised,
    raise_revision,
)
from ozgtermine.turns import Turns

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

PUBLIC = (
    Access, Document, DocumentVersion, Event, Membership, Mirror, NewsletterIssue, OfferQuestion, Organisation, Person,
    Programme, ProgrammeItem, Project, RegistrationOffer, Room, Series, Setting, Venue,
)  # fmt: skip
_RAISED = "raised"


@contextmanager
def transaction() -> Iterator[Session]:
    """Yield a session inside one write transaction that is committed at the end, or rolled back on any error.

    What was read before is forgotten and read anew under the lock; what is committed is on the disk at the end. Raises
    BusyError when the lock cannot be had in time, RuntimeError when there are pending writes already.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("pending writes outside of transaction()")
    session.rollback()
    session.expire_all()
    with write_turn(db.engine):
        try:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def write_turn(engine: Engine) -> AbstractContextManager[None]:
    """Return what waits until nobody else writes; a server sees to that itself."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return nullcontext()
    return _turns_of(path).turn()


@cache
def _turns_of(path: str) -> Turns:
    return Turns(path)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    # SQLite's own `lower` knows ASCII alone; LIKE without regard to case is built on it
    connection.create_function("lower", 1, _lower, deterministic=True)
    # NORMAL does not sync at each commit: `transaction` does, after it has let others write
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _lower(value: str | float | None) -> str | float | None:
    return value.lower() if isinstance(value, str) else value


@event.listens_for(Pool, "checkout")
def _refuse_closed_connection(connection: DBAPIConnection, _record: object, _proxy: object) -> None:
    """Have a new connection made where a server has closed the one that waited, as it does when it starts anew.

    What it has sent unasked is its farewell: a look at the socket tells without a question and an answer.
    """
    if isinstance(connection, sqlite3.Connection):
        return
    if connection.closed or _has_spoken(connection.fileno()):
        raise InvalidatePoolError


def _has_spoken(socket: int) -> bool:
    """Return whether there is something to read, or nothing any more."""
    asked = poll()
    asked.register(socket, POLLIN)
    return bool(asked.poll(0))


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")


@event.listens_for(Session, "before_flush")
def _mark_changed_rows(session: Session, _context: object, _instances: object) -> None:
    changed = [row for row in session.dirty if isinstance(row, PUBLIC) and session.is_modified(row)]
    for row in (*changed, *session.new, *session.deleted):
        if isinstance(row, PUBLIC):
            mark_public_change(session, row if isinstance(row, Event) else None)


@event.listens_for(Session, "do_orm_execute")
def _mark_bulk_writes(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and any(mapper.class_ in PUBLIC for mapper in state.all_mappers):
        mark_public_change(state.session)


@event.listens_for(Session, "after_flush")
def _record(session: Session, flush: UOWTransaction) -> None:
    auditing.record_changes(session, flush, now=clock.now())
    dating_entries.note(session, now=clock.now())
    telling_seats.note(session)


def _of_transactions(name: str) -> Callable[[Callable[[Session], None]], None]:
    """Have a function called at this event of a transaction; SQLAlchemy calls for each savepoint too."""

    def listen(function: Callable[[Session], None]) -> None:
        @event.listens_for(Session, name)
        def called(session: Session) -> None:
            if not session.in_nested_transaction():
                function(session)

    return listen


@_of_transactions("before_commit")
def _raise_revision(session: Session) -> None:
    """Raise the revision as the last statement: before the offer's lock it would deadlock on PostgreSQL."""
    session.flush()
    telling_seats.tell(session)
    if is_marked(session):
        raise_revision(session, now=clock.now())
        session.info[_RAISED] = True


@_of_transactions("after_rollback")
def _forget_mark(session: Session) -> None:
    forget_public_change(session)
    telling_seats.forget(session)
    auditing.end_change(session)
    session.info.pop(_RAISED, None)


@_of_transactions("after_commit")
def _end_change(session: Session) -> None:
    auditing.end_change(session)
    if session.info.pop(_RAISED, False):
        note_raised()
