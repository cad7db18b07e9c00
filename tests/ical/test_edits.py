"""Random edits by the house's own operations: a feed's bytes change if, and only if, what it shows changes."""

import gzip
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import current_app
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import transaction
from ozgtermine.errors import Refusal
from ozgtermine.forms.event import EventForm, event_values
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import (
    Access,
    AuditEntry,
    Document,
    DocumentVersion,
    Event,
    EventNotice,
    FeedEntry,
    OutgoingMail,
    RegistrationOffer,
    RenderedEvent,
    Room,
    Series,
    Venue,
)
from ozgtermine.operations import publishing_documents, scheduling
from ozgtermine.operations.editing_series import SeriesDetails, edit_series
from ozgtermine.operations.taking_back import last_revocable, take_back
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, when
from tests import factories
from tests.ical.lint import Sent, complaints, of

ADDRESS = "/kalender/alle.ics"
START = datetime(2023, 2, 6, 9, tzinfo=UTC)
HEAD = Letterhead.of(Settings())
Edit = Callable[[Session, Event, datetime], None]
PAUSES = [timedelta(milliseconds=each) for each in (1, 400, 61_000, 3_700_000, 90_000_000)]
USED = (
    AuditEntry, FeedEntry, RenderedEvent, EventNotice, DocumentVersion, Document, OutgoingMail, RegistrationOffer,
    Access, Event, Series, Room, Venue,
)  # fmt: skip
NOT_SHOWN = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")
"""What must follow what is shown, and must not move by itself."""


def edited(session: Session, event: Event, now: datetime, **changes: Any) -> None:
    form = EventForm.of(list(session.scalars(select(Venue))), None, {**event_values(event), **changes})
    scheduling.edit_event(session, event, form.details(), event.when, letterhead=HEAD, now=now)


def series_edited(session: Session, event: Event, now: datetime, **changes: Any) -> None:
    series = event.series
    values = {name: getattr(series, name) for name in SeriesDetails.__annotations__} | changes
    edit_series(series, SeriesDetails(**values), seen_version=series.version)


def document_edited(session: Session, event: Event, now: datetime, **changes: Any) -> None:
    document = event.documents[0]
    values = {name: getattr(document, name) for name in ("title", "kind", "language", "visibility")} | changes
    publishing_documents.describe(document, **values)


def fields(edit: Callable[..., None], name: str, *values: Any) -> dict[str, Edit]:
    """Return edits, by their names, that set a field to one of `values`."""
    return {
        f"{edit.__name__}: {name} = {value!r:.40}": lambda session, event, now, value=value: edit(
            session, event, now, **{name: value}
        )
        for value in values
    }


def edited_place(session: Session, event: Event, _now: datetime, **changes: Any) -> None:
    set_all(_venue(session), changes)


def edited_room(session: Session, event: Event, _now: datetime, **changes: Any) -> None:
    set_all(_venue(session).rooms[0], changes)


def set_all(row: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)


def moved(session: Session, event: Event, now: datetime) -> None:
    """Put the event on the other of two times."""
    there = when(starts_on=date(2023, 3, 1), start_time=time(14), end_time=time(15))
    other = when(starts_on=date(2023, 3, 26), start_time=time(9))
    scheduling.move(event, other if event.when == there else there, reason="Raum belegt", now=now)


def known_to_the_week(session: Session, event: Event, now: datetime) -> None:
    if event.when.is_known_to_the_day:
        scheduling.move(event, when(starts_on=date(2023, 3, 1), precision=Precision.WEEK), reason="", now=now)


def published(session: Session, event: Event, now: datetime) -> None:
    scheduling.publish(session, event, publish_at=now, now=now)


def shown_to_all(session: Session, event: Event, now: datetime) -> None:
    published(session, event, now)
    scheduling.show_to(event, Visibility.PUBLIC, now=now)


def scheduled(session: Session, event: Event, now: datetime) -> None:
    if not event.is_published(now):
        scheduling.publish(session, event, publish_at=now + timedelta(hours=1), now=now)


def taken_back(session: Session, event: Event, now: datetime) -> None:
    """Take back what was changed last, as the button does within ten minutes."""
    entry = last_revocable(session, event, now=now)
    if entry is not None:
        take_back(session, entry.change_id, now=now)


def replaced(session: Session, event: Event, now: datetime) -> None:
    """Give the document another file."""
    document = event.documents[0]
    version = factories.document(event, title="Hilfe", published_at=None).versions[0]
    version.number, version.sha256, version.uploaded_at = len(document.versions) + 1, f"{now:%d%H%M%S%f}", now
    version.file_name = f"fassung-{version.number}.pdf"
    helper, version.document = version.document, document
    session.flush()
    session.expire(helper, ["versions"])
    session.expire(document, ["versions"])
    session.delete(helper)


EDITS: dict[str, Edit] = {
    "saved unchanged": edited,
    **fields(edited, "topic", "Wohngeld", "Ämter; Städte", ""),
    **fields(edited, "topic_kind", "service", "topic"),
    **fields(edited, "description", "Eine Zeile\r\nund noch eine", "x" * 300, ""),
    **fields(edited, "website", "https://land.example/", ""),
    **fields(edited, "recap", "Es war gut.", ""),
    **fields(edited, "number_of_attendees", 3, None),
    **fields(edited, "visibility", "public", "editors"),
    **fields(edited, "seats_online", 10, None),
    **fields(edited, "access_link", "https://konferenz.example/1", ""),
    "on site": lambda session, event, now: edited(
        session, event, now, mode="on_site", venue_id=str(_venue(session).id)),
    "online": lambda session, event, now: edited(session, event, now, mode="online"),
    "wrapped up": lambda _session, event, now: scheduling.wrap_up(
        event, recap="War gut.", number_of_attendees=7, attendees_estimated=True, now=now),
    "cancelled": lambda _session, event, now: scheduling.cancel(event, reason="Krank", now=now),
    "restored": lambda session, event, now: scheduling.restore(session, event, letterhead=HEAD, now=now),
    "hidden": lambda _session, event, now: scheduling.hide(event, now=now),
    "shown to all": lambda _session, event, now: scheduling.show_to(event, Visibility.PUBLIC, now=now),
    "shown to few": lambda _session, event, now: scheduling.show_to(event, Visibility.SERIES, now=now),
    "moved": moved, "known to the week": known_to_the_week, "published": published, "scheduled": scheduled,
    "file replaced": replaced, "taken back": taken_back,
    **fields(series_edited, "title", "OZG-Sprechstunden", "Sprechstunden zum OZG"),
    **fields(series_edited, "singular", "OZG-Sprechstunde", "Sprechstunde"),
    **fields(series_edited, "contact_email", "", "ozg@land.example"),
    **fields(series_edited, "default_duration_minutes", None, 45, 60),
    **fields(series_edited, "description", "", "Worum es geht"),
    **fields(series_edited, "visibility", Visibility.PUBLIC, Visibility.EDITORS),
    **fields(series_edited, "default_start_time", time(9), None),
    **fields(document_edited, "title", "Folien", "Präsentation"),
    **fields(document_edited, "language", "de", "en"),
    **fields(document_edited, "visibility", Visibility.PUBLIC, Visibility.SERIES),
    "document published": lambda _session, event, now: publishing_documents.publish(
        event.documents[0], publish_at=now),
    "document scheduled": lambda _session, event, now: publishing_documents.publish(
        event.documents[0], publish_at=now + timedelta(hours=2)),
    "document withdrawn": lambda _session, event, _now: publishing_documents.withdraw(event.documents[0]),
    **fields(edited_place, "name", "Halle", "Saal"),
    **fields(edited_place, "city", "Halle", ""),
    **fields(edited_place, "website", "https://halle.example/", ""),
    **fields(edited_room, "name", "A", "B"),
    **fields(edited_room, "capacity", 5, 6),
}  # fmt: skip


def _venue(session: Session) -> Venue:
    return session.scalars(select(Venue)).one()


def shown(content: bytes) -> list[list[str]]:
    """Return what somebody who looks at the feed sees: everything but dates and numbers of its making."""
    sent = Sent(content)
    header = [each.whole for each in sent.header]
    return [header, *([line.whole for line in event if line.name not in NOT_SHOWN] for event in sent.events)]




class Site:
    """One event with all it can have, edited over and over; the feed before and after each edit."""

    def __init__(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client, self.now = client, START
        monkeypatch.setattr(clock, "now", lambda: self.now)
        self.begin()

    def begin(self) -> None:
        """Be as new: whatever was done before is gone."""
        self.now = START
        with transaction() as session:
            for each in USED:
                session.execute(delete(each))
            venue = Venue(name="Halle", rooms=[Room(name="A")])
            made = factories.event(session, slug="sprechstunde", mode=Mode.HYBRID, venue=venue, room=venue.rooms[0])
            made.number = 1
            made.series.contact_email = "ozg@land.example"
            factories.document(made)
            factories.offer(session, event=made)
        self.event_id = made.id
        current_app.extensions["ozgtermine.front"].forget()

    def do(self, edit: Edit) -> None:
        with suppress(Refusal), transaction() as session:
            edit(session, scheduling.get_event(session, self.event_id), self.now)

    def get(self, **headers: str) -> Any:
        return self.client.get(ADDRESS, headers={name.replace("_", "-"): value for name, value in headers.items()})


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.sampled_from(PAUSES)), min_size=3, max_size=12))
def _edit_at_random(site: Site, steps: list[tuple[str, timedelta]]) -> None:
    site.begin()
    for name, pause in steps:
        before = site.get()
        site.now += pause
        site.do(EDITS[name])
        _check(site, before, name)


def _check(site: Site, before: Any, name: str) -> None:
    after = site.get()
    assert complaints(after.data) == []
    is_same = after.data == before.data
    assert is_same is (shown(after.data) == shown(before.data)), name
    assert is_same is (after.headers["ETag"] == before.headers["ETag"])
    packed = site.get(Accept_Encoding="gzip")
    assert (gzip.decompress(packed.data) if "Content-Encoding" in packed.headers else packed.data) == after.data
    assert site.get(If_None_Match=before.headers["ETag"]).status_code == (304 if is_same else 200)
    if "Last-Modified" in before.headers and not is_same:
        assert site.get(If_Modified_Since=before.headers["Last-Modified"]).status_code == 200
    _check_versions(before.data, after.data, name)


def _check_versions(before: bytes, after: bytes, name: str) -> None:
    """An entry that changes is dated later and never has a lower number; a new time or state has a higher one."""
    [*old], [*new] = Sent(before).events, Sent(after).events
    if not (old and new) or old == new:
        return
    [was], [is_now] = old, new
    assert of(is_now, "LAST-MODIFIED").value >= of(was, "LAST-MODIFIED").value, name
    numbers = [int(of(each, "SEQUENCE").value) for each in (was, is_now)]
    moves = any(of(was, each) != of(is_now, each) for each in ("DTSTART", "DTEND", "STATUS"))
    assert numbers[1] > numbers[0] if moves else numbers[1] >= numbers[0], name


def test_bytes_change_if_and_only_if_what_is_shown_changes(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _edit_at_random(Site(client, monkeypatch))


def test_every_edit_can_be_done_and_some_show_and_some_do_not(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, has_shown = Site(client, monkeypatch), set()
    for name, edit in EDITS.items():
        site.do(shown_to_all)
        before = site.get()
        site.now += timedelta(seconds=2)
        site.do(edit)
        _check(site, before, name)
        has_shown.add(site.get().data != before.data)
    assert has_shown == {True, False}
