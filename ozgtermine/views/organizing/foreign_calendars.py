"""A series and the calendars of others: upload, look at what would change, take over; or follow an address."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import delete
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.files.receiving import safe_name
from ozgtermine.forms.foreign_calendar import PUBLISHED, CalendarFileForm, MirrorForm, TakeOverForm
from ozgtermine.ical.reading import MOST_BYTES, read_calendar
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import PendingCalendar, Series
from ozgtermine.operations import mirroring
from ozgtermine.operations.importing_calendars import Manner, Outcome, Report, take_over
from ozgtermine.queries.mirrors import mirror_of, pending_calendar, vanished_events
from ozgtermine.rules.foreign_calendar import ForeignCalendar
from ozgtermine.rules.permissions import Action
from ozgtermine.views.answers import configured, notice, page, see_other, settings
from ozgtermine.views.guards import requires
from ozgtermine.views.organizing.lookup import series_or_404
from ozgtermine.views.refusals import show_in_form
from ozgtermine.views.sessions import current_actor
from ozgtermine.wording import N_, translate

blueprint = Blueprint("organizing_foreign_calendars", __name__)


@blueprint.get("/verwaltung/reihen/<int:series_id>/kalender")
@requires(Action.EDIT_SERIES)
def show(series_id: int) -> Response:
    """Show both ways, and how the calendar that the series follows stands."""
    return _page(series_or_404(series_id))


def _page(
    series: Series, status: int = 200, *, file: CalendarFileForm | None = None, mirror: MirrorForm | None = None
) -> Response:
    now = clock.now()
    following = mirror_of(db.session(), series.id)
    mirror = mirror or MirrorForm(address=following.address if following else "")
    return page(
        "organizing/calendar.html", status,
        series=series, form=file or CalendarFileForm(), mirror_form=mirror, mirror=following,
        is_waiting=following is not None and following.next_poll_at <= now,
        allowed_hosts=sorted(configured().allowed_mirror_hosts),
        vanished=[each.event for each in db.session.scalars(vanished_events(series.id, now))],
    )  # fmt: skip


@blueprint.post("/verwaltung/reihen/<int:series_id>/kalender")
@requires(Action.EDIT_SERIES)
def upload(series_id: int) -> Response:
    """Read the file and keep what it says for the second step."""
    series = series_or_404(series_id)
    form = CalendarFileForm(request.form)
    form.file.data = sent = request.files.get("file")
    if form.validate() and sent:
        try:
            with closing(sent):
                read = read_calendar(sent.stream.read(MOST_BYTES + 1), today=clock.today())
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            with transaction() as session:
                _keep(session, series_id, safe_name(sent.filename or ""), read.as_plain())
            return see_other(".preview", series_id=series_id)
    return _page(series, 422, file=form)


def _keep(session: Session, series_id: int, file_name: str, content: Mapping[str, Any]) -> None:
    """Keep what was read; an earlier file of the same person that was not taken over is forgotten."""
    account_id = current_actor().account_id or 0
    session.execute(delete(PendingCalendar).where(PendingCalendar.account_id == account_id))
    session.add(
        PendingCalendar(
            account_id=account_id, series_id=series_id, file_name=file_name, content=content,
            created_at=clock.real_now(),
        )
    )  # fmt: skip


def _pending(session: Session, series_id: int) -> PendingCalendar | None:
    own = pending_calendar(current_actor().account_id or 0, series_id)
    return session.scalars(own).one_or_none()


@blueprint.get("/verwaltung/reihen/<int:series_id>/kalender/ansehen")
@requires(Action.EDIT_SERIES)
def preview(series_id: int) -> Response:
    """Show what each event of the file would lead to."""
    series = series_or_404(series_id)
    pending = _pending(db.session(), series_id)
    if pending is None:
        return see_other(".show", series_id=series_id)
    title, file_name = series.title, pending.file_name
    with transaction() as session:
        report = _take_over(session, series_id, pending.content, publish=False)
        vanished = [(event.title, event.when) for event in report.vanished]
        session.rollback()
    return page(
        "organizing/calendar_preview.html",
        series_id=series_id, title=title, file_name=file_name, form=TakeOverForm(), vanished=vanished,
        results=[each for each in report.results if each.outcome is not Outcome.UNCHANGED],
        counts={outcome: report.number(outcome) for outcome in Outcome},
    )  # fmt: skip


def _take_over(session: Session, series_id: int, content: dict[str, Any], *, publish: bool) -> Report:
    return take_over(
        session,
        session.get_one(Series, series_id),
        ForeignCalendar.of_plain(content),
        Manner(publish=publish),
        letterhead=Letterhead.of(settings()),
        now=clock.now(),
    )


@blueprint.post("/verwaltung/reihen/<int:series_id>/kalender/ansehen")
@requires(Action.EDIT_SERIES)
def apply(series_id: int) -> Response:
    """Take over every event without an error, in one transaction."""
    series_or_404(series_id)
    publish = TakeOverForm(request.form).new_events.data == PUBLISHED
    with transaction() as session:
        pending = _pending(session, series_id)
        if pending is None:
            return see_other(".show", series_id=series_id)
        report = _take_over(session, series_id, pending.content, publish=publish)
        session.delete(pending)
    numbers = {"new": report.number(Outcome.NEW), "changed": report.number(Outcome.CHANGED)}
    notice("success", translate(N_("Übernommen: %(new)s neue, %(changed)s geänderte Termine."), **numbers))
    return see_other("organizing_events.index", reihe=series_id, stand="alle")


@blueprint.post("/verwaltung/reihen/<int:series_id>/kalender/folgen")
@requires(Action.EDIT_SERIES)
def follow(series_id: int) -> Response:
    """Have the series follow the calendar of an address, or none."""
    series = series_or_404(series_id)
    form = MirrorForm(request.form)
    if form.validate():
        try:
            with transaction() as session:
                own = session.get_one(Series, series_id, with_for_update=True)
                allowed = configured().allowed_mirror_hosts
                mirroring.mirror_from(session, own, form.address.data, allowed=allowed, now=clock.now())
        except Refusal as refusal:
            show_in_form(form, refusal)
        else:
            notice("success", translate(N_("Die Änderungen sind gespeichert.")))
            return see_other(".show", series_id=series_id)
    return _page(series, 422, mirror=form)


@blueprint.post("/verwaltung/reihen/<int:series_id>/kalender/abrufen")
@requires(Action.EDIT_SERIES)
def ask_now(series_id: int) -> Response:
    """Have the calendar fetched in the next seconds, by the worker: a page must not wait for somebody else's server."""
    series_or_404(series_id)
    with transaction() as session:
        is_asked = mirroring.ask_soon(session, session.get_one(Series, series_id), now=clock.now())
    if is_asked:
        sentence = N_("Der Kalender wird in den nächsten Sekunden abgerufen. Laden Sie die Seite dann neu.")
        notice("info", translate(sentence))
    return see_other(".show", series_id=series_id)
