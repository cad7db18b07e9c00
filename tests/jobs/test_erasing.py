"""The night counts first what it would erase, and then erases exactly that."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.jobs import erasing
from ozgtermine.models import Person
from ozgtermine.rules.registering import State
from tests import factories, members
from tests.factories import NOW


def test_a_dry_run_counts_what_the_night_erases_and_changes_nothing(
    app: Flask, session: Session, settings: Settings
) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, state=State.UNCONFIRMED, requested_at=NOW - timedelta(hours=72))
    factories.registration(session, factories.offer(session), state=State.WITHDRAWN)
    members.person(session, family_name="Ohne", unneeded_since=NOW - timedelta(days=30))
    members.person(session, family_name="Neu")
    now = offer.event.ends_at
    session.commit()
    expected = {
        "unconfirmed registrations erased": 1,
        "answers blanked": 0,
        "registrations erased": 1,
        "people in no group erased": 1,
        "accounts of nobody erased": 0,
    }

    assert erasing.count(settings, now=now) == expected
    assert erasing.count(settings, now=now) == expected
    assert erasing.erase(settings, now=now) == expected

    session.rollback()
    assert list(session.scalars(select(Person.family_name))) == ["Neu"]
    assert erasing.count(settings, now=now) == dict.fromkeys(expected, 0)
