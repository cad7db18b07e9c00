"""Feeds as hard as they come, made of rows by the product itself, and what the database says they contain."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.database import transaction
from ozgtermine.models import Access, Audience, Event, EventStatus, Room, Venue
from ozgtermine.operations import scheduling
from ozgtermine.operations.personal_calendars import give_calendar, secret_of
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, When, when
from tests import factories
from tests.conftest import SECRET_KEY

NOW = datetime(2023, 2, 6, 9, 0, 0, 500_000, tzinfo=UTC)
BEFORE = NOW - timedelta(days=7)
ERIKA = "erika@musterburg.example"
PAGE = "http://termine.example/termine"
EVERYTHING_TO_ESCAPE = 'a\\b;c,d\\n "e"\n\ttab: BEGIN:VEVENT\nEND:VCALENDAR\n😀' + "ü" * 80 + "\n"
FOLDED_ANYWHERE = [("x" * number) + "🏛️ä" * 30 for number in range(75)]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a calendar says of one event, in plain values: an instant with its offset, or a day."""

    uid: str
    start: str
    end: str
    summary: str
    description: str
    location: str
    status: str
    sequence: int
    url: str


def fill(session: Session) -> None:
    """Add everything that an entry can be, all dull otherwise; nothing is left pending."""
    hours = factories.series(
        session, slug="ozg-sprechstunde", title='Ämter, "Städte"; Kreise\\n', contact_email="ozg@land.example",
        default_duration_minutes=45,
    )  # fmt: skip
    for number, (name, values) in enumerate(_known(session).items(), start=1):
        made = {"series": hours, "number": number, "uid": f"{name}@termine.example", "slug": name, "mode": Mode.ONLINE}
        factories.event(session, **(made | {"created_at": BEFORE, "changed_at": BEFORE, "topic": name} | values))
    factories.event(session, series=hours, uid="leaving@termine.example", slug="leaving", topic="Geheim")
    factories.series(session, slug="leere-reihe", title="Leer")
    _documents(session)
    _registered(session)
    session.commit()


def _known(session: Session) -> dict[str, dict[str, Any]]:
    house = Venue(name='Händel-Halle; „Foyer", Ost', street="Salzgrafenplatz 1", postal_code="06108", city="Halle")
    hall = Room(venue=house, name="Saal A, links")
    off = {"status": EventStatus.CANCELLED, "cancelled_at": BEFORE, "cancellation_reason": "Krank; leider, ja.\nBald."}
    moved = {"moved_at": BEFORE, "moved_from_on": date(2023, 2, 15), "moved_from_time": time(10), "move_reason": "Raum"}
    return {
        "plain": {},
        "moved": {"sequence": 1, **moved},
        "cancelled": {"sequence": 2, **off},
        "tentative": {"status": EventStatus.TENTATIVE},
        "day": {"at": when(starts_on=date(2023, 4, 3))},
        "congress": {"at": when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30), start_time=time(9),
                                end_time=time(17)), "mode": Mode.ON_SITE, "venue": house},
        "year": {"at": when(starts_on=date(2023, 12, 31), ends_on=date(2024, 1, 1))},
        "usual": {"at": when(starts_on=date(2023, 7, 5), start_time=time(10))},
        "early": {"at": when(starts_on=date(2023, 7, 5), start_time=time(0), end_time=time(0, 1))},
        "late": {"at": when(starts_on=date(2023, 11, 8), start_time=time(23, 50))},
        **{f"change-{day.isoformat()}": {"at": _at(day)} for day in _days_around_the_changes()},
        **{f"night-{day.isoformat()}": {"at": when(starts_on=day, start_time=time(1, 30), end_time=time(3, 30))}
           for day in (date(2023, 3, 26), date(2023, 10, 29))},
        "leap": {"at": _at(date(2024, 2, 29))},
        "place": {"mode": Mode.ON_SITE, "venue": house, "room": hall},
        "both": {"mode": Mode.HYBRID, "venue": house},
        "unknown-place": {"mode": Mode.ON_SITE},
        "escapes": {"topic": 'C:\\neu; "Ä", 5 < 6 & 7', "description": EVERYTHING_TO_ESCAPE},
        "breaks": {"description": "a\r\nb\rc\u2028d\u0085e\n\nf"},
        "controls": {"topic": "a\x07b\x1bc\x9fd", "description": "\x0b\x0cvertikal\x08"},
        "long": {"description": ("Wörter; mit, allem\\ " * 500)[:8_000]},
        "one-word": {"description": "🏛" * 8_000},
        "bare": {"topic": "", "number": None},
        "uid": {"uid": "A,b;c\\d@fremd.example"},
        **{f"fold-{place}": {"topic": topic, "description": topic} for place, topic in enumerate(FOLDED_ANYWHERE)},
    }  # fmt: skip


def _at(day: date) -> When:
    return when(starts_on=day, start_time=time(10), end_time=time(11, 30))


def _days_around_the_changes() -> Iterable[date]:
    """Yield the days of both weeks in which the clock is changed."""
    for sunday in (date(2023, 3, 26), date(2023, 10, 29)):
        yield from (sunday + timedelta(days=offset) for offset in range(-6, 7))


def _documents(session: Session) -> None:
    event = _by_slug(session, "plain")
    for title in ('Folien "A", B; C', "Protokoll"):
        made = factories.document(event, title=title, slug="folien", published_at=BEFORE)
        made.current.file_name, made.current.uploaded_at = f"{title} ü.pdf", BEFORE
    factories.document(event, title="Entwurf", published_at=None)


def _registered(session: Session) -> None:
    event = _by_slug(session, "escapes")
    event.access = Access(link="https://konferenz.example/a,b;c?d=1&e", phone="+49 391 567-01", pin="12,34",
                          note='Raum "B"; bitte\nklopfen', audience=Audience.REGISTERED)  # fmt: skip
    offer = factories.offer(session, event=event)
    factories.registration(session, offer, email=ERIKA, email_normalised=ERIKA)


def _by_slug(session: Session, slug: str) -> Event:
    return session.scalars(select(Event).where(Event.slug == slug)).one()


def let_one_leave(client: FlaskClient) -> None:
    """Have the feeds hand an event out, and hide it."""
    for address in ("/kalender/alle.ics", "/kalender/ozg-sprechstunde.ics", "/en/kalender/alle.ics"):
        client.get(address)
    with transaction() as session:
        scheduling.hide(_by_slug(session, "leaving"), now=NOW)


WAY_IN = (
    "Link: https://konferenz.example/a,b;c?d=1&e", "Telefon: +49 391 567-01", "PIN: 12,34",
    'Raum "B"; bitte\nklopfen',
)  # fmt: skip


def feeds(client: FlaskClient, session: Session) -> Iterator[tuple[str, bytes, dict[str, Said]]]:
    """Yield addresses, what was sent, and what it must say."""
    let_one_leave(client)
    german, english = everything_said(session), everything_said(session, "en")
    escapes = _by_slug(session, "escapes")
    for address, expected in (
        ("/kalender/alle.ics", german),
        ("/kalender/ozg-sprechstunde.ics", german),
        ("/en/kalender/alle.ics", english),
        ("/kalender/leere-reihe.ics", {}),
        ("/termine/plain.ics", {"plain@termine.example": german["plain@termine.example"]}),
        (personal_address(session), {escapes.uid: said(escapes, way_in=WAY_IN)}),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        yield address, answer.data, expected


def personal_address(session: Session) -> str:
    with transaction() as writing:
        secret = secret_of(give_calendar(writing, ERIKA, key=SECRET_KEY, now=NOW), SECRET_KEY)
    session.rollback()
    return f"/kalender/p/{secret}.ics"


def many(session: Session, number: int, *, description: str) -> None:
    """Add events on one day after another, as many in the past as to come."""
    series = factories.series(session, slug="viele")
    for place in range(number):
        at = when(starts_on=NOW.date() + timedelta(days=(place - number // 2) // 2), start_time=time(10))
        factories.event(session, series=series, topic=f"Nummer {place}", description=description, at=at,
                        slug=f"viele-{place}", uid=f"viele-{place}@termine.example")  # fmt: skip
    session.commit()


WORDS = {
    "de": {
        "off": "Dieser Termin entfällt.", "all": "Alle Angaben: ",
        "moved": "Verlegt vom {day}. {month} {year}, {time} Uhr.",
        "online": "Videokonferenz", "both": " und online", "unknown": "Ort folgt", "title": "Entfällt: ",
        "left": "Termin entfällt",
        "months": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    },
    "en": {
        "off": "This event will not take place.", "all": "All details: ",
        "moved": "Moved from {day} {month} {year}, {time}.",
        "online": "Video conference", "both": " and online", "unknown": "Place to be announced", "title": "Cancelled: ",
        "left": "Event cancelled",
        "months": "January February March April May June July August September October November December",
    },
}  # fmt: skip


def everything_said(session: Session, language: str = "de") -> dict[str, Said]:
    """Return what a feed of all events says, what has left it included."""
    known = Event.precision.in_((Precision.MINUTE, Precision.DAY))
    shown = session.scalars(select(Event).where(known, Event.published_at <= NOW, Event.slug.not_like("viele-%")))
    gone = _by_slug(session, "leaving")
    return {each.uid: said(each, language=language) for each in shown} | {gone.uid: _departed(gone, language)}


def _departed(event: Event, language: str) -> Said:
    start, end = _from_to(event)
    return Said(uid=event.uid, start=start, end=end, summary=WORDS[language]["left"], description="", location="",
                status="CANCELLED", sequence=1, url="")  # fmt: skip


def said(event: Event, *, language: str = "de", way_in: Iterable[str] = ()) -> Said:
    """Return what the database says of the event, computed apart from the writer: days, wall times, words."""
    start, end = _from_to(event)
    topic = _clean(event.topic)
    title = f"{event.name}: {topic}" if topic else event.name
    return Said(
        uid=event.uid, start=start, end=end,
        summary=f"{WORDS[language]['title']}{title}" if event.is_cancelled else title,
        description="\n".join((*way_in, *_lines(event, WORDS[language]))), location=_place(event, WORDS[language]),
        status=event.status.value.upper(), sequence=event.sequence, url=f"{PAGE}/{event.slug}",
    )  # fmt: skip


def _lines(event: Event, words: Mapping[str, str]) -> Iterator[str]:
    if event.is_cancelled:
        yield f"{words['off']} {event.cancellation_reason}"
    elif event.moved_from_on:
        yield f"{_moved(event.moved_from_on, event.moved_from_time, words)} {event.move_reason}"
    if event.description:
        yield _clean(_beginning(event.description))
    for each in event.documents:
        if each.published_at:
            yield f"{each.title}: http://termine.example/unterlagen/{each.id}/{each.slug}"
    yield f"{words['all']}{PAGE}/{event.slug}"


def _moved(day: date, start: time | None, words: Mapping[str, str]) -> str:
    month = words["months"].split()[day.month - 1]
    return words["moved"].format(day=day.day, month=month, year=day.year, time=f"{start:%H:%M}")


def _beginning(text: str) -> str:
    """Return at most 1,000 characters, ended at a word where there are words."""
    if len(text) <= 1_000:
        return text
    cut = text[:998]
    return f"{cut[: cut.rindex(' ')] if ' ' in cut[898:] else cut} …"


def _place(event: Event, words: Mapping[str, str]) -> str:
    if event.mode is Mode.ONLINE:
        return words["online"]
    if event.venue is None:
        return words["unknown"]
    room = f"{event.room.name}, " if event.room else ""
    return f"{room}{event.venue.address}{words['both'] if event.mode is Mode.HYBRID else ''}"


def _from_to(event: Event) -> tuple[str, str]:
    if event.start_time is None or event.ends_on != event.starts_on:
        return event.starts_on.isoformat(), (event.ends_on + timedelta(days=1)).isoformat()
    start = _berlin(datetime.combine(event.starts_on, event.start_time))
    if event.end_time is not None:
        return start.isoformat(), _berlin(datetime.combine(event.ends_on, event.end_time)).isoformat()
    minutes = event.series.default_duration_minutes or 60
    return start.isoformat(), _shown_in_berlin(start.astimezone(UTC) + timedelta(minutes=minutes)).isoformat()


def _berlin(wall: datetime) -> datetime:
    """Return the wall time with its offset, by the rule of the directive 2000/84/EC and no time zone file."""
    return wall.replace(tzinfo=_offset(wall.replace(tzinfo=UTC) - timedelta(hours=1)))


def _shown_in_berlin(instant: datetime) -> datetime:
    return instant.astimezone(_offset(instant))


def _offset(instant: datetime) -> timezone:
    first, last = (_last_sunday(instant.year, month) for month in (3, 10))
    return timezone(timedelta(hours=2 if first <= instant < last else 1))


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _clean(words: str) -> str:
    """Return the words without control characters; every kind of line end is one."""
    for each in ("\r\n", "\r", "\u2028", "\u2029", "\x85"):
        words = words.replace(each, "\n")
    return "".join(each for each in words if each in "\n\t" or not (each < " " or "\x7f" <= each <= "\x9f"))
