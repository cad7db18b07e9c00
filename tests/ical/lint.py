"""Reads calendars by the letter of RFC 5545 and of our own rules, independently of the writer."""

import re

FORBIDDEN_IN_FEEDS = ("METHOD", "ATTENDEE", "RRULE", "EXDATE")
ORDER = (
    "VERSION",
    "PRODID",
    "CALSCALE",
    "NAME",
    "X-WR-CALNAME",
    "DESCRIPTION",
    "X-WR-CALDESC",
    "X-WR-TIMEZONE",
    "REFRESH-INTERVAL",
    "X-PUBLISHED-TTL",
    "COLOR",
    "X-APPLE-CALENDAR-COLOR",
    "SOURCE",
    "URL",
)
NEEDED = (
    "UID",
    "DTSTAMP",
    "CREATED",
    "LAST-MODIFIED",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "URL",
    "CATEGORIES",
    "STATUS",
    "TRANSP",
)

DEPARTED = "SUMMARY:Termin entfällt"
DEPARTED_IN_ENGLISH = "SUMMARY:Event cancelled"
NEEDED_OF_DEPARTED = (
    "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP"
)  # fmt: skip


def complaints(content: bytes) -> list[str]:
    """Return what is wrong with a feed; nothing where it is right."""
    return [*_of_bytes(content), *_of_header(content), *_of_events(content)]


def _of_bytes(content: bytes) -> list[str]:
    found = []
    if content.startswith(b"\xef\xbb\xbf"):
        found.append("BOM")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content) or not content.endswith(b"\r\n"):
        found.append("not CRLF")
    for each in content.removesuffix(b"\r\n").split(b"\r\n"):
        if len(each) > 75:
            found.append("too long")
        if not each:
            found.append("blank line")
        if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", each):
            found.append("control character")
        try:
            each.decode()
        except UnicodeDecodeError:
            found.append("broken inside UTF-8")
    return found


def names(content: bytes) -> list[str]:
    """Return the property names, unfolded, in order; BEGIN and END with what they begin and end."""
    lines = content.replace(b"\r\n ", b"").decode(errors="replace").split("\r\n")[:-1]
    return [line if line.startswith(("BEGIN:", "END:")) else re.split("[;:]", line)[0] for line in lines]


def _of_header(content: bytes) -> list[str]:
    every = names(content)
    end = every.index("BEGIN:VTIMEZONE") if "BEGIN:VTIMEZONE" in every else len(every)
    header = every[1:end]
    found = [] if every.count("BEGIN:VCALENDAR") == 1 else ["not one calendar"]
    if "UID" in header:
        found.append("UID of the calendar")
    wanted = [name for name in ORDER if name in header]
    if [name for name in header if name in ORDER] != wanted or "NAME" not in header:
        found.append("order of the header")
    return found


def _of_events(content: bytes) -> list[str]:
    found = []
    unfolded = content.replace(b"\r\n ", b"").decode(errors="replace")
    for block in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", unfolded, re.DOTALL):
        lines = block.split("\r\n")[:-1]
        inside = [each if each.startswith(("BEGIN:", "END:")) else re.split("[;:]", each)[0] for each in lines]
        has_left = DEPARTED in lines or DEPARTED_IN_ENGLISH in lines
        needed = NEEDED_OF_DEPARTED if has_left else NEEDED
        found += [f"{name} is missing" for name in needed if name not in inside]
        found += [f"{name} twice" for name in needed if inside.count(name) > 1]
        found += [f"{name} of what has left" for name in inside if has_left and name not in needed]
        found += [f"{name} in a feed" for name in FORBIDDEN_IN_FEEDS if name in inside]
        if "BEGIN:VALARM" in inside:
            found.append("VALARM in a feed")
    return found + (["METHOD in a feed"] if "METHOD" in names(content) else [])
