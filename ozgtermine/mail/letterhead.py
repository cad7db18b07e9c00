"""Who writes: what every mail of this installation has in common."""

from dataclasses import dataclass
from typing import Self

from ozgtermine.config import Settings
from ozgtermine.links import Links


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """The sender, whom to answer, and the addresses that links in mails begin with."""

    links: Links
    product: str
    sender: str
    sender_name: str
    contact: str
    organisation: str
    organisation_address: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            links=Links(settings.base_url.rstrip("/")),
            product=settings.name,
            sender=settings.mail_from,
            sender_name=settings.mail_from_name or settings.name,
            contact=settings.reply_to or settings.contact_email,
            organisation=settings.organisation,
            organisation_address=settings.organisation_address,
        )
