"""The archive of documents: searched, narrowed, in the order in which it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ozgtermine.models import Document, DocumentKind, Event, Series
from ozgtermine.queries.documents import documents, documents_visible_to
from ozgtermine.rules import names
from ozgtermine.rules.permissions import Actor

PAGE_LENGTH = 25
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for; empty means everything."""

    words: str = ""
    series: str = ""
    kind: DocumentKind | None = None
    year: int | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of the archive, and what it can be narrowed by; nothing hidden is counted."""

    documents: list[Document]
    total: int
    page: int
    pages: int
    series: list[tuple[str, str]]
    kinds: list[DocumentKind]
    years: list[int]


def search(session: Session, wanted: Wanted, *, page: int, actor: Actor, now: datetime) -> Found:
    """Return one page of what is wanted: the last year first, by series, the last event first.

    Words are compared here, not in SQL, because SQLite knows no upper case beyond ASCII.
    """
    rows = session.execute(_rows(actor, now)).all()
    matching = [row.id for row in sorted(rows, key=_reading_order) if _matches(row, wanted)]
    pages = max(1, -(-len(matching) // PAGE_LENGTH))
    page = min(max(1, page), pages)
    return Found(
        documents=_load(session, matching[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH], actor, now),
        total=len(matching),
        page=page,
        pages=pages,
        series=[
            (slug, title) for _, title, slug in sorted({(row.position, row.series, row.slug) for row in rows})
        ],
        kinds=[kind for kind in DocumentKind if any(row.kind is kind for row in rows)],
        years=sorted({row.starts_on.year for row in rows}, reverse=True),
    )


def _rows(actor: Actor, now: datetime) -> Any:  # noqa: ANN401 - a SELECT of nine columns
    return (
        select(
            Document.id,
            Document.kind,
            Document.title,
            Event.topic,
            Event.number,
            Event.starts_on,
            Event.starts_at,
            Series.slug,
            Series.title.label("series"),
            Series.singular,
            Series.position,
        )
        .join(Document.event)
        .join(Event.series)
        .where(documents_visible_to(actor, now))
    )


def _reading_order(row: Row[Any]) -> tuple[int, int, str, float, int]:
    return (-row.starts_on.year, row.position, row.series, -row.starts_at.timestamp(), row.id)


def _matches(row: Row[Any], wanted: Wanted) -> bool:
    if wanted.series not in ("", row.slug) or wanted.kind not in (None, row.kind):
        return False
    if wanted.year not in (None, row.starts_on.year):
        return False
    text = _folded(f"{row.title} {row.topic} {row.number or ''} {row.singular} {row.series}")
    return all(word in text for word in _folded(wanted.words).split("-"))


def _folded(text: str) -> str:
    """Return text in which "Schlüssel", "SCHLÜSSEL" and "Schluessel" are equal."""
    return names.slug(text, longest=_LONGEST_TEXT)


def _load(session: Session, ids: Sequence[int], actor: Actor, now: datetime) -> list[Document]:
    loaded = {each.id: each for each in session.scalars(documents(actor, now).where(Document.id.in_(ids)))}
    return [loaded[document_id] for document_id in ids if document_id in loaded]
