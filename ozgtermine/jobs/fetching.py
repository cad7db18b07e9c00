"""Fetches a calendar of somebody else, and nothing from inside the house, whatever its address says or leads to.

Names are resolved once, every address is checked, and the connection goes to the address that was checked, so that a
name cannot mean something else a moment later (DNS rebinding); the certificate is still that of the name. All of it
again after each redirect. Proxies of the environment are not used: they would resolve the name anew.
"""

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import urljoin

from ozgtermine.errors import Refusal
from ozgtermine.ical.reading import MOST_BYTES
from ozgtermine.rules.mirroring import IpAddress, Target, is_public, target_of
from ozgtermine.wording import N_

DEADLINE_SECONDS = 20.0
SILENCE_SECONDS = 10.0
MOST_REDIRECTS = 3
MOST_ADDRESSES = 4
LONGEST_VALIDATOR = 200
_OK, _NOT_MODIFIED = 200, 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SIGN_IN = frozenset({401, 403, 407})
_GONE = frozenset({404, 410})
_CHUNK_BYTES = 65_536
_GZIP = 31  # zlib: with gzip's header

Resolve = Callable[[str, int], Sequence[IpAddress]]


class FetchError(Refusal):
    """The calendar could not be had; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A calendar's bytes, None where it is as it was; and its validators, to be sent back as they are."""

    content: bytes | None
    etag: str = ""
    last_modified: str = ""


def addresses_of(host: str, port: int) -> list[IpAddress]:
    """Return what the system knows a name by."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(address[0])) for *_kind, address in found]


class Fetcher:
    """Fetches from `allowed_hosts`.

    `resolve`, `trust` and `also_reachable` are for tests alone, which have a server on this machine; no setting leads
    to them.
    """

    def __init__(
        self,
        allowed_hosts: frozenset[str],
        *,
        resolve: Resolve = addresses_of,
        trust: ssl.SSLContext | None = None,
        also_reachable: Container[IpAddress] = (),
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._allowed_hosts = allowed_hosts
        self._resolve = resolve
        self._trust = trust or ssl.create_default_context()
        self._also_reachable = also_reachable
        self._deadline_seconds = deadline_seconds

    def fetch(self, address: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Return the calendar of `address` unless it is as the validators say. Raises a Refusal."""
        deadline = time.monotonic() + self._deadline_seconds
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        for _redirect in range(MOST_REDIRECTS + 1):
            target = target_of(address, self._allowed_hosts)
            with _in_words(target), self._asked(target, validators, deadline) as response:
                if response.status not in _REDIRECTS:
                    answer = _answer(response, target)
                    if time.monotonic() > deadline:
                        raise TimeoutError  # what looks like the end may be where we hung up
                    return answer
                address = urljoin(target.address, response.headers.get("Location", ""))
        raise FetchError(N_("Die Adresse leitet zu oft weiter."))

    @contextmanager
    def _asked(self, target: Target, validators: dict[str, str], deadline: float) -> Iterator[HTTPResponse]:
        """Yield the answer; at the deadline the connection ends, whatever it is doing."""
        tcp = self._connected(target, deadline)
        watched = tcp.dup()
        guard = threading.Timer(max(0.0, deadline - time.monotonic()), _hang_up, [watched])
        guard.daemon = True
        with closing(watched), closing(_Connection(target, tcp, self._trust)) as connection:
            guard.start()
            try:
                connection.request("GET", target.path, headers=_headers(validators))
                with connection.getresponse() as response:
                    yield response
            finally:
                guard.cancel()
                guard.join()

    def _connected(self, target: Target, deadline: float) -> socket.socket:
        """Return a connection to the first address that answers, after all of them were found to be public."""
        addresses = list(dict.fromkeys(self._resolve(target.host, target.port)))
        for each in addresses:
            if not is_public(each) and each not in self._also_reachable:
                raise FetchError(
                    N_("%(host)s führt in ein internes Netz. Von dort rufen wir nichts ab."), host=target.host
                )
        error: OSError = ConnectionError("no address")
        for each in addresses[:MOST_ADDRESSES]:
            try:
                left = max(0.1, min(SILENCE_SECONDS, deadline - time.monotonic()))
                return socket.create_connection((str(each), target.port), timeout=left)
            except OSError as refused:
                error = refused
        raise error


class _Connection(HTTPSConnection):
    """Speaks TLS over a connection that is there already, as the name that was asked for."""

    def __init__(self, target: Target, tcp: socket.socket, trust: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, context=trust)
        self._tcp, self._trust = tcp, trust

    def connect(self) -> None:
        self._tcp.settimeout(SILENCE_SECONDS)
        self.sock = self._trust.wrap_socket(self._tcp, server_hostname=self.host)

    def close(self) -> None:
        super().close()
        self._tcp.close()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker


def _headers(validators: dict[str, str]) -> dict[str, str]:
    asked = {"User-Agent": "OZG-Termine", "Accept": "text/calendar", "Accept-Encoding": "gzip", "Connection": "close"}
    return asked | {name: value for name, value in validators.items() if value}


@contextmanager
def _in_words(target: Target) -> Iterator[None]:
    """Turn what goes wrong on the way into a sentence."""
    host = target.host
    try:
        yield
    except socket.gaierror as error:
        raise FetchError(N_("Den Namen %(host)s gibt es nicht oder gerade nicht."), host=host) from error
    except ssl.SSLCertVerificationError as error:
        raise FetchError(N_("Das Zertifikat von %(host)s ist nicht gültig."), host=host) from error
    except TimeoutError as error:
        raise FetchError(N_("%(host)s antwortet nicht rechtzeitig."), host=host) from error
    except (OSError, HTTPException, ValueError, zlib.error) as error:
        raise FetchError(N_("%(host)s ist nicht erreichbar oder bricht die Antwort ab."), host=host) from error


def _answer(response: HTTPResponse, target: Target) -> Fetched:
    status = response.status
    if status == _NOT_MODIFIED:
        return Fetched(content=None)
    if status in _SIGN_IN:
        raise FetchError(N_("%(host)s verlangt für diesen Kalender eine Anmeldung."), host=target.host)
    if status in _GONE:
        raise FetchError(N_("Unter dieser Adresse gibt es bei %(host)s keinen Kalender."), host=target.host)
    if status != _OK:
        raise FetchError(N_("%(host)s antwortet mit dem Fehler %(status)s."), host=target.host, status=status)
    return Fetched(
        content=_body(response),
        etag=_validator(response.headers.get("ETag", "")),
        last_modified=_validator(response.headers.get("Last-Modified", "")),
    )


def _validator(value: str) -> str:
    is_usable = value.isascii() and value.isprintable() and len(value) <= LONGEST_VALIDATOR
    return value if is_usable else ""


def _body(response: HTTPResponse) -> bytes:
    """Return the body, unpacked, never more than the limit of either; raises FetchError, HTTPException, zlib.error."""
    declared = response.length
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip", "x-gzip", ""):
        raise ValueError(packed)
    unpacker = zlib.decompressobj(_GZIP) if "gzip" in packed else None
    content, received = bytearray(), 0
    while chunk := response.read1(_CHUNK_BYTES):
        received += len(chunk)
        content += unpacker.decompress(chunk, MOST_BYTES + 1 - len(content)) if unpacker else chunk
        if max(received, len(content)) > MOST_BYTES:
            raise FetchError(N_("Der Kalender ist zu groß (mehr als 5 MB)."))
    if (declared is not None and received < declared) or (unpacker and not unpacker.eof):
        raise ConnectionError("cut short")
    return bytes(content)
