"""The cards of a list, made of the former list, are those that loading everything gives."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.models import Event, RegistrationOffer, Venue
from ozgtermine.operations import scheduling
from ozgtermine.queries.events import ids_of_upcoming
from ozgtermine.queries.turning_points import next_turn
from ozgtermine.rules.permissions import ANONYMOUS, Visibility
from ozgtermine.rules.schedule import when
from ozgtermine.views import listed as lists
from ozgtermine.views.listed import Listed, listed
from tests import factories

START = datetime(2023, 2, 6, 9, tzinfo=UTC)
EVENTS = 10
PAUSES = [timedelta(milliseconds=400), timedelta(minutes=20), timedelta(hours=5)]

Edit = Callable[[Session, Event, random.Random], None]


def _renamed(_session: Session, event: Event, chance: random.Random) -> None:
    event.topic = f"Thema {chance.random()}"


def _moved(_session: Session, event: Event, chance: random.Random) -> None:
    at = when(starts_on=date(2023, 2, 5) + timedelta(days=chance.randrange(30)), start_time=time(9))
    scheduling.move(event, at, reason="", now=clock.now())


def _hidden_or_shown(_session: Session, event: Event, chance: random.Random) -> None:
    event.visibility = chance.choice((Visibility.PUBLIC, Visibility.EDITORS))


def _gone(session: Session, event: Event, _chance: random.Random) -> None:
    session.execute(delete(RegistrationOffer).where(RegistrationOffer.event_id == event.id))
    session.execute(delete(Event).where(Event.id == event.id))


def _new(session: Session, event: Event, chance: random.Random) -> None:
    at = when(starts_on=date(2023, 2, 5) + timedelta(days=chance.randrange(30)))
    factories.event(session, slug=f"neu-{chance.random()}", series=event.series, at=at)


def _other_series_name(_session: Session, event: Event, chance: random.Random) -> None:
    event.series.singular = f"Treffen {chance.random()}"


def _all_at_once(session: Session, _event: Event, chance: random.Random) -> None:
    session.execute(update(Event).values(topic=f"Für alle {chance.random()}"))


def _other_venue(session: Session, event: Event, chance: random.Random) -> None:
    event.venue = Venue(name=f"Haus {chance.random()}")
    session.flush()


def _registration(session: Session, event: Event, chance: random.Random) -> None:
    if event.offer is None:
        factories.offer(session, event=event)
    else:
        event.offer.opens_at = clock.now() + timedelta(hours=chance.choice((-2, 2)))


EDITS: Sequence[Edit] = (
    _renamed, _renamed, _moved, _hidden_or_shown, _gone, _new, _other_series_name, _all_at_once, _other_venue,
    _registration,
)  # fmt: skip


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, session: Session) -> list[datetime]:
    """Return the present instant, to be moved; there are events, some of which have begun or are over soon."""
    present = [START]
    monkeypatch.setattr(clock, "now", lambda: present[0])
    series = factories.series(session, slug="reihe")
    for number in range(EVENTS):
        at = when(starts_on=START.date() + timedelta(days=number // 2), start_time=time(10), end_time=time(11))
        factories.event(session, slug=f"termin-{number}", series=series, at=at)
    session.commit()
    return present


def _made(former: Listed | None) -> Listed:
    db.session.remove()
    session, now = db.session(), clock.now()
    ids = ids_of_upcoming(session, ANONYMOUS, now, limit=100)
    return listed(session, ids, former, now, next_turn(session, now))


@pytest.mark.parametrize("seed", range(4))
def test_after_whatever_change_the_cards_are_those_that_loading_all_events_gives(
    now: list[datetime], seed: int
) -> None:
    chance = random.Random(seed)
    former = _made(None)
    for _number in range(25):
        now[0] += chance.choice(PAUSES)
        with transaction() as session:
            event = chance.choice(session.scalars(select(Event).order_by(Event.id)).all())
            chance.choice(EDITS)(session, event, chance)
        former, whole = _made(former), _made(None)
        assert former == whole
        assert list(former.cards) == list(whole.cards)


def test_of_a_list_in_which_one_has_changed_one_is_loaded(
    now: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    former, loaded = _made(None), list[int]()
    original = lists.events_of_list

    def counted(session: Session, ids: list[int]) -> list[Event]:
        loaded.append(len(ids))
        return original(session, ids)

    monkeypatch.setattr(lists, "events_of_list", counted)
    with transaction() as session:
        session.scalars(select(Event).where(Event.slug == "termin-3")).one().topic = "Wohngeld"
    former = _made(former)
    assert (loaded, b"Wohngeld" in former) == ([1], True)
    now[0] += timedelta(days=1)
    _made(former)
    assert loaded == [1, len(former.cards) - 2]
