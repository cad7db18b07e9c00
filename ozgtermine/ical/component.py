"""The VEVENT of an event as bytes: the same content gives the same bytes, in every process and on every database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ozgtermine.ical.entry import Entry, is_all_day, times_of, vevent_of
from ozgtermine.ical.lines import line, parameter, text, utc
from ozgtermine.links import Links
from ozgtermine.models import Access, Document, Event
from ozgtermine.rendering.dates import clock, full_day
from ozgtermine.rendering.events import topic_text, where_text
from ozgtermine.rules.registering import Mode
from ozgtermine.wording import N_, translate

WRITER_VERSION = 2
LONGEST_WORDS = 1_000


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What differs between the entry that everybody reads and that of one participant."""

    sequence: int
    people: tuple[bytes, ...]
    is_off: bool
    access: Access | None = None
    language: str = "de"


def vevent(event: Event, documents: Sequence[Document], links: Links, language: str = "de") -> bytes:
    """Return the entry that everybody reads; `documents` are the published public ones."""
    public = Edition(
        sequence=event.sequence, people=organizer(event), is_off=event.is_cancelled, language=language
    )
    return written(event, documents, links, public)


def organizer(event: Event) -> tuple[bytes, ...]:
    """Return who organises, as feeds say it: the series' address alone."""
    contact = event.series.contact_email
    return (line("ORGANIZER", f"mailto:{contact}"),) if contact else ()


def written(event: Event, documents: Sequence[Document], links: Links, edition: Edition) -> bytes:
    """Return the entry as bytes."""
    access, language = edition.access, edition.language
    said = (*_way_in(access, language), *_description(event, documents, links, language))
    return vevent_of(
        Entry(
            uid=event.uid,
            created_at=event.created_at,
            changed_at=last_modified(event, documents),
            sequence=edition.sequence,
            times=_times(event),
            summary=_summary(event, language),
            description="\n".join(said),
            place=place_text(event, language),
            page=links.event(event.slug),
            category=event.series.title,
            status="CANCELLED" if edition.is_off else event.status.value.upper(),
            is_busy=not edition.is_off and not is_all_day(event.when),
            conference=_conference(access),
            people=edition.people,
            attachments=tuple(_attachment(each, links) for each in documents),
        )
    )


def departed(uid: str, *, sequence: int, times: str, left_at: datetime, language: str = "de") -> bytes:
    """Return the entry that takes an event out of calendars: off, at its old time, and no word of what it was.

    One that merely vanished would stay for ever in programs that take a missing entry, or an empty calendar, for a
    fault.
    """
    return b"".join(
        (
            b"BEGIN:VEVENT\r\n",
            text("UID", uid),
            line("DTSTAMP", utc(left_at)),
            line("LAST-MODIFIED", utc(left_at)),
            line("SEQUENCE", str(sequence)),
            times.encode(),
            text("SUMMARY", translate(N_("Termin entfällt"), language)),
            line("STATUS", "CANCELLED"),
            line("TRANSP", "TRANSPARENT"),
            b"END:VEVENT\r\n",
        )
    )


def times(event: Event) -> str:
    """Return the lines that say when it is, as they stand in the entry."""
    return b"".join(_times(event)).decode()


def times_in(entry: bytes) -> str:
    """Return the same lines out of a whole entry: nothing comes between them and its SUMMARY."""
    return entry[entry.index(b"\r\nDTSTART") + 2 : entry.index(b"\r\nSUMMARY") + 2].decode()


def last_modified(event: Event, documents: Sequence[Document] = ()) -> datetime:
    """Return when the entry changed last: the event, or what is attached to it."""
    published = [each.published_at for each in documents if each.published_at]
    replaced = [each.current.uploaded_at for each in documents]
    return max((event.changed_at, *published, *replaced))


def _times(event: Event) -> tuple[bytes, ...]:
    return times_of(event.when, usual_minutes=event.series.default_duration_minutes)


def _conference(access: Access | None) -> tuple[bytes, ...]:
    if access is None or not access.link:
        return ()
    return (line("CONFERENCE;VALUE=URI;FEATURE=VIDEO", access.link),)


def _way_in(access: Access | None, language: str) -> Iterator[str]:
    """Yield how one participant gets in, on lines of their own: Android knows no CONFERENCE."""
    if access is None:
        return
    if access.link:
        yield translate(N_("Link: %(link)s"), language, link=access.link)
    if access.phone:
        yield translate(N_("Telefon: %(number)s"), language, number=access.phone)
    if access.pin:
        yield translate(N_("PIN: %(pin)s"), language, pin=access.pin)
    if access.note:
        yield access.note


def _summary(event: Event, language: str) -> str:
    """Return number, name and topic, and that it is off where it is."""
    topic = topic_text(event, language)
    title = f"{event.name}: {topic}" if topic else event.name
    return translate(N_("Entfällt: %(title)s"), language, title=title) if event.is_cancelled else title


def _description(
    event: Event, documents: Sequence[Document], links: Links, language: str
) -> Iterator[str]:
    """Yield plain lines; documents stand here too, as Nextcloud and Android drop ATTACH.

    What is long is shortened, so that 500 events fit into a feed that Google takes; the page at the end has it all.
    """
    if event.is_cancelled:
        reason = _shortened(event.cancellation_reason)
        yield " ".join(filter(None, (translate(N_("Dieser Termin entfällt."), language), reason)))
    elif event.moved_from_on:
        yield " ".join(filter(None, (_moved(event, language), _shortened(event.move_reason))))
    if event.description:
        yield _shortened(event.description)
    for each in documents:
        yield f"{each.title}: {links.document(each.id, each.slug)}"
    yield translate(N_("Alle Angaben: %(url)s"), language, url=links.event(event.slug))


def _shortened(words: str) -> str:
    """Return `words`, or their beginning up to the end of a word, and that they go on."""
    if len(words) <= LONGEST_WORDS:
        return words
    beginning = words[: LONGEST_WORDS - 2]
    whole, _space, half = beginning.rpartition(" ")
    return f"{whole if whole and len(half) < LONGEST_WORDS // 10 else beginning} …"


def _moved(event: Event, language: str) -> str:
    assert event.moved_from_on is not None  # noqa: S101 - the caller asked
    before = full_day(event.moved_from_on, language)
    if event.moved_from_time:
        before = f"{before}, {translate(N_('%(start)s Uhr'), language, start=clock(event.moved_from_time))}"
    return translate(N_("Verlegt vom %(before)s."), language, before=before)


def place_text(event: Event, language: str, room: str = "") -> str:
    """Return where it is, with `room` for another one than the event's own."""
    if event.mode is Mode.ONLINE or event.venue is None:
        return ", ".join(filter(None, (room, where_text(event, language))))
    place = ", ".join(filter(None, (room or (event.room.name if event.room else ""), event.venue.address)))
    return translate(N_("%(place)s und online"), language, place=place) if event.mode is Mode.HYBRID else place


def _attachment(document: Document, links: Links) -> bytes:
    media_type = document.current.media_type
    return line(
        f"ATTACH;FMTTYPE={media_type};FILENAME={parameter(document.current.file_name)}",
        links.document(document.id, document.slug),
    )
