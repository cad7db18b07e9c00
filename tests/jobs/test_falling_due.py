"""What the worker does between two mails."""

from collections import Counter
from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.jobs import falling_due
from ozgtermine.models import Membership, MembershipRole, OutgoingMail, Person, Registration, SeriesKind
from ozgtermine.operations import scheduling
from ozgtermine.rules.registering import Policy, Promotion, State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.factories import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def do_what_is_due(session: Session, settings: Settings, later: timedelta) -> Counter[str]:
    """Do what is due after `later`, twice, and return the mails that were promised."""
    session.commit()
    for _twice in range(2):
        falling_due.run(settings, now=NOW + later)
    session.rollback()
    session.expire_all()
    return Counter(session.scalars(select(OutgoingMail.kind)))


def test_a_quiet_moment_promises_nothing_and_writes_nothing(app: Flask, session: Session, settings: Settings) -> None:
    factories.registration(session, factories.offer(session))
    session.commit()

    assert falling_due.run(settings, now=NOW) == 0


def test_participants_are_reminded_once_a_day_before(app: Flask, session: Session, settings: Settings) -> None:
    offer = factories.offer(session, seats_online=1)
    factories.registration(session, offer, decided_at=NOW)
    factories.registration(session, offer, state=State.WAITING)
    starts = offer.event.starts_at - NOW

    assert do_what_is_due(session, settings, starts - 24 * HOUR - MINUTE) == {}
    assert do_what_is_due(session, settings, starts - 24 * HOUR) == {"event_reminder": 1}
    assert do_what_is_due(session, settings, starts) == {"event_reminder": 1}


def test_a_date_that_moves_is_reminded_of_anew(app: Flask, session: Session, settings: Settings) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, decided_at=NOW)
    do_what_is_due(session, settings, offer.event.starts_at - NOW - HOUR)
    scheduling.move(
        offer.event, when(starts_on=date(2023, 3, 1), start_time=time(14)), reason="", now=NOW + timedelta(days=15)
    )

    reminded = do_what_is_due(session, settings, offer.event.starts_at - NOW - HOUR)

    assert reminded == {"event_reminder": 2, "event_moved": 1}


def test_who_registers_after_the_reminder_gets_none(app: Flask, session: Session, settings: Settings) -> None:
    offer = factories.offer(session)
    starts = offer.event.starts_at
    factories.registration(session, offer, decided_at=starts - 2 * HOUR)

    assert do_what_is_due(session, settings, starts - NOW - HOUR) == {}


def test_where_no_time_is_known_reminders_count_from_eight(app: Flask, session: Session, settings: Settings) -> None:
    event = factories.event(session, at=when(starts_on=date(2023, 2, 22)))
    factories.registration(session, factories.offer(session, event=event), decided_at=NOW)
    eight = event.starts_at + 8 * HOUR - NOW

    assert do_what_is_due(session, settings, eight - 24 * HOUR - MINUTE) == {}
    assert do_what_is_due(session, settings, eight - 24 * HOUR) == {"event_reminder": 1}


def test_an_offered_seat_is_reminded_of_and_then_lapses(app: Flask, session: Session, settings: Settings) -> None:
    offer = factories.offer(session, seats_online=1, promotion=Promotion.CLAIM, reminder_hours=None)
    first = factories.registration(session, offer, state=State.WAITING, requested_at=NOW - HOUR)
    second = factories.registration(session, offer, state=State.WAITING)

    assert do_what_is_due(session, settings, timedelta(0)) == {"seat_offered": 1}
    assert do_what_is_due(session, settings, 5 * HOUR) == {"seat_offered": 1, "claim_reminder": 1}
    assert do_what_is_due(session, settings, 24 * HOUR) == {"seat_offered": 2, "claim_reminder": 1, "seat_lapsed": 1}
    assert [session.get_one(Registration, each.id).state for each in (first, second)] == [State.LAPSED, State.OFFERED]


def test_a_line_moves_when_the_window_opens(app: Flask, session: Session, settings: Settings) -> None:
    offer = factories.offer(session, seats_online=1, opens_at=NOW + HOUR, reminder_hours=None)
    factories.registration(session, offer, state=State.WAITING)

    assert do_what_is_due(session, settings, timedelta(0)) == {}
    assert do_what_is_due(session, settings, HOUR) == {"promoted": 1}


def test_members_are_invited_when_the_window_opens(app: Flask, session: Session, settings: Settings) -> None:
    group = factories.series(session, title="AG 1", kind=SeriesKind.WORKING_GROUP)
    person = Person(given_name="Anna", family_name="Muster", email="anna@stadt.example")
    session.add(Membership(series=group, person=person, role=MembershipRole.MEMBER))
    event = factories.event(session, series=group)
    factories.offer(session, event=event, policy=Policy.MEMBERS, opens_days_before=10)

    assert do_what_is_due(session, settings, timedelta(days=5)) == {}
    assert do_what_is_due(session, settings, timedelta(days=6)) == {"member_invited": 1}


@pytest.mark.parametrize("status", ["cancelled", "hidden"])
def test_nobody_is_reminded_of_what_does_not_take_place(
    app: Flask, session: Session, settings: Settings, status: str
) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, decided_at=NOW)
    if status == "cancelled":
        scheduling.cancel(offer.event, reason="", now=NOW)
    else:
        scheduling.hide(offer.event, now=NOW)

    mails = do_what_is_due(session, settings, offer.event.starts_at - NOW - HOUR)

    assert mails["event_reminder"] == 0
