"""Documents of events: upload, replace under the same permalink, describe, publish, withdraw.

The bytes are received before (`files.receiving.receive`), outside of the transaction: that takes time.
"""

from datetime import datetime
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import InvalidValueError
from ozgtermine.files.receiving import ReceivedFile
from ozgtermine.models import Document, DocumentKind, DocumentVersion, Event
from ozgtermine.rules import names
from ozgtermine.rules.permissions import Actor, Visibility
from ozgtermine.wording import N_

LONGEST_TITLE = 200


def upload(
    session: Session,
    event: Event,
    file: ReceivedFile,
    *,
    title: str = "",
    kind: DocumentKind = DocumentKind.PRESENTATION,
    language: str = "de",
    visibility: Visibility = Visibility.PUBLIC,
    publish_at: datetime | None,
    now: datetime,
    actor: Actor,
) -> Document:
    """Add a document with its first version; visible from `publish_at` on, a draft where that is None.

    A file that the event has already is not added again, so that a double click is one document. Without a
    title it is called like the file. Raises InvalidValueError for a title that is too long.
    """
    title = _checked_title(title or PurePath(file.file_name).stem)
    present = _document_with_bytes(session, event, file)
    if present is not None:
        return present
    document = Document(
        event=event,
        kind=kind,
        title=title,
        slug=names.slug(title) or "unterlage",
        language=language,
        visibility=visibility,
        published_at=publish_at,
        created_at=now,
        versions=[_version(file, number=1, note="", now=now, actor=actor)],
    )
    session.add(document)
    session.flush()
    return document


def replace(
    session: Session, document: Document, file: ReceivedFile, *, note: str = "", now: datetime, actor: Actor
) -> DocumentVersion:
    """Add a version that the permalink serves from now on; equal bytes are no new version."""
    session.execute(select(Document.id).where(Document.id == document.id).with_for_update())
    session.refresh(document, ["versions"])
    current = document.current
    if current.sha256 == file.sha256:
        return current
    version = _version(file, number=current.number + 1, note=note, now=now, actor=actor)
    document.versions.append(version)
    session.flush()
    return version


def describe(
    document: Document, *, title: str, kind: DocumentKind, language: str, visibility: Visibility
) -> None:
    """Change what is said about a document; its permalink stays."""
    document.title = _checked_title(title)
    document.kind, document.language, document.visibility = kind, language, visibility


def publish(document: Document, *, publish_at: datetime) -> None:
    """Make the document visible from `publish_at` on; what is visible by then stays as it is."""
    if document.published_at is None or document.published_at > publish_at:
        document.published_at = publish_at


def withdraw(document: Document) -> None:
    """Make the document a draft again; its versions and its permalink stay."""
    document.published_at = None


def _checked_title(title: str) -> str:
    words = " ".join(title.split())
    if not words:
        raise InvalidValueError(N_("Geben Sie einen Titel ein."), field="title")
    if len(words) > LONGEST_TITLE:
        raise InvalidValueError(
            N_("Der Titel hat mehr als %(longest)s Zeichen. Kürzen Sie ihn."),
            field="title",
            longest=LONGEST_TITLE,
        )
    return words


def _document_with_bytes(session: Session, event: Event, file: ReceivedFile) -> Document | None:
    same = (
        select(Document)
        .join(Document.versions)
        .where(Document.event_id == event.id, DocumentVersion.sha256 == file.sha256)
        .order_by(Document.id)
        .limit(1)
    )
    return session.scalars(same).first()


def _version(file: ReceivedFile, *, number: int, note: str, now: datetime, actor: Actor) -> DocumentVersion:
    return DocumentVersion(
        number=number,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        media_type=file.type.media_type,
        file_name=file.file_name,
        note=note,
        uploaded_at=now,
        uploaded_by_id=actor.account_id,
    )
