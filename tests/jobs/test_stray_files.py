import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.files.receiving import ReceivedFile, receive
from ozgtermine.files.store import DocumentStore
from ozgtermine.jobs import nightly
from ozgtermine.operations.publishing_documents import upload
from ozgtermine.rules.permissions import ANONYMOUS
from tests import factories, samples
from tests.factories import NOW

TWO_DAYS = timedelta(days=2).total_seconds()


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def keep(store: DocumentStore, text: str) -> ReceivedFile:
    return receive(store, io.BytesIO(samples.slides(text)), file_name="folien.pdf", limit_bytes=1_000_000)


def age(path: Path) -> None:
    then = path.stat().st_mtime - TWO_DAYS
    os.utime(path, (then, then))


def test_only_old_files_that_no_row_names_are_removed(session: Session, store: DocumentStore) -> None:
    named, stray, waiting = (keep(store, text) for text in ("mit Zeile", "ohne Zeile", "wartet auf Zeile"))
    upload(session, factories.event(session), named, publish_at=None, now=NOW, actor=ANONYMOUS)
    interrupted = store.folder / ".incoming-abc"
    interrupted.write_bytes(b"%PDF")
    for path in (store.path(named.sha256), store.path(stray.sha256), interrupted):
        age(path)
    assert nightly.run(session, store, Settings(), now=NOW)["stray files removed"] == 2
    assert [store.path(each.sha256).exists() for each in (named, stray, waiting)] == [True, False, True]


def test_a_stray_that_is_uploaded_again_counts_as_new(session: Session, store: DocumentStore) -> None:
    stray = keep(store, "noch einmal")
    age(store.path(stray.sha256))
    keep(store, "noch einmal")
    assert nightly.run(session, store, Settings(), now=NOW)["stray files removed"] == 0


def test_without_any_document_there_is_nothing_to_remove(session: Session, store: DocumentStore) -> None:
    assert nightly.run(session, store, Settings(), now=NOW)["stray files removed"] == 0
