"""The bytes of a mail, read by a parser that did not write them: whatever was typed, the parts come back."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import example, given
from hypothesis import strategies as st

from ozgtermine.mail.composing import compose
from ozgtermine.models import OutgoingMail

HIDDEN = "=?utf-8?q?x=0D=0ABcc=3A_alle=40land.example=0D=0A=0D=0AText?="
AWKWARD = (
    st.text(st.sampled_from("ä=. -\t\r\n\x00\x0b\x85\u2028From"), max_size=200)
    | st.lists(st.sampled_from([HIDDEN, "ä", " ", ", ", "?=", "=?", "=", "?"])).map("".join)
    | st.text()
)
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def composed(**said: object) -> bytes:
    parts = {
        "message_id": "<1-2@land.example>", "sender": "termine@land.example", "sender_name": "OZG-Termine",
        "recipient": "zoe@musterburg.example", "recipient_name": "Zoë", "reply_to": "kontakt@land.example",
        "subject": "Betreff", "text": "Text\n", "html": "<p>Text</p>\n", "calendar_method": "", **said,
    }  # fmt: skip
    return compose(OutgoingMail(**parts))


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)  # type: ignore[arg-type] - see its docs


def decoded(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@given(text=AWKWARD, html=AWKWARD, calendar=st.binary(min_size=1))
def test_every_part_comes_back_as_it_was_but_for_line_ends(text: str, html: str, calendar: bytes) -> None:
    message = read(composed(text=text, html=html, calendar=calendar, calendar_method="REQUEST"))

    said, attached = message.iter_parts()
    plain, rich, entry = said.iter_parts()
    assert [decoded(each).splitlines() for each in (plain, rich)] == [
        each.encode().splitlines() for each in (text, html)
    ]
    assert (decoded(entry), decoded(attached)) == (calendar, calendar)
    assert attached.get_filename() == "invite.ics"
    assert [part.defects for part in message.walk()] == [[]] * 6


@given(text=AWKWARD, name=AWKWARD, subject=AWKWARD)
def test_every_line_is_short_ascii_and_ends_as_smtp_wants(text: str, name: str, subject: str) -> None:
    content = composed(text=text, recipient_name=name, subject=subject, calendar=CALENDAR, calendar_method="CANCEL")

    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert [each for each in content.split(b"\r\n") if len(each) > 78 or b"\r" in each or b"\n" in each] == []


@given(name=AWKWARD, subject=AWKWARD)
@example(name=HIDDEN, subject="Betreff")
@example(name="Zoë", subject=HIDDEN)
def test_no_name_and_no_subject_writes_a_header_of_its_own(name: str, subject: str) -> None:
    message = read(composed(recipient_name=name, subject=subject))

    assert message.keys() == [
        "From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"
    ]  # fmt: skip
    assert [each.addr_spec for each in message["To"].addresses] == ["zoe@musterburg.example"]
