"""Calendars of others become events: known again by UID; what we changed is kept, what vanished is not cancelled."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ozgtermine.ical.component import vevent
from ozgtermine.ical.feed import Feed, calendar
from ozgtermine.ical.parsing import parse
from ozgtermine.links import Links
from ozgtermine.models import Event, EventStatus, ImportedEvent, Series, TopicKind, Venue
from ozgtermine.operations import scheduling
from ozgtermine.operations.announcing_changes import pending_notice
from ozgtermine.operations.importing_calendars import Manner, Outcome, Report, take_over
from ozgtermine.rules.foreign_calendar import ForeignCalendar
from ozgtermine.rules.registering import Mode, Policy
from ozgtermine.rules.schedule import Precision, when
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD

SAMPLES = Path(__file__).parents[1] / "ical" / "samples"
MIRROR = Manner(source="www.bund.example", publish=True, register_at="https://www.bund.example/")
UPLOAD = Manner()
Import = Callable[..., Report]


def entry(uid: str = "a@bund.example", *, day: str = "20230309", at: str = "100000", **lines: str) -> str:
    """Return an event of 90 minutes."""
    end = f"{int(at[:2]) + 1:02}3000"
    values = {"SUMMARY": "Sprechstunde", "SEQUENCE": "0", **lines}
    written = "".join(f"{name}:{text}\n" for name, text in values.items())
    return (
        f"BEGIN:VEVENT\nUID:{uid}\nDTSTART;TZID=Europe/Berlin:{day}T{at}\nDTEND;TZID=Europe/Berlin:{day}T{end}\n"
        f"{written}END:VEVENT\n"
    )


def read(*entries: str) -> ForeignCalendar:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{''.join(entries)}END:VCALENDAR\n"
    return parse(text, first_day=date(2022, 1, 1), last_day=date(2024, 2, 7))


@pytest.fixture
def series(session: Session) -> Series:
    return factories.series(session, singular="OZG-Sprechstunde des BMI", is_foreign=True)


@pytest.fixture
def take(session: Session, series: Series) -> Import:
    def run(*entries: str, manner: Manner = MIRROR, now: datetime = NOW, of: Series = series) -> Report:
        return take_over(session, of, read(*entries), manner, letterhead=LETTERHEAD, now=now)

    return run


def outcomes(report: Report) -> list[Outcome]:
    return [each.outcome for each in report.results]


def the_event(session: Session) -> Event:
    return session.query(Event).one()


def test_a_mirrored_event_is_public_and_leads_to_its_own_house_to_register(
    session: Session, series: Series, take: Import
) -> None:
    report = take(entry(SUMMARY="7. OZG-Sprechstunde des BMI: Nachnutzung", URL="https://www.bund.example/7",
                        LOCATION="Webex", DESCRIPTION="Mit Fragen"))  # fmt: skip
    event = the_event(session)
    assert outcomes(report) == [Outcome.NEW]
    assert (event.topic, event.number, event.mode, event.description) == ("Nachnutzung", 7, Mode.ONLINE, "Mit Fragen")
    assert (event.when, event.is_published(NOW), event.visibility) == (
        when(starts_on=date(2023, 3, 9), start_time=time(10), end_time=time(11, 30)), True, series.visibility
    )  # fmt: skip
    assert event.offer is not None
    assert (event.offer.policy, event.offer.external_url) == (Policy.EXTERNAL, "https://www.bund.example/7")
    assert event.uid != "a@bund.example"


def test_an_event_that_names_no_address_leads_to_the_series_or_the_house(
    session: Session, series: Series, take: Import
) -> None:
    take(entry("a"))
    series.website = "https://www.bund.example/sprechstunden"
    take(entry("a"), entry("b", day="20230310"))
    assert [each.offer and each.offer.external_url for each in session.query(Event).order_by(Event.id)] == [
        "https://www.bund.example/", "https://www.bund.example/sprechstunden",
    ]  # fmt: skip


def test_numbers_of_others_are_taken_as_they_are_and_none_is_invented(session: Session, take: Import) -> None:
    take(entry("a", SUMMARY="3. OZG-Sprechstunde des BMI"), entry("b", day="20230310"),
         entry("c", day="20230311", SUMMARY="3. OZG-Sprechstunde des BMI: Noch einmal"))  # fmt: skip
    assert [each.number for each in session.query(Event).order_by(Event.id)] == [3, None, None]


@pytest.mark.parametrize("name", ["outlook", "google", "nextcloud"])
def test_importing_twice_changes_nothing(session: Session, series: Series, name: str) -> None:
    text = (SAMPLES / f"{name}.ics").read_text("utf-8")
    found = parse(text, first_day=date(2022, 1, 1), last_day=date(2024, 2, 7))
    first = take_over(session, series, found, MIRROR, letterhead=LETTERHEAD, now=NOW)
    before = versions(session)
    second = take_over(session, series, found, MIRROR, letterhead=LETTERHEAD, now=NOW + timedelta(hours=4))
    assert first.number(Outcome.NEW) > 3
    assert second.number(Outcome.NEW, Outcome.CHANGED, Outcome.KEPT) == 0
    assert versions(session) == before


def versions(session: Session) -> list[tuple[int, datetime, int]]:
    return [(each.version, each.changed_at, each.sequence) for each in session.query(Event).order_by(Event.id)]


def test_a_moved_date_follows_and_says_from_when(session: Session, take: Import) -> None:
    take(entry())
    report = take(entry(day="20230310", at="140000", SEQUENCE="1"))
    event = the_event(session)
    assert (event.starts_on, event.start_time, event.sequence) == (date(2023, 3, 10), time(14), 1)
    assert (event.moved_from_on, event.moved_from_time) == (date(2023, 3, 9), time(10))
    assert report.results[0].changes == [
        ("Wann", "Donnerstag, 9. März 2023, 10:00 bis 11:30 Uhr", "Freitag, 10. März 2023, 14:00 bis 15:30 Uhr")
    ]


def test_people_who_have_a_seat_are_told_of_a_move(session: Session, take: Import) -> None:
    """A foreign series may have events that one registers for here, where an editor has said so."""
    take(entry())
    event = the_event(session)
    assert event.offer is not None
    event.offer.policy = Policy.OPEN
    factories.registration(session, event.offer)
    take(entry(day="20230310"))
    pending = pending_notice(session, event)
    assert pending is not None
    assert (pending.change.kind, pending.number) == ("moved", 1)


def test_topic_recap_and_documents_of_ours_survive(session: Session, take: Import) -> None:
    take(entry(SUMMARY="Alt", DESCRIPTION="Alt"))
    event = the_event(session)
    event.topic, event.recap = "Von uns benannt", "Es war gut."
    document = factories.document(event)
    report = take(entry(SUMMARY="Neu", DESCRIPTION="Neu", day="20230310"))
    assert (event.topic, event.recap, event.description) == ("Von uns benannt", "Es war gut.", "Neu")
    assert event.documents == [document]
    assert event.starts_on == date(2023, 3, 10)
    assert report.results[0].sentence == "Thema: hier geändert, bleibt so. Im Kalender steht jetzt: Neu"
    assert outcomes(take(entry(SUMMARY="Neu", DESCRIPTION="Neu", day="20230310"))) == [Outcome.UNCHANGED]


def test_what_only_its_house_changes_is_taken_over(session: Session, take: Import) -> None:
    take(entry(SUMMARY="Alt", LOCATION="Webex", URL="https://www.bund.example/a"))
    take(entry(SUMMARY="Neu", LOCATION="Rathaus, Köthen", URL="https://www.bund.example/b"))
    event = the_event(session)
    assert (event.topic, event.mode, event.website) == ("Neu", Mode.ON_SITE, "https://www.bund.example/b")
    assert event.venue is not None
    assert (event.venue.name, event.sequence) == ("Rathaus, Köthen", 1)
    assert event.offer is not None
    assert event.offer.external_url == "https://www.bund.example/b"
    assert session.query(Venue).count() == 1


def test_a_place_that_we_have_set_stays(session: Session, take: Import) -> None:
    take(entry(LOCATION="Webex"))
    event = the_event(session)
    scheduling_venue = Venue(name="Unser Saal")
    event.mode, event.venue = Mode.ON_SITE, scheduling_venue
    report = take(entry(LOCATION="Rathaus"))
    assert (event.venue, outcomes(report)) == (scheduling_venue, [Outcome.CHANGED])
    assert report.results[0].changes == [("Neuer Ort", "", "Rathaus")]
    assert report.results[0].sentence == "Ort: hier geändert, bleibt so. Im Kalender steht jetzt: Rathaus"


def test_what_vanished_is_noted_and_not_cancelled(session: Session, take: Import) -> None:
    take(entry("a"), entry("b", day="20230310"))
    report = take(entry("a"))
    [gone] = report.vanished
    link = session.query(ImportedEvent).filter_by(event_id=gone.id).one()
    assert (gone.status, link.vanished_at, gone.sequence) == (EventStatus.CONFIRMED, NOW, 0)
    take(entry("a"), entry("b", day="20230310"))
    assert link.vanished_at is None


def test_what_is_over_may_leave_the_calendar_without_a_word(session: Session, take: Import) -> None:
    take(entry("a"), entry("b", day="20230310"))
    assert take(entry("b", day="20230310"), now=datetime(2023, 3, 9, 18, tzinfo=NOW.tzinfo)).vanished == []


def test_an_event_that_cannot_be_read_any_more_has_not_vanished(session: Session, take: Import) -> None:
    take(entry("a"))
    report = take("BEGIN:VEVENT\nUID:a\nDTSTART:quatsch\nEND:VEVENT\n", entry("b"))
    assert (report.vanished, outcomes(report)) == ([], [Outcome.REFUSED, Outcome.NEW])


def test_only_their_own_word_cancels_and_it_can_be_taken_back(session: Session, take: Import) -> None:
    take(entry())
    take(entry(STATUS="CANCELLED", SEQUENCE="1"))
    event = the_event(session)
    assert (event.is_cancelled, event.cancellation_reason) == (True, "Der Veranstalter hat den Termin abgesagt.")
    take(entry(STATUS="CONFIRMED", SEQUENCE="2"))
    assert (event.is_cancelled, event.sequence) == (False, 2)


def test_what_we_have_cancelled_stays_cancelled(session: Session, take: Import) -> None:
    take(entry())
    event = the_event(session)
    scheduling.cancel(event, reason="Wir raten ab.", now=NOW)
    take(entry(SUMMARY="Neu", day="20230310"))
    assert (event.is_cancelled, event.cancellation_reason) == (True, "Wir raten ab.")
    assert event.starts_on == date(2023, 3, 10)


def test_what_we_have_hidden_stays_hidden(session: Session, take: Import) -> None:
    take(entry())
    scheduling.hide(the_event(session), now=NOW)
    take(entry(day="20230310"))
    assert the_event(session).published_at is None


def test_what_is_off_before_we_ever_knew_it_is_left_out(session: Session, take: Import) -> None:
    assert outcomes(take(entry(STATUS="CANCELLED"))) == [Outcome.SKIPPED]
    assert session.query(Event).count() == 0


def test_another_rule_moves_the_series_instead_of_doubling_it(session: Session, take: Import) -> None:
    """With each new hour of a rule its repetitions get other names."""
    take(entry(RRULE="FREQ=WEEKLY;COUNT=3"))
    take(entry(RRULE="FREQ=WEEKLY;COUNT=3", at="140000"))
    assert [(each.starts_on.day, each.start_time) for each in session.query(Event).order_by(Event.starts_at)] == [
        (9, time(14)), (16, time(14)), (23, time(14)),
    ]  # fmt: skip
    take(entry(RRULE="FREQ=WEEKLY;COUNT=3", day="20230310", at="140000"))
    assert [each.starts_on.day for each in session.query(Event).order_by(Event.starts_at)] == [10, 17, 24]


def test_a_single_date_that_becomes_a_series_is_its_first(session: Session, take: Import) -> None:
    take(entry())
    report = take(entry(RRULE="FREQ=WEEKLY;COUNT=2"))
    assert (outcomes(report), session.query(Event).count()) == ([Outcome.UNCHANGED, Outcome.NEW], 2)


def test_a_repetition_that_is_left_out_moves_no_other(session: Session, take: Import) -> None:
    take(entry(RRULE="FREQ=DAILY;COUNT=5"))
    left_out = "EXDATE;TZID=Europe/Berlin:20230312T100000\nSUMMARY"
    report = take(entry(RRULE="FREQ=DAILY;COUNT=6").replace("SUMMARY", left_out))
    assert outcomes(report) == [Outcome.UNCHANGED] * 4 + [Outcome.NEW]
    assert [each.starts_on for each in report.vanished] == [date(2023, 3, 12)]


def test_an_upload_brings_drafts_unless_the_editor_says_publish(session: Session, take: Import) -> None:
    own = factories.series(session, default_policy=Policy.OPEN)
    factories.event(session, series=own, number=28)
    take(entry("a", SUMMARY="Erstes"), manner=UPLOAD, of=own)
    take(entry("b", day="20230310", SUMMARY="Zweites"), entry("c", day="20230311"), manner=Manner(publish=True), of=own)
    found = {each.topic: each for each in session.query(Event).filter(Event.series == own)}
    assert (found["Erstes"].published_at, found["Erstes"].number) == (None, None)
    assert (found["Zweites"].published_at, found["Zweites"].number) == (NOW, 29)
    assert found["Sprechstunde"].number == 30
    assert found["Zweites"].offer is not None
    assert found["Zweites"].offer.policy is Policy.OPEN


def test_an_older_file_undoes_nothing(session: Session, take: Import) -> None:
    take(entry(SEQUENCE="0"), manner=UPLOAD)
    take(entry(SEQUENCE="1", day="20230310"), manner=UPLOAD)
    report = take(entry(SEQUENCE="0"), manner=UPLOAD)
    assert (the_event(session).starts_on, outcomes(report)) == (date(2023, 3, 10), [Outcome.KEPT])


def test_a_mirror_whose_numbers_begin_anew_is_still_followed(session: Session, take: Import) -> None:
    take(entry(SEQUENCE="5"))
    take(entry(SEQUENCE="0", day="20230310"))
    assert the_event(session).starts_on == date(2023, 3, 10)


def test_an_upload_says_nothing_of_what_a_mirror_brought(session: Session, take: Import) -> None:
    take(entry("a"))
    assert take(entry("b", day="20230310"), manner=UPLOAD).vanished == []


def test_very_long_names_are_known_again(session: Session, take: Import) -> None:
    long = "x" * 900
    assert outcomes(take(entry(long))) == [Outcome.NEW]
    assert outcomes(take(entry(long))) == [Outcome.UNCHANGED]


# Our own calendars


def exported(session: Session, *events: Event) -> ForeignCalendar:
    """Return what a program reads from our feed."""
    feed = Feed(name="Alle", description="", colour="", address="https://t.example/alle.ics", page="https://t.example/")
    content = calendar(feed, [vevent(each, [], Links("https://t.example")) for each in events])
    return parse(content.decode(), first_day=date(2022, 1, 1), last_day=date(2024, 2, 7))


def all_kinds(session: Session, series: Series) -> list[Event]:
    """Add events of every shape that a feed can have."""
    venue = Venue(name="Händel-Halle", street="Salzgrafenplatz 1", postal_code="06108", city="Halle (Saale)")
    shapes: list[dict[str, Any]] = [
        {"number": 29, "topic": "Thema; mit, Zeichen"},
        {"at": when(starts_on=date(2023, 3, 1)), "topic": ""},
        {"at": when(starts_on=date(2023, 3, 8), start_time=time(10)), "topic_kind": TopicKind.SERVICE,
         "topic": "Ehrenamtskarte"},
        {"at": when(starts_on=date(2023, 3, 29), ends_on=date(2023, 3, 30)), "mode": Mode.ON_SITE, "venue": venue},
        {"at": when(starts_on=date(2023, 4, 4), ends_on=date(2023, 4, 5), start_time=time(9), end_time=time(12))},
        {"at": when(starts_on=date(2023, 3, 25), start_time=time(23), ends_on=date(2023, 3, 25), end_time=time(23, 59)),
         "mode": Mode.HYBRID, "venue": venue},
        {"at": when(starts_on=date(2023, 6, 1), start_time=time(8)), "status": EventStatus.TENTATIVE},
        {"mode": Mode.ON_SITE},
        {"mode": Mode.HYBRID},
    ]  # fmt: skip
    return [factories.event(session, series=series, **shape) for shape in shapes]


def test_our_own_calendar_in_an_empty_database_gives_the_same_dates(session: Session) -> None:
    ours = factories.series(session, slug="unsere")
    events = all_kinds(session, ours)
    sent = exported(session, *events)
    for each in events:
        each.uid = f"anderswo-{each.id}"  # as if there had never been any
        each.number = None
    session.flush()
    empty = factories.series(session, slug="leer")
    report = take_over(session, empty, sent, Manner(publish=True), letterhead=LETTERHEAD, now=NOW)
    made = session.query(Event).filter(Event.series == empty).order_by(Event.id).all()
    assert outcomes(report) == [Outcome.NEW] * len(events)
    again = exported(session, *made)
    assert facts(again) == facts(sent)
    assert session.query(Venue).count() == 1
    assert {each.topic for each in made} == {each.topic for each in events}
    assert [each.number for each in made if each.topic == "Thema; mit, Zeichen"] == [29]
    assert take_over(
        session, empty, sent, Manner(publish=True), letterhead=LETTERHEAD, now=NOW
    ).number(Outcome.UNCHANGED) == len(events)


def facts(read: ForeignCalendar) -> list[str]:
    return sorted(f"{each.when} {each.is_tentative} {each.location}" for each in read.entries)


def test_our_own_calendar_matches_our_own_events_and_changes_nothing(session: Session) -> None:
    series = factories.series(session, default_duration_minutes=90)
    events = [*all_kinds(session, series), factories.event(session, series=series)]
    scheduling.cancel(events[-1], reason="Krank", now=NOW)
    report = take_over(session, series, exported(session, *events), UPLOAD, letterhead=LETTERHEAD, now=NOW)
    assert outcomes(report) == [Outcome.UNCHANGED] * len(events)
    assert session.query(Event).count() == len(events)
    assert session.query(ImportedEvent).count() == 0


def test_a_date_moved_in_our_own_file_moves_and_an_old_file_moves_nothing_back(session: Session) -> None:
    event = factories.event(session)
    sent = exported(session, event)
    moved = ForeignCalendar.of_plain(sent.as_plain() | {"entries": [
        each | {"when": each["when"] | {"starts_on": "2023-02-23", "ends_on": "2023-02-23"}, "summary": "Anders"}
        for each in sent.as_plain()["entries"]
    ]})  # fmt: skip
    first = take_over(session, event.series, moved, UPLOAD, letterhead=LETTERHEAD, now=NOW)
    topic = event.topic
    assert (event.starts_on, outcomes(first), event.topic) == (date(2023, 2, 23), [Outcome.CHANGED], topic)
    for old in (moved, sent):
        report = take_over(session, event.series, old, UPLOAD, letterhead=LETTERHEAD, now=NOW)
        assert (event.starts_on, outcomes(report)) == (date(2023, 2, 23), [Outcome.KEPT])


def test_an_event_of_another_series_of_ours_is_refused(session: Session) -> None:
    event, other = factories.event(session), factories.series(session)
    report = take_over(session, other, exported(session, event), UPLOAD, letterhead=LETTERHEAD, now=NOW)
    assert [each.sentence for each in report.results] == [
        "Diesen Termin gibt es hier schon, in der Reihe „OZG-Sprechstunden“."
    ]
    assert event.when.precision is Precision.MINUTE
