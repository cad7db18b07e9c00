"""The newsletter's list of next consultation hours, read from its text.

Termine unserer nächsten OZG-Sprechstunden:

22.02. "Authentifizierung bei der Nutzung von Online-Diensten"
08.03. OZG-Leistung "Förderung ehrenamtlicher Tätigkeit (Ehrenamtskarte)"
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from ozgtermine.errors import Refusal
from ozgtermine.rules.topics import TopicKind
from ozgtermine.wording import N_

HEADING = "Termine unserer nächsten OZG-Sprechstunden"
OPEN_TOPIC = "Offene OZG-Sprechstunde"
SERVICE_WORD = "OZG-Leistung"
LONGEST_TOPIC = 200
LONGEST_QUOTE = 80

_ENTRY = re.compile(
    r"^(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?:\s?(?P<year>\d{4}))?\s+(?P<service>OZG-Leistung\s*)?"
    r"[\"„“”»«](?P<topic>[^\"„“”»«].*?)[\"“”«»]$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[-*•–]\s+")


class UnreadableNewsletterError(Refusal):
    """The file is not a newsletter, or its list is broken; `line` counts from 1."""

    def __init__(self, message: str, /, *, line: int, **values: object) -> None:
        super().__init__(message, field=None, line=line, **values)
        self.line = line


@dataclass(frozen=True, order=True, kw_only=True)
class Issue:
    """A newsletter issue, MM/JJJJ."""

    year: int
    month: int

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the list."""

    line: int
    day: date
    topic: str
    kind: TopicKind


def read(content: bytes, issue: Issue) -> list[Entry]:
    """Return the entries of the newsletter's list, in its order.

    Raises UnreadableNewsletterError with the line at which reading had to stop.
    """
    lines = _lines(content)
    heading = _line_of_heading(lines)
    entries: list[Entry] = []
    for number, line in enumerate(lines[heading:], heading + 1):
        if not line:
            continue
        if not line[0].isdigit():
            break
        entries.append(_entry(line, number, issue))
        _refuse_second_of_a_day(entries)
    if not entries:
        raise UnreadableNewsletterError(
            N_(
                "Zeile %(line)s: Auf die Überschrift folgt kein Termin. "
                'Erwartet wird zum Beispiel: 22.02. "Thema"'
            ),
            line=heading,
        )
    return entries


def _lines(content: bytes) -> list[str]:
    """Return the lines as an editor counts them, trimmed, without bullets and Markdown's asterisks."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableNewsletterError(
            N_(
                "Zeile %(line)s ist nicht als Text lesbar. "
                "Speichern Sie den Newsletter als Textdatei in UTF-8."
            ),
            line=content[: error.start].count(b"\n") + 1,
        ) from error
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    visible = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return [_BULLET.sub("", line.strip()).replace("**", "") for line in visible.split("\n")]


def _line_of_heading(lines: list[str]) -> int:
    """Return the number, from 1, of the line with the heading."""
    wanted = HEADING.casefold()
    for number, line in enumerate(lines, 1):
        if " ".join(line.lstrip("# ").split()).casefold().startswith(wanted):
            return number
    raise UnreadableNewsletterError(
        N_(
            "Bis zur letzten Zeile (Zeile %(line)s) fehlt die Überschrift „%(heading)s:“. "
            "Ist das der Newsletter?"
        ),
        line=len(lines),
        heading=HEADING,
    )


def _entry(line: str, number: int, issue: Issue) -> Entry:
    found = _ENTRY.match(line)
    if not found or not found["topic"].replace("\xa0", " ").isprintable():
        raise UnreadableNewsletterError(
            N_('Zeile %(line)s ist nicht lesbar: %(text)s – erwartet wird zum Beispiel: 22.02. "Thema"'),
            line=number,
            text=_shortened(line),
        )
    topic = " ".join(found["topic"].split())
    if len(topic) > LONGEST_TOPIC:
        raise UnreadableNewsletterError(
            N_("Zeile %(line)s: Das Thema ist länger als %(longest)s Zeichen. Kürzen Sie es."),
            line=number,
            longest=LONGEST_TOPIC,
        )
    return Entry(
        line=number, day=_day(found, number, issue), topic=topic, kind=_kind(topic, found["service"])
    )


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _kind(topic: str, service: str | None) -> TopicKind:
    if service:
        return TopicKind.SERVICE
    return TopicKind.OPEN if topic.casefold() == OPEN_TOPIC.casefold() else TopicKind.TOPIC


def _day(found: re.Match[str], number: int, issue: Issue) -> date:
    """Return the first such day from the issue's month on; a printed year must be the same."""
    day, month = int(found["day"]), int(found["month"])
    year = issue.year if month >= issue.month else issue.year + 1
    if found["year"] and int(found["year"]) != year:
        raise UnreadableNewsletterError(
            N_("Zeile %(line)s: Das Jahr %(year)s passt nicht zur Ausgabe %(issue)s."),
            line=number,
            year=found["year"],
            issue=f"{issue.month:02}/{issue.year}",
        )
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableNewsletterError(
            N_("Zeile %(line)s: Den Tag %(day)s gibt es im Jahr %(year)s nicht."),
            line=number,
            day=f"{found['day']}.{found['month']}.",
            year=year,
        ) from error


def _refuse_second_of_a_day(entries: list[Entry]) -> None:
    last = entries[-1]
    if any(earlier.day == last.day for earlier in entries[:-1]):
        raise UnreadableNewsletterError(
            N_("Zeile %(line)s: Der %(day)s steht schon weiter oben in der Liste."),
            line=last.line,
            day=f"{last.day:%d.%m.%Y}",
        )
