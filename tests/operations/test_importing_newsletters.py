from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.models import Event, NewsletterIssue, Series, TopicKind
from ozgtermine.operations.importing_newsletters import import_newsletter
from ozgtermine.rules.newsletter import Issue, UnreadableNewsletterError
from ozgtermine.rules.schedule import Precision, when
from tests import factories
from tests.factories import NOW

JANUARY, FEBRUARY = Issue(year=2023, month=1), Issue(year=2023, month=2)
LETTER = """Termine unserer nächsten OZG-Sprechstunden:

01.03. OZG-Leistung „Hundesteuer“
15.02. „Rollen im Portal“
22.02. „Offene OZG-Sprechstunde“

Mehr im Internet
""".encode()


def hours(session: Session) -> list[tuple[int | None, date, str, TopicKind]]:
    session.expire_all()
    found = session.scalars(select(Event).order_by(Event.starts_on))
    return [(event.number, event.starts_on, event.topic, event.topic_kind) for event in found]


LIST = [
    (date(2023, 2, 15), "Rollen im Portal", TopicKind.TOPIC),
    (date(2023, 2, 22), "Offene OZG-Sprechstunde", TopicKind.OPEN),
    (date(2023, 3, 1), "Hundesteuer", TopicKind.SERVICE),
]


def test_the_list_becomes_published_events_without_a_time_of_a_new_series(session: Session) -> None:
    report = import_newsletter(session, LETTER, JANUARY, now=NOW)
    assert hours(session) == [(None, *each) for each in LIST]
    assert session.scalars(select(Series.slug)).all() == ["ozg-sprechstunde"]
    assert {(event.precision, event.start_time, event.published_at) for event in report.added} == {
        (Precision.DAY, None, NOW)
    }
    issue = session.scalars(select(NewsletterIssue)).one()
    assert (issue.year, issue.month, issue.imported_at) == (2023, 1, NOW)


def test_numbers_go_on_in_order_of_date_where_the_series_has_numbers(session: Session) -> None:
    series = factories.series(session, slug="ozg-sprechstunde")
    factories.event(
        session, series=series, number=28, topic="Rückblick", at=when(starts_on=date(2023, 1, 25))
    )
    import_newsletter(session, LETTER, JANUARY, now=NOW)
    assert hours(session) == [
        (28, date(2023, 1, 25), "Rückblick", TopicKind.TOPIC),
        (29, *LIST[0]),
        (30, *LIST[1]),
        (31, *LIST[2]),
    ]


def test_run_twice_nothing_is_doubled_and_no_correction_is_undone(session: Session) -> None:
    import_newsletter(session, LETTER, JANUARY, now=NOW)
    corrected = session.scalars(select(Event).where(Event.topic == "Hundesteuer")).one()
    corrected.topic = "Hundesteuer (An- und Abmeldung)"
    report = import_newsletter(session, LETTER, JANUARY, now=NOW + timedelta(days=1))
    assert (report.added, report.changed, len(report.unchanged)) == ([], [], 3)
    assert [topic for _, _, topic, _ in hours(session)] == [
        "Rollen im Portal",
        "Offene OZG-Sprechstunde",
        "Hundesteuer (An- und Abmeldung)",
    ]
    assert len(session.scalars(select(NewsletterIssue)).all()) == 1


def test_a_newer_issue_changes_a_topic_and_leaves_the_time(session: Session) -> None:
    series = factories.series(session, slug="ozg-sprechstunde")
    known = factories.event(session, series=series, topic="Noch offen")
    text = "Termine unserer nächsten OZG-Sprechstunden:\n22.02. OZG-Leistung „Fundsachen“\n".encode()
    report = import_newsletter(session, text, FEBRUARY, now=NOW)
    assert report.changed == [known]
    assert (known.topic, known.topic_kind, known.changed_at) == ("Fundsachen", TopicKind.SERVICE, NOW)
    assert known.when == factories.consultation_hour()


def test_a_draft_of_that_day_is_published(session: Session) -> None:
    series = factories.series(session, slug="ozg-sprechstunde")
    factories.event(session, series=series, number=28, at=when(starts_on=date(2023, 1, 25)))
    draft = factories.event(session, series=series, topic="Offene OZG-Sprechstunde", published_at=None)
    import_newsletter(session, LETTER, JANUARY, now=NOW)
    assert (draft.published_at, draft.topic_kind, draft.number) == (NOW, TopicKind.OPEN, 30)


def test_a_moved_hour_is_known_by_its_old_day(session: Session) -> None:
    series = factories.series(session, slug="ozg-sprechstunde")
    moved = factories.event(
        session,
        series=series,
        topic="Rollen im Portal",
        at=when(starts_on=date(2023, 2, 16)),
        moved_at=NOW,
        moved_from_on=date(2023, 2, 15),
    )
    import_newsletter(session, LETTER, JANUARY, now=NOW)
    assert moved.starts_on == date(2023, 2, 16)
    assert [day for _, day, _, _ in hours(session)] == [
        date(2023, 2, 16),
        date(2023, 2, 22),
        date(2023, 3, 1),
    ]


@pytest.mark.parametrize("broken", [b"Kochrezepte\n", LETTER.replace("„Offene".encode(), b"Offene")])
def test_a_foreign_or_broken_file_imports_nothing(session: Session, broken: bytes) -> None:
    with pytest.raises(UnreadableNewsletterError):
        import_newsletter(session, broken, JANUARY, now=NOW)
    assert [session.scalars(select(table.id)).all() for table in (Event, Series, NewsletterIssue)] == [
        [],
        [],
        [],
    ]
