"""From a mail's parts to the bytes that go over the wire (RFC 5322, MIME, iMIP in RFC 6047).

`email` writes the headers, where people's names are. The parts below are always the same few, and are joined here: its
`EmailMessage` takes three times as long for them as for all else together.
"""

import base64
import binascii
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.policy import SMTP
from functools import lru_cache
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
    headers = (
        _address("From", mail.sender_name, mail.sender),
        _address("To", mail.recipient_name, mail.recipient),
        _address("Reply-To", "", mail.reply_to),
        _header("Subject", _one_line(mail.subject)),
        _header("Message-ID", mail.message_id),
        b"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
    )
    return b"".join(headers) + _body(mail)


@lru_cache(maxsize=64)
def _address(header: str, name: str, address: str) -> bytes:
    """Return one address in a header; sender and contact are the same in mail after mail."""
    if not address.isascii():
        raise ValueError(f"not an address for every mail server: {address}")
    return _header(header, Address(_one_line(name), addr_spec=address))


def _header(name: str, value: str | Address) -> bytes:
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


def _body(mail: OutgoingMail) -> bytes:
    mark = "".join(character for character in mail.message_id.partition("@")[0] if character.isalnum())
    outer, inner = f"=_0_{mark}", f"=_1_{mark}"
    texts = (_text("plain", mail.text), _text("html", mail.html))
    if not mail.calendar:
        return _multipart("alternative", outer, texts)
    entry = _calendar(mail.calendar_method, mail.calendar)
    attached = b'Content-Disposition: attachment; filename="invite.ics"\r\n' + entry
    return _multipart("mixed", outer, (_multipart("alternative", inner, (*texts, entry)), attached))


def _text(subtype: str, text: str) -> bytes:
    lines = b"\r\n".join((*text.encode().splitlines(), b""))
    return _part(f'text/{subtype}; charset="utf-8"', "quoted-printable", binascii.b2a_qp(lines))


def _calendar(method: str, content: bytes) -> bytes:
    lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return _part(f'text/calendar; charset="utf-8"; method="{method}"', "base64", lines)


def _part(kind: str, encoding: str, content: bytes) -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode("ascii") + content


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Return the parts between boundaries, which no part can hold: `=_` is neither quoted-printable nor Base64."""
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    line = f"--{boundary}".encode("ascii")
    return head + b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


def _one_line(text: str) -> str:
    """Drop control characters, join what is left by single spaces, and leave nothing to decode.

    `email` decodes an encoded word (RFC 2047) that it is given, and writes a line break that was hidden in it.
    """
    visible = "".join(" " if unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each for each in text)
    return " ".join(visible.replace("=?", "= ?").split())
