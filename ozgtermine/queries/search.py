"""Search over everything that somebody works on: one question, a few kinds of things, the best hits first."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from ozgtermine.models import (
    Account,
    Document,
    DocumentVersion,
    Event,
    Membership,
    Organisation,
    Person,
    Programme,
    ProgrammeItem,
    Registration,
    RegistrationOffer,
    Series,
    SeriesKind,
    Venue,
)
from ozgtermine.queries.documents import documents_worked_on_by
from ozgtermine.queries.events import worked_on_by
from ozgtermine.queries.visibility import is_of, is_visible
from ozgtermine.rules.permissions import Action, Actor, may, may_everywhere, series_where

SHOWN = 5
MOST_SHOWN = 200
LONGEST_TEXT = 100
MOST_WORDS = 8
SHORTEST_WORD = 2
_NUMBER = re.compile(r"(\d{1,6})\.?")
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

Text = ColumnElement[str] | Any


class Area(StrEnum):
    """Kinds of things that are found, in the order in which they are shown; the value is part of the address."""

    EVENTS = "termine"
    SERIES = "reihen"
    DOCUMENTS = "unterlagen"
    PEOPLE = "personen"
    REGISTRATIONS = "anmeldungen"
    ORGANISATIONS = "organisationen"
    VENUES = "orte"
    ACCOUNTS = "konten"


@dataclass(frozen=True)
class Question:
    """What somebody looks for: all of the words, in any order, whatever their case."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, typed: str) -> "Question | None":
        """Return the question, or None where there is not enough to look for."""
        text = " ".join(unicodedata.normalize("NFC", typed).split())[:LONGEST_TEXT].lower()
        words = tuple(text.split()[:MOST_WORDS])
        is_enough = any(len(word) >= SHORTEST_WORD or word.isdigit() for word in words)
        return cls(text, words) if is_enough else None

    @property
    def numbers(self) -> list[int]:
        """Return the words that may be an event's number: "29" or "29."."""
        found = (_NUMBER.fullmatch(word) for word in self.words)
        return [int(match[1]) for match in found if match]


@dataclass(frozen=True)
class Hits:
    """The best of one kind, and how many there are."""

    area: Area
    rows: list[Any]
    total: int


def search(session: Session, question: Question, actor: Actor, *, today: date, area: Area | None = None) -> list[Hits]:
    """Return the first few that `actor` finds of each kind; where `area` is given many more, of that kind alone.

    One query for each kind that the actor works with, however much is found.
    """
    wanted, limit = ([area], MOST_SHOWN) if area else (list(Area), SHOWN)
    found = []
    for each in wanted:
        statement = _STATEMENTS[each](question, actor, today)
        if statement is not None:
            rows = session.execute(statement.add_columns(func.count().over()).limit(limit)).unique().all()
            found.append(Hits(each, [row[0] for row in rows], rows[0][-1] if rows else 0))
    return [hits for hits in found if hits.rows]


def _events(question: Question, actor: Actor, _today: date) -> Select[Event] | None:
    texts = (
        Event.topic, Event.description, Event.recap, Event.cancellation_reason, Event.move_reason, Series.singular,
        Series.title, Venue.name, Venue.city,
    )  # fmt: skip
    matching = and_(
        *(or_(_in_any(word, texts), _in_programme(word), *_number_or_day(word)) for word in question.words)
    )
    is_hour = case((Series.kind == SeriesKind.CONSULTATION_HOUR, 0), else_=1)
    return (
        select(Event)
        .join(Event.series)
        .outerjoin(Event.venue)
        .where(worked_on_by(actor), matching)
        .options(contains_eager(Event.series))
        .order_by(
            case((Event.number.in_(question.numbers), 0), else_=1),
            _rank(question, Event.topic),
            is_hour,
            Event.starts_at.desc(),
            Event.id,
        )
    )


def _in_programme(word: str) -> ColumnElement[bool]:
    """Return the condition of events that have a programme item with this word: its title, or who speaks."""
    texts = (ProgrammeItem.title, ProgrammeItem.description, ProgrammeItem.speakers)
    return Event.programme.has(Programme.items.any(_in_any(word, texts)))


def _number_or_day(word: str) -> list[ColumnElement[bool]]:
    """Return what else a word may mean: the number of an event, or its day."""
    if match := _NUMBER.fullmatch(word):
        return [Event.number == int(match[1])]
    if match := _DAY.fullmatch(word):
        try:
            return [Event.starts_on == date(int(match[3]), int(match[2]), int(match[1]))]
        except ValueError:
            return []
    return []


def _series(question: Question, actor: Actor, _today: date) -> Select[Series] | None:
    own = is_of(Series.id, actor, Action.READ_WORKSPACE)
    matching = _all_in(question, (Series.title, Series.singular, Series.description))
    seen = is_visible(Series.visibility, Series.id, actor)
    ordered = (_rank(question, Series.title, Series.singular), Series.position, Series.title, Series.id)
    return select(Series).where(own, seen, matching).order_by(*ordered)


def _documents(question: Question, actor: Actor, _today: date) -> Select[Document] | None:
    def found(word: str) -> ColumnElement[bool]:
        named = Document.versions.any(_contains(DocumentVersion.file_name, word))
        return or_(_in_any(word, (Document.title, Event.topic, Series.singular)), named, *_number_or_day(word))

    return (
        select(Document)
        .join(Document.event)
        .join(Event.series)
        .where(documents_worked_on_by(actor), and_(*map(found, question.words)))
        .options(contains_eager(Document.event).contains_eager(Event.series))
        .order_by(_rank(question, Document.title), Event.starts_at.desc(), Document.id)
    )


def _people(question: Question, actor: Actor, today: date) -> Select[Person] | None:
    """Return people: all for who keeps the directory, else those of the groups that the actor leads."""
    name, reverse = _joined(Person.given_name, Person.family_name), _joined(Person.family_name, Person.given_name)
    found = select(Person).where(_all_in(question, (name, Person.email)))
    if not may_everywhere(actor, Action.EDIT_DIRECTORY):
        led = series_where(actor, Action.EDIT_MEMBERS)
        if not led:
            return None
        stays = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
        found = found.where(Person.memberships.any(and_(Membership.series_id.in_(led), stays)))
        found = found.options(selectinload(Person.memberships))
    loaded = found.options(joinedload(Person.organisation))
    ordered = (_rank(question, name, reverse, Person.email), Person.family_name, Person.given_name, Person.id)
    return loaded.order_by(*ordered)


def _registrations(question: Question, actor: Actor, _today: date) -> Select[Registration] | None:
    """Return registrations by name and address; both are stored ready to compare, so that many take little time."""
    if not may(actor, Action.READ_REGISTRATIONS):
        return None

    def found(word: str) -> ColumnElement[bool]:
        folded = word.casefold()
        named = Registration.name_normalised.contains(folded, autoescape=True)
        return or_(named, Registration.email_normalised.contains(folded, autoescape=True))

    is_exact = or_(
        Registration.name_normalised == question.text.casefold(),
        Registration.email_normalised == question.text.casefold(),
    )
    return (
        select(Registration)
        .join(Registration.offer)
        .join(RegistrationOffer.event)
        .join(Event.series)
        .where(worked_on_by(actor), is_of(Event.series_id, actor, Action.READ_REGISTRATIONS))
        .where(and_(*map(found, question.words)))
        .options(
            contains_eager(Registration.offer).contains_eager(RegistrationOffer.event).contains_eager(Event.series)
        )
        .order_by(case((is_exact, 0), else_=1), Event.starts_at.desc(), Registration.requested_at, Registration.id)
    )


def _organisations(question: Question, actor: Actor, _today: date) -> Select[Organisation] | None:
    if not may_everywhere(actor, Action.EDIT_DIRECTORY):
        return None
    matching = _all_in(question, (Organisation.name, Organisation.short_name))
    ordered = (_rank(question, Organisation.short_name, Organisation.name), Organisation.name, Organisation.id)
    return select(Organisation).where(matching).order_by(*ordered)


def _venues(question: Question, actor: Actor, _today: date) -> Select[Venue] | None:
    if not may(actor, Action.EDIT_EVENTS):
        return None
    matching = _all_in(question, (Venue.name, Venue.street, Venue.city))
    return select(Venue).where(matching).order_by(_rank(question, Venue.name), Venue.name, Venue.id)


def _accounts(question: Question, actor: Actor, _today: date) -> Select[Account] | None:
    if not may_everywhere(actor, Action.MANAGE_ACCOUNTS):
        return None
    matching = _all_in(question, (Account.name, Account.email))
    return select(Account).where(matching).order_by(_rank(question, Account.name, Account.email), Account.name)


def _all_in(question: Question, columns: tuple[Text, ...]) -> ColumnElement[bool]:
    """Return the condition of rows that hold every word, each in whichever column."""
    return and_(*(_in_any(word, columns) for word in question.words))


def _in_any(word: str, columns: tuple[Text, ...]) -> ColumnElement[bool]:
    return or_(*(_contains(column, word) for column in columns))


def _contains(column: Text, word: str) -> ColumnElement[bool]:
    return func.lower(column).contains(word, autoescape=True)


def _rank(question: Question, *names: Text) -> ColumnElement[int]:
    """Return 0 where a name is what was typed, 1 where it begins so, 2 where it holds all words, else 3."""
    lowered = [func.lower(each) for each in names]
    return case(
        (or_(*(each == question.text for each in lowered)), 0),
        (or_(*(each.startswith(question.text, autoescape=True) for each in lowered)), 1),
        (or_(*(and_(*(each.contains(word, autoescape=True) for word in question.words)) for each in lowered)), 2),
        else_=3,
    )


def _joined(one: Text, other: Text) -> ColumnElement[str]:
    joined: ColumnElement[str] = one + " " + other
    return joined


_STATEMENTS: Mapping[Area, Callable[[Question, Actor, date], Select[Any] | None]] = {
    Area.EVENTS: _events,
    Area.SERIES: _series,
    Area.DOCUMENTS: _documents,
    Area.PEOPLE: _people,
    Area.REGISTRATIONS: _registrations,
    Area.ORGANISATIONS: _organisations,
    Area.VENUES: _venues,
    Area.ACCOUNTS: _accounts,
}
