"""The permalink and the archive as a visitor gets them; what is hidden exists in every test of hiding."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.files.receiving import receive
from ozgtermine.files.store import DocumentStore
from ozgtermine.models import Document, DocumentKind, Event
from ozgtermine.operations.publishing_documents import replace, upload
from ozgtermine.rules.permissions import ANONYMOUS, Visibility
from ozgtermine.rules.schedule import when
from tests import factories, samples

Publish = Callable[..., Document]
Fetch = Callable[..., TestResponse]
PDF = samples.slides()
JUST_NOW = clock.now()


@pytest.fixture
def publish(session: Session, settings: Settings) -> Publish:
    """Put a file into the archive; every call has other bytes unless some are given."""
    store = DocumentStore(settings.documents_folder)

    def publish(
        event: Event | None = None,
        *,
        content: bytes | None = None,
        file_name: str = "folien.pdf",
        publish_at: datetime | None = JUST_NOW,
        **more: object,
    ) -> Document:
        event = event or factories.event(session)
        content = content or samples.slides(more.get("title", "Beispiel"))
        file = receive(store, io.BytesIO(content), file_name=file_name, limit_bytes=1_000_000)
        document = upload(session, event, file, publish_at=publish_at, now=clock.now(), actor=ANONYMOUS, **more)
        session.commit()
        return document

    return publish


def address(document: Document) -> str:
    return f"/unterlagen/{document.id}/{document.slug}"


@pytest.fixture
def fetch(client: FlaskClient) -> Fetch:
    """Get a document as a server sends it: read whole, and its file closed."""

    def fetch(document: Document, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get(address(document), headers=named, buffered=True)

    return fetch


def test_the_permalink_sends_the_file_with_its_german_name_and_a_strict_policy(fetch: Fetch, publish: Publish) -> None:
    answer = fetch(publish(title="Präsentation: „Größe“", content=PDF))
    headers = answer.headers
    assert (answer.status_code, answer.data) == (200, PDF)
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "script-src" not in headers["Content-Security-Policy"]
    disposition, _, name = headers["Content-Disposition"].rpartition("filename*=UTF-8''")
    assert disposition.startswith("inline; ")
    assert unquote(name) == "Präsentation „Größe“.pdf"
    assert "Set-Cookie" not in headers


def test_office_files_are_saved_and_not_shown(fetch: Fetch, publish: Publish) -> None:
    answer = fetch(publish(content=samples.open_xml("pptx"), file_name="a.pptx", title="Folien"))
    assert answer.headers["Content-Disposition"] == "attachment; filename=Folien.pptx"


def test_who_has_the_file_gets_304_and_who_wants_a_part_gets_that(fetch: Fetch, publish: Publish) -> None:
    document = publish(content=PDF)
    etag = fetch(document).headers["ETag"]
    known = fetch(document, If_None_Match=etag)
    part = fetch(document, Range="bytes=0-3", If_Range=etag)
    beyond = fetch(document, Range="bytes=99999999-")
    assert (known.status_code, known.data) == (304, b"")
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (
        206,
        b"%PDF",
        f"bytes 0-3/{len(PDF)}",
    )
    assert beyond.status_code == 416


def test_a_new_version_is_served_under_the_same_address_with_another_etag(
    fetch: Fetch, publish: Publish, session: Session, settings: Settings
) -> None:
    document = publish(content=PDF)
    before = fetch(document).headers["ETag"]
    store, newer = DocumentStore(settings.documents_folder), samples.slides("Korrigiert")
    file = receive(store, io.BytesIO(newer), file_name="neu.pdf", limit_bytes=1_000_000)
    replace(session, document, file, now=clock.now(), actor=ANONYMOUS)
    session.commit()
    after = fetch(document, If_None_Match=before)
    assert (after.status_code, after.data) == (200, newer)


def test_another_name_leads_to_the_right_one(client: FlaskClient, publish: Publish) -> None:
    document = publish(title="Folien")
    answer = client.get(f"/unterlagen/{document.id}/alt")
    assert (answer.status_code, answer.headers["Location"]) == (303, address(document))


@pytest.fixture
def hidden(publish: Publish, session: Session) -> list[Document]:
    """Documents that a visitor must not learn of, each for another reason."""
    later = clock.now() + timedelta(days=1)
    draft_event = factories.event(session, published_at=None)
    hidden_event = factories.event(session, visibility=Visibility.SERIES)
    hidden_series = factories.series(session, visibility=Visibility.EDITORS, title="Geheime Reihe")
    return [
        publish(title="Geheim Entwurf", publish_at=None),
        publish(title="Geheim später", publish_at=later),
        publish(title="Geheim intern", visibility=Visibility.SERIES),
        publish(draft_event, title="Geheim Termin im Entwurf"),
        publish(hidden_event, title="Geheim verborgener Termin"),
        publish(factories.event(session, series=hidden_series), title="Geheim verborgene Reihe"),
    ]


def test_hidden_documents_are_like_none_at_all(client: FlaskClient, hidden: list[Document]) -> None:
    missing = client.get("/unterlagen/999/geheim")
    for document in hidden:
        for name in (document.slug, "x"):
            answer = client.get(f"/unterlagen/{document.id}/{name}")
            assert (answer.status_code, answer.data) == (404, missing.data)


@pytest.mark.usefixtures("hidden")
def test_the_archive_neither_shows_nor_counts_what_is_hidden(client: FlaskClient, publish: Publish) -> None:
    publish(title="Öffentliche Folien")
    for query in ("", "?q=geheim", "?q=folien"):
        assert "Geheim" not in client.get(f"/unterlagen{query}").text
    assert "0 Unterlagen gefunden." in client.get("/unterlagen?q=geheim").text
    assert "1 Unterlage gefunden." in client.get("/unterlagen?q=folien").text


@pytest.fixture
def shelf(publish: Publish, session: Session) -> None:
    hours = factories.series(session, slug="ozg-sprechstunde", position=1)
    group = factories.series(
        session, slug="ag-5-technik", title="AG 5 Technik", singular="Sitzung der AG 5", position=2
    )
    old = factories.event(session, series=hours, number=27, topic="Rückblick", at=when(starts_on=date(2022, 12, 14)))
    new = factories.event(session, series=hours, number=28, topic="Schlüssel", at=when(starts_on=date(2023, 1, 25)))
    meeting = factories.event(session, series=group, topic="", at=when(starts_on=date(2023, 2, 7)))
    publish(old, title="Folien A")
    publish(new, title="Folien B")
    publish(meeting, title="Mitschrift C", kind=DocumentKind.MINUTES)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Folien B", "Mitschrift C", "Folien A"]),
        ("?jahr=2023", ["Folien B", "Mitschrift C"]),
        ("?reihe=ozg-sprechstunde", ["Folien B", "Folien A"]),
        ("?art=protokolle", ["Mitschrift C"]),
        ("?q=SCHLÜSSEL", ["Folien B"]),
        ("?q=schluessel+folien", ["Folien B"]),
        ("?q=28.", ["Folien B"]),
        ("?q=ag+5", ["Mitschrift C"]),
        ("?q=folien&jahr=2022", ["Folien A"]),
        ("?q=%25", ["Folien B", "Mitschrift C", "Folien A"]),
        ("?jahr=soon&art=egal&seite=nie", ["Folien B", "Mitschrift C", "Folien A"]),
        ("?reihe=unbekannt", []),
    ],
)
@pytest.mark.usefixtures("shelf")
def test_the_archive_is_narrowed_and_reads_by_year_series_and_date(
    client: FlaskClient, query: str, titles: list[str]
) -> None:
    answer = client.get(f"/unterlagen{query}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    found = sorted(
        (answer.text.index(title), title) for title in ("Folien A", "Folien B", "Mitschrift C") if title in answer.text
    )
    assert [title for _, title in found] == titles


@pytest.mark.usefixtures("shelf")
def test_the_archive_offers_only_what_is_there(client: FlaskClient) -> None:
    text = client.get("/unterlagen").text
    assert [name for name in ("Präsentationen<", "Protokolle<", "Organigramme<") if name in text] == [
        "Präsentationen<",
        "Protokolle<",
    ]


def test_a_long_archive_has_pages_that_keep_the_search(client: FlaskClient, publish: Publish, session: Session) -> None:
    event = factories.event(session)
    for number in range(1, 28):
        publish(event, title=f"Folie {number:02}")
    first, second = client.get("/unterlagen?q=folie").text, client.get("/unterlagen?q=folie&seite=2").text
    assert (first.count("(PDF,"), second.count("(PDF,")) == (25, 2)
    assert 'href="/unterlagen?q=folie&amp;seite=2"' in first
    assert client.get("/unterlagen?q=folie&seite=99").text.count("(PDF,") == 2


def test_an_empty_archive_says_so(client: FlaskClient) -> None:
    assert "Noch gibt es keine Unterlagen." in client.get("/unterlagen").text


def test_the_archive_asks_the_database_as_often_for_three_rows_as_for_one(
    client: FlaskClient, publish: Publish, session: Session
) -> None:
    def questions() -> list[str]:
        asked: list[str] = []
        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.extend([] if "FROM public_revision" in statement else [statement])

        sqlalchemy.event.listen(Engine, "before_cursor_execute", note)
        client.get("/unterlagen")
        sqlalchemy.event.remove(Engine, "before_cursor_execute", note)
        return [statement for statement in asked if statement.startswith("SELECT")]

    series = factories.series(session)
    publish(factories.event(session, series=series), title="Eins")
    client.get("/unterlagen")  # what is looked up once in an application is no question of the list
    one = questions()
    publish(factories.event(session, series=series), title="Zwei")
    publish(factories.event(session), title="Drei")
    assert len(questions()) == len(one) > 0
