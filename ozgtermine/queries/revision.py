"""The public revision: one number that is raised when anything changes that the public can see."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ozgtermine.models import PublicRevision

_MARK = "public_change"


def mark_public_change(session: Session) -> None:
    """Have this transaction raise the revision at its end; for changes that no public table's column shows."""
    session.info[_MARK] = True


def forget_public_change(session: Session) -> bool:
    """Take the mark away and return whether there was one."""
    return bool(session.info.pop(_MARK, False))


def is_marked(session: Session) -> bool:
    """Return whether this transaction will raise the revision."""
    return _MARK in session.info


def current_revision(session: Session) -> int:
    """Return the revision, 0 before the first public change."""
    return session.connection().execute(_REVISION).scalar() or 0


_REVISION = select(PublicRevision.revision)


def raised_here() -> int:
    """Return how often this process has begun to raise the revision: who remembers it must look anew."""
    return _raised


def note_raised() -> None:
    """Say that a transaction of this process which raised the revision has ended."""
    global _raised  # noqa: PLW0603 - a process has one count
    _raised += 1


_raised = 0


def raise_revision(session: Session) -> None:
    """Raise the revision by one."""
    next_one = {PublicRevision.revision: PublicRevision.revision + 1}
    raised = update(PublicRevision).values(next_one).returning(PublicRevision.revision)
    if session.scalar(raised.execution_options(synchronize_session=False)) is None:
        session.execute(insert(PublicRevision).values(id=1, revision=1))
