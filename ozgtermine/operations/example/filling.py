"""Fill an empty database with the example."""

import io
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import Refusal
from ozgtermine.files.receiving import receive
from ozgtermine.files.store import DocumentStore
from ozgtermine.models import DocumentKind, Event, Series, SeriesKind
from ozgtermine.operations.example import newsletter_2023
from ozgtermine.operations.example.continuing import AHEAD, go_on
from ozgtermine.operations.example.series import add_series
from ozgtermine.operations.example.slides import Slide, pdf
from ozgtermine.operations.publishing_documents import upload
from ozgtermine.queries.days_off import days_off
from ozgtermine.rendering.dates import full_day
from ozgtermine.rules.permissions import Actor
from ozgtermine.wording import N_

ACTOR = Actor(name="Beispieldaten")
LARGEST_SLIDES_BYTES = 100_000


class NotEmptyError(Refusal):
    message = N_("Es gibt schon Reihen. Beispieldaten kommen nur in eine leere Datenbank.")


def is_empty(session: Session) -> bool:
    """Return whether nothing has been planned here yet."""
    return session.scalars(select(Series.id)).first() is None


def fill(session: Session, store: DocumentStore, *, today: date, now: datetime) -> None:
    """Add the example: the newsletter's facts, and its series going on around today. Raises NotEmptyError."""
    if not is_empty(session):
        raise NotEmptyError
    cast = add_series(session)
    held = newsletter_2023.add_facts(session, cast, now=now)
    _add(session, store, held, "Präsentation zur 28. OZG-Sprechstunde", newsletter_2023.SLIDES)
    free = days_off(date(2023, 1, 1), today + AHEAD)
    for event in go_on(session, cast, today=today, now=now, days_off=free):
        if event.series.kind is SeriesKind.PLENARY:
            _add(session, store, event, f"Protokoll zur {event.name}", _minutes(event), kind=DocumentKind.MINUTES)
        else:
            _add(session, store, event, f"Präsentation zur {event.name}", _slides(event))
    session.flush()


def _slides(event: Event) -> list[Slide]:
    return [
        Slide(heading=event.topic, lines=[event.name, full_day(event.starts_on), "", "Beispielpräsentation"]),
        Slide(
            heading="Worum es ging",
            lines=["Was bisher geschah", "Was sich bewährt hat", "Was als Nächstes kommt"],
        ),
    ]


def _minutes(event: Event) -> list[Slide]:
    lines = ["Stand der Arbeitsgruppen", "Was bis zur nächsten Sitzung zu tun ist", "", "Beispielprotokoll"]
    return [Slide(heading=event.name, lines=[full_day(event.starts_on), *lines])]


def _add(
    session: Session,
    store: DocumentStore,
    event: Event,
    title: str,
    pages: Sequence[Slide],
    *,
    kind: DocumentKind = DocumentKind.PRESENTATION,
) -> None:
    content = io.BytesIO(pdf(title, event.starts_on, pages))
    file = receive(store, content, file_name=f"{event.slug}.pdf", limit_bytes=LARGEST_SLIDES_BYTES)
    upload(session, event, file, title=title, kind=kind, publish_at=event.ends_at, now=event.ends_at, actor=ACTOR)
