"""What happens after the newsletter, all of it invented: the series go on around today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from ozgtermine.models import Access, Audience, Event, EventStatus, RegistrationOffer, Series, TopicKind, Venue
from ozgtermine.operations.entering_events import enter, next_number
from ozgtermine.operations.example import people
from ozgtermine.operations.example.newsletter_2023 import FIRST_PLENARY, LAST_ANNOUNCED_HOUR, LAST_DAY
from ozgtermine.operations.example.series import GROUPS, Cast
from ozgtermine.rules.cadence import Group, Meeting, plan
from ozgtermine.rules.registering import Mode, Policy, State
from ozgtermine.rules.schedule import Precision, When, when

BACK, AHEAD = timedelta(weeks=9), timedelta(weeks=11)
MEETINGS_AHEAD = timedelta(weeks=6)
WEDNESDAY = 2
STARTS, ENDS = time(10), time(11, 30)
MEETING = timedelta(minutes=90)


@dataclass(frozen=True, kw_only=True)
class Hour:
    """An invented consultation hour, `week` weeks from the next Wednesday."""

    week: int
    topic: str
    kind: TopicKind = TopicKind.TOPIC
    seats: int | None = None
    states: tuple[State, ...] = ()
    attendees: int | None = None
    time_is_known: bool = True


_CONFIRMED, _WAITING = State.CONFIRMED, State.WAITING
HOURS = (
    Hour(week=-8, topic="Formulare, die man versteht", attendees=64),
    Hour(week=-5, topic="Hundesteuer online an- und abmelden", kind=TopicKind.SERVICE, attendees=48),
    Hour(week=-2, topic="Offene OZG-Sprechstunde", kind=TopicKind.OPEN, attendees=31),
    Hour(week=0, topic="Offene OZG-Sprechstunde", kind=TopicKind.OPEN, seats=60, states=(_CONFIRMED,) * 5),
    Hour(
        week=2,
        topic="Online-Dienste nachnutzen: vom Vertrag bis zum Start",
        seats=8,
        states=(*(_CONFIRMED,) * 8, *(_WAITING,) * 3),
    ),
    Hour(week=3, topic="Bezahlen im Netz: was Kassen wissen müssen", seats=40, states=(_CONFIRMED,) * 4),
    Hour(week=5, topic="Barrierefreie Bescheide", seats=12, states=(*(_CONFIRMED,) * 10, State.UNCONFIRMED)),
    Hour(week=7, topic="Wohnsitz anmelden", kind=TopicKind.SERVICE, seats=40, states=(_CONFIRMED,) * 2),
    Hour(week=10, topic="Offene OZG-Sprechstunde", kind=TopicKind.OPEN, seats=60, time_is_known=False),
)
CANCELLED_WEEK, MOVED_WEEK, NOT_YET_OPEN_WEEK = 3, 7, 10


def go_on(session: Session, cast: Cast, *, today: date, now: datetime, days_off: Collection[date]) -> list[Event]:
    """Add dates around today, after the newsletter's last; return those past ones that have a document."""
    past: list[Event] = []
    if today > LAST_ANNOUNCED_HOUR:
        past = _hours(session, cast, today, now, days_off)
    if today > LAST_DAY:
        _congress(session, cast, today, now)
        _conference(session, cast, today, now)
    if today > FIRST_PLENARY:
        past += _project(session, cast, today, now, days_off)
    return past


def _hours(session: Session, cast: Cast, today: date, now: datetime, days_off: Collection[date]) -> list[Event]:
    next_wednesday = today + timedelta(days=(WEDNESDAY - today.weekday() - 1) % 7 + 1)
    past = []
    for hour in HOURS:
        day = next_wednesday + timedelta(weeks=hour.week)
        while day in days_off:
            day += timedelta(days=1)
        if day <= LAST_ANNOUNCED_HOUR:
            continue
        event = _hour(session, cast, hour, day, now)
        if event.is_over(now):
            event.number_of_attendees = hour.attendees
            past.append(event)
    return past


def _hour(session: Session, cast: Cast, hour: Hour, day: date, now: datetime) -> Event:
    announced = _morning(min(day, now.date()) - timedelta(weeks=4))
    start, end = (STARTS, ENDS) if hour.time_is_known else (None, None)
    event = enter(
        session,
        cast.hours,
        when(starts_on=day, start_time=start, end_time=end),
        topic=hour.topic,
        topic_kind=hour.kind,
        number=next_number(session, cast.hours),
        publish_at=announced,
        now=announced,
    )
    event.access = Access(link=f"https://konferenz.example/{event.slug}", pin="2468", audience=Audience.REGISTERED)
    event.offer = RegistrationOffer(policy=Policy.OPEN, seats_online=hour.seats)
    event.offer.registrations = people.registrations(event.offer, hour.states, mode=Mode.ONLINE, now=now)
    _give_it_a_fate(event, hour.week, now)
    return event


def _give_it_a_fate(event: Event, week: int, now: datetime) -> None:
    yesterday = now - timedelta(days=1)
    if week == CANCELLED_WEEK:
        event.status, event.cancelled_at = EventStatus.CANCELLED, yesterday
        event.cancellation_reason = "Die Referentin ist erkrankt. Das Thema holen wir nach."
        event.changed_at, event.sequence = yesterday, 1
    elif week == MOVED_WEEK:
        event.moved_at, event.moved_from_on, event.moved_from_time = (
            yesterday,
            event.starts_on,
            event.start_time,
        )
        event.move_reason = "Am Mittwoch ist die Technik belegt."
        event.set_when(_a_day_later(event.when))
        event.changed_at, event.sequence = yesterday, 1
    elif week == NOT_YET_OPEN_WEEK and event.offer:
        event.offer.opens_at = _morning(event.starts_on - timedelta(weeks=4))


def _a_day_later(value: When) -> When:
    day = value.starts_on + timedelta(days=1)
    return when(starts_on=day, start_time=value.start_time, end_time=value.end_time)


def _project(session: Session, cast: Cast, today: date, now: datetime, days_off: Collection[date]) -> list[Event]:
    """Add meetings and plenaries around today, as the rhythm since 2023 gives them; return past plenaries."""
    rhythm = [Group(key=each.slug, kick_off_on=each.kick_off_on) for each in GROUPS]
    proposed = plan(rhythm, until=today + AHEAD, days_off=days_off)
    first = max(FIRST_PLENARY, today - BACK)
    _meetings(session, cast, proposed.meetings, first=first, last=today + MEETINGS_AHEAD, now=now)
    plenaries = [
        _announce(session, cast.plenary, day, time(10), timedelta(hours=5), number=number, now=now)
        for number, day in enumerate(proposed.plenaries, 1)
        if day > first
    ]
    return [plenary for plenary in plenaries if plenary.is_over(now)]


def _meetings(
    session: Session, cast: Cast, proposed: Sequence[Meeting], *, first: date, last: date, now: datetime
) -> None:
    hours = {each.slug: each.hour for each in GROUPS}
    numbers = dict.fromkeys(cast.groups, 0)
    for meeting in proposed:
        numbers[meeting.group] += 1
        if first < meeting.held_on <= last:
            group, number = cast.groups[meeting.group], numbers[meeting.group]
            _announce(session, group, meeting.held_on, hours[meeting.group], MEETING, number=number, now=now)


def _announce(
    session: Session, series: Series, day: date, start: time, length: timedelta, *, number: int, now: datetime
) -> Event:
    announced = _morning(min(day, now.date()) - timedelta(weeks=6))
    value = when(starts_on=day, start_time=start, end_time=_later(start, length))
    return enter(session, series, value, number=number, publish_at=announced, now=announced)


def _congress(session: Session, cast: Cast, today: date, now: datetime) -> None:
    """Add the next congress: invented town, requests open."""
    first = today + timedelta(weeks=13) + timedelta(days=WEDNESDAY - today.weekday())
    announced = _morning(now.date() - timedelta(weeks=2))
    congress = enter(
        session,
        cast.congress,
        when(starts_on=first, ends_on=first + timedelta(days=1), start_time=time(9, 30), end_time=time(16)),
        topic="Einfach machen: Verwaltung, die ankommt",
        number=11 + max(1, first.year - 2023),
        publish_at=announced,
        now=announced,
    )
    congress.venue = Venue(
        name="Stadthalle Musterburg",
        street="Am Beispielmarkt 1",
        postal_code="00000",
        city="Musterburg",
        accessibility="Stufenfrei; Vorträge im großen Saal mit Gebärdensprache und Untertiteln.",
        accessibility_contact="barrierefrei@stadt-musterburg.example",
    )
    congress.description = "Erfundener Kongress der Beispieldaten: zwei Tage Vorträge, Werkstätten und Begegnung."
    congress.offer = RegistrationOffer(
        policy=Policy.ON_REQUEST,
        seats_on_site=300,
        eligibility="Für Beschäftigte aus Verwaltung und Wissenschaft.",
    )
    states = [*[State.REQUESTED] * 6, *[_CONFIRMED] * 3, State.DECLINED]
    congress.offer.registrations = people.registrations(congress.offer, states, mode=Mode.ON_SITE, now=now, skip=2)


def _conference(session: Session, cast: Cast, today: date, now: datetime) -> None:
    """Add something of which only the month is known, and not for certain."""
    announced = _morning(now.date() - timedelta(weeks=1))
    event = enter(
        session,
        cast.others,
        when(starts_on=today + timedelta(weeks=20), precision=Precision.MONTH),
        topic="Landeskonferenz Digitale Verwaltung (erfunden)",
        publish_at=announced,
        now=announced,
    )
    event.mode, event.status = Mode.ON_SITE, EventStatus.TENTATIVE


def _later(start: time, by: timedelta) -> time:
    return (datetime.combine(date.min, start) + by).time()


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)
