"""A foreign series follows its calendar: polled with validators, applied by itself, later after each failure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.errors import InvalidValueError
from ozgtermine.jobs import mirroring as job
from ozgtermine.models import AuditEntry, Event, ImportedEvent, Mirror, PublicRevision, Series
from ozgtermine.operations import mirroring
from ozgtermine.queries.mirrors import source_of, vanished_events
from tests import factories
from tests.jobs.https import Server, https_server, says

NOW = datetime(2023, 2, 6, 9, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def calendar(*days: int, hour: int = 10, status: str = "CONFIRMED") -> bytes:
    """Return a calendar with a consultation hour on each of these days of March 2023."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{day}@bund.example\r\nSUMMARY:Sprechstunde {day}\r\nSTATUS:{status}\r\n"
        f"DTSTART;TZID=Europe/Berlin:202303{day:02}T{hour}0000\r\nDTEND;TZID=Europe/Berlin:202303{day:02}T{hour}3000\r\n"
        "END:VEVENT\r\n"
        for day in days
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with https_server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.answers.clear()
    running.asked.clear()
    return running


@pytest.fixture
def series(app: Flask, session: Session, server: Server) -> Series:
    """Return a foreign series that follows the server."""
    made = factories.series(session, title="Sprechstunden des Bundes", singular="Sprechstunde", is_foreign=True)
    mirroring.mirror_from(session, made, server.address(), allowed=server.allowed, now=NOW)
    session.commit()
    return made


def poll(settings: Settings, server: Server, now: datetime = NOW) -> int:
    number = job.poll_due(settings, server.fetcher(), now=now)
    db.session.rollback()
    db.session.expire_all()
    return number


def mirror(session: Session) -> Mirror:
    return session.query(Mirror).one()


def test_events_arrive_public_and_dates_follow(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    server.answers["/a.ics"] = says(calendar(8, 15))
    assert poll(settings, server) == 1
    assert [(each.topic, each.is_published(NOW)) for each in session.query(Event).order_by(Event.id)] == [
        ("Sprechstunde 8", True), ("Sprechstunde 15", True),
    ]  # fmt: skip
    server.answers["/a.ics"] = says(calendar(8, 15, hour=14))
    poll(settings, server, NOW + 4 * HOUR)
    assert [(each.start_time.hour, each.sequence) for each in session.query(Event) if each.start_time] == [(14, 1)] * 2
    assert (mirror(session).succeeded_at, mirror(session).next_poll_at) == (NOW + 4 * HOUR, NOW + 8 * HOUR)


def test_nothing_is_asked_before_it_is_due(settings: Settings, server: Server, series: Series) -> None:
    server.answers["/a.ics"] = says(calendar(8))
    assert [poll(settings, server, NOW + each * HOUR) for each in (0, 1, 3, 4, 5)] == [1, 0, 0, 1, 0]


def test_unchanged_is_asked_with_validators_and_read_whole_once_a_day(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    server.answers["/a.ics"] = says(calendar(8), ETag='"1"', Last_Modified="Mon, 06 Feb 2023 09:00:00 GMT")
    poll(settings, server)
    server.answers["/a.ics"] = says(b"", 304)
    poll(settings, server, NOW + 4 * HOUR)
    assert server.asked[1:] == [("/a.ics", '"1"', "Mon, 06 Feb 2023 09:00:00 GMT")]
    assert (mirror(session).succeeded_at, mirror(session).read_whole_at) == (NOW + 4 * HOUR, NOW)
    poll(settings, server, NOW + 24 * HOUR)
    assert server.asked[2:] == [("/a.ics", None, None)]


def test_failures_say_why_wait_longer_each_time_and_change_nothing(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    server.answers["/a.ics"] = says(calendar(8))
    poll(settings, server)
    before = [(each.version, each.changed_at) for each in session.query(Event)]
    broken = {
        "antwortet mit dem Fehler 500": says(b"", 500),
        "Das ist eine Webseite und kein Kalender": says(b"<!doctype html><p>Wartung</p>"),
        "Der Kalender enthält keine Termine": says(calendar()),
    }
    now, pauses = NOW + 4 * HOUR, []
    for sentence, answer in broken.items():
        server.answers["/a.ics"] = answer
        assert poll(settings, server, now) == 1
        assert sentence in mirror(session).last_error
        pauses.append(mirror(session).next_poll_at - now)
        now = mirror(session).next_poll_at
    assert pauses == [timedelta(minutes=30), HOUR, 2 * HOUR]
    assert (mirror(session).succeeded_at, mirror(session).failures) == (NOW, 3)
    assert [(each.version, each.changed_at) for each in session.query(Event)] == before
    server.answers["/a.ics"] = says(calendar(8))
    poll(settings, server, now)
    assert (mirror(session).last_error, mirror(session).failures) == ("", 0)


def test_what_vanished_is_told_to_the_editors_and_not_cancelled(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    server.answers["/a.ics"] = says(calendar(8, 15))
    poll(settings, server)
    server.answers["/a.ics"] = says(calendar(15))
    poll(settings, server, NOW + 4 * HOUR)
    assert [each.is_cancelled for each in session.query(Event)] == [False, False]
    assert [each.event.topic for each in session.scalars(vanished_events(series.id, NOW))] == ["Sprechstunde 8"]
    server.answers["/a.ics"] = says(calendar(8, 15, status="CANCELLED"))
    poll(settings, server, NOW + 8 * HOUR)
    assert [each.is_cancelled for each in session.query(Event)] == [True, True]


def test_what_we_have_written_survives(session: Session, settings: Settings, server: Server, series: Series) -> None:
    server.answers["/a.ics"] = says(calendar(8))
    poll(settings, server)
    with transaction() as writing:
        event = writing.query(Event).one()
        event.topic, event.recap = "Unser Thema", "Unser Rückblick"
        factories.document(event)
    server.answers["/a.ics"] = says(calendar(8, hour=14).replace(b"Sprechstunde 8", b"Anders"))
    poll(settings, server, NOW + 4 * HOUR)
    event = session.query(Event).one()
    assert (event.topic, event.recap, len(event.documents)) == ("Unser Thema", "Unser Rückblick", 1)
    assert event.start_time is not None
    assert event.start_time.hour == 14


def test_events_that_cannot_be_read_are_listed(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    server.answers["/a.ics"] = says(calendar(8, 15).replace(b"20230308T100000", b"quatsch"))
    poll(settings, server)
    assert mirror(session).unread == [
        {"line": 3, "name": "Sprechstunde 8", "sentence": "Diese Angaben sind nicht lesbar: DTSTART."}
    ]
    assert session.query(Event).count() == 1


def test_a_host_that_the_operator_has_taken_off_the_list_is_not_asked(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    job.poll_due(replace(settings, mirror_hosts="www.bund.example"), now=NOW)
    assert server.asked == []
    assert "rufen wir keine Kalender ab" in mirror(session).last_error


def test_a_mirror_is_asked_by_one_worker_and_is_due_again_when_that_dies(
    session: Session, server: Server, series: Series
) -> None:
    mirror_id = mirror(session).id
    session.rollback()
    with transaction() as writing:
        assert mirroring.lease(writing, mirror_id, now=NOW) is not None
    with transaction() as writing:
        assert mirroring.lease(writing, mirror_id, now=NOW) is None
    with transaction() as writing:
        assert mirroring.lease(writing, mirror_id, now=NOW + timedelta(minutes=10)) is not None


def test_an_answer_to_an_address_that_was_changed_meanwhile_counts_for_nothing(
    app: Flask, session: Session, settings: Settings, server: Server, series: Series
) -> None:
    def changes_the_address(request: object) -> None:
        with app.app_context(), transaction() as writing:
            own = writing.get_one(Series, series_id)
            mirroring.mirror_from(writing, own, server.address("/b.ics"), allowed=server.allowed, now=NOW)
        says(calendar(8))(request)  # type: ignore[arg-type]

    series_id = series.id
    server.answers["/a.ics"] = changes_the_address
    poll(settings, server)
    assert session.query(Event).count() == 0
    assert (mirror(session).address, mirror(session).succeeded_at) == (server.address("/b.ics"), None)


def test_only_a_foreign_series_follows_and_only_an_allowed_address(
    session: Session, server: Server, series: Series
) -> None:
    own = factories.series(session)
    with pytest.raises(InvalidValueError, match="jemand anderes"):
        mirroring.mirror_from(session, own, server.address(), allowed=server.allowed, now=NOW)
    with pytest.raises(InvalidValueError, match="mirror_hosts"):
        mirroring.mirror_from(session, series, server.address(), allowed=(), now=NOW)
    mirroring.mirror_from(session, series, "", allowed=(), now=NOW)
    assert session.query(Mirror).count() == 0


def test_a_series_that_is_ours_by_now_is_not_asked_for(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    series.is_foreign = False
    session.commit()
    assert poll(settings, server) == 0


def test_the_public_learns_of_each_success_and_the_record_keeps_no_secret(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    server.answers["/a.ics"] = says(calendar(8))
    before = session.query(PublicRevision).one().revision
    poll(settings, server)
    assert session.query(PublicRevision).one().revision > before
    entries = session.query(AuditEntry).filter_by(thing="mirror").all()
    assert [each.changes for each in entries] == [{"series_id": [None, series.id], "address": [None, None]}]


def test_only_what_a_mirror_brought_names_it_as_its_source(
    session: Session, settings: Settings, server: Server, series: Series
) -> None:
    server.answers["/a.ics"] = says(calendar(8))
    poll(settings, server)
    ours = factories.event(session, series=series)
    theirs = session.query(ImportedEvent).one().event
    assert theirs.starts_on == date(2023, 3, 8)
    assert (source_of(session, theirs), source_of(session, ours)) == (mirror(session), None)


def test_the_worker_asks_in_a_thread_of_its_own_and_ends_with_it(
    app: Flask, session: Session, settings: Settings, series: Series
) -> None:
    session.query(Mirror).update({"next_poll_at": NOW})
    session.commit()
    poller = job.Poller(app, lambda: settings)
    poller.start()
    for _ in range(200):
        session.rollback()
        session.expire_all()
        if mirror(session).failures:
            break
        poller.join(0.05)
    poller.stop()
    poller.join(5)
    assert not poller.is_alive()
    assert "rufen wir keine Kalender ab" in mirror(session).last_error  # this machine is on nobody's list
