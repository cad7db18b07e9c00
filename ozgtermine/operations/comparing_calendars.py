"""One entry of a foreign calendar against the event here: what its house changes is taken over, what we change stays.

`ImportedEvent.said` is what the calendar said last. A text or place that is another one here by now was changed by
somebody of us, and is kept; date and cancellation follow the calendar wherever it says something new.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.clock import BERLIN
from ozgtermine.ical.entry import DEFAULT_MINUTES
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Event, EventStatus, ImportedEvent, RegistrationOffer, Series, TopicKind, Venue
from ozgtermine.operations import scheduling
from ozgtermine.operations.entering_events import enter, new_offer, offer_by_default
from ozgtermine.rendering.dates import long_when
from ozgtermine.rendering.events import where_text
from ozgtermine.rules.foreign_calendar import Entry, is_online, stored_uid, title_of, when_as_plain, when_of_plain
from ozgtermine.rules.registering import Mode, Policy
from ozgtermine.rules.schedule import Precision, When
from ozgtermine.wording import N_, translate

AND_ONLINE = " und online"
PLACE_FOLLOWS = ("vor Ort", "Ort folgt")
LONGEST_SHOWN = 160


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    KEPT = "kept"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass
class Result:
    """What an entry leads to: changes as what, before and after; sentences for what is kept, left out or refused."""

    line: int
    name: str
    outcome: Outcome = Outcome.UNCHANGED
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    sentence: str = ""

    def note(self, what: str, before: str, after: str) -> None:
        self.changes.append((translate(what), _shown(before), _shown(after)))
        if self.outcome in (Outcome.UNCHANGED, Outcome.KEPT):
            self.outcome = Outcome.CHANGED

    def keep(self, what: str, theirs: str) -> None:
        """Say that something stays as it is here, although the calendar says something new."""
        kept = translate(
            N_("%(what)s: hier geändert, bleibt so. Im Kalender steht jetzt: %(theirs)s"),
            what=translate(what), theirs=_shown(theirs) or "–",
        )  # fmt: skip
        self.say(kept, Outcome.KEPT)

    def say(self, sentence: str, outcome: Outcome) -> None:
        self.sentence = f"{self.sentence} {sentence}".strip()
        if self.outcome is Outcome.UNCHANGED:
            self.outcome = outcome


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_SHOWN else f"{words[: LONGEST_SHOWN - 1]}…"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a calendar is taken over.

    `source` is the host of a mirrored one, "" for an upload. New events are drafts unless `publish` says so. Of a
    mirrored one, `register_at` is where one registers for an event that names no address itself.
    """

    source: str = ""
    publish: bool = False
    register_at: str = ""

    @property
    def is_mirror(self) -> bool:
        return self.source != ""


def said_when(link: ImportedEvent) -> When:
    """Return the date that the calendar named last."""
    return when_of_plain(link.said["when"])


def _said(entry: Entry, series: Series, place: tuple[Mode, Venue | None]) -> dict[str, Any]:
    title = title_of(entry.summary, series.singular)
    mode, venue = place
    return {
        "topic": title.topic,
        "topic_kind": title.kind.value,
        "description": entry.description,
        "website": entry.website,
        "mode": mode.value,
        "venue_id": venue.id if venue else None,
        "when": when_as_plain(entry.when),
        "is_cancelled": entry.is_cancelled,
        "is_tentative": entry.is_tentative,
    }


def add(
    session: Session, series: Series, entry: Entry, result: Result, manner: Manner, *, now: datetime
) -> None:
    """Enter the entry as a new event, unless it is off already: nobody here was told of it."""
    if entry.is_cancelled:
        result.say(translate(N_("Abgesagt und hier nie angekündigt.")), Outcome.SKIPPED)
        return
    place = _place(session, series, entry.location, result)
    title = title_of(entry.summary, series.singular)
    event = enter(session, series, entry.when, topic=title.topic, topic_kind=title.kind, now=now)
    event.mode, event.venue = place
    event.description, event.website = entry.description, entry.website
    if entry.is_tentative:
        event.status = EventStatus.TENTATIVE
    event.offer = _offer(series, entry, manner)
    number = title.number if title.number and _is_free(session, series, title.number) else None
    _publish(session, event, number, manner, now)
    _remember(session, event, entry, _said(entry, series, place), manner)
    result.note(N_("Neuer Termin"), "", f"{long_when(event.when)}, {where_text(event)}")
    if event.description:
        result.note(N_("Beschreibung"), "", event.description)
    result.outcome = Outcome.NEW


def _is_free(session: Session, series: Series, number: int) -> bool:
    taken = select(Event.id).where(Event.series_id == series.id, Event.number == number)
    return session.scalars(taken).first() is None


def _publish(session: Session, event: Event, number: int | None, manner: Manner, now: datetime) -> None:
    """Publish where that was asked for; the numbers of a foreign series are its own, and we give it none."""
    if manner.publish and not event.series.is_foreign:
        scheduling.publish(session, event, publish_at=now, number=number, now=now)
    else:
        event.number = number
        event.published_at = now if manner.publish else None


def _offer(series: Series, entry: Entry, manner: Manner) -> RegistrationOffer | None:
    if manner.is_mirror or series.default_policy is Policy.EXTERNAL:
        address = entry.website or series.website or manner.register_at
        if not address:
            return None
        offer = new_offer(series)
        offer.policy, offer.external_url = Policy.EXTERNAL, address
        return offer
    return offer_by_default(series)


def _remember(session: Session, event: Event, entry: Entry, said: dict[str, Any], manner: Manner) -> None:
    session.add(
        ImportedEvent(
            event_id=event.id,
            series_id=event.series_id,
            uid=stored_uid(entry.uid),
            recurrence=entry.recurrence,
            source=manner.source,
            sequence=entry.sequence,
            said=said,
        )
    )


def _place(session: Session, series: Series, location: str, result: Result) -> tuple[Mode, Venue | None]:
    """Return how and where; a place that we do not know yet becomes one of ours."""
    if not location:
        return series.default_mode, series.default_venue
    if is_online(location):
        return Mode.ONLINE, None
    mode = Mode.HYBRID if location.endswith(AND_ONLINE) else Mode.ON_SITE
    name = location.removesuffix(AND_ONLINE)
    if name in PLACE_FOLLOWS:
        return mode, None
    venues = session.scalars(select(Venue).order_by(Venue.id))
    venue = next((each for each in venues if name in (each.name, each.address)), None)
    if venue is None:
        venue = Venue(name=name)
        session.add(venue)
        session.flush()
        result.note(N_("Neuer Ort"), "", name)
    return mode, venue


def compare(
    session: Session,
    link: ImportedEvent,
    entry: Entry,
    result: Result,
    manner: Manner,
    *,
    letterhead: Letterhead,
    now: datetime,
) -> None:
    """Take over what the calendar says anew of an event that it has named before."""
    event, before = link.event, link.said
    if not manner.is_mirror and entry.sequence < link.sequence:
        result.say(translate(N_("Die Datei ist älter als das, was wir schon haben.")), Outcome.KEPT)
        return
    place = _place(session, event.series, entry.location, result)
    said = _said(entry, event.series, place)
    link.sequence = max(entry.sequence, link.sequence)
    if said == before:
        return
    with scheduling.tracked(event, now):
        _compare_texts(event, before, said, result)
        _compare_place(event, before, place, result)
        _compare_certainty(event, before, said, result)
    _follow_address(event, before, said)
    if said["when"] != before["when"]:
        _move(event, entry.when, result, now)
    _compare_cancellation(session, event, entry, result, letterhead, now, was_off=before["is_cancelled"])
    link.said = said


def _compare_texts(event: Event, before: dict[str, Any], said: dict[str, Any], result: Result) -> None:
    names = {"topic": N_("Thema"), "description": N_("Beschreibung"), "website": N_("Website")}
    for name, what in names.items():
        here, theirs = getattr(event, name), said[name]
        if theirs in (before[name], here):
            continue
        if here != before[name]:
            result.keep(what, theirs)
            continue
        result.note(what, here, theirs)
        setattr(event, name, theirs)
        if name == "topic":
            event.topic_kind = TopicKind(said["topic_kind"])


def _compare_place(
    event: Event, before: dict[str, Any], place: tuple[Mode, Venue | None], result: Result
) -> None:
    mode, venue = place
    theirs = (mode.value, venue.id if venue else None)
    was, here = (before["mode"], before["venue_id"]), (event.mode.value, event.venue_id)
    if theirs in (was, here):
        return
    if here != was:
        result.keep(N_("Ort"), venue.name if venue else translate(N_("Videokonferenz")))
        return
    old = where_text(event)
    event.mode, event.venue, event.venue_id, event.room_id = mode, venue, venue.id if venue else None, None
    result.note(N_("Ort"), old, where_text(event))


def _compare_certainty(event: Event, before: dict[str, Any], said: dict[str, Any], result: Result) -> None:
    if said["is_tentative"] == before["is_tentative"] or event.is_cancelled:
        return
    status = EventStatus.TENTATIVE if said["is_tentative"] else EventStatus.CONFIRMED
    if event.status is not status:
        words = {EventStatus.TENTATIVE: translate(N_("vorläufig")), EventStatus.CONFIRMED: translate(N_("steht fest"))}
        result.note(N_("Stand"), words[event.status], words[status])
        event.status = status


def _follow_address(event: Event, before: dict[str, Any], said: dict[str, Any]) -> None:
    """Let the way to register lead where the calendar says now, unless somebody here has set another."""
    offer = event.offer
    if offer and offer.policy is Policy.EXTERNAL and said["website"] and offer.external_url == before["website"]:
        offer.external_url = said["website"]


def _move(event: Event, when: When, result: Result, now: datetime) -> None:
    if when != event.when:
        result.note(N_("Wann"), long_when(event.when), long_when(when))
        scheduling.move(event, when, reason="", now=now)


def _compare_cancellation(
    session: Session, event: Event, entry: Entry, result: Result, letterhead: Letterhead, now: datetime,
    *, was_off: bool,
) -> None:  # fmt: skip
    """Cancel what the calendar cancels, and restore what it had cancelled; what we have cancelled stays so."""
    takes_place, is_off = translate(N_("findet statt")), translate(N_("abgesagt"))
    if entry.is_cancelled and not event.is_cancelled and not was_off:
        result.note(N_("Stand"), takes_place, is_off)
        scheduling.cancel(event, reason=translate(N_("Der Veranstalter hat den Termin abgesagt.")), now=now)
    elif was_off and not entry.is_cancelled and event.is_cancelled:
        result.note(N_("Stand"), is_off, takes_place)
        scheduling.restore(session, event, letterhead=letterhead, now=now)


def compare_own(
    session: Session, event: Event, entry: Entry, result: Result, *, letterhead: Letterhead, now: datetime
) -> None:
    """Take over date and cancellation of an event of ours that comes back; its texts are at home here."""
    if entry.sequence < event.sequence:
        result.say(translate(N_("Die Datei ist älter als das, was wir schon haben.")), Outcome.KEPT)
        return
    if entry.when != _as_written(event):
        _move(event, entry.when, result, now)
    _compare_cancellation(session, event, entry, result, letterhead, now, was_off=event.is_cancelled)


def _as_written(event: Event) -> When:
    """Return the date as our own calendars write it: always with an end, several days without times."""
    if event.start_time is None or event.when.has_several_days:
        return When(starts_on=event.starts_on, ends_on=event.ends_on, precision=Precision.DAY)
    if event.end_time:
        return event.when
    minutes = event.series.default_duration_minutes or DEFAULT_MINUTES
    ends = (event.starts_at + timedelta(minutes=minutes)).astimezone(BERLIN)
    return When(
        starts_on=event.starts_on, ends_on=ends.date(), start_time=event.start_time, end_time=ends.time(),
        precision=Precision.MINUTE,
    )  # fmt: skip
