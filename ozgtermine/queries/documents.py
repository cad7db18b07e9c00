"""Which documents somebody sees."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from ozgtermine.models import Document, Event
from ozgtermine.queries.events import NOW, visible_to, worked_on_by
from ozgtermine.queries.visibility import is_visible
from ozgtermine.rules.permissions import Actor


def documents_visible_to(actor: Actor, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition of documents that `actor` finds: published, visible, and of an event that he finds."""
    shown = is_visible(Document.visibility, Event.series_id, actor)
    return and_(Document.published_at <= now, shown, visible_to(actor, now))


def documents_worked_on_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of documents that `actor` finds in the workspace, drafts too."""
    return and_(worked_on_by(actor), is_visible(Document.visibility, Event.series_id, actor))


def documents(actor: Actor, now: datetime | BindParameter[datetime]) -> Select[Document]:
    """Return the documents that `actor` finds, with versions, event and series loaded."""
    return _with_versions(documents_visible_to(actor, now))


def _with_versions(condition: ColumnElement[bool]) -> Select[Document]:
    return (
        select(Document)
        .join(Document.event)
        .join(Event.series)
        .where(condition)
        .options(contains_eager(Document.event).contains_eager(Event.series), selectinload(Document.versions))
    )


def newest_documents(session: Session, actor: Actor, now: datetime, *, limit: int) -> list[Document]:
    """Return what was published last."""
    return list(session.scalars(_newest(actor.rights, limit), {"now": now}))


@lru_cache
def _newest(rights: Actor, limit: int) -> Select[Document]:
    return documents(rights, NOW).order_by(Document.published_at.desc(), Document.id.desc()).limit(limit)


def newest_worked_on(actor: Actor, *, limit: int) -> Select[Document]:
    """Return what `actor` works on, drafts first, then what was published last."""
    newest = (Document.published_at.is_not(None), Document.published_at.desc(), Document.id.desc())
    return _with_versions(documents_worked_on_by(actor)).order_by(*newest).limit(limit)


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
    """Return the document if `actor` may see it, those who work on it also as a draft.

    A hidden one is like one that does not exist.
    """
    found = _with_versions(or_(documents_visible_to(actor, now), documents_worked_on_by(actor)))
    return session.scalars(found.where(Document.id == document_id)).one_or_none()
