"""Clocks, tombstones, and a person who wants to be forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.mail.delivery import file_name
from ozgtermine.models import ErasedCount, OfferQuestion, OutgoingMail, QuestionKind, Registration, Sector
from ozgtermine.operations.confirming import confirm
from ozgtermine.operations.erasing import (
    blank_answers,
    erase_again,
    erase_due,
    erase_person,
    erase_unconfirmed,
)
from ozgtermine.operations.graveyard import Graveyard, knows_every_tombstone
from ozgtermine.queries.organizing import counts_by_state
from ozgtermine.rules.registering import State
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD
from tests.operations.test_registering import ask, details


@pytest.fixture
def graveyard(tmp_path: Path) -> Graveyard:
    return Graveyard.of(Settings(instance=tmp_path, secret_key="x"))


def names(session: Session) -> set[str]:
    session.flush()
    return set(session.scalars(select(Registration.given_name)))


def test_each_state_goes_at_its_time_and_numbers_stay(session: Session, graveyard: Graveyard) -> None:
    offer = factories.offer(session, retention_days=10)
    ends = offer.event.ends_at
    factories.registration(session, offer, given_name="Da", has_attended=True, sector=Sector.STATE)
    factories.registration(session, offer, given_name="Wartet", state=State.WAITING)
    factories.registration(session, offer, given_name="Weg", state=State.WITHDRAWN)

    assert erase_due(session, graveyard, now=ends - timedelta(seconds=1)) == 0
    assert erase_due(session, graveyard, now=ends) == 2
    assert names(session) == {"Da"}
    assert erase_due(session, graveyard, now=ends + timedelta(days=10)) == 1

    assert names(session) == set()
    assert counts_by_state(session, offer.id) == {State.CONFIRMED: 1, State.WAITING: 1, State.WITHDRAWN: 1}
    attended = session.scalars(select(ErasedCount).where(ErasedCount.has_attended)).one()
    assert (attended.sector, attended.number) == ("state", 1)


def test_mails_and_their_files_go_along(session: Session, graveyard: Graveyard) -> None:
    offer = factories.offer(session)
    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    session.flush()
    graveyard.mail_folder.mkdir(parents=True)
    files = [graveyard.mail_folder / file_name(each) for each in session.scalars(select(OutgoingMail.message_id))]
    for file in files:
        file.write_text("Erika")

    erase_due(session, graveyard, now=offer.event.ends_at + timedelta(days=30))

    session.flush()
    assert session.scalars(select(OutgoingMail)).all() == []
    assert [file.exists() for file in files] == [False, False]


def test_answers_go_with_the_event_where_they_are_not_needed_longer(session: Session) -> None:
    offer = factories.offer(session)
    offer.questions = [
        OfferQuestion(position=0, kind=QuestionKind.TEXT, label="Essen"),
        OfferQuestion(position=1, kind=QuestionKind.TEXT, label="Rechnung", is_erased_early=False),
    ]
    session.flush()
    early, late = (str(each.id) for each in offer.questions)
    entry = factories.registration(session, offer, question="Wie?", answers={early: "vegan", late: "Amt"})

    assert blank_answers(session, now=NOW) == 0
    assert blank_answers(session, now=offer.event.ends_at) == 1
    assert (entry.question, entry.answers) == ("", {late: "Amt"})
    assert blank_answers(session, now=offer.event.ends_at) == 0


def test_what_nobody_confirmed_goes_after_three_days_with_its_mail_and_leaves_a_tombstone(
    session: Session, graveyard: Graveyard
) -> None:
    offer = factories.offer(session)
    ask(session, offer, details())
    message_id = session.scalars(select(OutgoingMail.message_id)).one()
    graveyard.mail_folder.mkdir(parents=True)
    file = graveyard.mail_folder / file_name(message_id)
    file.write_text("Erika")

    assert erase_unconfirmed(session, graveyard, now=NOW + timedelta(hours=72) - timedelta(seconds=1)) == 0
    assert erase_unconfirmed(session, graveyard, now=NOW + timedelta(hours=72)) == 1

    assert (names(session), file.exists(), graveyard.tombstones.number()) == (set(), False, 1)
    assert counts_by_state(session, offer.id) == {}


def test_a_tombstone_names_nobody(session: Session, graveyard: Graveyard) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, given_name="Erika", state=State.WITHDRAWN)

    erase_due(session, graveyard, now=offer.event.ends_at)

    assert [len(line) for line in graveyard.tombstones.path.read_text().splitlines()] == [64]


def test_what_a_restored_backup_brings_back_is_erased_again(session: Session, graveyard: Graveyard) -> None:
    offer = factories.offer(session)
    gone = factories.registration(session, offer, given_name="Weg", state=State.WITHDRAWN)
    factories.registration(session, offer, given_name="Bleibt")
    graveyard.tombstones.add([graveyard.tombstones.mark(
        "registration", gone.id, gone.requested_at.isoformat(), gone.name_normalised
    )])  # fmt: skip

    assert not knows_every_tombstone(session, graveyard)
    assert erase_again(session, graveyard, now=NOW) == 1
    session.flush()

    assert names(session) == {"Bleibt"}
    assert knows_every_tombstone(session, graveyard)
    assert erase_again(session, graveyard, now=NOW) == 0


def test_forgetting_a_person_before_the_event_is_a_withdrawal(session: Session, graveyard: Graveyard) -> None:
    offer = factories.offer(session, seats_online=1)
    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    factories.registration(session, offer, given_name="Max", state=State.WAITING)
    other = factories.registration(session, factories.offer(session), email="erika@musterburg.example")

    erased = erase_person(session, other.email_normalised, graveyard, letterhead=LETTERHEAD, now=NOW)

    assert erased == 2
    session.flush()
    assert {each.given_name: each.state for each in session.scalars(select(Registration))} == {"Max": State.CONFIRMED}
    left = session.scalars(select(OutgoingMail).where(OutgoingMail.recipient == "erika@musterburg.example")).all()
    assert [each.kind for each in left] == ["withdrawn", "withdrawn"]
    assert left[0].calendar_method == "CANCEL"
