"""The entries of an event's programme: one an item, related to the entry of the event (RFC 5545, 3.8.4.5)."""

from collections.abc import Iterator

from ozgtermine.ical.component import organizer, place_text
from ozgtermine.ical.entry import Entry, is_all_day, times_of, vevent_of
from ozgtermine.links import Links
from ozgtermine.models import Event, EventStatus, ItemKind, Programme, ProgrammeItem, ProgrammeState
from ozgtermine.rendering.programmes import kind_text
from ozgtermine.wording import N_, translate


def item_entries(programme: Programme, links: Links, language: str = "de") -> Iterator[bytes]:
    """Yield the entries of all items in their order."""
    for item in programme.items:
        yield _entry(item, programme.event, links, language)


def item_times(item: ProgrammeItem) -> str:
    """Return the lines that say when it is, as they stand in its entry."""
    return b"".join(times_of(item.when)).decode()


def _entry(item: ProgrammeItem, event: Event, links: Links, language: str) -> bytes:
    is_off = event.is_cancelled
    return vevent_of(
        Entry(
            uid=item.uid,
            created_at=item.created_at,
            changed_at=item.changed_at,
            sequence=item.sequence,
            times=times_of(item.when),
            summary=translate(N_("Entfällt: %(title)s"), language, title=item.title) if is_off else item.title,
            description="\n".join(_description(item, event, links, language)),
            place=place_text(event, language, item.place),
            page=_page(event, links),
            category=kind_text(item, language),
            status=_status(item.programme, event).value.upper(),
            is_busy=not is_off and not is_all_day(item.when) and item.kind is not ItemKind.BREAK,
            people=organizer(event),
            related_to=event.uid,
        )
    )


def _status(programme: Programme, event: Event) -> EventStatus:
    """Return that of the event, but of a provisional programme that nothing is certain yet."""
    is_uncertain = programme.state is not ProgrammeState.FINAL and not event.is_cancelled
    return EventStatus.TENTATIVE if is_uncertain else event.status


def _description(item: ProgrammeItem, event: Event, links: Links, language: str) -> Iterator[str]:
    if event.is_cancelled:
        yield " ".join(filter(None, (translate(N_("Dieser Termin entfällt."), language), event.cancellation_reason)))
    elif item.programme.state is not ProgrammeState.FINAL:
        yield translate(N_("Vorläufiges Programm."), language)
    yield " · ".join(filter(None, (kind_text(item, language), item.track)))
    for each in item.people:
        yield ", ".join(filter(None, (each.name, each.role)))
    if item.description:
        yield item.description
    yield translate(N_("Alle Angaben: %(url)s"), language, url=_page(event, links))


def _page(event: Event, links: Links) -> str:
    return f"{links.event(event.slug)}#programm"
