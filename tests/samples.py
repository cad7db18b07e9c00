"""Files as people upload them, small: one good one of each type, and those that are refused."""

import io
import struct
import zipfile
import zlib
from datetime import date

from ozgtermine.operations.example.slides import Slide, pdf

OPEN_XML = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OPEN_DOCUMENT = {
    "odp": "application/vnd.oasis.opendocument.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


def archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def open_xml(kind: str, **more: bytes) -> bytes:
    main = f'<Override PartName="/main.xml" ContentType="{OPEN_XML[kind]}.main+xml"/>'
    return archive({"[Content_Types].xml": f"<Types>{main}</Types>".encode(), "main.xml": b"<x/>", **more})


def open_document(kind: str, manifest: bytes = b"<manifest/>", **more: bytes) -> bytes:
    return archive({"mimetype": OPEN_DOCUMENT[kind].encode(), "META-INF/manifest.xml": manifest, **more})


def slides(text: str = "Beispiel") -> bytes:
    return pdf(text, date(2023, 2, 22), [Slide(heading=text, lines=["Eins (1)", "Zwei \\ drei"])])


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg(width: int = 1, height: int = 1) -> bytes:
    """A comment segment, a fill byte and a frame header; no picture is decoded from it."""
    comment = b"\xff\xfe\x00\x04hi"
    frame = b"\xff\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"


GOOD = {
    "folien.pdf": slides(),
    "folien.pptx": open_xml("pptx"),
    "text.docx": open_xml("docx"),
    "tabelle.xlsx": open_xml("xlsx"),
    "folien.odp": open_document("odp"),
    "text.odt": open_document("odt"),
    "tabelle.ods": open_document("ods"),
    "bild.png": png(),
    "bild.jpeg": jpeg(),
}


def encrypted_archive() -> bytes:
    content = bytearray(open_xml("pptx"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def bomb() -> bytes:
    return open_xml("pptx", **{"media/image.bin": bytes(60_000_000)})
