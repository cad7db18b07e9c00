import hashlib
import io
from pathlib import Path

import pytest

from ozgtermine.errors import InvalidValueError
from ozgtermine.files.receiving import receive, safe_name
from ozgtermine.files.refusals import UnsuitableFileError
from ozgtermine.files.store import DocumentStore
from tests.samples import GOOD, slides

LIMIT = 1_000_000


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def files(store: DocumentStore) -> list[str]:
    return sorted(str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file())


def test_bytes_lie_under_their_hash_and_equal_bytes_are_one_file(store: DocumentStore) -> None:
    content = slides()
    sha256 = hashlib.sha256(content).hexdigest()
    received = [
        receive(store, io.BytesIO(content), file_name=name, limit_bytes=LIMIT) for name in ("a.pdf", "b.pdf")
    ]
    assert [(each.sha256, each.size_bytes, each.file_name) for each in received] == [
        (sha256, len(content), "a.pdf"),
        (sha256, len(content), "b.pdf"),
    ]
    assert files(store) == [f"{sha256[:2]}/{sha256}"]
    assert store.path(sha256).read_bytes() == content


def test_of_a_refused_file_nothing_stays(store: DocumentStore) -> None:
    with pytest.raises(UnsuitableFileError):
        receive(store, io.BytesIO(b"MZ"), file_name="folien.pdf", limit_bytes=LIMIT)
    assert files(store) == []


def test_a_file_over_the_limit_is_refused_before_it_is_read_whole(store: DocumentStore) -> None:
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"%" * size

    stream = Endless()
    with pytest.raises(InvalidValueError) as refused:
        receive(store, stream, file_name="folien.pdf", limit_bytes=3_000_000)
    assert (
        str(refused.value) == "Die Datei ist größer als 3 MB. Verkleinern Sie zum Beispiel die Bilder darin."
    )
    assert stream.read_bytes < 5_000_000
    assert files(store) == []


def test_an_empty_file_is_refused(store: DocumentStore) -> None:
    with pytest.raises(InvalidValueError) as refused:
        receive(store, io.BytesIO(b""), file_name="folien.pdf", limit_bytes=LIMIT)
    assert str(refused.value) == "Die Datei ist leer. Wählen Sie eine andere Datei."


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Präsentation zur 28. Sprechstunde.pdf", "Präsentation zur 28. Sprechstunde.pdf"),
        (r"C:\Eigene Dateien\folien.pdf", "folien.pdf"),
        ("../../etc/passwd", "passwd"),
        ('fo"l;ie\r\nn:.pdf', "fo l ie n.pdf"),
        ("Pra\u0308sentation.pdf", "Präsentation.pdf"),
        ("...", "datei"),
        ("", "datei"),
        (f"{'x' * 300}.pdf", f"{'x' * 146}.pdf"),
    ],
)
def test_names_are_made_safe_and_stay_german(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_name_without_ending_gets_that_of_its_content(store: DocumentStore) -> None:
    received = receive(
        store, io.BytesIO(GOOD["bild.jpeg"]), file_name="Foto vom 22.02.2023", limit_bytes=LIMIT
    )
    assert received.file_name == "Foto vom 22.02.2023.jpg"
