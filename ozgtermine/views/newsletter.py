"""The next dates to paste into a newsletter: as a page to copy from, and under addresses that stay."""

from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.embeds import announcement, formats
from ozgtermine.embeds.announcement import Announcement
from ozgtermine.embeds.atom import ATOM, atom_feed
from ozgtermine.embeds.selection import USUAL_COUNT, Selection
from ozgtermine.errors import NotFoundError
from ozgtermine.forms.newsletter import STYLES, AnnouncementForm
from ozgtermine.models import Event
from ozgtermine.queries import calendars
from ozgtermine.queries.events import find_series, visible_series
from ozgtermine.rules.permissions import ANONYMOUS, Action
from ozgtermine.views.answers import links, page, settings
from ozgtermine.views.guards import POLICY, requires
from ozgtermine.views.sharing import Made, shared_file
from ozgtermine.views.start import KINDS
from ozgtermine.wording import N_, translate

blueprint = Blueprint("newsletter", __name__)

ALL = "alle"
TYPES = {"txt": "text/plain", "html": "text/html", "xml": "application/atom+xml"}
PARAMETERS = ("anzahl", "ab", "jahr")
USUAL_SERIES = "ozg-sprechstunde"
# A mail's table carries its styles on its elements: allowed where it is shown, and nowhere else.
POLICY_OF_FRAGMENT = "default-src 'none'; style-src-attr 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
POLICY_OF_PREVIEW = f"{POLICY}; style-src-attr 'unsafe-inline'"


@blueprint.get("/einbetten/<name>/<style>")
@requires(Action.READ_PUBLIC)
def embed(name: str, style: str) -> Response:
    """Send the announcement in one style; the same address always means the same choice."""
    if style not in (*STYLES, ATOM):
        raise NotFoundError
    chosen = Selection.read(request.args)
    answer = shared_file(_made(name, style, chosen, clock.now()), arguments=PARAMETERS)
    if style.endswith(".html"):
        answer.headers["Content-Security-Policy"] = POLICY_OF_FRAGMENT
    return answer


@blueprint.get("/newsletter")
@requires(Action.READ_PUBLIC)
def index() -> Response:
    """Let one choose dates and a style, and copy the block."""
    form = AnnouncementForm(request.args)
    choices = _choices()
    form.offer(choices)
    _fill_in_the_usual(form, {name for name, _label in choices})
    if not form.validate():
        return page("newsletter/index.html", 400, form=form, said=None)
    said = _announcement(form.reihe.data, form.selection, clock.now())
    answer = page(
        "newsletter/index.html",
        form=form,
        said=said,
        block=_written(said, form.style, form.selection),
        is_rich=form.style.endswith(".html"),
        warnings=_warnings(said),
        address=f"{links().embed(form.reihe.data, form.style)}?{urlencode(form.parameters)}",
        atom_address=links().embed(form.reihe.data, ATOM),
    )
    answer.headers["Content-Security-Policy"] = POLICY_OF_PREVIEW
    return answer


def _fill_in_the_usual(form: AnnouncementForm, names: set[str]) -> None:
    if form.reihe.data not in names:
        form.reihe.data = USUAL_SERIES if USUAL_SERIES in names else ALL
    form.stil.data = form.style
    form.anzahl.data = form.anzahl.data or str(USUAL_COUNT)


def _choices() -> list[tuple[str, str]]:
    every_series = list(db.session.scalars(visible_series(ANONYMOUS)))
    present = {each.kind for each in every_series}
    kinds = [
        (slug, translate(N_("%(kind)s (alle)"), kind=translate(label)))
        for slug, (kind, label) in KINDS.items()
        if kind in present
    ]
    return [(ALL, translate(N_("Alle Termine"))), *kinds, *((each.slug, each.title) for each in every_series)]


def _made(name: str, style: str, chosen: Selection, now: datetime) -> Made:
    said = _announcement(name, chosen, now)
    ends = [each.ends_at for each in said.events]
    written = _atom(said, name) if style == ATOM else _written(said, style, chosen)
    return Made(
        body=written.encode(),
        content_type=f"{TYPES[style.rpartition('.')[2]]}; charset=utf-8",
        file_name=f"{name}-{style}",
        valid_until=min([calendars.changes_by_itself_at(db.session(), now), *ends]),
    )


def _announcement(name: str, chosen: Selection, now: datetime) -> Announcement:
    """Return what `name` announces. Raises NotFoundError."""
    session = db.session()
    if name == ALL:
        events = list(session.scalars(chosen.events(calendars.of_all(), now)))
        return announcement.of_many("", links().start(), events, now=now)
    if name in KINDS:
        kind, label = KINDS[name]
        events = list(session.scalars(chosen.events(calendars.of_kind(kind), now)))
        return announcement.of_many(translate(label), f"{links().start()}?art={name}", events, now=now)
    series = find_series(session, name, actor=ANONYMOUS)
    if series is None:
        raise NotFoundError
    events = list(session.scalars(chosen.events(calendars.of_series(series), now)))
    return announcement.of_series(series, events, links=links(), now=now)


def _written(said: Announcement, style: str, chosen: Selection) -> str:
    if style == "hausstil.txt":
        return formats.house_style(said, with_year=chosen.with_year)
    if style == "mail.html":
        return formats.mail_html(said, links())
    return formats.plain_text(said, links())


def _atom(said: Announcement, name: str) -> str:
    query = urlencode([each for each in request.args.items() if each[0] in PARAMETERS])
    address = links().embed(name, ATOM) + (f"?{query}" if query else "")
    return atom_feed(said, links(), address=address, author=settings().organisation)


def _warnings(said: Announcement) -> list[str]:
    """Return what an editor should add before sending."""
    return [_warning(each) for each in said.events if announcement.lacks_topic(each) or announcement.lacks_time(each)]


def _warning(event: Event) -> str:
    missing = [translate(N_("das Thema"))] if announcement.lacks_topic(event) else []
    missing += [translate(N_("die Uhrzeit"))] if announcement.lacks_time(event) else []
    return translate(
        N_("%(title)s am %(day)s: Es fehlt %(missing)s."),
        title=event.name,
        day=f"{event.starts_on:%d.%m.%Y}",
        missing=translate(N_(" und ")).join(missing),
    )
