"""The example: the newsletter's facts, and a product that is alive on any day."""

import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.files.store import DocumentStore
from ozgtermine.models import Document, Event, EventStatus, Membership, MembershipRole, Registration, Series
from ozgtermine.operations.example.filling import NotEmptyError, fill
from ozgtermine.queries.events import upcoming
from ozgtermine.rules.permissions import ANONYMOUS
from ozgtermine.rules.registering import State
from ozgtermine.rules.schedule import Precision

Fill = Callable[[date], datetime]
NEWSLETTER = date(2023, 2, 6)
SERIES = [
    "ozg-sprechstunde",
    "ozg-sprechstunde-bmi",
    "ag-1-kooperationsmodell",
    "ag-2-strategie-und-umsetzung",
    "ag-3-finanzen",
    "ag-4-kommunikation",
    "ag-5-technik",
    "plenum",
    "fachkongress-it-planungsrat",
    "weitere-termine",
]


@pytest.fixture
def filled(session: Session, tmp_path: Path) -> Fill:
    def filled(today: date) -> datetime:
        now = datetime.combine(today, time(9), UTC)
        fill(session, DocumentStore(tmp_path / "documents"), today=today, now=now)
        session.commit()
        session.expire_all()
        return now

    return filled


def coming(session: Session, now: datetime, slug: str) -> list[Event]:
    return list(session.scalars(upcoming(ANONYMOUS, now).where(Series.slug == slug)))


def test_the_next_hours_are_the_three_of_the_newsletter_without_a_time(
    session: Session, filled: Fill
) -> None:
    now = filled(NEWSLETTER)
    assert [
        (e.number, e.starts_on, e.topic, e.topic_kind, e.start_time) for e in coming(session, now, SERIES[0])
    ] == [
        (29, date(2023, 2, 15), "Offene OZG-Sprechstunde", "open", None),
        (30, date(2023, 2, 22), "Authentifizierung bei der Nutzung von Online-Diensten", "topic", None),
        (31, date(2023, 3, 8), "Förderung ehrenamtlicher Tätigkeit (Ehrenamtskarte)", "service", None),
    ]


def test_the_other_facts_of_the_newsletter(session: Session, filled: Fill) -> None:
    filled(NEWSLETTER)
    assert session.scalars(select(Series.slug).order_by(Series.position)).all() == SERIES
    events = {event.slug: event for event in session.scalars(select(Event))}
    federal = events["ozg-sprechstunde-bmi-2023-01-12"]
    assert (federal.number, federal.number_of_attendees, federal.attendees_estimated) == (1, 80, True)
    congress = events["fachkongress-it-planungsrat-2023-03-29"]
    assert (congress.number, congress.ends_on, congress.topic) == (
        11,
        date(2023, 3, 30),
        "Verwaltung digital - Mensch macht's!",
    )
    assert (congress.venue.name, congress.offer.policy) == ("Georg-Friedrich-Händel-Halle", "on_request")
    assert events["plenum-2023-03-02"].mode == "on_site"
    assert events["weitere-termine-2023-01-26"].website == "https://www.publicstrategylab.de/"
    kick_offs = [event for event in events.values() if event.topic == "Kick-off"]
    assert {(event.precision, event.starts_on.isocalendar().week) for event in kick_offs} == {
        (Precision.WEEK, 3),
        (Precision.WEEK, 4),
    }
    assert len(kick_offs) == 5


def test_each_group_is_led_by_the_ministry_and_a_pilot(session: Session, filled: Fill) -> None:
    filled(NEWSLETTER)
    leads = session.scalars(select(Membership).where(Membership.role == MembershipRole.LEAD)).all()
    pairs: dict[str, list[bool]] = {}
    for lead in leads:
        pairs.setdefault(lead.series.slug, []).append(lead.person.organisation.is_pilot)
    assert {slug: sorted(pair) for slug, pair in pairs.items()} == {
        slug: [False, True] for slug in SERIES[2:7]
    }


@pytest.mark.parametrize("today", [NEWSLETTER, date(2026, 11, 23)])
def test_every_state_is_there_and_nobody_is_real(session: Session, filled: Fill, today: date) -> None:
    filled(today)
    registrations = session.scalars(select(Registration)).all()
    assert {each.state for each in registrations} >= {
        State.UNCONFIRMED,
        State.CONFIRMED,
        State.WAITING,
        State.REQUESTED,
        State.DECLINED,
        State.WITHDRAWN,
    }
    assert all(each.email.endswith(".example") for each in registrations)


def test_no_hour_has_more_people_than_seats_and_one_is_full_with_a_line(
    session: Session, filled: Fill
) -> None:
    now = filled(date(2026, 11, 23))
    lines = 0
    for event in coming(session, now, SERIES[0]):
        states = Counter(each.state for each in event.offer.registrations)
        seats = event.offer.seats_online
        assert states[State.CONFIRMED] <= seats
        assert not states[State.WAITING] or states[State.CONFIRMED] == seats
        lines += bool(states[State.WAITING])
    assert lines == 1


def test_slides_are_real_files_of_past_hours(session: Session, filled: Fill, tmp_path: Path) -> None:
    filled(NEWSLETTER)
    document = session.scalars(select(Document)).one()
    content = DocumentStore(tmp_path / "documents").path(document.current.sha256).read_bytes()
    assert document.event.number == 28
    assert content.startswith(b"%PDF-1.7")
    assert len(content) == document.current.size_bytes
    for line in io.BytesIO(content[content.index(b"\nxref\n") + 1 :]).readlines()[3:]:
        if not line.endswith(b" n \n"):
            break
        assert content[int(line[:10]) :].split(b" ", 2)[1:2] == [b"0"]


@pytest.mark.parametrize(
    "today", [date(2023, 3, 9), date(2023, 4, 5), date(2024, 2, 29), date(2026, 11, 23), date(2026, 12, 31)]
)
def test_on_any_later_day_every_part_has_something_to_come(
    session: Session, filled: Fill, today: date
) -> None:
    now = filled(today)
    for slug in SERIES[:1] + SERIES[2:8]:
        assert coming(session, now, slug), slug
    hours = coming(session, now, SERIES[0])
    assert hours[0].starts_on > date(2023, 3, 8)
    assert [event for event in hours if event.status is EventStatus.CANCELLED]
    assert [event for event in hours if event.moved_from_on]
    assert [event for event in hours if event.start_time is None]
    assert all(event.changed_at <= now for event in session.scalars(select(Event)))


def test_before_the_last_announced_hour_none_is_invented(session: Session, filled: Fill) -> None:
    filled(date(2023, 3, 8))
    days = session.scalars(select(Event.starts_on).join(Event.series).where(Series.slug == SERIES[0])).all()
    assert sorted(days) == [date(2023, 1, 25), date(2023, 2, 15), date(2023, 2, 22), date(2023, 3, 8)]


def test_only_an_empty_database_is_filled(filled: Fill) -> None:
    filled(NEWSLETTER)
    with pytest.raises(NotEmptyError):
        filled(NEWSLETTER + timedelta(days=1))
