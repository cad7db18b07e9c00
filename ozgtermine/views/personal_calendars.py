"""A person's own calendar under a secret address: what one has a seat at or is a member of, with how to get in."""

from hashlib import sha256
from itertools import compress

from flask import Blueprint, Response, make_response, request
from werkzeug.exceptions import Gone

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.ical.component import Edition, organizer, written
from ozgtermine.ical.feed import Feed, calendar, that_fit
from ozgtermine.models import Access, Event
from ozgtermine.operations import tracking_feeds
from ozgtermine.operations.personal_calendars import give_calendar, replace_calendar, secret_of
from ozgtermine.operations.registration_links import secret_hash
from ozgtermine.queries.calendars import public_documents
from ozgtermine.queries.personal_calendars import OwnEvent, calendar_of, find_calendar, own_events, recent
from ozgtermine.rendering.participation import access_for_members, access_for_participants
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import links, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.tracked import tracked
from ozgtermine.wording import N_, translate

blueprint = Blueprint("personal_calendars", __name__)

COLOUR = "seagreen"


@blueprint.get("/kalender/p/<token>.ics")
@requires(Action.READ_PUBLIC)
def feed(token: str) -> Response:
    """Send the calendar; 410 where its owner has taken a new address."""
    found, now = find_calendar(db.session(), secret_hash(token)), clock.now()
    if found is None:
        raise NotFoundError
    if found.retired_at is not None:
        raise Gone
    own = own_events(db.session(), found.email_normalised, now)
    shown = list(recent(own, now))
    entries = _entries(shown)
    fits = that_fit(entries, clock.berlin_day(now))
    handed_out = tracking_feeds.shown_entries(each.event for each in compress(shown, fits))
    known = tracked(f"p/{found.id}", handed_out, Event.id.in_([each.event.id for each in own]), now).known
    described = Feed(
        name=translate(N_("%(product)s: meine Termine"), product=settings().name),
        description=translate(N_("Termine, an denen Sie teilnehmen. Diese Adresse ist nur für Sie.")),
        colour=COLOUR, address=links().personal_calendar(token), page=links().start(),
    )  # fmt: skip
    return _private(calendar(described, (*compress(entries, fits), *tracking_feeds.departures(known))))


def _entries(shown: list[OwnEvent]) -> list[bytes]:
    attached = public_documents(db.session(), [each.event.id for each in shown], clock.now())
    return [
        written(each.event, attached.get(each.event.id, []), links(), Edition(
            sequence=each.event.sequence, people=organizer(each.event), is_off=each.event.is_cancelled,
            access=_access(each),
        ))
        for each in shown
    ]  # fmt: skip


def _access(own: OwnEvent) -> Access | None:
    """Return how the person gets in, while there is anything to get in to."""
    event, now = own.event, clock.now()
    if event.is_cancelled or event.is_over(now):
        return None
    as_participant = access_for_participants(event, now) if own.is_registered else None
    return as_participant or (access_for_members(event, now) if own.is_member else None)


def _private(body: bytes) -> Response:
    """Answer one person's programs alone; who has these bytes gets 304 (RFC 9110, 13.1.2)."""
    response = make_response(body)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = "inline; filename=meine-termine.ics"
    response.headers["Cache-Control"] = "private, max-age=300, must-revalidate"
    response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response


def address_of(email_normalised: str) -> str:
    """Return the address of the person's calendar, nothing where there is none yet."""
    found = calendar_of(db.session(), email_normalised)
    return links().personal_calendar(secret_of(found, settings().secret_key)) if found else ""


def give(email_normalised: str) -> None:
    """Make the person's calendar, or give it a new address where that was asked for."""
    change = replace_calendar if request.form.get("neu") else give_calendar
    with transaction() as session:
        change(session, email_normalised, key=settings().secret_key, now=clock.now())
