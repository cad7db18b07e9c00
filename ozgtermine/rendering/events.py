"""What pages say about an event: its state in words and badges, its card in a list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ozgtermine.models import Event, EventStatus, RegistrationOffer, TopicKind
from ozgtermine.queries.seats import Counts, pool
from ozgtermine.rendering.dates import long_when, month_heading, month_short, numeric_day, time_of, weekday_short
from ozgtermine.rules.registering import Availability, Mode, Opening, Policy, availability
from ozgtermine.rules.schedule import Precision
from ozgtermine.wording import N_, translate

Badge = tuple[str, str]

_SEATS: dict[Availability, Badge] = {
    Availability.FREE: ("success", N_("Plätze frei")),
    Availability.FEW: ("warning", N_("Wenige Plätze")),
    Availability.WAITING_LIST: ("warning", N_("Warteliste")),
    Availability.FULL: ("danger", N_("Ausgebucht")),
}
_BEST_FIRST = list(Availability)
_MODES = {
    Mode.ONLINE: N_("Videokonferenz"),
    Mode.ON_SITE: N_("vor Ort"),
    Mode.HYBRID: N_("vor Ort und online"),
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """An event as a row of a list."""

    slug: str
    title: str
    name: str
    topic: str
    month: str
    day_tile_weekday: str
    day_tile_day: str
    day_tile_month: str
    when_text: str
    where_text: str
    badges: tuple[Badge, ...]
    url: str
    series_title: str
    is_muted: bool


def card(event: Event, counted: Counts, now: datetime, language: str = "de") -> Card:
    """Return the row of one event."""
    day = event.starts_on
    exact = event.when.is_known_to_the_day
    return Card(
        slug=event.slug,
        title=event.title,
        name=event.name,
        topic=topic_text(event, language),
        month=month_heading(day, language),
        day_tile_weekday=weekday_short(day, language) if exact else "",
        day_tile_day=str(day.day) if exact else _coarse_tile(event),
        day_tile_month=month_short(day, language),
        when_text=_when_text(event, language),
        where_text=where_text(event, language),
        badges=tuple(badges(event, counted, now, language)),
        url=f"/termine/{event.slug}",
        series_title=event.series.title,
        is_muted=event.is_cancelled,
    )


def _coarse_tile(event: Event) -> str:
    return f"KW {event.starts_on.isocalendar().week}" if event.precision is Precision.WEEK else "?"


def _when_text(event: Event, language: str) -> str:
    value = event.when
    if value.has_several_days or not value.is_known_to_the_day or value.start_time:
        return long_when(value, language)
    return f"{long_when(value, language)}, {time_of(value, language)}"


def by_month(cards: Iterable[Card]) -> Iterator[tuple[str, list[Card]]]:
    """Yield the heading of each month with its cards, in the order given."""
    for month, rows in groupby(cards, key=lambda each: each.month):
        yield month, list(rows)


def topic_text(event: Event, language: str = "de") -> str:
    """Return the topic as it is announced: an OZG service is named as one, a missing topic is said."""
    if not event.topic:
        return ""
    if event.topic_kind is TopicKind.SERVICE:
        return translate(N_("OZG-Leistung „%(topic)s“"), language, topic=event.topic)
    return event.topic


def where_text(event: Event, language: str = "de") -> str:
    """Return the place, or how one takes part."""
    if event.mode is Mode.ONLINE:
        return translate(_MODES[event.mode], language)
    place = ", ".join(part for part in (event.venue.name, event.venue.city) if part) if event.venue else ""
    if event.mode is Mode.HYBRID:
        both = N_("%(place)s und online") if place else _MODES[event.mode]
        return translate(both, language, place=place)
    return place or translate(N_("Ort folgt"), language)


def badges(event: Event, counted: Counts, now: datetime, language: str = "de") -> Iterator[Badge]:
    """Yield the state of an event in words, the most important first."""
    if event.is_cancelled:
        yield "danger", translate(N_("Abgesagt"), language)
        return
    if event.status is EventStatus.TENTATIVE:
        yield "info", translate(N_("Vorläufig"), language)
    if event.moved_at:
        yield "warning", translate(N_("Verlegt"), language)
    if event.offer and not event.is_over(now):
        kind_and_words = registration_badge(event.offer, counted, now)
        if kind_and_words:
            yield kind_and_words[0], translate(kind_and_words[1], language)


def moved_text(event: Event, language: str = "de") -> str:
    """Return "verlegt vom 22.02.2023", or nothing where the event was not moved."""
    if event.moved_from_on is None or event.is_cancelled:
        return ""
    return translate(N_("verlegt vom %(day)s"), language, day=numeric_day(event.moved_from_on, language))


def registration_badge(offer: RegistrationOffer, counted: Counts, now: datetime) -> Badge | None:
    """Return what the public is told about seats, in words and never in numbers."""
    if offer.policy is Policy.MEMBERS:
        return "info", N_("Für Mitglieder")
    stands = offer.opening(now)
    if stands is Opening.NEVER:
        return None
    if stands is Opening.NOT_YET:
        return "info", N_("Anmeldung noch nicht geöffnet")
    if stands is Opening.CLOSED:
        return "info", N_("Anmeldung geschlossen")
    if offer.policy is Policy.ON_REQUEST:
        return "info", N_("Teilnahmeanfrage möglich")
    return _SEATS[best_availability(offer, counted)]


def best_availability(offer: RegistrationOffer, counted: Counts) -> Availability:
    """Return how it stands with the pool that has most to give."""
    pools = [pool(offer, mode, counted) for mode in modes(offer.event.mode)]
    return min((availability(each, has_waiting_list=offer.has_waiting_list) for each in pools), key=_BEST_FIRST.index)


def modes(mode: Mode) -> tuple[Mode, ...]:
    """Return the pools of an event's mode."""
    return (Mode.ON_SITE, Mode.ONLINE) if mode is Mode.HYBRID else (mode,)
