"""A real server that speaks https on this machine, with a certificate of a test authority."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ozgtermine.jobs.fetching import Fetcher
from ozgtermine.rules.mirroring import IpAddress

HERE = IPv4Address("127.0.0.1")
HOSTS = ("kalender.example", "anderswo.example")
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A running server; what `answers` under a path is called with the request. `asked` are path and validators."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)

    def address(self, path: str = "/a.ics", host: str = "kalender.example") -> str:
        return f"https://{host}:{self.port}{path}"

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset(f"{host}:{self.port}" for host in HOSTS)

    def resolve(self, host: str, _port: int) -> list[IpAddress]:
        self.resolved.append(host)
        return [HERE]

    def fetcher(self, **values: object) -> Fetcher:
        """Return a fetcher that may reach this machine, and trusts the test authority."""
        arguments: dict[str, object] = {
            "resolve": self.resolve, "trust": trust(), "also_reachable": frozenset({HERE}), **values,
        }  # fmt: skip
        return Fetcher(self.allowed, **arguments)  # type: ignore[arg-type]


def says(content: bytes, status: int = 200, **headers: str) -> Answer:
    """Return an answer with that body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


@contextmanager
def https_server() -> Iterator[Server]:
    made: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            server = made[0]
            server.asked.append((self.path, self.headers["If-None-Match"], self.headers["If-Modified-Since"]))
            self.close_connection = True
            try:
                server.answers[self.path](self)
            except (OSError, ssl.SSLError):
                return  # the client has had enough

        def log_message(self, *_arguments: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, _request: object, _address: object) -> None:
            return  # a client that does not trust us hangs up

    listening = Quiet(("127.0.0.1", 0), Handler)
    listening.socket = _server_context().wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    made.append(Server(listening.server_address[1]))
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made[0]
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


@cache
def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = _builder(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return key, made.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


@cache
def trust() -> ssl.SSLContext:
    """Return what trusts the test authority, and nobody else."""
    _key, certificate = _authority()
    return ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())


@cache
def _server_context() -> ssl.SSLContext:
    signing, authority = _authority()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    certificate = (
        _builder(name, authority.subject, key)
        .add_extension(names, critical=False)
        .add_extension(issued_by, critical=False)
        .sign(signing, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(path)
    return context
