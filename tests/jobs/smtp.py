"""A real SMTP server for tests: keeps what it took, and does at any stage what a test wants."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

STAGES = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "answered")


@dataclass
class Mailbox:
    """Takes everything unless `answers` says otherwise for a recipient or a stage; `at` is told of every stage.

    `port` is 0 until it runs: aiosmtpd tries its own server once before. `hangs_up` after each mail.
    """

    at: Callable[[str], None] = lambda _stage: None
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Message] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    port: int = 0
    hangs_up: bool = False

    @property
    def message_ids(self) -> list[str]:
        return [message["Message-ID"] for message in self.taken]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.at("EHLO")
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 - see above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.at("MAIL")
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        self.senders.append(address)
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - see above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.at("RCPT")
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        self.at("DATA")
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert isinstance(envelope.original_content, bytes)
        self.taken.append(message_from_bytes(envelope.original_content))
        self.at("answered")
        if self.hangs_up:
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        return "250 OK"


class _Server(SMTP):
    def connection_made(self, transport: Any) -> None:
        if self.event_handler.port:
            self.event_handler.at("connect")
        super().connection_made(transport)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def smtp_server(mailbox: Mailbox) -> Iterator[Mailbox]:
    """Run the server on a free port while the block lasts."""
    port = _free_port()
    controller = _Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    mailbox.port = port
    try:
        yield mailbox
    finally:
        controller.stop()
