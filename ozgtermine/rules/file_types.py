"""The kinds of files that the product takes."""

from dataclasses import dataclass

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"


@dataclass(frozen=True)
class FileType:
    """`label` is what people call it; the first suffix is the usual one."""

    label: str
    media_type: str
    suffixes: tuple[str, ...]
    inline: bool = False

    @property
    def suffix(self) -> str:
        return self.suffixes[0]


PDF = FileType("PDF", "application/pdf", (".pdf",), inline=True)
PPTX = FileType("PPTX", f"{_OPEN_XML}.presentationml.presentation", (".pptx",))
DOCX = FileType("DOCX", f"{_OPEN_XML}.wordprocessingml.document", (".docx",))
XLSX = FileType("XLSX", f"{_OPEN_XML}.spreadsheetml.sheet", (".xlsx",))
ODP = FileType("ODP", f"{_OPEN_DOCUMENT}.presentation", (".odp",))
ODT = FileType("ODT", f"{_OPEN_DOCUMENT}.text", (".odt",))
ODS = FileType("ODS", f"{_OPEN_DOCUMENT}.spreadsheet", (".ods",))
PNG = FileType("PNG", "image/png", (".png",), inline=True)
JPEG = FileType("JPEG", "image/jpeg", (".jpg", ".jpeg"), inline=True)

OPEN_XML = (PPTX, DOCX, XLSX)
OPEN_DOCUMENT = (ODP, ODT, ODS)
TYPES = (PDF, *OPEN_XML, *OPEN_DOCUMENT, PNG, JPEG)
BY_MEDIA_TYPE = {each.media_type: each for each in TYPES}
