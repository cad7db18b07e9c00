"""The calendar of an event's programme: its items, apart from the event, that they do not bury the others."""

from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import false
from werkzeug.exceptions import Gone

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.errors import NotFoundError
from ozgtermine.ical.feed import Feed, calendar
from ozgtermine.ical.programme import item_entries, item_times
from ozgtermine.models import Event, Programme
from ozgtermine.operations import tracking_feeds
from ozgtermine.queries import calendars
from ozgtermine.queries.events import find_event
from ozgtermine.queries.programmes import find_programme
from ozgtermine.rendering.programmes import standing
from ozgtermine.rules.permissions import ANONYMOUS, Action
from ozgtermine.views.answers import links
from ozgtermine.views.calendars import CALENDAR, tracked_as
from ozgtermine.views.guards import requires
from ozgtermine.views.sharing import Made, shared_file
from ozgtermine.views.tracked import tracked
from ozgtermine.wording import N_, translate

blueprint = Blueprint("programme_calendars", __name__)


@blueprint.get("/termine/<slug>/programm.ics", defaults={"language": "de"})
@blueprint.get("/<any(en):language>/termine/<slug>/programm.ics")
@requires(Action.READ_PUBLIC)
def feed(slug: str, language: str) -> Response:
    """Send the calendar; 410 where it was handed out once and is hidden now, 404 where it never was."""
    handed_out_as, now = tracked_as(f"programm/{slug}", language), clock.now()
    event = find_event(db.session(), slug, actor=ANONYMOUS, now=now)
    programme = find_programme(db.session(), event) if event else None
    was_handed_out = calendars.was_handed_out(db.session(), handed_out_as)
    if programme is None or not (programme.is_shown or was_handed_out):
        raise Gone if was_handed_out else NotFoundError
    return shared_file(_made(programme, handed_out_as, language, now))


def _made(programme: Programme, handed_out_as: str, language: str, now: datetime) -> Made:
    """Make the calendar; what is not shown any more is said to be off."""
    event, is_shown = programme.event, programme.is_shown and programme.event.when.is_known_to_the_day
    described, file_name = _described(programme, language), f"{event.slug}-programm.ics"
    entries = list(item_entries(programme, links(), language)) if is_shown else []
    shown = {each.uid: (each.sequence, item_times(each)) for each in programme.items} if is_shown else {}
    changes = [programme.changed_at, calendars.last_change(db.session(), Event.id == event.id, now)]
    valid_until = calendars.changes_by_itself_at(db.session(), now)
    known = tracked(handed_out_as, shown, false(), now).known
    return Made(
        body=calendar(described, (*entries, *tracking_feeds.departures(known, language))),
        content_type=CALENDAR,
        file_name=file_name,
        valid_until=valid_until,
        last_modified=max(each for each in (*changes, tracking_feeds.last_departure(known)) if each),
    )


def _described(programme: Programme, language: str) -> Feed:
    event = programme.event
    return Feed(
        name=translate(N_("%(event)s: Programm"), language, event=event.name),
        description=f"{event.title}\n{standing(programme, language)}",
        colour=event.series.colour,
        address=links().programme_calendar(event.slug, language),
        page=links().event(event.slug),
    )
