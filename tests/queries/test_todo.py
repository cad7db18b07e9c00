"""What the start page says needs doing: each to those who can do it, and nothing that is done."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy.orm import Session

from ozgtermine.models import (
    Document,
    DocumentKind,
    Event,
    EventStatus,
    ImportedEvent,
    Mirror,
    Project,
    Series,
    SeriesKind,
)
from ozgtermine.queries import todo
from ozgtermine.rules.permissions import Actor, Role
from ozgtermine.rules.registering import Policy, State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.factories import NOW

EDITOR = Actor(account_id=1, roles=frozenset({Role.EDITOR}))


def lead_of(*series: Series) -> Actor:
    return Actor(account_id=2, series_roles={each.id: frozenset({Role.LEAD}) for each in series})


def moderator_of(series: Series) -> Actor:
    return Actor(account_id=3, series_roles={series.id: frozenset({Role.MODERATOR})})


def on(day: date, hour: int | None = 10) -> dict[str, object]:
    return {"at": when(starts_on=day, start_time=time(hour) if hour else None)}


SOON, PAST = date(2023, 2, 20), date(2023, 1, 18)


def test_coming_hours_without_topic_or_time_are_named_to_who_plans_them(session: Session) -> None:
    untitled = factories.event(session, topic="", **on(SOON))
    timeless = factories.event(session, series=untitled.series, **on(SOON, None))
    factories.event(session, topic="", series=untitled.series, **on(PAST))
    factories.event(session, topic="", status=EventStatus.CANCELLED, cancelled_at=NOW, **on(SOON))
    for actor in (EDITOR, lead_of(untitled.series)):
        assert list(session.scalars(todo.without_topic(actor, NOW))) == [untitled]
        assert list(session.scalars(todo.without_time(actor, NOW))) == [timeless]
    foreign = lead_of(factories.series(session))
    assert list(session.scalars(todo.without_topic(foreign, NOW))) == []
    assert list(session.scalars(todo.without_topic(moderator_of(untitled.series), NOW))) == []


def test_a_group_needs_no_topic(session: Session) -> None:
    group = factories.series(session, kind=SeriesKind.WORKING_GROUP)
    factories.event(session, topic="", series=group, **on(SOON))
    assert list(session.scalars(todo.without_topic(EDITOR, NOW))) == []


def test_past_hours_of_our_own_without_slides_are_named(session: Session) -> None:
    bare = factories.event(session, **on(PAST))
    factories.event(session, series=factories.series(session, is_foreign=True), **on(PAST))
    document_of(factories.event(session, series=bare.series, **on(PAST)))
    assert list(session.scalars(todo.without_presentation(EDITOR, NOW))) == [bare]
    assert list(session.scalars(todo.without_presentation(moderator_of(bare.series), NOW))) == [bare]


def test_drafts_of_the_future_are_named(session: Session) -> None:
    draft = factories.event(session, published_at=None, **on(SOON))
    factories.event(session, published_at=None, **on(PAST))
    assert list(session.scalars(todo.unpublished(EDITOR, NOW))) == [draft]


def test_requests_are_counted_until_they_are_decided(session: Session) -> None:
    offer = factories.offer(session, policy=Policy.ON_REQUEST)
    for state in (State.REQUESTED, State.REQUESTED, State.CONFIRMED, State.DECLINED):
        factories.registration(session, offer, state=state)
    assert todo.with_requests(session, EDITOR, NOW) == [(offer.event, 2)]
    assert todo.with_requests(session, lead_of(factories.series(session)), NOW) == []


def document_of(event: Event, kind: DocumentKind = DocumentKind.PRESENTATION, days_ago: int = 1) -> Document:
    return factories.document(event, kind=kind, published_at=NOW - timedelta(days=days_ago))


@pytest.fixture
def project(session: Session) -> Project:
    made = Project(slug="cio", title="CIO-Projekt")
    session.add(made)
    return made


def group_of(session: Session, project: Project) -> Series:
    return factories.series(session, project=project, kind=SeriesKind.WORKING_GROUP, title="AG 1")


def plenary_of(session: Session, project: Project, *days: date) -> list[Event]:
    plenary = factories.series(session, project=project, kind=SeriesKind.PLENARY, title="Plenum")
    return [factories.event(session, series=plenary, **on(day)) for day in days]


def test_a_report_is_due_two_weeks_before_the_plenary_until_it_is_published(
    session: Session, project: Project
) -> None:
    group = group_of(session, project)
    [plenary] = plenary_of(session, project, SOON)
    assert todo.reports_due(session, lead_of(group), NOW) == [(group, plenary)]
    assert todo.reports_due(session, moderator_of(group), NOW) == []
    draft = document_of(factories.event(session, series=group, **on(PAST)), DocumentKind.STATUS_REPORT)
    draft.published_at = None
    session.flush()
    assert todo.reports_due(session, EDITOR, NOW) == [(group, plenary)]
    draft.published_at = NOW
    session.flush()
    assert todo.reports_due(session, EDITOR, NOW) == []


def test_a_report_for_the_plenary_before_does_not_count_again(session: Session, project: Project) -> None:
    group = group_of(session, project)
    _first, second = plenary_of(session, project, PAST, SOON)
    held = factories.event(session, series=group, **on(date(2023, 1, 10)))
    document_of(held, DocumentKind.STATUS_REPORT, days_ago=25)
    assert todo.reports_due(session, EDITOR, NOW) == [(group, second)]


def test_a_plenary_that_is_far_away_or_of_another_project_asks_nobody(session: Session, project: Project) -> None:
    group_of(session, project)
    other = Project(slug="nachfolger", title="Nachfolger")
    session.add(other)
    plenary_of(session, other, SOON)
    plenary_of(session, project, date(2023, 3, 2))
    assert todo.reports_due(session, EDITOR, NOW) == []


def mirror_of(session: Session, series: Series, **values: object) -> Mirror:
    made = Mirror(series=series, address="https://bund.example/a.ics", next_poll_at=NOW, **values)
    session.add(made)
    session.flush()
    return made


def test_a_calendar_of_others_that_stays_away_is_told_to_who_keeps_the_series(session: Session) -> None:
    series = factories.series(session, is_foreign=True)
    mirror = mirror_of(session, series, failures=2, succeeded_at=NOW)
    assert list(session.scalars(todo.unreachable_mirrors(EDITOR))) == []
    mirror.failures = 3
    session.flush()
    assert list(session.scalars(todo.unreachable_mirrors(EDITOR))) == [mirror]
    assert list(session.scalars(todo.unreachable_mirrors(moderator_of(series)))) == []
    series.is_foreign = False
    session.flush()
    assert list(session.scalars(todo.unreachable_mirrors(EDITOR))) == []


def test_what_its_calendar_does_not_name_any_more_is_told_until_it_is_cancelled(session: Session) -> None:
    series = factories.series(session, is_foreign=True)
    event, other = (factories.event(session, series=series, **on(SOON)) for _number in range(2))
    for each, vanished_at in ((event, NOW), (other, None)):
        session.add(ImportedEvent(
            event=each, series_id=series.id, uid=each.uid, source="bund.example", said={}, vanished_at=vanished_at
        ))
    session.flush()
    assert list(session.scalars(todo.vanished(EDITOR, NOW))) == []
    mirror_of(session, series)
    assert list(session.scalars(todo.vanished(EDITOR, NOW))) == [event]
    assert list(session.scalars(todo.vanished(moderator_of(series), NOW))) == []
    event.status, event.cancelled_at = EventStatus.CANCELLED, NOW
    session.flush()
    assert list(session.scalars(todo.vanished(EDITOR, NOW))) == []
