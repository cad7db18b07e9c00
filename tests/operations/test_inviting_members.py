"""Members are invited once, and answer yes, maybe or no."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import (
    Membership,
    MembershipRole,
    OutgoingMail,
    Person,
    Project,
    Registration,
    RegistrationOffer,
    Reply,
    Series,
    SeriesKind,
)
from ozgtermine.operations import inviting_members
from ozgtermine.operations.answering import reply
from ozgtermine.operations.offers import NotOpenError
from ozgtermine.operations.registering import request_registration
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.rules.registering import Policy, State
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD
from tests.operations.test_registering import details

TODAY = NOW.date()


def member(session: Session, series: Series, name: str, **values: object) -> Person:
    person = Person(given_name=name, family_name="Muster", email=f"{name.lower()}@stadt.example")
    session.add(Membership(series=series, person=person, role=MembershipRole.MEMBER, **values))
    session.flush()
    return person


def meeting(session: Session, series: Series, **values: object) -> RegistrationOffer:
    return factories.offer(session, event=factories.event(session, series=series), policy=Policy.MEMBERS, **values)


@pytest.fixture
def group(session: Session) -> Series:
    return factories.series(session, title="AG 1", kind=SeriesKind.WORKING_GROUP)


def invite(session: Session, offer: RegistrationOffer) -> list[str]:
    found = inviting_members.invite_members(session, offer.id, letterhead=LETTERHEAD, today=TODAY, now=NOW)
    session.flush()
    return [each.given_name for each in found]


def answer(session: Session, registration: Registration, given: Reply) -> None:
    reply(session, manage_link(session, registration), given, letterhead=LETTERHEAD, now=NOW)
    session.flush()


def invited(session: Session, offer: RegistrationOffer) -> Registration:
    inviting_members.invite_members(session, offer.id, letterhead=LETTERHEAD, today=TODAY, now=NOW)
    session.flush()
    return session.scalars(select(Registration).where(Registration.offer_id == offer.id)).one()


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def test_the_members_of_today_are_invited_once(session: Session, group: Series) -> None:
    offer = meeting(session, group)
    member(session, group, "Anna")
    member(session, group, "Ehemalig", ends_on=TODAY - timedelta(days=1))
    member(session, factories.series(session), "Fremd")

    assert (invite(session, offer), invite(session, offer)) == (["Anna"], [])
    member(session, group, "Neu")
    assert invite(session, offer) == ["Neu"]
    assert kinds(session) == ["member_invited", "member_invited"]


def test_a_plenary_invites_the_members_of_all_groups_of_its_project(session: Session) -> None:
    project = Project(slug="cio", title="CIO-Projekt")
    first = factories.series(session, title="AG 1", kind=SeriesKind.WORKING_GROUP, project=project)
    second = factories.series(session, title="AG 2", kind=SeriesKind.WORKING_GROUP, project=project)
    plenary = factories.series(session, title="Plenum", kind=SeriesKind.PLENARY, project=project)
    both = member(session, first, "Anna")
    session.add(Membership(series=second, person=both, role=MembershipRole.LEAD))
    member(session, second, "Ben")

    assert invite(session, meeting(session, plenary)) == ["Anna", "Ben"]


def test_nobody_is_invited_before_the_window_opens(session: Session, group: Series) -> None:
    member(session, group, "Anna")
    assert invite(session, meeting(session, group, opens_days_before=3)) == []


def test_yes_is_a_seat_and_no_gives_it_back(session: Session, group: Series) -> None:
    offer = meeting(session, group, seats_online=1)
    member(session, group, "Anna")
    anna = invited(session, offer)

    answer(session, anna, Reply.YES)
    assert (anna.state, anna.reply) == (State.CONFIRMED, Reply.YES)
    answer(session, anna, Reply.NO)
    assert (anna.state, anna.reply) == (State.INVITED, Reply.NO)
    answer(session, anna, Reply.YES)

    assert anna.state is State.CONFIRMED
    assert kinds(session) == ["member_invited", "registration_confirmed", "reply_noted", "registration_confirmed"]


def test_maybe_holds_no_seat(session: Session, group: Series) -> None:
    offer = meeting(session, group, seats_online=1)
    member(session, group, "Anna")
    anna = invited(session, offer)

    answer(session, anna, Reply.MAYBE)

    assert (anna.state, anna.reply) == (State.INVITED, Reply.MAYBE)


def test_a_yes_without_a_free_seat_waits(session: Session, group: Series) -> None:
    offer = meeting(session, group, seats_online=0)
    member(session, group, "Anna")
    anna = invited(session, offer)

    answer(session, anna, Reply.YES)

    assert (anna.state, anna.reply) == (State.WAITING, Reply.YES)


def test_the_public_does_not_register_for_what_is_for_members(session: Session, group: Series) -> None:
    offer = meeting(session, group)
    with pytest.raises(NotOpenError):
        request_registration(session, offer.id, details(), letterhead=LETTERHEAD, now=NOW)
