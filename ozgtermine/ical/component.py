"""The VEVENT of an event as bytes: the same content gives the same bytes, in every process and on every database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ozgtermine.clock import BERLIN
from ozgtermine.ical.lines import day, line, parameter, text, utc
from ozgtermine.ical.timezone import ZONE
from ozgtermine.links import Links
from ozgtermine.models import Access, Document, Event
from ozgtermine.rendering.dates import clock, full_day
from ozgtermine.rendering.events import topic_text, where_text
from ozgtermine.rules.registering import Mode
from ozgtermine.wording import N_, translate

WRITER_VERSION = 1
DEFAULT_MINUTES = 60


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
    """Return the entry in the fixed order of its properties."""
    return b"".join(
        (
            b"BEGIN:VEVENT\r\n",
            *_identity(event, last_modified(event, documents), edition.sequence),
            *_times(event),
            *_words(event, documents, links, edition),
            line("STATUS", "CANCELLED" if edition.is_off else event.status.value.upper()),
            line("TRANSP", "TRANSPARENT" if edition.is_off or _is_all_day(event) else "OPAQUE"),
            *edition.people,
            *(_attachment(each, links) for each in documents),
            b"END:VEVENT\r\n",
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
            line("UID", uid),
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


def times_of(entry: bytes) -> str:
    """Return the same lines out of a whole entry: nothing comes between them and its SUMMARY."""
    return entry[entry.index(b"\r\nDTSTART") + 2 : entry.index(b"\r\nSUMMARY") + 2].decode()


def last_modified(event: Event, documents: Sequence[Document] = ()) -> datetime:
    """Return when the entry changed last: the event, or what is attached to it."""
    published = [each.published_at for each in documents if each.published_at]
    replaced = [each.current.uploaded_at for each in documents]
    return max((event.changed_at, *published, *replaced))


def _identity(event: Event, changed_at: datetime, sequence: int) -> Iterator[bytes]:
    """Yield what tells entries and their versions apart.

    DTSTAMP is the last change and never now: a feed that moved with every poll made 189,000 false changes a day in
    one Nextcloud.
    """
    yield line("UID", event.uid)
    yield line("DTSTAMP", utc(changed_at))
    yield line("CREATED", utc(event.created_at))
    yield line("LAST-MODIFIED", utc(changed_at))
    yield line("SEQUENCE", str(sequence))


def _is_all_day(event: Event) -> bool:
    return event.start_time is None or event.when.has_several_days


def _times(event: Event) -> Iterator[bytes]:
    """Yield DTSTART and a DTEND that is always later; the end of days is exclusive (3.6.1)."""
    if _is_all_day(event):
        yield line("DTSTART;VALUE=DATE", day(event.starts_on))
        yield line("DTEND;VALUE=DATE", day(event.ends_on + timedelta(days=1)))
        return
    minutes = event.series.default_duration_minutes or DEFAULT_MINUTES
    ends_at = event.ends_at if event.end_time else event.starts_at + timedelta(minutes=minutes)
    yield line(f"DTSTART;TZID={ZONE}", _local(event.starts_at))
    yield line(f"DTEND;TZID={ZONE}", _local(ends_at))


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(BERLIN):%Y%m%dT%H%M%S}"


def _words(event: Event, documents: Sequence[Document], links: Links, edition: Edition) -> Iterator[bytes]:
    access, language = edition.access, edition.language
    yield text("SUMMARY", _summary(event, language))
    said = (*_way_in(access, language), *_description(event, documents, links, language))
    yield text("DESCRIPTION", "\n".join(said))
    if access and access.link:
        yield line("CONFERENCE;VALUE=URI;FEATURE=VIDEO", access.link)
    yield text("LOCATION", _place(event, language))
    yield line("URL", links.event(event.slug))
    yield text("CATEGORIES", event.series.title)


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
    """Yield plain lines; documents stand here too, as Nextcloud and Android drop ATTACH."""
    if event.is_cancelled:
        yield " ".join(filter(None, (translate(N_("Dieser Termin entfällt."), language), event.cancellation_reason)))
    elif event.moved_from_on:
        yield " ".join(filter(None, (_moved(event, language), event.move_reason)))
    if event.description:
        yield event.description
    for each in documents:
        yield f"{each.title}: {links.document(each.id, each.slug)}"
    yield translate(N_("Alle Angaben: %(url)s"), language, url=links.event(event.slug))


def _moved(event: Event, language: str) -> str:
    assert event.moved_from_on is not None  # noqa: S101 - the caller asked
    before = full_day(event.moved_from_on, language)
    if event.moved_from_time:
        before = f"{before}, {translate(N_('%(start)s Uhr'), language, start=clock(event.moved_from_time))}"
    return translate(N_("Verlegt vom %(before)s."), language, before=before)


def _place(event: Event, language: str) -> str:
    if event.mode is Mode.ONLINE or event.venue is None:
        return where_text(event, language)
    place = ", ".join(filter(None, (event.room.name if event.room else "", event.venue.address)))
    return translate(N_("%(place)s und online"), language, place=place) if event.mode is Mode.HYBRID else place


def _attachment(document: Document, links: Links) -> bytes:
    media_type = document.current.media_type
    return line(
        f"ATTACH;FMTTYPE={media_type};FILENAME={parameter(document.current.file_name)}",
        links.document(document.id, document.slug),
    )
