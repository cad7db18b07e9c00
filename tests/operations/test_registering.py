"""Registering on real rows: seats, line, mails."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.errors import LinkExpiredError
from ozgtermine.mail.composing import compose
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import EventStatus, OutgoingMail, Registration, RegistrationOffer
from ozgtermine.operations.answering import withdraw
from ozgtermine.operations.confirming import confirm
from ozgtermine.operations.erasing import erase_unconfirmed
from ozgtermine.operations.graveyard import Graveyard
from ozgtermine.operations.offers import FullError, NotOpenError, TooLateError
from ozgtermine.operations.registering import Details, request_registration
from ozgtermine.rules.registering import Mode, Opening, Policy, State
from tests import factories
from tests.factories import NOW

LETTERHEAD = Letterhead.of(Settings(base_url="http://termine.example"))
LINK = re.compile(r"http://termine\.example/anmeldung/(?:bestaetigen/|vertretung/)?([\w-]{43})")


def details(name: str = "Erika", **values: object) -> Details:
    defaults: dict[str, object] = {
        "given_name": name,
        "family_name": "Muster",
        "email": f"{name.lower()}@musterburg.example",
        "mode": Mode.ONLINE,
    }
    return Details(**(defaults | values))  # type: ignore[arg-type] - the names are those of Details


def mails(session: Session) -> list[tuple[str, str]]:
    session.flush()
    return [(mail.kind, mail.recipient) for mail in session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))]


def last_token(session: Session, recipient: str = "") -> str:
    """Return the secret in the last mail, read as a person reads it."""
    session.flush()
    statement = select(OutgoingMail).order_by(OutgoingMail.id.desc())
    mail = next(each for each in session.scalars(statement) if recipient.casefold() in each.recipient.casefold())
    found = LINK.search(mail.text)
    assert found
    return found[1]


def ask(session: Session, offer: RegistrationOffer, who: Details, **values: timedelta) -> str:
    request_registration(session, offer.id, who, letterhead=LETTERHEAD, now=NOW + values.get("later", timedelta(0)))
    return last_token(session, who.email)


def states(session: Session) -> dict[str, State]:
    session.flush()
    return {each.given_name: each.state for each in session.scalars(select(Registration).order_by(Registration.id))}


def test_a_request_leaves_one_unconfirmed_entry_and_a_mail(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)

    ask(session, offer, details())

    assert states(session) == {"Erika": State.UNCONFIRMED}
    assert mails(session) == [("confirm_address", "erika@musterburg.example")]


def test_a_repeated_request_is_the_same_entry_corrected_and_a_second_mail(session: Session) -> None:
    offer = factories.offer(session)
    ask(session, offer, details(question="Erste Fassung"))

    ask(session, offer, details("ERIKA", question="Zweite Fassung", email="Erika@Musterburg.example"),
        later=timedelta(hours=1))

    (entry,) = session.scalars(select(Registration))
    assert (entry.question, entry.requested_at, entry.state) == ("Zweite Fassung", NOW, State.UNCONFIRMED)
    assert [kind for kind, _to in mails(session)] == ["confirm_address", "confirm_address"]


def test_two_people_of_one_mailbox_are_two_registrations(session: Session) -> None:
    offer = factories.offer(session)
    ask(session, offer, details("Erika", email="post@musterburg.example"))
    ask(session, offer, details("Max", email="post@musterburg.example"))

    assert states(session) == {"Erika": State.UNCONFIRMED, "Max": State.UNCONFIRMED}


def test_nobody_fills_a_mailbox_with_link_mails(session: Session) -> None:
    offer = factories.offer(session)
    for spelling in ("erika", "Erika", "eRika", "erIka", "eriKa", "erikA", "ERIKA"):
        ask(session, offer, details(spelling, email=f"{spelling}@musterburg.example"))

    assert len(mails(session)) == 5


def test_confirming_gives_the_free_seat_and_mails_the_calendar_entry(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)

    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)

    assert states(session) == {"Erika": State.CONFIRMED}
    assert mails(session)[-1] == ("registration_confirmed", "erika@musterburg.example")
    mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert mail
    assert compose(mail).count(b"Content-Type: text/calendar") == 2


def test_confirming_twice_changes_and_mails_nothing(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    token = ask(session, offer, details())
    confirm(session, token, letterhead=LETTERHEAD, now=NOW)
    before = mails(session)

    managed = confirm(session, token, letterhead=LETTERHEAD, now=NOW + timedelta(minutes=1))

    assert managed.registration.state is State.CONFIRMED
    assert mails(session) == before


def test_a_known_person_who_registers_again_gets_a_mail_and_nothing_changes(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    confirm(session, ask(session, offer, details(organisation="Alt")), letterhead=LETTERHEAD, now=NOW)

    ask(session, offer, details(organisation="Neu"))

    (entry,) = session.scalars(select(Registration))
    assert (entry.state, entry.organisation) == (State.CONFIRMED, "Alt")
    assert mails(session)[-1] == ("already_registered", "erika@musterburg.example")


def test_an_unconfirmed_entry_holds_no_seat(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    ask(session, offer, details("Max"))

    confirm(session, ask(session, offer, details("Erika")), letterhead=LETTERHEAD, now=NOW)

    assert states(session) == {"Max": State.UNCONFIRMED, "Erika": State.CONFIRMED}


def test_who_comes_when_all_seats_are_taken_waits_and_is_told_so(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    factories.registration(session, offer)

    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)

    assert states(session)["Erika"] is State.WAITING
    assert mails(session)[-1] == ("registration_waiting", "erika@musterburg.example")


def test_without_a_waiting_list_a_full_offer_refuses(session: Session) -> None:
    offer = factories.offer(session, seats_online=0, has_waiting_list=False)
    token = ask(session, offer, details())

    with pytest.raises(FullError):
        confirm(session, token, letterhead=LETTERHEAD, now=NOW)


def test_the_pools_of_a_hybrid_event_are_apart(session: Session) -> None:
    event = factories.event(session, mode=Mode.HYBRID)
    offer = factories.offer(session, event=event, seats_on_site=1, seats_online=None)
    factories.registration(session, offer, mode=Mode.ON_SITE)

    for name, mode in (("Vor", Mode.ON_SITE), ("Fern", Mode.ONLINE)):
        confirm(session, ask(session, offer, details(name, mode=mode)), letterhead=LETTERHEAD, now=NOW)

    assert {name: state for name, state in states(session).items() if name in ("Vor", "Fern")} == {
        "Vor": State.WAITING,
        "Fern": State.CONFIRMED,
    }


def test_a_withdrawal_promotes_who_asked_first_even_if_they_confirmed_last(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    seat = confirm(session, ask(session, offer, details("Erika")), letterhead=LETTERHEAD, now=NOW)
    first = ask(session, offer, details("Anton"), later=timedelta(minutes=1))
    second = ask(session, offer, details("Berta"), later=timedelta(minutes=2))
    later = NOW + timedelta(minutes=5)
    for token in (second, first):
        confirm(session, token, letterhead=LETTERHEAD, now=later)

    withdraw(session, seat.token, letterhead=LETTERHEAD, now=later)

    assert states(session) == {"Erika": State.WITHDRAWN, "Anton": State.CONFIRMED, "Berta": State.WAITING}
    assert mails(session)[-2:] == [
        ("withdrawn", "erika@musterburg.example"),
        ("promoted", "anton@musterburg.example"),
    ]


def test_withdrawing_twice_promotes_once(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    seat = confirm(session, ask(session, offer, details("Erika")), letterhead=LETTERHEAD, now=NOW)
    for name in ("Anton", "Berta"):
        confirm(session, ask(session, offer, details(name)), letterhead=LETTERHEAD, now=NOW)
    withdraw(session, seat.token, letterhead=LETTERHEAD, now=NOW)
    before = mails(session)

    withdraw(session, seat.token, letterhead=LETTERHEAD, now=NOW)

    assert states(session) == {"Erika": State.WITHDRAWN, "Anton": State.CONFIRMED, "Berta": State.WAITING}
    assert mails(session) == before


def test_nobody_passes_those_who_wait(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    factories.registration(session, offer, given_name="Warte", state=State.WAITING)

    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)

    assert states(session) == {"Warte": State.CONFIRMED, "Erika": State.WAITING}


def test_one_may_register_again_after_withdrawing(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    seat = confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    withdraw(session, seat.token, letterhead=LETTERHEAD, now=NOW)

    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)

    session.flush()
    found = session.scalars(select(Registration.state).order_by(Registration.id)).all()
    assert found == [State.WITHDRAWN, State.CONFIRMED]


def test_a_request_for_participation_takes_no_seat(session: Session) -> None:
    offer = factories.offer(session, policy=Policy.ON_REQUEST, seats_online=1)

    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)

    assert states(session) == {"Erika": State.REQUESTED}
    assert mails(session)[-1] == ("requested", "erika@musterburg.example")


@pytest.mark.parametrize(
    ("values", "stands"),
    [
        ({"policy": Policy.NONE}, Opening.NEVER),
        ({"policy": Policy.MEMBERS}, Opening.NEVER),
        ({"opens_at": NOW + timedelta(days=1)}, Opening.NOT_YET),
        ({"closes_at": NOW}, Opening.CLOSED),
    ],
)
def test_where_one_cannot_register_nothing_is_stored(
    session: Session, values: dict[str, object], stands: Opening
) -> None:
    offer = factories.offer(session, **values)

    with pytest.raises(NotOpenError) as refusal:
        request_registration(session, offer.id, details(), letterhead=LETTERHEAD, now=NOW)

    assert refusal.value.opening is stands
    assert states(session) == {}


def test_a_cancelled_event_is_closed_also_for_links_on_their_way(session: Session) -> None:
    offer = factories.offer(session)
    token = ask(session, offer, details())
    offer.event.status, offer.event.cancelled_at = EventStatus.CANCELLED, NOW
    session.flush()

    with pytest.raises(NotOpenError):
        confirm(session, token, letterhead=LETTERHEAD, now=NOW)


def test_links_end(session: Session) -> None:
    offer = factories.offer(session)
    token = ask(session, offer, details())

    with pytest.raises(LinkExpiredError):
        confirm(session, token, letterhead=LETTERHEAD, now=NOW + timedelta(hours=72))
    with pytest.raises(LinkExpiredError):
        withdraw(session, token, letterhead=LETTERHEAD, now=NOW)


def test_after_the_event_nobody_withdraws(session: Session) -> None:
    offer = factories.offer(session)
    seat = confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)

    with pytest.raises(TooLateError):
        withdraw(session, seat.token, letterhead=LETTERHEAD, now=offer.event.ends_at)


def test_unconfirmed_entries_are_erased_after_three_days_with_their_mails(session: Session, settings: Settings) -> None:
    offer = factories.offer(session)
    ask(session, offer, details("Alt"))
    ask(session, offer, details("Neu"), later=timedelta(hours=1))
    confirm(session, ask(session, offer, details("Da")), letterhead=LETTERHEAD, now=NOW)

    erased = erase_unconfirmed(session, Graveyard.of(settings), now=NOW + timedelta(hours=72))

    assert erased == 1
    assert states(session) == {"Neu": State.UNCONFIRMED, "Da": State.CONFIRMED}
    assert {to for _kind, to in mails(session)} == {"neu@musterburg.example", "da@musterburg.example"}


def test_secrets_of_links_are_stored_as_hashes_only(session: Session) -> None:
    offer = factories.offer(session)
    token = ask(session, offer, details())
    (entry,) = session.scalars(select(Registration))

    assert [len(link.token_hash) for link in entry.links] == [64]
    assert token not in [link.token_hash for link in entry.links]
