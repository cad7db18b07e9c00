"""The pages behind mailed links: confirm, see, withdraw. A GET changes nothing, for mail scanners follow links."""

from flask import Blueprint, Response, make_response, request

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import NotFoundError
from ozgtermine.forms.questions import in_words
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import LinkPurpose, Registration, Reply
from ozgtermine.operations import answering, confirming
from ozgtermine.operations.offers import FullError, NotOpenError
from ozgtermine.operations.registration_links import get_registration
from ozgtermine.pdf.certificates import Attendance, Issuer, certificate
from ozgtermine.queries.seats import place_in_line
from ozgtermine.rendering.dates import long_when
from ozgtermine.rendering.participation import access_for_participants, place_of
from ozgtermine.rendering.registrations import standing
from ozgtermine.rendering.words import REPLIES
from ozgtermine.rules.permissions import Action
from ozgtermine.rules.registering import LIVE, Opening, Policy, State, Step, may_happen
from ozgtermine.views.answers import confidential, page, see_other, settings
from ozgtermine.views.dead_links import lead_on
from ozgtermine.views.guards import requires
from ozgtermine.views.obstacles import obstacle

blueprint = Blueprint("registration_links", __name__, url_prefix="/anmeldung")
lead_on(blueprint)


@blueprint.after_request
def _keep_to_oneself(response: Response) -> Response:
    """What lies behind a mailed link, errors included, stays out of caches, others' logs and search engines."""
    return confidential(response)


@blueprint.get("/bestaetigen/<token>")
@requires(Action.REGISTER)
def ask_to_confirm(token: str) -> Response:
    """Show what the button will do."""
    registration = get_registration(db.session(), token, LinkPurpose.CONFIRM, now=clock.now())
    return _page("registration/confirm.html", registration, token)


@blueprint.post("/bestaetigen/<token>")
@requires(Action.REGISTER)
def confirm(token: str) -> Response:
    """Confirm the address and go to the registration's own page; where there is no seat any more, say so."""
    now = clock.now()
    try:
        with transaction() as session:
            managed = confirming.confirm(session, token, letterhead=Letterhead.of(settings()), now=now)
    except (NotOpenError, FullError):
        registration = get_registration(db.session(), token, LinkPurpose.CONFIRM, now=now)
        event = registration.offer.event
        stopped = obstacle(db.session(), event, now, mode=registration.mode)
        return page("registration/obstacle.html", 409, event=event, obstacle=stopped)
    return see_other("registration_links.show", token=managed.token)


@blueprint.get("/<token>")
@requires(Action.REGISTER)
def show(token: str) -> Response:
    """Show a registration to whoever holds its link."""
    now = clock.now()
    registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=now)
    is_confirmed = registration.state is State.CONFIRMED
    access = access_for_participants(registration.offer.event, now) if is_confirmed else None
    is_for_members = registration.offer.policy is Policy.MEMBERS
    return _page(
        "registration/show.html",
        registration,
        token,
        access=access,
        can_withdraw=_can_end(registration) and not is_for_members,
        is_for_members=is_for_members,
        can_change=registration.state in LIVE and registration.offer.window(now) is Opening.OPEN,
        can_send_deputy=registration.state in LIVE and registration.offer.event.starts_at > now,
        answers=list(in_words(registration.offer.questions, registration.answers)),
        replies=REPLIES,
    )


@blueprint.post("/<token>/annehmen")
@requires(Action.REGISTER)
def claim(token: str) -> Response:
    """Take the offered seat, and go back to the registration's page, which says so."""
    with transaction() as session:
        answering.claim(session, token, letterhead=Letterhead.of(settings()), now=clock.now())
    return see_other("registration_links.show", token=token)


@blueprint.post("/<token>/antwort")
@requires(Action.REGISTER)
def reply(token: str) -> Response:
    """Take a member's answer; where all seats are taken and there is no line, say so."""
    answer = Reply(request.form.get("antwort", type=Reply, default=Reply.MAYBE))
    try:
        with transaction() as session:
            answering.reply(session, token, answer, letterhead=Letterhead.of(settings()), now=clock.now())
    except FullError:
        registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=clock.now())
        stopped = obstacle(db.session(), registration.offer.event, clock.now(), mode=registration.mode)
        return page("registration/obstacle.html", 409, event=registration.offer.event, obstacle=stopped)
    return see_other("registration_links.show", token=token)


@blueprint.get("/<token>/bescheinigung.pdf")
@requires(Action.REGISTER)
def certify(token: str) -> Response:
    """Give a certificate to who was there, and to nobody else."""
    registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=clock.now())
    if not registration.has_attended:
        raise NotFoundError
    event, house = registration.offer.event, settings()
    minutes = int((event.ends_at - event.starts_at).total_seconds()) // 60 if event.end_time else None
    attended = Attendance(
        name=registration.name,
        organisation=registration.organisation,
        event_title=event.title,
        when=long_when(event.when),
        place=place_of(event, registration.mode),
        duration_minutes=None if event.when.has_several_days else minutes,
    )
    address = tuple(part.strip() for part in house.organisation_address.split(","))
    issuer = Issuer(name=house.organisation, address=address, town=_town(address))
    response = make_response(certificate(attended, issuer, issued_on=clock.today()))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="bescheinigung-{event.slug}.pdf"'
    return response


def _town(address: tuple[str, ...]) -> str:
    """Return the town of a German address, whose last line is postal code and town."""
    return address[-1].lstrip("0123456789 ") if address else ""


@blueprint.get("/<token>/abmelden")
@requires(Action.REGISTER)
def ask_to_withdraw(token: str) -> Response:
    """Ask before withdrawing."""
    registration = get_registration(db.session(), token, LinkPurpose.MANAGE, now=clock.now())
    if not _can_end(registration):
        return see_other("registration_links.show", token=token)
    return _page("registration/withdraw.html", registration, token)


@blueprint.post("/<token>/abmelden")
@requires(Action.REGISTER)
def withdraw(token: str) -> Response:
    """Withdraw, and go back to the registration's page, which says so."""
    with transaction() as session:
        answering.withdraw(session, token, letterhead=Letterhead.of(settings()), now=clock.now())
    return see_other("registration_links.show", token=token)


def _can_end(registration: Registration) -> bool:
    return may_happen(registration.state, Step.WITHDRAW) and not registration.offer.event.is_over(clock.now())


def _page(template: str, registration: Registration, token: str, **values: object) -> Response:
    event = registration.offer.event
    waits = registration.waiting_since is not None
    in_line = place_in_line(db.session(), registration) if waits else None
    return page(
        template,
        registration=registration,
        event=event,
        token=token,
        place=place_of(event, registration.mode),
        place_in_line=in_line,
        standing=standing(registration, place=in_line),
        **values,
    )
