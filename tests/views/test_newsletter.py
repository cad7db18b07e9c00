"""Blocks for the newsletter: by address, and as a page to copy from."""

import re
from datetime import UTC, date, datetime, time, timedelta
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.models import Event, EventStatus, Series, SeriesKind, TopicKind
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.schedule import Precision, When, when
from tests import factories

NOW = datetime(2023, 2, 6, 9, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
HOUSE = "/einbetten/ozg-sprechstunde/hausstil.txt"


@pytest.fixture(autouse=True)
def on_6_february_2023(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def hours(session: Session) -> Series:
    """The consultation hours of the newsletter, and the one before."""
    series = factories.series(session, slug="ozg-sprechstunde")
    for day, topic, kind in (
        (date(2023, 1, 25), "Update OZG 2023", TopicKind.TOPIC),
        (date(2023, 2, 15), "Offene OZG-Sprechstunde", TopicKind.OPEN),
        (date(2023, 2, 22), "Authentifizierung bei der Nutzung von Online-Diensten", TopicKind.TOPIC),
        (date(2023, 3, 8), "Förderung ehrenamtlicher Tätigkeit (Ehrenamtskarte)", TopicKind.SERVICE),
    ):
        factories.event(
            session, series=series, at=when(starts_on=day), topic=topic, topic_kind=kind, slug=f"hour-{day}"
        )
    session.commit()
    return series


def another(session: Session, series: Series, at: When | None = None, **values: object) -> Event:
    made = factories.event(session, series=series, at=at or when(starts_on=date(2023, 4, 5)), **values)
    session.commit()
    return made


@pytest.mark.usefixtures("hours")
def test_the_house_style_is_that_of_the_newsletter(client: FlaskClient) -> None:
    answer = client.get(f"{HOUSE}?anzahl=3")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text == (
        "Termine unserer nächsten OZG-Sprechstunden:\n"
        "\n"
        '15.02. "Offene OZG-Sprechstunde"\n'
        "\n"
        '22.02. "Authentifizierung bei der Nutzung von Online-Diensten"\n'
        "\n"
        '08.03. OZG-Leistung "Förderung ehrenamtlicher Tätigkeit (Ehrenamtskarte)"\n'
        "\n"
        "Link zu den Terminen und Präsentationen aller OZG-Sprechstunden: "
        "http://termine.example/reihen/ozg-sprechstunde\n"
    )


@pytest.mark.usefixtures("hours")
def test_count_first_day_and_year_are_chosen_in_the_address(client: FlaskClient) -> None:
    dates = re.findall(r"(?m)^[\d.]+", client.get(f"{HOUSE}?anzahl=1&ab=16.02.2023&jahr=1").text)
    assert dates == ["22.02.2023"]
    assert re.findall(r"(?m)^[\d.]+", client.get(f"{HOUSE}?anzahl=9&ab=2023-01-01").text) == [
        "15.02.",
        "22.02.",
        "08.03.",
    ]


def test_cancelled_moved_and_unknown_are_said_in_words(client: FlaskClient, session: Session) -> None:
    series = factories.series(session, slug="ozg-sprechstunde")
    another(session, series, topic="A", status=EventStatus.CANCELLED, cancelled_at=NOW)
    another(session, series, topic="B", moved_at=NOW, moved_from_on=date(2023, 3, 29))
    another(session, series, topic="")
    another(session, series, when(starts_on=date(2023, 5, 3), precision=Precision.WEEK), topic="C")
    another(session, series, when(starts_on=date(2023, 6, 7), precision=Precision.MONTH), topic="D")
    another(session, series, when(starts_on=date(2023, 7, 4), ends_on=date(2023, 7, 5)), topic="E")
    assert client.get(f"{HOUSE}?anzahl=9").text.split("\n\n")[1:-1] == [
        '05.04. "A" (entfällt)',
        '05.04. "B" (verlegt vom 29.03.2023)',
        "05.04.: OZG-Sprechstunde (Thema folgt)",
        'KW 18 "C"',
        'Juni "D"',
        '04.–05.07. "E"',
    ]
    for style in ("mail.html", "text.txt"):
        text = client.get(f"/einbetten/ozg-sprechstunde/{style}?anzahl=9").text
        assert [each in text for each in ("entfällt", "verlegt vom 29.03.2023", "Thema folgt")] == [True] * 3


@pytest.mark.usefixtures("hours")
def test_several_series_are_told_apart_by_name(client: FlaskClient, session: Session) -> None:
    group = factories.series(session, kind=SeriesKind.WORKING_GROUP, singular="Sitzung der AG Technik")
    another(session, group, when(starts_on=date(2023, 2, 14)), topic="", number=2)
    assert client.get("/einbetten/alle/hausstil.txt?anzahl=2").text == (
        "Nächste Termine:\n\n"
        "14.02.: 2. Sitzung der AG Technik\n\n"
        '15.02.: OZG-Sprechstunde, "Offene OZG-Sprechstunde"\n\n'
        "Link zu allen Terminen und Unterlagen: http://termine.example/\n"
    )
    assert "14.02." not in client.get("/einbetten/sprechstunden/hausstil.txt").text


@pytest.mark.usefixtures("hours")
def test_plain_text_fits_a_mail_and_says_as_of_when(client: FlaskClient, session: Session) -> None:
    text = client.get("/einbetten/ozg-sprechstunde/text.txt?anzahl=1").text
    assert text == (
        "Termine unserer nächsten OZG-Sprechstunden\n"
        "==========================================\n\n"
        "Mittwoch, 15. Februar 2023, Uhrzeit folgt\n"
        "  OZG-Sprechstunde: Offene OZG-Sprechstunde\n"
        "  Videokonferenz\n"
        "  http://termine.example/termine/hour-2023-02-15\n\n"
        "Link zu den Terminen und Präsentationen aller OZG-Sprechstunden:\n"
        "http://termine.example/reihen/ozg-sprechstunde\n\n"
        "Stand: 06.02.2023\n"
    )
    everything = client.get("/einbetten/ozg-sprechstunde/text.txt?anzahl=9").text
    assert max(len(each) for each in everything.splitlines() if "://" not in each) <= 76


@pytest.mark.usefixtures("hours")
def test_the_table_for_mails_is_small_styled_inline_and_has_absolute_links(client: FlaskClient) -> None:
    answer = client.get("/einbetten/ozg-sprechstunde/mail.html?anzahl=3")
    text = answer.text
    assert answer.content_type == "text/html; charset=utf-8"
    assert len(answer.data) < 5000
    assert "<style" not in text
    assert text.count('<th scope="col"') == 2
    assert "Stand: 06.02.2023" in text
    assert all(each.startswith("http://termine.example/") for each in re.findall('href="(.*?)"', text))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src-attr 'unsafe-inline'")


def test_markup_in_a_topic_stays_text(client: FlaskClient, session: Session) -> None:
    series = factories.series(session, slug="ozg-sprechstunde")
    another(session, series, topic="<script>alert(1)</script>")
    for address in ("/einbetten/ozg-sprechstunde/mail.html", "/newsletter?stil=mail.html", "/newsletter"):
        text = client.get(address).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize("style", ["hausstil.txt", "mail.html", "text.txt"])
def test_where_nothing_comes_a_sentence_says_so(client: FlaskClient, session: Session, style: str) -> None:
    factories.series(session, slug="ozg-sprechstunde")
    session.commit()
    assert "Zurzeit stehen keine weiteren Termine fest." in client.get(f"/einbetten/ozg-sprechstunde/{style}").text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("anzahl=abc", "Geben Sie als Anzahl eine Zahl von 1 bis 50 an, zum Beispiel 3.\n"),
        ("anzahl=0", "Geben Sie als Anzahl eine Zahl von 1 bis 50 an, zum Beispiel 3.\n"),
        ("anzahl=51", "Geben Sie als Anzahl eine Zahl von 1 bis 50 an, zum Beispiel 3.\n"),
        ("anzahl=²", "Geben Sie als Anzahl eine Zahl von 1 bis 50 an, zum Beispiel 3.\n"),
        ("ab=31.02.", "Geben Sie einen Tag an, den es gibt, zum Beispiel 2023-02-06 oder 06.02.2023.\n"),
        ("ab=2023-02-31", "Geben Sie einen Tag an, den es gibt, zum Beispiel 2023-02-06 oder 06.02.2023.\n"),
        ("jahr=ja", "Geben Sie bei „jahr“ 1 (mit Jahr) oder 0 (ohne Jahr) an.\n"),
    ],
)
@pytest.mark.usefixtures("hours")
def test_a_parameter_that_makes_no_sense_gets_a_sentence(client: FlaskClient, query: str, sentence: str) -> None:
    answer = client.get(f"{HOUSE}?{query}")
    assert (answer.status_code, answer.mimetype, answer.text) == (400, "text/plain", sentence)


def test_what_is_hidden_is_never_announced(client: FlaskClient, session: Session, hours: Series) -> None:
    day = when(starts_on=date(2023, 2, 7), start_time=time(10))
    another(session, hours, day, topic="Geheim", visibility=Visibility.SERIES)
    another(session, hours, day, topic="Geheim", published_at=None)
    another(session, hours, day, topic="Geheim", published_at=NOW + timedelta(hours=1))
    secret = factories.series(session, slug="geheime-reihe", title="Geheim", visibility=Visibility.EDITORS)
    another(session, secret, day, topic="Geheim")
    for address in (HOUSE, "/einbetten/alle/text.txt", "/newsletter", "/newsletter?reihe=alle"):
        answer = client.get(address)
        assert (answer.status_code, "Geheim" in answer.text) == (200, False)
    assert client.get("/einbetten/geheime-reihe/hausstil.txt").status_code == 404
    assert client.get("/einbetten/ozg-sprechstunde/geheim.txt").status_code == 404


@pytest.mark.usefixtures("hours")
def test_a_block_is_answered_with_304_to_who_has_it_until_a_date_is_over(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    etag = client.get(HOUSE).headers["ETag"]
    assert client.get(HOUSE, headers={"If-None-Match": etag}).status_code == 304
    monkeypatch.setattr(clock, "now", lambda: datetime(2023, 2, 15, 23, tzinfo=UTC))
    later = client.get(HOUSE, headers={"If-None-Match": etag})
    assert later.status_code == 200
    assert "15.02." not in later.text


@pytest.mark.usefixtures("hours")
def test_the_page_shows_the_block_its_address_and_what_is_missing(client: FlaskClient) -> None:
    answer = client.get("/newsletter?reihe=ozg-sprechstunde&anzahl=2&ab=2023-02-16&stil=hausstil.txt&jahr=y")
    text = answer.text
    assert answer.status_code == 200
    assert "22.02.2023 &#34;Authentifizierung bei der Nutzung von Online-Diensten&#34;" in text
    assert "/einbetten/ozg-sprechstunde/hausstil.txt?anzahl=2&amp;ab=2023-02-16&amp;jahr=1</pre>" in text
    assert "OZG-Sprechstunde am 22.02.2023: Es fehlt die Uhrzeit." in text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("hours")
def test_the_page_keeps_what_was_typed_and_says_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/newsletter?anzahl=viele&ab=31.02.2023")
    assert answer.status_code == 400
    assert "<title>Fehler: " in answer.text
    assert 'value="viele"' in answer.text
    assert answer.text.count("Geben Sie als Anzahl eine Zahl von 1 bis 50 an") == 2
    assert answer.text.count("Geben Sie einen Tag an, den es gibt") == 2


def test_three_dates_ask_the_database_as_often_as_one(client: FlaskClient, session: Session, hours: Series) -> None:
    def questions(number: int) -> int:
        asked: list[str] = []
        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.extend([] if "FROM public_revision" in statement else [statement])

        sqlalchemy.event.listen(Engine, "before_cursor_execute", note)
        assert client.get(f"/newsletter?anzahl={number}").status_code == 200
        sqlalchemy.event.remove(Engine, "before_cursor_execute", note)
        return len(asked)

    client.get("/newsletter")  # connects
    assert questions(1) == questions(3)


def test_readers_get_the_same_dates_as_an_atom_feed(client: FlaskClient, hours: Series, session: Session) -> None:
    hours.title = "OZG-Sprechstunden \x0b& <mehr>"
    session.flush()
    for each in hours.events:
        each.changed_at = NOW - timedelta(days=each.starts_on.day)
    session.commit()
    answer = client.get("/einbetten/ozg-sprechstunde/atom.xml?anzahl=2&spur=1")
    feed = ET.fromstring(answer.data)
    entries = [
        tuple(each.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated", "summary"))
        for each in feed.findall(f"{ATOM}entry")
    ]
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert feed.findtext(f"{ATOM}id") == "http://termine.example/einbetten/ozg-sprechstunde/atom.xml?anzahl=2"
    assert feed.findtext(f"{ATOM}title") == "Termine unserer nächsten OZG-Sprechstunden & <mehr>"
    assert feed.findtext(f"{ATOM}updated") == "2023-01-22T09:00:00Z"
    assert entries == [
        (
            "http://termine.example/termine/hour-2023-02-15",
            "Mittwoch, 15. Februar 2023, Uhrzeit folgt: OZG-Sprechstunde: Offene OZG-Sprechstunde",
            "2023-01-22T09:00:00Z",
            "Videokonferenz",
        ),
        (
            "http://termine.example/termine/hour-2023-02-22",
            ("Mittwoch, 22. Februar 2023, Uhrzeit folgt: OZG-Sprechstunde: "
             "Authentifizierung bei der Nutzung von Online-Diensten"),
            "2023-01-15T09:00:00Z",
            "Videokonferenz",
        ),
    ]


def test_an_atom_feed_without_dates_is_one_all_the_same(client: FlaskClient, session: Session) -> None:
    factories.series(session, slug="ozg-sprechstunde")
    session.commit()
    feed = ET.fromstring(client.get("/einbetten/ozg-sprechstunde/atom.xml").data)
    assert feed.findtext(f"{ATOM}updated") == "2023-02-05T23:00:00Z"
    assert feed.findall(f"{ATOM}entry") == []
