"""Which documents somebody sees."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from ozgtermine.models import Document, Event
from ozgtermine.queries.events import visible_to
from ozgtermine.rules.permissions import Actor, Role, Visibility


def documents_visible_to(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition of documents that `actor` may see: published, and of a visible event."""
    if actor.roles & {Role.EDITOR, Role.ADMINISTRATOR}:
        return true()
    seen = Document.visibility == Visibility.PUBLIC
    return and_(Document.published_at <= now, seen, visible_to(actor, now))


def documents(actor: Actor, now: datetime) -> Select[Document]:
    """Return the documents that `actor` sees, with versions, event and series loaded."""
    return (
        select(Document)
        .join(Document.event)
        .join(Event.series)
        .where(documents_visible_to(actor, now))
        .options(contains_eager(Document.event).contains_eager(Event.series), selectinload(Document.versions))
    )


def newest_documents(actor: Actor, now: datetime, *, limit: int) -> Select[Document]:
    """Return what was published last."""
    return documents(actor, now).order_by(Document.published_at.desc(), Document.id.desc()).limit(limit)


def documents_of_series(actor: Actor, now: datetime, series_id: int) -> Select[Document]:
    """Return the documents of a series' events, those of the last event first."""
    return (
        documents(actor, now)
        .where(Event.series_id == series_id)
        .order_by(Event.starts_at.desc(), Document.id)
    )


def documents_of_event(actor: Actor, now: datetime, event_id: int) -> Select[Document]:
    """Return the documents of one event, the first uploaded first."""
    return documents(actor, now).where(Document.event_id == event_id).order_by(Document.id)


def find_document(session: Session, document_id: int, *, actor: Actor, now: datetime) -> Document | None:
    """Return the document if `actor` may see it; a hidden one is like one that does not exist."""
    return session.scalars(documents(actor, now).where(Document.id == document_id)).one_or_none()
