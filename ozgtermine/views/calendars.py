"""Calendars to subscribe to, the file of one event, and how to subscribe."""

import logging
import re
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, Response, request
from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import Gone

from ozgtermine.database import db, transaction
from ozgtermine.errors import BusyError, InvalidValueError, NotFoundError
from ozgtermine.ical.feed import Feed, calendar
from ozgtermine.models import Event
from ozgtermine.operations.rendering_calendars import Entry, keep, kept_events
from ozgtermine.queries import calendars
from ozgtermine.queries.events import find_event, find_series, visible_series
from ozgtermine.rules.permissions import ANONYMOUS, Action
from ozgtermine.views.answers import links, page, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.sharing import Made, shared
from ozgtermine.views.start import KINDS
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
    return page(
        "calendars/index.html",
        groups=[
            ("", feeds + kinds),
            (translate(N_("Einzelne Reihen")), [(each.slug, each.title) for each in every_series]),
        ],
        address_of=links().calendar,
    )


@blueprint.get("/kalender/<name>.ics")
@requires(Action.READ_PUBLIC)
def feed(name: str) -> Response:
    """Send the calendar of everything, of a kind, or of a series; of one year where the address says so."""
    year = _year(request.args.get("jahr", ""))
    return shared(f"/kalender/{name}.ics?{year}", lambda now: _made_feed(name, year, now))


def _year(text: str) -> int | None:
    """Return the year that is asked for. Raises UnreadableYearError."""
    if not text:
        return None
    if re.fullmatch("20[0-9]{2}", text):
        return int(text)
    raise UnreadableYearError(N_("Geben Sie bei „jahr“ eine Jahreszahl an, zum Beispiel 2022."), field="jahr")


@blueprint.get("/termine/<slug>.ics")
@requires(Action.READ_PUBLIC)
def event(slug: str) -> Response:
    """Send the calendar of one event."""
    return shared(f"/termine/{slug}.ics", lambda now: _made_event(slug, now))


def _made_feed(name: str, year: int | None, now: datetime) -> Made:
    described, scope = _described(name)
    if year is not None:
        described = replace(described, name=f"{described.name} {year}", address=f"{described.address}?jahr={year}")
    events = list(db.session.scalars(calendars.calendar_events(scope, now, year)))
    return _made(described, events, scope, now, file_name=f"{name}-{year}.ics" if year else f"{name}.ics")


def _described(name: str) -> tuple[Feed, ColumnElement[bool]]:
    """Return what the calendar of that name says of itself, and its events. Raises NotFoundError."""
    if name == ALL:
        return _feed(name, settings().name, links().start()), calendars.of_all()
    if name in KINDS:
        kind, label = KINDS[name]
        title = f"{settings().name}: {translate(label)}"
        return _feed(name, title, links().start()), calendars.of_kind(kind)
    series = find_series(db.session(), name, actor=ANONYMOUS)
    if series is None:
        raise NotFoundError
    return _feed(name, series.title, links().series(name), series.colour), calendars.of_series(series)


def _feed(name: str, title: str, page_address: str, colour: str = DEFAULT_COLOUR) -> Feed:
    description = translate(N_("Termine des Angebots %(product)s: %(url)s"), product=settings().name, url=page_address)
    return Feed(name=title, description=description, colour=colour, address=links().calendar(name), page=page_address)


def _made_event(slug: str, now: datetime) -> Made:
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
        address=links().event_calendar(slug),
        page=links().event(slug),
    )
    shown = [found] if found.when.is_known_to_the_day else []
    return _made(described, shown, Event.id == found.id, now, file_name=f"{slug}.ics")


def _made(described: Feed, events: list[Event], scope: ColumnElement[bool], now: datetime, *, file_name: str) -> Made:
    session = db.session()
    valid_until = calendars.changes_by_itself_at(session, now)
    last_modified = calendars.last_change(session, scope, now)
    entries = kept_events(session, events, links=links(), now=now)
    _keep(entries)
    return Made(
        body=calendar(described, (each.content for each in entries)),
        content_type=CALENDAR,
        file_name=file_name,
        valid_until=valid_until,
        last_modified=last_modified,
    )


def _keep(entries: list[Entry]) -> None:
    """Keep what was rendered. Where that fails another process was faster or the disk is full; the feed goes out."""
    if not any(each.is_fresh for each in entries):
        return
    try:
        with transaction() as session:
            keep(session, entries)
    except (DBAPIError, BusyError):
        _log.warning("could not keep calendar entries", exc_info=True)
