"""Hands one message to the mail server, or, while none is configured, to a folder."""

import os
import select
import smtplib
import ssl
from datetime import datetime
from email.errors import MessageError
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from ozgtermine.config import Settings
from ozgtermine.mail.composing import compose
from ozgtermine.models import OutgoingMail

_PERMANENT = range(500, 600)
_SERVICE_NOT_AVAILABLE = 421


class DeliveryError(Exception):
    """A message was not delivered; the text says why, in the server's words."""


class RefusedError(DeliveryError):
    """This message will never be taken: a permanent answer (RFC 5321, 4.2.1) to its recipient or its content."""


class PostponedError(DeliveryError):
    """This message is not taken now."""


class AwayError(DeliveryError):
    """The server cannot be reached or wants none of our mails now; nothing is wrong with this message."""


class Delivery(Protocol):
    def send(self, mail: OutgoingMail, *, sent_at: datetime) -> None:
        """Return when the message is in other hands for good; raises DeliveryError."""

    def rest(self) -> None:
        """Let go of what is held open between messages."""

    def use(self, settings: Settings) -> None:
        """Send under these settings from the next message on."""


def delivery_of(settings: Settings) -> Delivery:
    return SmtpDelivery(settings) if settings.smtp_host else FolderDelivery(settings.mail_folder)


class FolderDelivery:
    """Keeps each message as an `.eml` file that is there whole or not at all; sent twice it is there once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: OutgoingMail, *, sent_at: datetime) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self.folder / file_name(mail.message_id), _message(mail, sent_at))
        except OSError as error:
            raise AwayError(str(error)) from error

    def rest(self) -> None:
        pass

    def use(self, settings: Settings) -> None:
        pass


def file_name(message_id: str) -> str:
    """Return the name of a message's file: the part of its Message-ID before the `@`."""
    return f"{message_id.strip('<>').partition('@')[0]}.eml"


def _write_whole(target: Path, content: bytes) -> None:
    beside = target.with_suffix(".part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class SmtpDelivery:
    """Speaks SMTP over one connection that is kept while mails wait."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: OutgoingMail, *, sent_at: datetime) -> None:
        try:
            self._connected().sendmail(self.settings.mail_from, [mail.recipient], _message(mail, sent_at))
        except (OSError, smtplib.SMTPException) as error:
            self.rest()
            raise _meaning(error) from error

    def check(self) -> None:
        """Connect and sign in once; raises OSError or SMTPException where that does not work."""
        self._connected()
        self.rest()

    def rest(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def use(self, settings: Settings) -> None:
        self.settings = settings

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and not _is_alive(self._connection):
            self.rest()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        settings, context = self.settings, ssl.create_default_context()
        timeout = settings.smtp_timeout_seconds
        connection: smtplib.SMTP
        if settings.smtp_security == "tls":
            connection = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=timeout, context=context)
        else:
            connection = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=timeout)
        try:
            if settings.smtp_security == "starttls":
                connection.starttls(context=context)
            if settings.smtp_user:
                connection.login(settings.smtp_user, settings.smtp_password)
        except BaseException:
            connection.close()
            raise
        return connection


def _is_alive(connection: smtplib.SMTP) -> bool:
    """Return whether the server has neither hung up nor said that it will: between mails there is nothing to read.

    A NOOP would ask the same, at a fifth of what a mail costs.
    """
    return connection.sock is not None and not select.select([connection.sock], [], [], 0)[0]


def _meaning(error: OSError | smtplib.SMTPException) -> DeliveryError:
    """Return whose fault it is: a sender or a login that is not taken concerns every mail."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, reply = next(iter(error.recipients.values()))
        case smtplib.SMTPDataError():
            code, reply = error.smtp_code, _as_bytes(error.smtp_error)
        case _:
            return AwayError(str(error) or type(error).__name__)
    text = f"{code} {reply.decode(errors='replace')}"
    if code == _SERVICE_NOT_AVAILABLE:
        return AwayError(text)
    return RefusedError(text) if code in _PERMANENT else PostponedError(text)


def _as_bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


def _message(mail: OutgoingMail, sent_at: datetime) -> bytes:
    """Return the bytes that go over the wire. Raises RefusedError for a mail that no server could take."""
    try:
        content = compose(mail)
    except (ValueError, MessageError) as error:
        raise RefusedError(str(error)) from error
    return b"Date: " + format_datetime(sent_at).encode("ascii") + b"\r\n" + content
