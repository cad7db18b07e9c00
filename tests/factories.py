"""Rows with dull defaults: a test names only what it is about."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy.orm import Session, object_session

from ozgtermine import clock
from ozgtermine.models import (
    AuditAct,
    AuditEntry,
    Document,
    DocumentKind,
    DocumentVersion,
    Event,
    ItemKind,
    OutgoingMail,
    Programme,
    ProgrammeItem,
    ProgrammeState,
    Registration,
    RegistrationOffer,
    Series,
    SeriesKind,
    TopicKind,
)
from ozgtermine.rules.names import normalised_email, normalised_name
from ozgtermine.rules.registering import Mode, Policy, State
from ozgtermine.rules.schedule import When, when

Row = TypeVar("Row")
NOW = datetime(2023, 2, 6, 9, tzinfo=UTC)


def series(session: Session, **values: Any) -> Series:
    """Add a public series of consultation hours."""
    defaults: dict[str, Any] = {
        "slug": f"reihe-{uuid4().hex[:8]}",
        "kind": SeriesKind.CONSULTATION_HOUR,
        "title": "OZG-Sprechstunden",
        "singular": "OZG-Sprechstunde",
    }
    return _added(session, Series(**(defaults | values)))


def event(session: Session, *, at: When | None = None, **values: Any) -> Event:
    """Add a published event on Wednesday, 22.02.2023, from 10:00 to 11:30."""
    defaults: dict[str, Any] = {
        "uid": str(uuid4()),
        "slug": f"termin-{uuid4().hex[:8]}",
        "number": None,
        "topic": "Authentifizierung bei der Nutzung von Online-Diensten",
        "topic_kind": TopicKind.TOPIC,
        "published_at": NOW - timedelta(days=7),
        "created_at": NOW - timedelta(days=7),
        "changed_at": NOW - timedelta(days=7),
        "mode": Mode.ONLINE,
    }
    made = Event(**(defaults | values))
    if "series" not in values and "series_id" not in values:
        made.series = series(session)
    made.set_when(at or consultation_hour())
    return _added(session, made)


def consultation_hour() -> When:
    return when(starts_on=date(2023, 2, 22), start_time=time(10), end_time=time(11, 30))


def offer(session: Session, **values: Any) -> RegistrationOffer:
    """Add an open offer without limits, of a new event unless one is given."""
    defaults: dict[str, Any] = {"policy": Policy.OPEN}
    made = RegistrationOffer(**(defaults | values))
    if "event" not in values and "event_id" not in values:
        made.event = event(session)
    return _added(session, made)


def registration(session: Session, of: RegistrationOffer, **values: Any) -> Registration:
    """Add a confirmed registration of somebody invented, for the seats of `mode`."""
    mark = uuid4().hex[:8]
    state = values.get("state", State.CONFIRMED)
    given, family = values.get("given_name", "Erika"), values.get("family_name", f"Beispiel {mark}")
    email = values.get("email", f"{mark}@musterburg.example")
    defaults: dict[str, Any] = {
        "offer": of,
        "state": state,
        "mode": Mode.ONLINE,
        "given_name": given,
        "family_name": family,
        "email": email,
        "email_normalised": normalised_email(email),
        "name_normalised": normalised_name(given, family),
        "requested_at": NOW,
        "address_confirmed_at": None if state is State.UNCONFIRMED else NOW,
        "waiting_since": NOW if state is State.WAITING else None,
    }
    return _added(session, Registration(**(defaults | values)))


def document(of: Event, **values: Any) -> Document:
    """Add a public presentation, without a file in the store, to the event."""
    defaults: dict[str, Any] = {
        "kind": DocumentKind.PRESENTATION,
        "title": "Präsentation",
        "slug": "praesentation",
        "published_at": NOW - timedelta(days=1),
        "created_at": NOW - timedelta(days=1),
        "versions": [
            DocumentVersion(
                number=1,
                sha256="0" * 64,
                size_bytes=1,
                media_type="application/pdf",
                file_name="praesentation.pdf",
                uploaded_at=NOW - timedelta(days=1),
            )
        ],
    }
    session = object_session(of)
    assert session is not None
    return _added(session, Document(event=of, **(defaults | values)))


def programme(of: Event, **values: Any) -> Programme:
    """Add a provisional programme without items to the event."""
    session = object_session(of)
    assert session is not None
    defaults: dict[str, Any] = {"state": ProgrammeState.PROVISIONAL, "changed_at": NOW - timedelta(days=1)}
    return _added(session, Programme(event=of, **(defaults | values)))


def programme_item(of: Programme, **values: Any) -> ProgrammeItem:
    """Add a talk from 10:00 to 10:30 on the first day."""
    session = object_session(of)
    assert session is not None
    defaults: dict[str, Any] = {
        "uid": str(uuid4()),
        "kind": ItemKind.TALK,
        "title": "Was wir gelernt haben",
        "day": 1,
        "start_time": time(10),
        "end_time": time(10, 30),
        "position": 1,
        "created_at": NOW - timedelta(days=2),
        "changed_at": NOW - timedelta(days=1),
        "sequence": 0,
    }
    made = _added(session, ProgrammeItem(programme=of, **(defaults | values)))
    session.refresh(of, ["items"])
    return made


def change_of(event: Event, *, change_id: str, changes: dict[str, list[Any]] | None = None) -> AuditEntry:
    """Return the record of a change of the event, made a minute ago."""
    return AuditEntry(
        change_id=change_id,
        at=clock.now() - timedelta(minutes=1),
        author="Erika Muster",
        act=AuditAct.CHANGED,
        thing="event",
        thing_id=event.id,
        title=event.title,
        event_id=event.id,
        series_id=event.series_id,
        changes=changes or {"topic": ["Alt", event.topic]},
    )


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def outgoing_mail(session: Session, message_id: str = "<1@termine.example>", **values: Any) -> OutgoingMail:
    mail = OutgoingMail(message_id=message_id, **{
        "kind": "test", "recipient": "empfang@musterburg.example", "sender": "termine@land.example",
        "reply_to": "kontakt@land.example", "subject": "Betreff", "text": "Text\n", "html": "<p>Text</p>\n",
        "created_at": NOW, "due_at": NOW, **values,
    })  # fmt: skip
    session.add(mail)
    session.flush()
    return mail
