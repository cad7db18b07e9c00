"""Reads the `.eml` files that are kept while no mail server is configured."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import islice
from pathlib import Path

_NAME = re.compile(r"[0-9a-f-]{36}")
NEWEST = 200


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One mail as people read it; `name` is its file without the suffix."""

    name: str
    subject: str
    sender: str
    recipient: str
    sent_at: datetime | None
    text: str
    html: str
    calendar: bytes | None


def kept_mails(folder: Path) -> list[Kept]:
    """Return the newest mails, the last written first."""
    files = sorted(folder.glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
    return [_read(file) for file in islice(files, NEWEST)]


def find_kept_mail(folder: Path, name: str) -> Kept | None:
    """Return the mail of that name."""
    file = folder / f"{name}.eml"
    return _read(file) if _NAME.fullmatch(name) and file.is_file() else None


def erase_old(folder: Path, *, before: datetime) -> int:
    """Remove the mails that were kept before an instant in real time; return how many."""
    old = [file for file in folder.glob("*.eml") if file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _read(file: Path) -> Kept:
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
    date = message["Date"]
    return Kept(
        name=file.stem,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        sent_at=date.datetime if date else None,
        text=_body(message, "plain"),
        html=_body(message, "html"),
        calendar=_attached(message),
    )


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _attached(message: EmailMessage) -> bytes | None:
    attachment = next(message.iter_attachments(), None)
    content = attachment.get_payload(decode=True) if attachment else None
    return content if isinstance(content, bytes) else None
