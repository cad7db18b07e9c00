"""Each mail as it is read, whole: headers, text, HTML and calendar part, compared with `expected/<kind>.txt`."""

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.links import Links
from ozgtermine.mail import messages
from ozgtermine.mail.composing import Invitation, Mail, compose
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Access, Registration
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
    "test_message": lambda _who: messages.test_message(
        LETTERHEAD, recipient="erika@land.example", recipient_name="Erika Muster"
    ),
}


@pytest.fixture
def registration(session: Session) -> Registration:
    event = factories.event(session, slug="sprechstunde-30", number=30)
    event.access = Access(link="https://konferenz.example/30", phone="+49 391 000", pin="4711", note="")
    offer = factories.offer(session, event=event)
    return factories.registration(session, offer, given_name="Zoë", family_name="Müller & Söhne",
                                  email="zoe@musterburg.example")


def composed(mail: Mail) -> EmailMessage:
    content = compose(mail, LETTERHEAD, message_id="<1234@land.example>")
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)  # type: ignore[arg-type] - see its docs


def printed(message: EmailMessage) -> str:
    """Return a message as lines that people can read: every header of every part, every content decoded."""
    lines = [f"{name}: {value}" for name, value in message.items()]
    if message.is_multipart():
        return "\n".join([*lines, "", *(printed(part) for part in message.iter_parts())])
    content = message.get_content()
    return "\n".join([*lines, "", content.replace("\r\n", "\n")])


@pytest.mark.parametrize("kind", MAILS)
def test_each_mail_reads_whole(registration: Registration, kind: str) -> None:
    assert printed(composed(MAILS[kind](registration))) == (EXPECTED / f"{kind}.txt").read_text("utf-8")


def test_the_same_parts_make_the_same_bytes(registration: Registration) -> None:
    mail = MAILS["promoted"](registration)

    once, twice = (compose(mail, LETTERHEAD, message_id="<1@land.example>") for _time in range(2))

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
