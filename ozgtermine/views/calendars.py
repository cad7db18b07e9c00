"""Calendars to subscribe to, the file of one event, and how to subscribe."""

import logging
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, Response, request
from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import Gone

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError, InvalidValueError, NotFoundError
from ozgtermine.ical.feed import Feed, calendar
from ozgtermine.models import Event
from ozgtermine.operations import tracking_feeds
from ozgtermine.operations.following_calendars import Edition, Wanted, next_edition
from ozgtermine.operations.rendering_calendars import Entry, keep
from ozgtermine.queries import calendars
from ozgtermine.queries.events import find_event, find_series, visible_series
from ozgtermine.queries.turning_points import next_turn
from ozgtermine.rules.permissions import ANONYMOUS, Action
from ozgtermine.views.answers import links, page, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.sharing import Made, former_answer, shared_file, shared_page
from ozgtermine.views.start import KINDS
from ozgtermine.views.tracked import HandedOutThen, tracked
from ozgtermine.wording import N_, translate

blueprint = Blueprint("calendars", __name__)
_log = logging.getLogger(__name__)

CALENDAR = "text/calendar; charset=utf-8"
ALL = "alle"
DEFAULT_COLOUR = "steelblue"


class UnreadableYearError(InvalidValueError):
    """The year in the address is none."""

    status: ClassVar[int] = 400


@blueprint.get("/kalender")
@requires(Action.READ_PUBLIC)
def index() -> Response:
    """Say which calendars there are and how to subscribe to them."""
    every_series = list(db.session.scalars(visible_series(ANONYMOUS)))
    present = {each.kind for each in every_series}
    kinds = [(slug, translate(label)) for slug, (kind, label) in KINDS.items() if kind in present]
    feeds = [(ALL, translate(N_("Alle Termine")))]
    answer = page(
        "calendars/index.html",
        groups=[
            ("", feeds + kinds),
            (translate(N_("Einzelne Reihen")), [(each.slug, each.title) for each in every_series]),
        ],
        address_of=links().calendar,
        english=links().calendar(ALL, "en"),
    )
    return shared_page(answer, next_turn(db.session(), clock.now()))


@blueprint.get("/kalender/<name>.ics", defaults={"language": "de"})
@blueprint.get("/<any(en):language>/kalender/<name>.ics")
@requires(Action.READ_PUBLIC)
def feed(name: str, language: str) -> Response:
    """Send the calendar of everything, of a kind, or of a series; of one year where the address says so."""
    year = _year(request.args.get("jahr", ""))
    return shared_file(_made_feed(name, year, language, clock.now()), arguments=("jahr",))


def _year(text: str) -> int | None:
    """Return the year that is asked for. Raises UnreadableYearError."""
    if not text:
        return None
    if re.fullmatch("20[0-9]{2}", text):
        return int(text)
    raise UnreadableYearError(N_("Geben Sie bei „jahr“ eine Jahreszahl an, zum Beispiel 2022."), field="jahr")


@blueprint.get("/termine/<slug>.ics", defaults={"language": "de"})
@blueprint.get("/<any(en):language>/termine/<slug>.ics")
@requires(Action.READ_PUBLIC)
def event(slug: str, language: str) -> Response:
    """Send the calendar of one event."""
    return shared_file(_made_event(slug, language, clock.now()))


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A calendar that is asked for: what it says of itself, its events, and the name that it is tracked under."""

    described: Feed
    scope: ColumnElement[bool]
    file_name: str
    language: str
    tracked_as: str = ""


def _made_feed(name: str, year: int | None, language: str, now: datetime) -> Made:
    described, scope = _described(name, language)
    key = name
    if year is not None:
        described = replace(described, name=f"{described.name} {year}", address=f"{described.address}?jahr={year}")
        key = f"{name}-{year}"
    asked = _Asked(
        described=described, scope=scope, file_name=f"{key}.ics", language=language,
        tracked_as=tracked_as(key, language),
    )  # fmt: skip
    return _made(asked, calendars.in_calendar(scope, now, year), now)


def tracked_as(key: str, language: str) -> str:
    """Return the name under which what a calendar hands out is noted."""
    return key if language == "de" else f"{language}/{key}"


def _described(name: str, language: str) -> tuple[Feed, ColumnElement[bool]]:
    """Return what the calendar of that name says of itself, and its events.

    Raises NotFoundError, Gone where it was handed out before its series was hidden.
    """
    if name == ALL:
        return _feed(name, settings().name, links().start(), language), calendars.of_all()
    if name in KINDS:
        kind, label = KINDS[name]
        title = f"{settings().name}: {translate(label, language)}"
        return _feed(name, title, links().start(), language), calendars.of_kind(kind)
    series = find_series(db.session(), name, actor=ANONYMOUS)
    if series is None:
        if calendars.was_handed_out(db.session(), tracked_as(name, language)):
            raise Gone
        raise NotFoundError
    described = _feed(name, series.title, links().series(name), language)
    return replace(described, colour=series.colour), calendars.of_series(series)


def _feed(name: str, title: str, page_address: str, language: str) -> Feed:
    sentence = N_("Termine des Angebots %(product)s: %(url)s")
    description = translate(sentence, language, product=settings().name, url=page_address)
    address = links().calendar(name, language)
    return Feed(name=title, description=description, colour=DEFAULT_COLOUR, address=address, page=page_address)


def _made_event(slug: str, language: str, now: datetime) -> Made:
    """Make the calendar of one event; 410 where it was public once, 404 where it never was."""
    found = find_event(db.session(), slug, actor=ANONYMOUS, now=now)
    if found is None:
        if calendars.was_public(db.session(), slug):
            raise Gone
        raise NotFoundError
    described = Feed(
        name=found.name,
        description=found.title,
        colour=found.series.colour,
        address=links().event_calendar(slug, language),
        page=links().event(slug),
    )
    asked = _Asked(described=described, scope=Event.id == found.id, file_name=f"{slug}.ics", language=language)
    return _made(asked, calendars.only(found), now)


@dataclass(frozen=True, kw_only=True)
class _Remembered:
    """What the next edition of a feed can be made of."""

    edition: Edition
    handed_out: HandedOutThen | None

    @property
    def size(self) -> int:
        return self.edition.size

    def __contains__(self, word: bytes) -> bool:
        return word in self.edition


def _made(asked: _Asked, shown: ColumnElement[bool], now: datetime) -> Made:
    """Make the calendar. Nothing is dated in the present second: it could change within it once more."""
    wanted = Wanted(scope=asked.scope, shown=shown, links=links(), language=asked.language)
    before = former_answer()
    former = before if isinstance(before, _Remembered) else None
    edition, fresh = next_edition(db.session(), wanted, former.edition if former else None, now)
    _keep(fresh)
    handed_out = _tracked(asked, edition, former.handed_out if former else None, now) if asked.tracked_as else None
    known = handed_out.known if handed_out else ()
    changed_at = max(filter(None, (edition.last_change, tracking_feeds.last_departure(known))))
    return Made(
        body=calendar(
            asked.described,
            (*(each.content for each in edition.entries), *tracking_feeds.departures(known, asked.language)),
        ),
        content_type=CALENDAR,
        file_name=asked.file_name,
        valid_until=edition.valid_until,
        last_modified=changed_at if changed_at < now.replace(microsecond=0) else None,
        remembered=_Remembered(edition=edition, handed_out=handed_out) if edition.is_long else None,
    )


def _tracked(asked: _Asked, edition: Edition, former: HandedOutThen | None, now: datetime) -> HandedOutThen:
    shown, belongs = tracking_feeds.shown_by(edition.fitting), calendars.belongs(asked.scope, now)
    return tracked(asked.tracked_as, shown, belongs, now, former)


def _keep(entries: list[Entry]) -> None:
    """Keep what was rendered. Where that fails another process was faster or the disk is full; the feed goes out."""
    if not entries:
        return
    try:
        with transaction() as session:
            keep(session, entries)
    except (DBAPIError, BusyError):
        _log.warning("could not keep calendar entries", exc_info=True)
