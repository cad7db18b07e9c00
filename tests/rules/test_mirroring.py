"""Which addresses are asked for calendars, and how often."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from ozgtermine.errors import InvalidValueError
from ozgtermine.rules.mirroring import Target, is_public, pause_after, target_of

ALLOWED = frozenset({"www.bund.example", "bund.example:8443"})


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://www.bund.example/a.ics?x=1#y", Target(host="www.bund.example", port=443, path="/a.ics?x=1")),
        ("https://WWW.BUND.EXAMPLE", Target(host="www.bund.example", port=443, path="/")),
        ("https://www.bund.example:443/a", Target(host="www.bund.example", port=443, path="/a")),
        ("https://bund.example:8443/a", Target(host="bund.example", port=8443, path="/a")),
    ],
)
def test_addresses_of_allowed_hosts_are_taken_apart(address: str, target: Target) -> None:
    assert target_of(address, ALLOWED) == target


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://www.bund.example/", "https://"),
        ("ftp://www.bund.example/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("webcal://www.bund.example/", "https://"),
        ("www.bund.example/a.ics", "https://"),
        ("", "https://"),
        ("https://", "Von – rufen wir keine Kalender ab"),
        ("https://user@www.bund.example/", "Benutzernamen"),
        ("https://user:secret@www.bund.example/", "Benutzernamen"),
        ("https://www.bund.example@10.0.0.1/", "Benutzernamen"),
        ("https://www.bund.example:8443/", "Von www.bund.example:8443"),
        ("https://bund.example/", "Von bund.example rufen wir"),
        ("https://www.bund.example:22/", "Von www.bund.example:22"),
        ("https://www.bund.example:99999/", "vollständige Adresse"),
        ("https://www.bund.example:x/", "vollständige Adresse"),
        ("https://[::1/", "vollständige Adresse"),
        ("https://www.bund.example.evil.example/", "Von www.bund.example.evil.example"),
        ("https://www.bund.example./", "Von www.bund.example."),
        ("https://127.0.0.1/", "Von 127.0.0.1"),
        ("https://2130706433/", "Von 2130706433"),
        ("https://0x7f000001/", "Von 0x7f000001"),
        ("https://0177.0.0.1/", "Von 0177.0.0.1"),
        ("https://[::1]/", "Von ::1"),
        ("https://[::ffff:127.0.0.1]/", "Von ::ffff:127.0.0.1"),
        ("https://localhost/", "Von localhost"),
        ("https://www.bund.example\\@evil.example/", "Zeichen"),
        ("https://www.bund.example /", "Zeichen"),
        ("https://www.bund.example/\r\nHost: x", "Zeichen"),
        ("https://www.bünd.example/", "Zeichen"),
    ],
)
def test_all_other_addresses_are_refused_with_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        target_of(address, ALLOWED)
    assert sentence in str(refused.value)
    assert refused.value.field == "address"


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "127.0.0.1", "127.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - refused
     "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.1", "198.18.0.1", "192.0.2.1", "::", "::1", "fe80::1",
     "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
     "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
     "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::1", "2001:0:53aa:64c::1"],
)  # fmt: skip
def test_nothing_inside_the_house_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "193.99.144.80", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_failures_in_a_row_make_the_pauses_longer_up_to_a_day() -> None:
    minutes = [int(pause_after(failures) / timedelta(minutes=1)) for failures in range(9)]
    assert minutes == [240, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert pause_after(10_000) == timedelta(days=1)
