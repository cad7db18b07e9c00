"""Content lines of RFC 5545, 3.1: escaped, folded, ended with CRLF."""

import re
from datetime import UTC, date, datetime

MOST_OCTETS = 75
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_LINE_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def line(name: str, value: str) -> bytes:
    """Return one property, folded; `value` is written as it is."""
    return folded(f"{name}:{_CONTROLS.sub('', value)}".encode())


def text(name: str, value: str) -> bytes:
    """Return a property of type TEXT (3.3.11)."""
    return line(name, _LINE_BREAKS.sub("\n", value).translate(_ESCAPES))


def parameter(value: str) -> str:
    """Return a quoted parameter value (3.2), in which a double quote cannot be said."""
    clean = re.sub(r"[\x00-\x1f\x7f]", " ", value).replace('"', "'")
    return f'"{clean}"'


def folded(content: bytes) -> bytes:
    """Return `content` in lines of at most 75 octets, never broken inside a UTF-8 sequence, with CRLF at the end."""
    pieces = []
    rest, room = content, MOST_OCTETS
    while len(rest) > room:
        cut = room
        while rest[cut] & 0xC0 == 0x80:  # noqa: PLR2004 - continuation bytes of UTF-8 are 10xxxxxx
            cut -= 1
        pieces.append(rest[:cut])
        rest, room = rest[cut:], MOST_OCTETS - 1
    pieces.append(rest)
    return b"\r\n ".join(pieces) + b"\r\n"


def utc(instant: datetime) -> str:
    """Return "20230131T090000Z"."""
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def day(value: date) -> str:
    """Return "20230131"."""
    return f"{value:%Y%m%d}"
