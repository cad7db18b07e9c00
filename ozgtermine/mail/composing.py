"""From a mail's parts to the bytes that go over the wire (RFC 5322, MIME, iMIP in RFC 6047)."""

import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from ozgtermine.models import OutgoingMail

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A calendar object with the method that its mail part must name too."""

    method: Method
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What is said to whom; `priority` 0 goes before bulk. An empty `reply_to` means the contact of the house."""

    kind: str
    recipient: str
    recipient_name: str = ""
    reply_to: str = ""
    subject: str
    text: str
    html: str
    invitation: Invitation | None = None
    priority: int = 0


def compose(mail: OutgoingMail) -> bytes:
    """Return the message without a Date, which is put in front when it is sent; same parts, same bytes.

    The calendar object is the last alternative, where Outlook and Gmail look, and an attachment, which all others
    offer to open. A line break in a header cannot get in: it is dropped here, and `email` raises on one. Raises
    ValueError or MessageError for an address that is none.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_one_line(mail.sender_name), addr_spec=mail.sender)
    message["To"] = Address(_one_line(mail.recipient_name), addr_spec=mail.recipient)
    message["Reply-To"] = Address(addr_spec=mail.reply_to)
    message["Subject"] = _one_line(mail.subject)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.calendar:
        parameters = {"charset": "utf-8", "method": mail.calendar_method}
        message.add_alternative(mail.calendar, "text", "calendar", params=parameters)
        message.add_attachment(mail.calendar, "text", "calendar", params=parameters, filename="invite.ics")
    _fix_boundaries(message, mail.message_id)
    return message.as_bytes()


def _fix_boundaries(message: EmailMessage, message_id: str) -> None:
    mark = "".join(character for character in message_id.partition("@")[0] if character.isalnum())
    for depth, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{depth}_{mark}")


def _one_line(text: str) -> str:
    """Drop control characters and join what is left by single spaces."""
    visible = "".join(" " if unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each for each in text)
    return " ".join(visible.split())
