import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError
from ozgtermine.files.receiving import ReceivedFile, receive
from ozgtermine.files.store import DocumentStore
from ozgtermine.models import Document, DocumentKind, Event
from ozgtermine.operations.publishing_documents import describe, publish, replace, upload, withdraw
from ozgtermine.rules.permissions import ANONYMOUS, Visibility
from tests import factories
from tests.factories import NOW
from tests.samples import slides

Receive = Callable[..., ReceivedFile]


@pytest.fixture
def received(tmp_path: Path) -> Receive:
    def received(text: str = "Beispiel", name: str = "Folien für alle.pdf") -> ReceivedFile:
        store = DocumentStore(tmp_path / "documents")
        return receive(store, io.BytesIO(slides(text)), file_name=name, limit_bytes=1_000_000)

    return received


def add(session: Session, event: Event, file: ReceivedFile, **more: object) -> Document:
    return upload(session, event, file, publish_at=NOW, now=NOW, actor=ANONYMOUS, **more)


def test_an_upload_is_a_document_with_one_version(session: Session, received: Receive) -> None:
    file = received()
    document = add(session, factories.event(session), file, title="  Präsentation zur\n30. Sprechstunde ")
    assert (document.title, document.slug) == (
        "Präsentation zur 30. Sprechstunde",
        "praesentation-zur-30-sprechstunde",
    )
    assert (document.kind, document.visibility, document.published_at) == (
        DocumentKind.PRESENTATION,
        Visibility.PUBLIC,
        NOW,
    )
    assert [(each.number, each.sha256, each.file_type.label) for each in document.versions] == [
        (1, file.sha256, "PDF")
    ]


def test_without_a_title_it_is_called_like_its_file(session: Session, received: Receive) -> None:
    assert add(session, factories.event(session), received()).title == "Folien für alle"


def test_the_same_bytes_twice_are_one_document_of_an_event_but_not_of_two(
    session: Session, received: Receive
) -> None:
    event, other = factories.event(session), factories.event(session)
    first = add(session, event, received())
    assert add(session, event, received(name="andere.pdf")) is first
    assert add(session, other, received()) is not first


def test_a_new_version_is_current_and_the_permalink_stays(session: Session, received: Receive) -> None:
    document = add(session, factories.event(session), received())
    before = (document.id, document.slug)
    version = replace(session, document, received("Korrigiert"), note="Seite 2", now=NOW, actor=ANONYMOUS)
    again = replace(session, document, received("Korrigiert"), now=NOW, actor=ANONYMOUS)
    assert again is version
    assert (document.current, version.number, version.note) == (version, 2, "Seite 2")
    assert (document.id, document.slug) == before


def test_describing_keeps_the_permalink_and_withdrawing_the_versions(
    session: Session, received: Receive
) -> None:
    document = add(session, factories.event(session), received())
    describe(document, title="Neu", kind=DocumentKind.MINUTES, language="de", visibility=Visibility.SERIES)
    withdraw(document)
    session.flush()
    assert (document.title, document.kind, document.slug) == ("Neu", DocumentKind.MINUTES, "folien-fuer-alle")
    assert (document.published_at, len(document.versions)) == (None, 1)
    publish(document, publish_at=NOW + timedelta(days=1))
    assert document.published_at == NOW + timedelta(days=1)
    publish(document, publish_at=NOW)
    publish(document, publish_at=NOW + timedelta(minutes=1))  # a second click
    assert document.published_at == NOW


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("x" * 201, "Der Titel hat mehr als 200 Zeichen. Kürzen Sie ihn."),
        (" ", "Geben Sie einen Titel ein."),
    ],
)
def test_a_title_is_needed_and_has_an_end(
    session: Session, received: Receive, title: str, sentence: str
) -> None:
    document = add(session, factories.event(session), received())
    with pytest.raises(InvalidValueError) as refused:
        describe(document, title=title, kind=document.kind, language="de", visibility=document.visibility)
    assert (str(refused.value), refused.value.field) == (sentence, "title")
