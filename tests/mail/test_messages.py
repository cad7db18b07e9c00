"""Each mail as it is read, whole: headers, text, HTML and calendar part, compared with `expected/<kind>.txt`."""

from collections.abc import Callable
from datetime import date, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from jinja2.ext import babel_extract
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.links import Links
from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Invitation, Mail, compose
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Access, Deputy, OutgoingMail, Registration, Reply
from ozgtermine.rendering.changes import EventChange
from ozgtermine.rendering.templates import resource_folder
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import when
from ozgtermine.wording import catalogue
from tests import factories
from tests.factories import NOW

LETTERHEAD = Letterhead.of(Settings(base_url="https://termine.example", mail_from="termine@land.example",
                                    contact_email="kontakt@land.example"))
REQUEST = Invitation(method="REQUEST", content=b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n")
CANCEL = Invitation(method="CANCEL", content=b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n")
TOKEN = "GEHEIM"
EXPECTED = Path(__file__).with_name("expected")

MAILS: dict[str, Callable[[Registration], Mail]] = {
    "confirm_address": lambda who: messages.confirm_address(LETTERHEAD, who, token=TOKEN),
    "already_registered": lambda who: messages.already_registered(LETTERHEAD, who, token=TOKEN),
    "registration_confirmed": lambda who: messages.registration_confirmed(
        LETTERHEAD, who, token=TOKEN, invitation=REQUEST, now=NOW
    ),
    "promoted": lambda who: messages.promoted(LETTERHEAD, who, token=TOKEN, invitation=REQUEST, now=NOW),
    "registration_waiting": lambda who: messages.registration_waiting(LETTERHEAD, who, token=TOKEN, place=3),
    "requested": lambda who: messages.requested(LETTERHEAD, who, token=TOKEN),
    "withdrawn": lambda who: messages.withdrawn(LETTERHEAD, who, invitation=CANCEL),
    "approved": lambda who: messages.approved(LETTERHEAD, who, token=TOKEN, invitation=REQUEST, now=NOW),
    "approved_waiting": lambda who: messages.approved_waiting(LETTERHEAD, who, token=TOKEN, place=3),
    "declined": lambda who: messages.declined(LETTERHEAD, _because(who), invitation=CANCEL),
    "removed": lambda who: messages.removed(LETTERHEAD, _because(who), invitation=CANCEL),
    "seat_offered": lambda who: messages.seat_offered(LETTERHEAD, _offered(who), token=TOKEN),
    "claim_reminder": lambda who: messages.claim_reminder(LETTERHEAD, _offered(who), token=TOKEN),
    "seat_lapsed": lambda who: messages.seat_lapsed(LETTERHEAD, who),
    "mode_changed": lambda who: messages.mode_changed(LETTERHEAD, who, token=TOKEN, invitation=REQUEST, now=NOW),
    "member_invited": lambda who: messages.member_invited(LETTERHEAD, who, token=TOKEN),
    "reply_noted": lambda who: messages.reply_noted(LETTERHEAD, _replied(who), token=TOKEN, invitation=CANCEL),
    "deputy_asked": lambda who: messages.deputy_asked(LETTERHEAD, _deputy(who), token=TOKEN),
    "deputy_took_over": lambda who: messages.deputy_took_over(
        LETTERHEAD, who, recipient="alt@musterburg.example", recipient_name="Alte Person", invitation=CANCEL
    ),
    "event_reminder": lambda who: messages.event_reminder(LETTERHEAD, who, token=TOKEN, now=NOW),
    "event_moved": lambda who: _changed(who, EventChange(kind="moved", old_when=OLD, has_new_access=True)),
    "event_changed": lambda who: _changed(who, EventChange(kind="changed", old_mode=Mode.ON_SITE, old_place="Halle")),
    "event_cancelled": lambda who: _changed(who, EventChange(kind="cancelled")),
    "event_restored": lambda who: _changed(who, EventChange(kind="restored", old_when=OLD)),
    "to_participants": lambda who: messages.to_participants(
        LETTERHEAD, who, subject="Anderer Raum", text="Bitte kommen Sie in Raum 3.\nEr ist <oben>.", token=TOKEN
    ),
    "my_registrations": lambda who: messages.my_registrations(
        LETTERHEAD, recipient=who.email, token=TOKEN, language=who.language
    ),
}


OLD = when(starts_on=date(2023, 2, 15), start_time=time(9))


def _because(who: Registration) -> Registration:
    who.decision_reason = "Die Plätze sind für Kommunen."
    return who


def _offered(who: Registration) -> Registration:
    who.claim_until = NOW + timedelta(hours=24)
    return who


def _replied(who: Registration) -> Registration:
    who.reply = Reply.NO
    return who


def _deputy(who: Registration) -> Deputy:
    return Deputy(registration=who, given_name="Max", family_name="Neu", email="max@musterburg.example")


def _changed(who: Registration, change: EventChange) -> Mail:
    event = who.offer.event
    event.move_reason, event.cancellation_reason = "Raum belegt.", "Referentin krank."
    return messages.event_changed(LETTERHEAD, who, token=TOKEN, change=change, invitation=REQUEST, now=NOW)


@pytest.fixture
def registration(session: Session) -> Registration:
    event = factories.event(session, slug="sprechstunde-30", number=30)
    event.access = Access(link="https://konferenz.example/30", phone="+49 391 000", pin="4711", note="")
    offer = factories.offer(session, event=event)
    return factories.registration(session, offer, given_name="Zoë", family_name="Müller & Söhne",
                                  email="zoe@musterburg.example")


def row(mail: Mail) -> OutgoingMail:
    return OutgoingMail(**outbox.as_row(mail, LETTERHEAD, message_id="<1234@land.example>", now=NOW))


def composed(mail: Mail) -> EmailMessage:
    content = compose(row(mail))
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)  # type: ignore[arg-type] - see its docs


def printed(message: EmailMessage) -> str:
    """Return a message as lines that people can read: every header of every part, every content decoded."""
    lines = [f"{name}: {value}" for name, value in message.items()]
    if message.is_multipart():
        return "\n".join([*lines, "", *(printed(part) for part in message.iter_parts())])
    content = message.get_content()
    return "\n".join([*lines, "", content.replace("\r\n", "\n")])


@pytest.mark.parametrize("kind", MAILS)
def test_each_mail_reads_whole(session: Session, registration: Registration, kind: str) -> None:
    with session.no_autoflush:
        assert printed(composed(MAILS[kind](registration))) == (EXPECTED / f"{kind}.txt").read_text("utf-8")


def test_every_sentence_of_a_mail_has_an_english_one() -> None:
    files = [file for file in (resource_folder("templates") / "mail").rglob("*") if file.is_file()]
    found = [each[2] for file in files for each in babel_extract(BytesIO(file.read_bytes()), ["_"], [], {})]
    sentences = {said if isinstance(said, str) else said[0] for said in found}
    assert len(sentences) > 140
    assert {each for each in sentences if not catalogue("en")._catalog.get(each)} == set()  # type: ignore[attr-defined]  # noqa: SLF001


@pytest.mark.parametrize("kind", MAILS)
def test_each_mail_reads_whole_in_english(session: Session, registration: Registration, kind: str) -> None:
    registration.language = "en"
    with session.no_autoflush:
        assert printed(composed(MAILS[kind](registration))) == (EXPECTED / "en" / f"{kind}.txt").read_text("utf-8")


def test_the_same_parts_make_the_same_bytes(registration: Registration) -> None:
    mail = MAILS["promoted"](registration)

    once, twice = (compose(row(mail)) for _time in range(2))

    assert once == twice
    assert all(len(line) <= 998 for line in once.split(b"\r\n"))
    assert once.isascii()


def test_no_name_or_title_writes_a_header(registration: Registration) -> None:
    registration.given_name = "Eve\r\nBcc: alle@land.example\r\n\r\nText"
    registration.offer.event.series.singular = "Stunde\nX-Gift: ja"

    message = composed(MAILS["withdrawn"](registration))

    assert message.keys() == [
        "From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"
    ]
    assert message["Subject"] == "Sie sind abgemeldet: 30. Stunde X-Gift: ja, 22.02.2023"
    assert [each.addr_spec for each in message["To"].addresses] == ["zoe@musterburg.example"]


def test_a_mail_to_an_unproven_address_repeats_nothing_that_was_typed(registration: Registration) -> None:
    assert "Zoë" not in printed(composed(MAILS["confirm_address"](registration)))


def test_addresses_of_the_mail_are_those_of_this_house() -> None:
    assert LETTERHEAD.links == Links("https://termine.example")
