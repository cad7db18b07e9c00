"""What is rendered once for all who may see the same goes to nobody else, and never outlives a change or its time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.models import Account, AccountRole, AccountSession, Event, MembershipRole, Series
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.schedule import when
from tests import factories
from tests.members import account, membership, person, signed_in

NOON = datetime(2023, 2, 6, 11, tzinfo=clock.BERLIN)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock."""
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


@pytest.fixture(autouse=True)
def series(session: Session, at: Callable[[datetime], None]) -> Series:
    """A series with an event for everybody and one for its members."""
    at(NOON)
    made = factories.series(session, slug="reihe")
    late = when(starts_on=date(2023, 3, 1), start_time=time(10), end_time=time(11))
    factories.event(session, topic="Wohngeld", series=made, at=late, slug="offen")
    factories.event(session, topic="Kindergeld", series=made, at=late, visibility=Visibility.SERIES)
    session.commit()
    return made


def shown(client: FlaskClient) -> list[str]:
    text = client.get("/").text
    return [each for each in ("Wohngeld", "Kindergeld", "Elterngeld") if each in text]


def test_everybody_sees_what_his_rights_show_in_whatever_order_they_come(
    app: Flask, client: FlaskClient, session: Session, series: Series
) -> None:
    editor = signed_in(app, session, account(session, role=AccountRole.EDITOR))
    one = person(session)
    membership(session, series, one, MembershipRole.MEMBER, starts_on=date(2020, 1, 1))
    member, stranger = signed_in(app, session, account(session, one)), signed_in(app, session, account(session))
    session.commit()
    for _time in range(2):
        assert (shown(editor), shown(stranger)) == (["Wohngeld", "Kindergeld"], ["Wohngeld"])
        assert (shown(client), shown(member)) == (["Wohngeld"], ["Wohngeld", "Kindergeld"])


def test_a_second_page_asks_for_no_event_until_one_changes_or_its_time_is_over(
    app: Flask, session: Session, at: Callable[[datetime], None]
) -> None:
    editor = signed_in(app, session, account(session, role=AccountRole.EDITOR))
    shown(editor)
    asked: list[str] = []
    hear = lambda _c, _cursor, statement, *_: asked.append(statement)  # noqa: E731 - lives as long as needed
    sqlalchemy.event.listen(Engine, "before_cursor_execute", hear)
    try:
        assert shown(editor) == ["Wohngeld", "Kindergeld"]
    finally:
        sqlalchemy.event.remove(Engine, "before_cursor_execute", hear)
    assert [each for each in asked if "FROM event" in each] == []
    with transaction() as writing:
        writing.scalars(sqlalchemy.select(Event).where(Event.slug == "offen")).one().topic = "Elterngeld"
    assert shown(editor) == ["Kindergeld", "Elterngeld"]
    at(NOON.replace(month=3, day=1) + timedelta(hours=1))
    assert shown(editor) == []


def test_the_page_says_each_who_he_is_and_an_ended_session_or_another_name_counts_at_once(
    app: Flask, session: Session
) -> None:
    people = [account(session, role=AccountRole.EDITOR) for _number in range(2)]
    for each, name in zip(people, ("Erika Muster", "Max Probe"), strict=True):
        each.name = name
    clients = [signed_in(app, session, each) for each in people]
    session.commit()
    for _time in range(2):
        assert [_named(each) for each in clients] == [["Erika Muster"], ["Max Probe"]]
    assert _named(app.test_client()) == []
    with transaction() as writing:
        writing.get_one(Account, people[0].id).name = "Erika Neu"
        writing.execute(sqlalchemy.delete(AccountSession).where(AccountSession.account_id == people[1].id))
    assert [_named(each) for each in clients] == [["Erika Neu"], []]
    assert clients[0].get("/").headers["Cache-Control"] == "private, no-store"


def _named(client: FlaskClient) -> list[str]:
    text = client.get("/").text
    return [each for each in ("Erika Muster", "Erika Neu", "Max Probe") if each in text]


def test_cards_of_what_was_hidden_go_with_the_change_after_next(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    client.get("/")
    kept = app.extensions["ozgtermine.cards"]
    assert "Wohngeld" in kept
    for number in range(2):
        with transaction() as writing:
            hidden, others = sqlalchemy.select(Event).where(Event.slug == "offen"), sqlalchemy.select(Series)
            writing.scalars(hidden).one().visibility = Visibility.EDITORS
            writing.scalars(others).one().title = f"Reihe {number}"
            factories.event(writing, topic=f"Neues {number}", series=writing.scalars(others).one(),
                            at=when(starts_on=date(2023, 3, 2)), slug=f"neu-{number}")  # fmt: skip
        assert "Wohngeld" not in client.get("/").text
    assert ("Neues 0" in kept, "Neues 1" in kept, "Wohngeld" in kept) == (True, True, False)
