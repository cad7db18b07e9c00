"""Small presentations as tagged PDF files, written by hand (ISO 32000-1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 960, 540
ENCODING = "cp1252"
_FIRST_PAGE = 7
_PER_PAGE = 4
_CATALOGUE = (
    "<< /Type /Catalog /Pages 2 0 R /Lang (de-DE) /MarkInfo << /Marked true >> /StructTreeRoot 5 0 R "
    "/ViewerPreferences << /DisplayDocTitle true >> >>"
)


@dataclass(frozen=True, kw_only=True)
class Slide:
    heading: str
    lines: Sequence[str]


def pdf(title: str, day: date, slides: Sequence[Slide]) -> bytes:
    """Return a PDF of one page per slide, with title, language and structure, so that it can be read aloud.

    A page is four objects: itself, its content, and the structure elements of its heading and text (14.7).
    """
    pages = [_FIRST_PAGE + _PER_PAGE * number for number in range(len(slides))]
    elements = [number for page in pages for number in (page + 2, page + 3)]
    parents = " ".join(f"{number} [{_references((page + 2, page + 3))}]" for number, page in enumerate(pages))
    parent_tree = f"<< /Nums [{parents}] >>"
    objects = [
        _CATALOGUE,
        f"<< /Type /Pages /Count {len(pages)} /Kids [{_references(pages)}] >>",
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        f"<< /Type /StructTreeRoot /K 6 0 R /ParentTree {parent_tree} /ParentTreeNextKey {len(pages)} >>",
        f"<< /Type /StructElem /S /Document /P 5 0 R /K [{_references(elements)}] >>",
    ]
    for number, (page, slide) in enumerate(zip(pages, slides, strict=True)):
        objects += [_page(page + 1, number), _content(slide), _element("H1", page, 0), _element("P", page, 1)]
    objects.append(f"<< /Title {_text(title)} /CreationDate (D:{day:%Y%m%d}) /Producer (OZG-Termine) >>")
    return _file(objects)


def _references(numbers: Iterable[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)


def _font(name: str) -> str:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"


def _page(content: int, number: int) -> str:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {content} 0 R "
        f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /StructParents {number} /Tabs /S >>"
    )


def _content(slide: Slide) -> str:
    lines = " T* ".join(f"{_text(line)} Tj" for line in slide.lines)
    drawn = (
        f"/Artifact BMC 0.27 0.51 0.71 rg 0 {HEIGHT - 14} {WIDTH} 14 re f EMC\n"
        f"/H1 << /MCID 0 >> BDC BT 0 g /F2 34 Tf 60 430 Td {_text(slide.heading)} Tj ET EMC\n"
        f"/P << /MCID 1 >> BDC BT 0 g /F1 22 Tf 34 TL 60 360 Td {lines} ET EMC"
    )
    return f"<< /Length {len(drawn.encode(ENCODING))} >>\nstream\n{drawn}\nendstream"


def _element(kind: str, page: int, marked: int) -> str:
    return f"<< /Type /StructElem /S /{kind} /P 6 0 R /Pg {page} 0 R /K {marked} >>"


def _text(words: str) -> str:
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"({escaped})"


def _file(objects: Sequence[str]) -> bytes:
    """Return the file with its cross-reference table (7.5); the last object is the information dictionary."""
    content, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{each}\nendobj\n".encode(ENCODING)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
        f"startxref\n{len(content)}\n%%EOF\n"
    )
    return content + trailer.encode("ascii")
