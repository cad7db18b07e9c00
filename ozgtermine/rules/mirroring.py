"""Whose calendars are fetched, from where, and how often.

An address is fetched only if its host is on the operator's list, over https, and leads to nowhere inside the house.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import urlsplit

from ozgtermine.errors import InvalidValueError
from ozgtermine.wording import N_

IpAddress = IPv4Address | IPv6Address

HTTPS_PORT = 443
POLL_EVERY = timedelta(hours=4)
READ_WHOLE_EVERY = timedelta(hours=20)
LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=30)
LONGEST_PAUSE = timedelta(days=1)
WORTH_TELLING = 3  # failures in a row, an hour and a half after the first: who plans is told
_WRAPS_IPV4 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where to connect to and what to ask for there."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"

    @property
    def address(self) -> str:
        return f"https://{self.authority}{self.path}"


def target_of(address: str, allowed: Iterable[str]) -> Target:
    """Return what `address` means; `allowed` are names of hosts, with a port where it is not 443.

    Raises InvalidValueError for the field `address`.
    """
    if not address.isascii() or not address.isprintable() or set(address) & set(' \\"<>^`{|}'):
        raise _refused(N_("In der Adresse stehen Zeichen, die dort nicht hingehören. Kopieren Sie sie noch einmal."))
    try:
        parts = urlsplit(address)
        port = parts.port or HTTPS_PORT
    except ValueError as error:
        raise _refused(N_("Das ist keine vollständige Adresse. Kopieren Sie sie noch einmal.")) from error
    if parts.scheme != "https":
        raise _refused(N_("Nehmen Sie eine Adresse, die mit https:// beginnt."))
    if parts.username is not None or parts.password is not None:
        raise _refused(N_("Die Adresse darf keinen Benutzernamen und kein Kennwort enthalten."))
    host = (parts.hostname or "").lower()
    target = Target(host=host, port=port, path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    if not host or target.authority not in allowed:
        raise _refused(
            N_("Von %(host)s rufen wir keine Kalender ab. Die Technik kann die Adresse freigeben (mirror_hosts)."),
            host=target.authority or "–",
        )
    return target


def _refused(sentence: str, **values: object) -> InvalidValueError:
    return InvalidValueError(sentence, field="address", **values)


def is_public(address: IpAddress) -> bool:
    """Return whether an IP address leads out into the internet, and not into this house or to this machine.

    Addresses that only wrap another one (6to4, Teredo, NAT64, IPv4-compatible) lead anywhere and are never public; an
    IPv4 address in its IPv6 form counts as what it is.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.sixtofour or address.teredo or address.is_site_local:
            return False
        if any(address in network for network in _WRAPS_IPV4):
            return False
    is_special = (
        address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
        or address.is_reserved or address.is_unspecified
    )  # fmt: skip
    return address.is_global and not is_special


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row: twice as long each time, a day at the most."""
    if failures == 0:
        return POLL_EVERY
    doublings: int = 2 ** min(failures - 1, 10)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)
