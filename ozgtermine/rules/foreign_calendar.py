"""What a calendar of somebody else says, on plain values, and how its entries are known again."""

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import date, time
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, Self

from ozgtermine.rules.schedule import Precision, When
from ozgtermine.rules.topics import TopicKind

LONGEST_LINE = 200
LONGEST_TEXT = 5_000
_MARKUP = re.compile(
    r"</?(?:p|br|a|b|i|u|ul|ol|li|div|span|html|body|strong|em|table|tr|td|h[1-6])\b[^>]*>", re.IGNORECASE
)
_DIAL_IN_FOLLOWS = re.compile(r"^[ \t]*(?:_{20,}|-::~:~::~.*)[ \t]*$", re.MULTILINE)
_ENDS_A_LINE = frozenset({"p", "br", "li", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol"})
_TURNS_THE_TEXT = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_IS_ONLINE = re.compile(
    r"https?://|^(?:online|virtuell|videokonferenz|video|web-?ex|webinar|zoom|teams|big ?blue ?button|jitsi)\b|"
    r"\b(?:teams|zoom|webex|online)-?(?:besprechung|meeting|sitzung|konferenz)\b",
    re.IGNORECASE,
)
_CALLED_OFF = re.compile(r"^(?:entfällt|abgesagt|abgesetzt|cancell?ed)\s*[:–-]\s*", re.IGNORECASE)
_SERVICE = re.compile(r"^OZG-Leistung „(.+)“$")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One date of the calendar; `uid` and `recurrence` name it, as its own house does.

    `recurrence` is "" for a date that does not repeat, else which of the repetitions it is (RFC 5545, 3.8.4.4).
    `line` is where it begins in the file.
    """

    uid: str
    recurrence: str
    line: int
    sequence: int
    summary: str
    description: str
    location: str
    website: str
    when: When
    is_cancelled: bool
    is_tentative: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.uid, self.recurrence


@dataclass(frozen=True, kw_only=True)
class Unread:
    """An entry that is not taken: where it begins, what it is called, and why, as a sentence."""

    uid: str
    line: int
    name: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ForeignCalendar:
    """What could be read, what could not, and what repeats but not within the time that is asked for."""

    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...]
    left_out: tuple[Unread, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "entries": [vars(each) | {"when": when_as_plain(each.when)} for each in self.entries],
            "unread": [vars(each) for each in self.unread],
            "left_out": [vars(each) for each in self.left_out],
        }

    @classmethod
    def of_plain(cls, stored: dict[str, Any]) -> Self:
        """Return what `as_plain` has made values of JSON of."""
        return cls(
            entries=tuple(Entry(**each | {"when": when_of_plain(each["when"])}) for each in stored["entries"]),
            unread=tuple(Unread(**each) for each in stored["unread"]),
            left_out=tuple(Unread(**each) for each in stored.get("left_out", ())),
        )


def when_as_plain(value: When) -> dict[str, Any]:
    """Return wall times as values of JSON."""
    return {
        "starts_on": value.starts_on.isoformat(),
        "ends_on": value.ends_on.isoformat(),
        "start_time": value.start_time.isoformat() if value.start_time else None,
        "end_time": value.end_time.isoformat() if value.end_time else None,
        "precision": value.precision.value,
        "zone": value.zone,
    }


def when_of_plain(stored: dict[str, Any]) -> When:
    """Return the wall times that `when_as_plain` has stored."""
    known = {each.name: stored[each.name] for each in fields(When)}
    return When(**known | {
        "starts_on": date.fromisoformat(known["starts_on"]),
        "ends_on": date.fromisoformat(known["ends_on"]),
        "start_time": time.fromisoformat(known["start_time"]) if known["start_time"] else None,
        "end_time": time.fromisoformat(known["end_time"]) if known["end_time"] else None,
        "precision": Precision(known["precision"]),
    })  # fmt: skip


def stored_uid(uid: str) -> str:
    """Return a UID as it is stored: a very long one by its hash."""
    return uid if len(uid) <= LONGEST_LINE else f"sha256:{sha256(uid.encode()).hexdigest()}"


def one_line(text: str, most: int = LONGEST_LINE) -> str:
    """Return a text on one line, shortened to `most` characters."""
    words = " ".join(_visible(text).split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def plain_text(text: str) -> str:
    """Return a description without markup, and without how to dial in, which programs write below a line of their own.

    Outlook and Google put links and PINs of the conference there, which are not for everybody.
    """
    without_markup = _text_of_markup(text) if _MARKUP.search(text) else text
    said = _DIAL_IN_FOLLOWS.split(without_markup.replace("\r\n", "\n"), maxsplit=1)[0]
    lines = [line.rstrip() for line in _visible(said).split("\n")]
    clean = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return clean if len(clean) <= LONGEST_TEXT else f"{clean[: LONGEST_TEXT - 1].rstrip()}…"


def _visible(text: str) -> str:
    return "".join(
        each for each in text
        if each in "\n\t" or (unicodedata.category(each) not in ("Cc", "Cs") and each not in _TURNS_THE_TEXT)
    )  # fmt: skip


class _Text(HTMLParser):
    """Collects the text of markup; the address of a link follows its words."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ENDS_A_LINE:
            self.pieces.append("\n")
        if tag == "a":
            self._address = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address.startswith("https://") and self._address not in "".join(self.pieces[-1:]):
            self.pieces.append(f" ({self._address})")
        if tag in _ENDS_A_LINE:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def _text_of_markup(text: str) -> str:
    reader = _Text()
    reader.feed(text)
    reader.close()
    return re.sub(r"\n{2,}", "\n", "".join(reader.pieces))


def web_address(text: str) -> str:
    """Return an address that a page can link to, else nothing."""
    clean = text.strip()
    is_usable = re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", clean) and len(clean) <= LONGEST_LINE
    return clean if is_usable else ""


def is_online(location: str) -> bool:
    """Return whether a place is none to go to."""
    return not location or _IS_ONLINE.search(location) is not None


@dataclass(frozen=True, kw_only=True)
class Title:
    """What a summary says: a running number, a topic, and which kind of topic it is."""

    number: int | None
    topic: str
    kind: TopicKind


def title_of(summary: str, singular: str) -> Title:
    """Take a summary apart as our own calendars put it together: "29. OZG-Sprechstunde: Thema"."""
    text = _CALLED_OFF.sub("", summary)
    named = re.fullmatch(rf"(?:(\d{{1,4}})\. )?{re.escape(singular)}(?:: (.*))?", text)
    number, topic = (named[1], named[2] or "") if named else (None, text)
    service = _SERVICE.match(topic)
    return Title(
        number=int(number) if number and int(number) > 0 else None,
        topic=service[1] if service else topic,
        kind=TopicKind.SERVICE if service else TopicKind.TOPIC,
    )
