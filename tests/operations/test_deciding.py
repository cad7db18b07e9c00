"""Decisions of editors: one or many at once, by hand, and taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.models import AuditEntry, MailState, OutgoingMail, Registration, RegistrationOffer
from ozgtermine.operations import auditing, deciding, revoking_decisions
from ozgtermine.operations.deciding import AlreadyRegisteredError, Decided, Decision
from ozgtermine.operations.offers import FullError
from ozgtermine.operations.taking_back import ChangedSinceError, TooLateToTakeBackError
from ozgtermine.rules.registering import Mode, Policy, State
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD
from tests.operations.test_registering import details

MINUTES_9, MINUTES_10 = timedelta(minutes=9), timedelta(minutes=10)


@pytest.fixture
def offer(session: Session) -> RegistrationOffer:
    made = factories.offer(session, policy=Policy.ON_REQUEST, seats_online=1)
    session.commit()
    return made


def requests(session: Session, offer: RegistrationOffer, *names: str) -> list[int]:
    made = [
        factories.registration(
            session, offer, state=State.REQUESTED, given_name=name,
            requested_at=NOW - timedelta(hours=len(names) - place),
        )
        for place, name in enumerate(names)
    ]
    session.commit()
    return [each.id for each in made]


def decide(offer: RegistrationOffer, ids: list[int], decision: Decision, reason: str = "") -> Decided:
    with transaction() as session:
        return deciding.decide(session, offer.id, ids, decision, reason=reason, letterhead=LETTERHEAD, now=NOW)


def take_back(change_id: str, *, later: timedelta = timedelta(0)) -> None:
    with transaction() as session:
        revoking_decisions.take_back(session, change_id, letterhead=LETTERHEAD, now=NOW + later)


def states(session: Session) -> dict[str, State]:
    session.rollback()
    return {each.given_name: each.state for each in session.scalars(select(Registration))}


def mails(session: Session) -> list[tuple[str, timedelta]]:
    session.rollback()
    return [(each.kind, each.due_at - NOW) for each in session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))]


def test_approving_more_than_there_are_seats_for_fills_the_line_in_order(
    session: Session, offer: RegistrationOffer
) -> None:
    ids = requests(session, offer, "Anna", "Ben", "Cem")

    decided = decide(offer, list(reversed(ids)), Decision.APPROVE)

    assert (decided.seats, decided.waiting, decided.skipped) == (1, 2, 0)
    assert states(session) == {"Anna": State.CONFIRMED, "Ben": State.WAITING, "Cem": State.WAITING}
    assert mails(session) == [
        ("approved", MINUTES_10), ("approved_waiting", MINUTES_10), ("approved_waiting", MINUTES_10),
    ]  # fmt: skip


def test_declining_says_why_and_skips_what_is_decided(session: Session, offer: RegistrationOffer) -> None:
    ids = requests(session, offer, "Anna", "Ben")
    decide(offer, ids[:1], Decision.DECLINE, "Nur Kommunen.")

    decided = decide(offer, ids, Decision.DECLINE, "Nur Kommunen.")

    assert (decided.ended, decided.skipped) == (1, 1)
    assert states(session) == {"Anna": State.DECLINED, "Ben": State.DECLINED}
    assert mails(session) == [("declined", MINUTES_10)] * 2


def test_rows_of_another_event_are_not_decided_about(session: Session, offer: RegistrationOffer) -> None:
    other = factories.offer(session, policy=Policy.ON_REQUEST)
    ids = requests(session, other, "Fremd")

    decided = decide(offer, ids, Decision.APPROVE)

    assert (decided.seats, states(session)) == (0, {"Fremd": State.REQUESTED})


def test_ending_a_registration_lets_the_next_move_up(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    seat = factories.registration(session, offer, given_name="Anna")
    factories.registration(session, offer, given_name="Ben", state=State.WAITING)
    session.commit()

    decide(offer, [seat.id], Decision.CANCEL, "Doppelt.")

    assert states(session) == {"Anna": State.CANCELLED, "Ben": State.CONFIRMED}
    assert mails(session) == [("removed", MINUTES_10), ("promoted", timedelta(0))]


def test_a_decision_is_taken_back_whole_and_nobody_hears_of_it(session: Session, offer: RegistrationOffer) -> None:
    ids = requests(session, offer, "Anna", "Ben")
    decided = decide(offer, ids, Decision.APPROVE)

    take_back(decided.change_id, later=MINUTES_9)

    assert states(session) == {"Anna": State.REQUESTED, "Ben": State.REQUESTED}
    assert mails(session) == []


def test_a_decision_can_be_made_again_after_it_was_taken_back(session: Session, offer: RegistrationOffer) -> None:
    ids = requests(session, offer, "Anna")
    take_back(decide(offer, ids, Decision.DECLINE, "Irrtum").change_id)

    decide(offer, ids, Decision.APPROVE)

    assert states(session) == {"Anna": State.CONFIRMED}
    assert mails(session) == [("approved", MINUTES_10)]


def test_a_seat_that_somebody_else_has_meanwhile_is_not_taken_away_again(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    seat = factories.registration(session, offer, given_name="Anna")
    factories.registration(session, offer, given_name="Ben", state=State.WAITING, requested_at=NOW + timedelta(hours=1))
    session.commit()
    decided = decide(offer, [seat.id], Decision.CANCEL)

    take_back(decided.change_id)

    assert states(session) == {"Anna": State.WAITING, "Ben": State.CONFIRMED}


@pytest.mark.parametrize("later", [MINUTES_10, timedelta(days=1)])
def test_after_ten_minutes_a_decision_stands(session: Session, offer: RegistrationOffer, later: timedelta) -> None:
    decided = decide(offer, requests(session, offer, "Anna"), Decision.DECLINE)
    _recorded_at_now(session)

    with pytest.raises(TooLateToTakeBackError):
        take_back(decided.change_id, later=later)


def test_a_decision_whose_mail_is_on_its_way_stands(session: Session, offer: RegistrationOffer) -> None:
    decided = decide(offer, requests(session, offer, "Anna"), Decision.DECLINE)
    with transaction() as own:
        own.scalars(select(OutgoingMail)).one().state = MailState.SENDING

    with pytest.raises(TooLateToTakeBackError):
        take_back(decided.change_id)


def test_what_was_changed_again_is_not_taken_back(session: Session, offer: RegistrationOffer) -> None:
    ids = requests(session, offer, "Anna")
    first = decide(offer, ids, Decision.APPROVE)
    decide(offer, ids, Decision.CANCEL)

    with pytest.raises(ChangedSinceError):
        take_back(first.change_id)


def _recorded_at_now(session: Session) -> None:
    """The record keeps the clock's time; the test's is `NOW`."""
    for entry in session.scalars(select(AuditEntry)):
        entry.at = NOW
    session.commit()


@pytest.fixture(autouse=True)
def _clock_of_the_test(session: Session) -> None:
    clock.shift(NOW - clock.real_now())


def test_a_message_to_many_waits_and_can_be_stopped(session: Session) -> None:
    offer = factories.offer(session)
    ids = [factories.registration(session, offer).id for _person in range(3)]
    unconfirmed = factories.registration(session, offer, state=State.UNCONFIRMED)
    session.commit()
    with transaction() as own:
        number = deciding.write_to(
            own, offer.id, [*ids, unconfirmed.id], subject="Raum", text="Bitte Raum 3.", letterhead=LETTERHEAD, now=NOW
        )
        change_id = auditing.change_id(own)

    assert number == 3
    assert mails(session) == [("to_participants", MINUTES_10)] * 3
    take_back(change_id)
    assert mails(session) == []


def test_somebody_added_by_hand_has_a_seat_or_waits_and_nobody_twice(session: Session) -> None:
    offer = factories.offer(session, seats_online=1, closes_at=NOW - timedelta(days=1))
    session.commit()
    for name in ("Anna", "Ben"):
        with transaction() as own:
            deciding.add_by_hand(own, offer.id, details(name), letterhead=LETTERHEAD, now=NOW)

    with pytest.raises(AlreadyRegisteredError), transaction() as own:
        deciding.add_by_hand(own, offer.id, details("Anna"), letterhead=LETTERHEAD, now=NOW)

    assert states(session) == {"Anna": State.CONFIRMED, "Ben": State.WAITING}
    assert [kind for kind, _due in mails(session)] == ["registration_confirmed", "registration_waiting"]


def test_moving_somebody_to_the_other_pool_needs_a_seat_there(session: Session) -> None:
    offer = factories.offer(session, event=factories.event(session, mode=Mode.HYBRID), seats_on_site=1, seats_online=1)
    online = factories.registration(session, offer, given_name="Anna")
    waiting = factories.registration(session, offer, given_name="Ben", state=State.WAITING)
    session.commit()
    with transaction() as own:
        deciding.move_to_pool(own, offer.id, online.id, Mode.ON_SITE, letterhead=LETTERHEAD, now=NOW)

    assert states(session) == {"Anna": State.CONFIRMED, "Ben": State.CONFIRMED}
    assert [kind for kind, _due in mails(session)] == ["mode_changed", "promoted"]
    with pytest.raises(FullError), transaction() as own:
        deciding.move_to_pool(own, offer.id, waiting.id, Mode.ON_SITE, letterhead=LETTERHEAD, now=NOW)


def test_attendance_by_person_makes_the_number(session: Session) -> None:
    offer = factories.offer(session)
    changed_at = offer.event.changed_at
    there, missing = factories.registration(session, offer), factories.registration(session, offer)
    waiting = factories.registration(session, offer, state=State.WAITING)
    session.commit()
    with transaction() as own:
        number = deciding.note_attendance(own, offer.id, [there.id, waiting.id])

    session.rollback()
    session.expire_all()
    assert (number, offer.event.number_of_attendees, offer.event.attendees_estimated) == (1, 1, False)
    assert (there.has_attended, missing.has_attended, waiting.has_attended) == (True, False, None)
    assert offer.event.changed_at == changed_at  # no calendar says how many came
