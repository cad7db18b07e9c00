"""PDF files read back: their texts and their structure."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader


def reader(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def text_of(content: bytes) -> str:
    """Return all text, words joined by single spaces, without the marks at which a line may break."""
    text = " ".join(page.extract_text() for page in reader(content).pages)
    return " ".join(text.replace("\u200b", "").split())


def catalogue_of(content: bytes) -> Any:
    return reader(content).trailer["/Root"].get_object()


def tags(content: bytes) -> list[tuple[str, str]]:
    """Return parent and child of every element of the structure, in reading order."""
    return list(_below(catalogue_of(content)["/StructTreeRoot"], "/StructTreeRoot"))


def _below(node: Any, parent: str) -> Iterator[tuple[str, str]]:
    kids = node.get("/K", []) if isinstance(node, dict) else []
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object()
        if isinstance(element, dict) and "/S" in element:
            yield parent, element["/S"]
            yield from _below(element, element["/S"])
