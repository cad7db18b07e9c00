"""Calendars are fetched from a real https server; nothing inside the house can be reached, nothing takes for ever."""

import gzip
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from itertools import count

import pytest

from ozgtermine.config import Settings
from ozgtermine.errors import Refusal
from ozgtermine.jobs.fetching import Fetched, Fetcher
from tests.jobs.https import HERE, Server, https_server, says, trust

CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with https_server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.answers.clear()
    running.asked.clear()
    running.resolved.clear()
    return running


def refusal(fetcher: Fetcher, address: str) -> str:
    with pytest.raises(Refusal) as refused:
        fetcher.fetch(address)
    return str(refused.value)


def test_a_calendar_is_fetched_with_its_validators(server: Server) -> None:
    server.answers["/a.ics"] = says(CALENDAR, ETag='W/"7"', Last_Modified="Mon, 06 Feb 2023 09:00:00 GMT")
    assert server.fetcher().fetch(server.address()) == Fetched(
        content=CALENDAR, etag='W/"7"', last_modified="Mon, 06 Feb 2023 09:00:00 GMT"
    )
    assert server.asked == [("/a.ics", None, None)]


def test_validators_go_back_as_they_came_and_304_brings_nothing(server: Server) -> None:
    server.answers["/a.ics"] = says(b"", 304)
    fetched = server.fetcher().fetch(server.address(), etag='W/"7"', last_modified="gestern")
    assert (fetched.content, server.asked) == (None, [("/a.ics", 'W/"7"', "gestern")])


def test_validators_that_would_break_a_header_are_forgotten(server: Server) -> None:
    server.answers["/a.ics"] = says(CALENDAR, ETag='"ä"', Last_Modified="x" * 300)
    fetched = server.fetcher().fetch(server.address())
    assert (fetched.etag, fetched.last_modified) == ("", "")


def test_packed_calendars_are_unpacked(server: Server) -> None:
    server.answers["/a.ics"] = says(gzip.compress(CALENDAR), Content_Encoding="gzip")
    assert server.fetcher().fetch(server.address()).content == CALENDAR


def test_a_bomb_is_not_unpacked(server: Server) -> None:
    server.answers["/a.ics"] = says(gzip.compress(b"\0" * 200_000_000, 1), Content_Encoding="gzip")
    assert refusal(server.fetcher(), server.address()) == "Der Kalender ist zu groß (mehr als 5 MB)."


def test_a_calendar_without_end_is_not_read_to_its_end(server: Server) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in count():
            request.wfile.write(b"x" * 100_000)

    server.answers["/a.ics"] = endless
    assert refusal(server.fetcher(), server.address()) == "Der Kalender ist zu groß (mehr als 5 MB)."


def drip(request: BaseHTTPRequestHandler, line: bytes) -> None:
    for _ in range(100):
        request.wfile.write(line)
        request.wfile.flush()
        time.sleep(0.05)


def headers_in_drops(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    drip(request, b"x")


def body_in_drops(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    drip(request, b"x\n")


def silent(request: BaseHTTPRequestHandler) -> None:
    drip(request, b"")


@pytest.mark.parametrize("slow", [headers_in_drops, body_in_drops, silent])
def test_who_is_slow_on_purpose_is_hung_up_on(server: Server, slow: object) -> None:
    server.answers["/a.ics"] = slow  # type: ignore[assignment]
    began = time.monotonic()
    sentence = refusal(server.fetcher(deadline_seconds=0.3), server.address())
    assert time.monotonic() - began < 2
    assert sentence.startswith("kalender.example")


def test_an_answer_that_breaks_off_is_none(server: Server) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(CALENDAR)

    server.answers["/a.ics"] = cut
    assert refusal(server.fetcher(), server.address()) == (
        "kalender.example ist nicht erreichbar oder bricht die Antwort ab."
    )


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "kalender.example verlangt für diesen Kalender eine Anmeldung."),
        (404, "Unter dieser Adresse gibt es bei kalender.example keinen Kalender."),
        (500, "kalender.example antwortet mit dem Fehler 500."),
        (206, "kalender.example antwortet mit dem Fehler 206."),
    ],
)
def test_errors_are_said_in_words(server: Server, status: int, sentence: str) -> None:
    server.answers["/a.ics"] = says(CALENDAR, status)
    assert refusal(server.fetcher(), server.address()) == sentence


def test_redirects_are_followed_three_times(server: Server) -> None:
    server.answers |= {
        "/1": says(b"", 301, Location="/2"), "/2": says(b"", 302, Location=server.address("/3", "anderswo.example")),
        "/3": says(b"", 308, Location="a.ics"), "/a.ics": says(CALENDAR),
        "/0": says(b"", 307, Location="/1"),
    }  # fmt: skip
    assert server.fetcher().fetch(server.address("/1")).content == CALENDAR
    assert server.resolved == ["kalender.example"] * 2 + ["anderswo.example"] * 2
    assert refusal(server.fetcher(), server.address("/0")) == "Die Adresse leitet zu oft weiter."


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("http://kalender.example/a.ics", "Nehmen Sie eine Adresse, die mit https:// beginnt."),
        ("https://127.0.0.1/a.ics", "Von 127.0.0.1 rufen wir keine Kalender ab."),
        ("https://169.254.169.254/latest/meta-data/", "Von 169.254.169.254 rufen wir keine Kalender ab."),
        ("https://x@kalender.example/", "Die Adresse darf keinen Benutzernamen und kein Kennwort enthalten."),
        ("https://kalender.example/a.ics", "Von kalender.example rufen wir keine Kalender ab."),
        ("//evil.example/", "Von evil.example rufen wir keine Kalender ab."),
        ("file:///etc/passwd", "Nehmen Sie eine Adresse, die mit https:// beginnt."),
    ],
)
def test_a_redirect_leads_nowhere_that_could_not_be_asked_itself(server: Server, location: str, sentence: str) -> None:
    server.answers["/a.ics"] = says(b"", 302, Location=location)
    assert refusal(server.fetcher(), server.address()).startswith(sentence)
    assert len(server.asked) == 1


INSIDE = [
    "10.0.0.1", "127.0.0.1", "::1", "fe80::1", "169.254.169.254", "0.0.0.0", "::ffff:127.0.0.1",  # noqa: S104 - refused
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_connected_to(server: Server, address: str) -> None:
    """Also where it leads outside as well."""
    for found in ([address], ["193.99.144.80", address]):
        addresses = [ip_address(each) for each in found]
        fetcher = server.fetcher(resolve=lambda *_, found=addresses: found, also_reachable=())
        assert refusal(fetcher, server.address()).startswith("kalender.example führt in ein internes Netz.")
    assert server.asked == []


def test_a_redirect_to_a_name_that_leads_inside_is_not_followed(server: Server) -> None:
    server.answers["/a.ics"] = says(b"", 302, Location=server.address("/b.ics", "anderswo.example"))
    leads = {"kalender.example": HERE, "anderswo.example": ip_address("10.0.0.1")}
    fetcher = server.fetcher(resolve=lambda host, _port: [leads[host]])
    assert refusal(fetcher, server.address()).startswith("anderswo.example führt in ein internes Netz.")


def test_a_name_that_means_something_else_the_second_time_is_asked_for_once(server: Server) -> None:
    """DNS rebinding: what was checked is what is connected to."""
    server.answers["/a.ics"] = says(CALENDAR)
    meanings = iter([[HERE], [ip_address("10.0.0.1")]])
    fetcher = server.fetcher(resolve=lambda *_: next(meanings))
    assert fetcher.fetch(server.address()).content == CALENDAR
    assert next(meanings) == [ip_address("10.0.0.1")]


def test_a_certificate_of_another_name_or_authority_is_refused(server: Server) -> None:
    server.answers["/a.ics"] = says(CALENDAR)
    stranger = server.fetcher(trust=None)
    assert refusal(stranger, server.address()) == "Das Zertifikat von kalender.example ist nicht gültig."
    other = f"other.example:{server.port}"
    fetcher = Fetcher(frozenset({other}), resolve=server.resolve, trust=trust(), also_reachable={HERE})
    assert refusal(fetcher, f"https://{other}/a.ics") == "Das Zertifikat von other.example ist nicht gültig."


def test_as_the_product_makes_it_nothing_on_this_machine_can_be_reached(server: Server) -> None:
    """No setting leads to what tests allow themselves."""
    settings = Settings(mirror_hosts=f"127.0.0.1:{server.port} localhost:{server.port}")
    fetcher = Fetcher(settings.allowed_mirror_hosts)
    for host in ("127.0.0.1", "localhost"):
        sentence = refusal(fetcher, f"https://{host}:{server.port}/a.ics")
        assert sentence.startswith(f"{host} führt in ein internes Netz.")
    assert server.asked == []


def test_a_name_that_nobody_knows_is_said(server: Server) -> None:
    fetcher = Fetcher(frozenset({"gibt-es-nicht.invalid"}))
    assert refusal(fetcher, "https://gibt-es-nicht.invalid/") == (
        "Den Namen gibt-es-nicht.invalid gibt es nicht oder gerade nicht."
    )
