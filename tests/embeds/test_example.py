"""The example tells the newsletter of January 2023: its blocks must read as that newsletter printed them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ozgtermine import clock
from ozgtermine.commands.example import fill_with_example

NOW = datetime(2023, 2, 6, 9, tzinfo=UTC)
EXPECTED = Path(__file__).parent / "expected"
BLOCKS = {
    "hausstil.txt": "/einbetten/ozg-sprechstunde/hausstil.txt?anzahl=3",
    "hausstil-jahr.txt": "/einbetten/ozg-sprechstunde/hausstil.txt?anzahl=3&jahr=1",
    "hausstil-alle.txt": "/einbetten/alle/hausstil.txt?anzahl=50",
    "text.txt": "/einbetten/ozg-sprechstunde/text.txt?anzahl=3",
    "mail.html": "/einbetten/ozg-sprechstunde/mail.html?anzahl=3",
}


@pytest.fixture
def example(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert fill_with_example(app)


@pytest.mark.usefixtures("example")
def test_every_block_is_printed_like_this(client: FlaskClient) -> None:
    for name, address in BLOCKS.items():
        answer = client.get(address)
        assert (answer.status_code, answer.text) == (200, (EXPECTED / name).read_text(encoding="utf-8"))


@pytest.mark.usefixtures("example")
def test_the_three_dates_stand_as_in_the_newsletter(client: FlaskClient) -> None:
    heading, *dates, closing = client.get(BLOCKS["hausstil.txt"]).text.split("\n\n")
    assert heading == "Termine unserer nächsten OZG-Sprechstunden:"
    assert dates == [
        '15.02. "Offene OZG-Sprechstunde"',
        '22.02. "Authentifizierung bei der Nutzung von Online-Diensten"',
        '08.03. OZG-Leistung "Förderung ehrenamtlicher Tätigkeit (Ehrenamtskarte)"',
    ]
    assert closing.startswith("Link zu den Terminen und Präsentationen aller OZG-Sprechstunden: ")
