"""Who moves up: order, quotas, claims with deadlines, and the other pool."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import OutgoingMail, Registration, RegistrationOffer, Sector
from ozgtermine.operations import keeping_deadlines
from ozgtermine.operations.answering import change, claim, withdraw
from ozgtermine.operations.offers import ClaimLapsedError
from ozgtermine.operations.promoting import promote
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries.locking import lock_offer
from ozgtermine.rules.registering import Mode, Promotion, State
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD
from tests.operations.test_registering import details

HOUR = timedelta(hours=1)


def kinds(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def move_up(session: Session, offer: RegistrationOffer, *, later: timedelta = timedelta(0)) -> None:
    promote(session, lock_offer(session, offer.id), letterhead=LETTERHEAD, now=NOW + later)
    session.flush()


def hybrid(session: Session, **values: object) -> RegistrationOffer:
    return factories.offer(session, event=factories.event(session, mode=Mode.HYBRID), **values)


def test_the_first_request_moves_up_first_whenever_it_was_confirmed(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    late = factories.registration(session, offer, state=State.WAITING, requested_at=NOW - HOUR)
    early = factories.registration(session, offer, state=State.WAITING, requested_at=NOW - 2 * HOUR)

    move_up(session, offer)

    assert (early.state, late.state) == (State.CONFIRMED, State.WAITING)


def test_who_has_no_quota_is_passed_by_those_who_have(session: Session) -> None:
    offer = factories.offer(session, seats_online=2, quotas={"consultancy": 1})
    factories.registration(session, offer, sector=Sector.CONSULTANCY)
    passed = factories.registration(session, offer, state=State.WAITING, sector=Sector.CONSULTANCY)
    taken = factories.registration(session, offer, state=State.WAITING, sector=Sector.MUNICIPAL)

    move_up(session, offer)

    assert (passed.state, taken.state) == (State.WAITING, State.CONFIRMED)


def test_nobody_moves_up_after_closing(session: Session) -> None:
    offer = factories.offer(session, seats_online=1, closes_at=NOW)
    waiting = factories.registration(session, offer, state=State.WAITING)

    move_up(session, offer)

    assert waiting.state is State.WAITING


def test_a_seat_is_offered_until_a_deadline_in_working_hours(session: Session) -> None:
    offer = factories.offer(session, seats_online=1, promotion=Promotion.CLAIM, claim_hours=10)
    waiting = factories.registration(session, offer, state=State.WAITING)

    move_up(session, offer)  # Monday, 10 o'clock

    assert waiting.state is State.OFFERED
    assert waiting.claim_until == NOW + timedelta(hours=24)
    assert waiting.remind_of_claim_at == NOW + timedelta(hours=5)
    assert kinds(session) == ["seat_offered"]


def test_an_offered_seat_is_taken_by_saying_so(session: Session) -> None:
    offer = factories.offer(session, seats_online=1, promotion=Promotion.CLAIM)
    waiting = factories.registration(session, offer, state=State.WAITING)
    move_up(session, offer)
    token = manage_link(session, waiting)

    claim(session, token, letterhead=LETTERHEAD, now=NOW + HOUR)
    claim(session, token, letterhead=LETTERHEAD, now=NOW + HOUR)

    assert (waiting.state, waiting.claim_until) == (State.CONFIRMED, None)
    assert kinds(session) == ["seat_offered", "registration_confirmed"]


def test_a_seat_that_nobody_takes_lapses_and_goes_to_the_next(session: Session) -> None:
    offer = factories.offer(session, seats_online=1, promotion=Promotion.CLAIM)
    first = factories.registration(session, offer, state=State.WAITING, requested_at=NOW - HOUR)
    second = factories.registration(session, offer, state=State.WAITING)
    move_up(session, offer)
    token = manage_link(session, first)
    late = NOW + timedelta(days=2)

    with pytest.raises(ClaimLapsedError):
        claim(session, token, letterhead=LETTERHEAD, now=late)
    keeping_deadlines.lapse_claims(session, offer.id, letterhead=LETTERHEAD, now=late)

    assert (first.state, second.state) == (State.LAPSED, State.OFFERED)
    assert kinds(session) == ["seat_offered", "seat_lapsed", "seat_offered"]


def test_an_offered_seat_is_reminded_of_once(session: Session) -> None:
    offer = factories.offer(session, seats_online=1, promotion=Promotion.CLAIM)
    waiting = factories.registration(session, offer, state=State.WAITING)
    move_up(session, offer)

    for _twice in range(2):
        keeping_deadlines.remind_of_claim(session, waiting.id, letterhead=LETTERHEAD, now=NOW + 5 * HOUR)

    assert kinds(session) == ["seat_offered", "claim_reminder"]


def test_a_deadline_never_lies_behind_the_end_of_registration(session: Session) -> None:
    offer = factories.offer(session, seats_online=1, promotion=Promotion.CLAIM, claim_hours=200)
    waiting = factories.registration(session, offer, state=State.WAITING)

    move_up(session, offer)

    assert waiting.claim_until == offer.event.starts_at


def wants(session: Session, registration: Registration, mode: Mode) -> None:
    token = manage_link(session, registration)
    wanted = details(registration.given_name, family_name=registration.family_name, mode=mode)
    change(session, token, wanted, letterhead=LETTERHEAD, now=NOW)
    session.flush()


def test_who_wants_the_other_pool_keeps_the_seat_and_waits(session: Session) -> None:
    offer = hybrid(session, seats_on_site=1)
    factories.registration(session, offer, mode=Mode.ON_SITE)
    online = factories.registration(session, offer, mode=Mode.ONLINE)

    wants(session, online, Mode.ON_SITE)

    assert (online.state, online.mode, online.waits_for_mode) == (State.CONFIRMED, Mode.ONLINE, Mode.ON_SITE)
    assert kinds(session) == []


def test_a_freed_seat_goes_to_who_waits_for_it_and_theirs_to_the_next(session: Session) -> None:
    offer = hybrid(session, seats_on_site=1, seats_online=1)
    leaving = factories.registration(session, offer, mode=Mode.ON_SITE)
    online = factories.registration(session, offer, mode=Mode.ONLINE)
    wants(session, online, Mode.ON_SITE)
    waiting = factories.registration(session, offer, mode=Mode.ONLINE, state=State.WAITING)

    withdraw(session, manage_link(session, leaving), letterhead=LETTERHEAD, now=NOW)

    assert (online.mode, online.waits_for_mode, online.waiting_since) == (Mode.ON_SITE, None, None)
    assert waiting.state is State.CONFIRMED
    assert kinds(session) == ["withdrawn", "promoted", "promoted"]


def test_a_free_seat_in_the_other_pool_is_had_at_once(session: Session) -> None:
    offer = hybrid(session, seats_on_site=1, seats_online=1)
    online = factories.registration(session, offer, mode=Mode.ONLINE)
    waiting = factories.registration(session, offer, mode=Mode.ONLINE, state=State.WAITING)

    wants(session, online, Mode.ON_SITE)

    assert (online.mode, waiting.state) == (Mode.ON_SITE, State.CONFIRMED)
    assert kinds(session) == ["mode_changed", "promoted"]


def test_changing_ones_mind_leaves_the_line_for_the_other_pool(session: Session) -> None:
    offer = hybrid(session, seats_on_site=0)
    online = factories.registration(session, offer, mode=Mode.ONLINE)
    wants(session, online, Mode.ON_SITE)

    wants(session, online, Mode.ONLINE)

    assert (online.mode, online.waits_for_mode, online.waiting_since) == (Mode.ONLINE, None, None)
