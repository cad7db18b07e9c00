"""What is announced, in the words that all formats share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ozgtermine.clock import BERLIN
from ozgtermine.links import Links
from ozgtermine.models import Event, Series, SeriesKind
from ozgtermine.rendering.dates import day_range, long_when, time_of
from ozgtermine.rendering.events import moved_text, topic_text, where_text
from ozgtermine.wording import N_, translate


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Coming events under a heading, with the link to all of them, as of a day."""

    heading: str
    closing: str
    link: str
    events: Sequence[Event]
    as_of: date
    mixes_series: bool

    @property
    def nothing(self) -> str:
        return translate(N_("Zurzeit stehen keine weiteren Termine fest. Neue Termine finden Sie unter dem Link."))


def of_series(series: Series, events: Sequence[Event], *, links: Links, now: datetime) -> Announcement:
    """Return the announcement of one series; consultation hours of our own are announced as ever."""
    heading, closing = N_("Nächste Termine: %(title)s"), N_("Link zu allen Terminen und Unterlagen")
    if series.kind is SeriesKind.CONSULTATION_HOUR and not series.is_foreign:
        heading = N_("Termine unserer nächsten %(title)s")
        closing = N_("Link zu den Terminen und Präsentationen aller %(title)s")
    return Announcement(
        heading=translate(heading, title=series.title),
        closing=translate(closing, title=series.title),
        link=links.series(series.slug),
        events=events,
        as_of=now.astimezone(BERLIN).date(),
        mixes_series=False,
    )


def of_many(title: str, link: str, events: Sequence[Event], *, now: datetime) -> Announcement:
    """Return the announcement of a kind of series, or of everything where `title` is empty."""
    heading = translate(N_("Nächste Termine: %(title)s"), title=title) if title else translate(N_("Nächste Termine"))
    return Announcement(
        heading=heading,
        closing=translate(N_("Link zu allen Terminen und Unterlagen")),
        link=link,
        events=events,
        as_of=now.astimezone(BERLIN).date(),
        mixes_series=True,
    )


def full_title(event: Event) -> str:
    """Return name and topic; a consultation hour without a topic says that it follows."""
    topic = topic_text(event)
    if topic:
        return f"{event.name}: {topic}"
    return f"{event.name} ({translate(N_('Thema folgt'))})" if lacks_topic(event) else event.name


def full_when(event: Event) -> str:
    """Return day and time with the year, or that the time follows."""
    value = event.when
    if value.start_time or value.has_several_days or not value.is_known_to_the_day:
        return long_when(value)
    return f"{day_range(value.starts_on, value.ends_on)}, {time_of(value)}"


def full_where(event: Event) -> str:
    return where_text(event)


def state(event: Event) -> str:
    """Return "entfällt", "verlegt vom 22.02.2023", or nothing."""
    return translate(N_("entfällt")) if event.is_cancelled else moved_text(event)


def lacks_topic(event: Event) -> bool:
    """Return whether an announcement of this event is incomplete; meetings of a group need no topic."""
    return not event.topic and event.series.kind is SeriesKind.CONSULTATION_HOUR


def lacks_time(event: Event) -> bool:
    return event.start_time is None and not event.when.has_several_days
